//! The command line as a person or a script meets it: exit codes, JSON, words that help.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use bowline_core::code;
use serde_json::{Value, json};

use crate::house::{Folder, Kind, World};

/// Runs a command in a folder of its own, against nobody's service.
fn bowline(arguments: &[&str]) -> Output {
    run(arguments, &[], "")
}

fn run(arguments: &[&str], environment: &[(&str, &str)], input: &str) -> Output {
    let folder = Folder::new();
    let mut child = Command::new(env!("CARGO_BIN_EXE_bowline"))
        .args(arguments)
        .env("BOWLINE_SERVER", "http://127.0.0.1:9")
        .envs(environment.iter().copied())
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that reads nothing may have ended by now.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// The JSON that a command printed.
fn json_of(output: &Output) -> Value {
    serde_json::from_str(&out(output)).unwrap_or_else(|_| panic!("{}{}", out(output), err(output)))
}

#[test]
fn every_code_is_explained_and_a_misspelt_one_is_guessed() {
    for entry in code::REGISTRY {
        let told = bowline(&["explain", entry.code]);
        assert!(told.status.success() && out(&told).contains(entry.remedy), "{}", entry.code);
    }
    let told = bowline(&["explain", "auth.rejectd"]);
    assert_eq!(told.status.code(), Some(4));
    assert!(err(&told).contains("auth.rejected"), "{}", err(&told));
}

#[test]
fn a_misspelt_key_is_wrong_usage_and_the_nearest_is_named() {
    let told = run(&["config", "check"], &[("BOWLINE_SYNC__WORKER", "3")], "");
    assert_eq!(told.status.code(), Some(2));
    assert!(err(&told).contains("`sync.workers`"), "{}", err(&told));
    assert!(bowline(&["config", "check"]).status.success());
}

#[test]
fn what_needs_no_service_needs_no_service() {
    assert_eq!(json_of(&bowline(&["version", "--json"]))["name"], "bowline");
    assert!(out(&bowline(&["completion", "bash"])).contains("complete"));
    assert!(serde_json::from_str::<Value>(&out(&bowline(&["openapi"]))).unwrap()["paths"].is_object());
    assert!(out(&bowline(&["profile", "example"])).contains("[[routing]]"));
    assert!(out(&bowline(&["config", "default"])).contains("listen = "));
}

#[test]
fn without_a_service_the_exit_code_is_7_and_the_next_step_is_told() {
    for arguments in [&["share", "list"][..], &["status"], &["healthcheck"], &["connection", "list"]] {
        let told = bowline(arguments);
        assert_eq!(told.status.code(), Some(7), "{arguments:?}");
        assert!(err(&told).contains("next: start it with `bowline serve`"), "{}", err(&told));
    }
    let told = bowline(&["share", "list", "--json"]);
    let error: Value = serde_json::from_str(&err(&told)).unwrap();
    assert_eq!(error["error"]["exit"], 7);
    assert_eq!(bowline(&["shares"]).status.code(), Some(2), "no such command");
}

#[test]
fn a_secret_is_read_from_a_file_or_standard_input_and_is_no_argument() {
    let told =
        bowline(&["connection", "create", "x", "--tool", "jira_dc", "--url", "http://x", "--secret", "s"]);
    assert_eq!(told.status.code(), Some(2), "there is no such option");
    let told = bowline(&["connection", "create", "x", "--tool", "jira_dc", "--url", "http://x"]);
    assert!(err(&told).contains("--secret-file"), "{}", err(&told));
    let told = run(&["connection", "create", "x", "--tool", "jira_cloud", "--url", "http://x"], &[], "s");
    assert!(err(&told).contains("--email"), "{}", err(&told));
}

#[test]
fn a_port_or_a_folder_that_is_taken_is_told() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = taken.local_addr().unwrap().to_string();
    let told = run(&["serve"], &[("BOWLINE_SERVER__LISTEN", &listen)], "");
    assert_eq!(told.status.code(), Some(1));
    assert!(err(&told).contains(&format!("cannot listen on {listen}")), "{}", err(&told));
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_work_on_a_service_and_say_the_same_in_json() {
    let world = World::new(Kind::Sqlite, &[]).await;
    let stories = world.stories().await;
    let (issue, story) = world.share("left", &stories[0]).await;
    let other = stories[1].clone();
    world.service.settled().await;
    let data = world.folder.path().join("data");
    let (url, data) = (world.service.url.clone(), data.to_str().unwrap().to_owned());
    let call = move |arguments: &[&str]| {
        run(arguments, &[("BOWLINE_SERVER", &url), ("BOWLINE_DATA__DIR", &data)], "")
    };
    let checks = tokio::task::spawn_blocking(move || {
        for list in [
            &["connection", "list"][..],
            &["connection", "show", "jira"],
            &["connection", "test", "jira"],
            &["profile", "list"],
            &["profile", "show", "stories"],
            &["share", "list"],
            &["share", "show", issue.as_str()],
            &["errors", "list"],
            &["tenant", "list"],
            &["token", "list"],
            &["status"],
            &["doctor"],
        ] {
            let told = call(list);
            assert!(told.status.success(), "{list:?}: {}", err(&told));
            let with_json: Vec<&str> = list.iter().copied().chain(["--json"]).collect();
            json_of(&call(&with_json));
        }
        assert!(
            out(&call(&["share", "list"])).contains(&format!("{issue}  {story}")),
            "{}",
            out(&call(&["share", "list"]))
        );
        let again = call(&["share", "create", "--profile", "stories", "--left", &issue]);
        assert_eq!(again.status.code(), Some(5), "{}", err(&again));
        assert_eq!(call(&["share", "show", "ACME-9999"]).status.code(), Some(4));
        assert_eq!(call(&["connection", "show", "nobody"]).status.code(), Some(4));
        let dry = json_of(&call(&[
            "share",
            "create",
            "--profile",
            "stories",
            "--left",
            &other,
            "--dry-run",
            "--json",
        ]));
        assert_eq!(dry["left"]["key"], json!(other), "{dry}");
        assert!(call(&["share", "unlink", &issue]).status.success());
        let rotated = json_of(&call(&["connection", "rotate-hook", "jira", "--json"]));
        assert!(rotated["url"].as_str().unwrap().contains("/hooks/"), "{rotated}");
        let url = call(&["open"]);
        assert!(out(&url).starts_with("http://"), "{}", out(&url));
    });
    checks.await.unwrap();
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_token_is_exit_code_3() {
    let world = World::bare(Kind::Sqlite, &[]).await;
    let url = world.service.url.clone();
    let told = tokio::task::spawn_blocking(move || {
        run(&["connection", "list"], &[("BOWLINE_SERVER", &url), ("BOWLINE_TOKEN", "bwl_wrong")], "")
    });
    let told = told.await.unwrap();
    assert_eq!(told.status.code(), Some(3), "{}", err(&told));
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_with_mistakes_is_told_with_line_and_fix() {
    let world = World::bare(Kind::Sqlite, &[]).await;
    let broken = crate::house::PROFILE.replace("right = \"Name\"", "right = \"Nmae\"");
    let answer =
        world.service.call("POST", "/api/v1/profiles/check", &json!({"document": broken})).await.unwrap();
    assert_eq!((answer.status, &answer.body["ok"]), (200, &json!(false)));
    let problems = answer.body["problems"].as_array().unwrap();
    let nmae = problems.iter().find(|one| one["message"].as_str().unwrap().contains("Nmae")).unwrap();
    assert!(nmae["line"].as_u64().is_some() && nmae["fix"].as_str().unwrap().contains("`Name`"), "{nmae}");
    world.end().await;
}
