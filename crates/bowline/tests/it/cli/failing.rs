//! How commands fail: with an exit code for scripts, and words for people that say what to do.

use serde_json::json;

use super::NOBODY;
use crate::house::{Folder, Kind, Said, World, bowline};

/// Runs a command as somebody, somewhere.
type Run<'a> = &'a dyn Fn(&[&str]) -> Said;

#[tokio::test(flavor = "multi_thread")]
async fn each_way_to_fail_has_its_own_exit_code_and_the_same_in_json() {
    let world = World::new(Kind::Sqlite, &[]).await;
    let story = world.stories().await[0].clone();
    let (issue, _) = world.share("left", &story).await;
    let wrong = [("BOWLINE_SERVER", world.service.url.as_str()), ("BOWLINE_TOKEN", "bwl_wrong")];
    let limited = json!({"name": "limited", "scopes": ["sync:read"]});
    let limited = world.service.ok("POST", "/api/v1/tokens", &limited).await["token"].clone();
    let limited =
        [("BOWLINE_SERVER", world.service.url.as_str()), ("BOWLINE_TOKEN", limited.as_str().unwrap())];
    let (here, there): (Run<'_>, Run<'_>) =
        (&|words| world.cli(words, ""), &|words| world.cli(words, "schema = 2"));
    let stranger: Run<'_> = &|words| bowline(words, &wrong, "");
    let visitor: Run<'_> = &|words| bowline(words, &limited, "");
    let alone: Run<'_> = &|words| bowline(words, &NOBODY, "");
    let share = |item: &str| format!("share create --profile stories --left {item}");
    let cases = [
        (1, Some("mapping.invalid"), there, "profile create -".to_owned()),
        (1, Some("sync.no_type_mapping"), here, share("ACME-1")),
        (2, None, here, "connection update jira".to_owned()),
        (2, None, here, "--config nowhere.toml config check".to_owned()),
        (3, Some("api.unauthorized"), stranger, "status".to_owned()),
        (3, Some("api.forbidden"), visitor, "share list".to_owned()),
        (4, Some("api.not_found"), here, "connection show nobody".to_owned()),
        (4, None, here, "share show ACME-999".to_owned()),
        (5, Some("sync.already_shared"), here, share(&issue)),
        (7, None, alone, "healthcheck".to_owned()),
    ];
    for (exit, code, run, command) in cases {
        let words: Vec<&str> = command.split(' ').collect();
        let said = run(&words).exit(exit);
        assert!(said.out.is_empty() && said.err.starts_with("error: "), "{words:?}: {said:#?}");
        assert!(said.err.contains("\n  next: "), "{words:?} does not say what to do: {said:#?}");
        let error = run(&[&["--json"], &words[..]].concat()).exit(exit).error();
        assert_eq!((&error["exit"], error["code"].as_str()), (&json!(exit), code), "{words:?}: {error:#}");
        assert!(error["message"].is_string() && error["remedy"].is_string(), "{error:#}");
    }
    // What the command line itself cannot be read as is told by usage.
    bowline(&["share", "crate"], &[], "").exit(2).says(&["create"]);
    bowline(&[], &[], "").exit(2);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_whose_port_or_folder_is_taken_says_so_and_the_first_one_goes_on() {
    let world = World::bare(Kind::Sqlite, &[]).await;
    let own: Vec<(&str, &str)> =
        world.environment.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let said = bowline(&["serve"], &own, "").exit(1);
    let folder = world.folder.path().join("data").display().to_string();
    said.says(&["another Bowline uses the data folder", &folder, "data.dir"]);

    let listen = world.service.url.strip_prefix("http://").unwrap();
    let elsewhere = Folder::new();
    let dir = elsewhere.path().display().to_string();
    let said =
        bowline(&["serve"], &[("BOWLINE_DATA__DIR", &dir), ("BOWLINE_SERVER__LISTEN", listen)], "").exit(1);
    said.says(&[&format!("cannot listen on {listen}")]);
    bowline(&["serve"], &[("BOWLINE_DATA__DIR", "/proc/nowhere")], "").exit(1).says(&["/proc/nowhere"]);
    world.cli(&["healthcheck"], "").ok();
    world.end().await;
}
