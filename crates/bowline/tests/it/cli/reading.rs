//! What commands tell: as JSON, and in words for people.

use std::collections::BTreeSet;
use std::process::Command;

use bowline_core::code;
use serde_json::{Value, json};

use super::{NOBODY, commands};
use crate::house::{Folder, Hook, Kind, World, bowline};

/// A service with one of everything that can be listed and shown.
async fn furnished() -> (World, Vec<(Vec<String>, Value)>) {
    let world = World::new(Kind::Sqlite, &[]).await;
    let (issue, _) = world.share("left", &world.stories().await[0]).await;
    let share = world.service.get(&format!("/api/v1/shares?item={issue}")).await["items"][0]["id"].clone();
    let token = json!({"name": "dashboard", "scopes": ["sync:read"]});
    world.service.ok("POST", "/api/v1/tokens", &token).await;
    let client = json!({"name": "app", "provider": "atlassian_cloud", "client_id": "c", "secret": "s"});
    world.service.ok("POST", "/api/v1/oauth-clients", &client).await;
    let cloud = json!({
        "name": "cloud", "tool": "jira_cloud", "base_url": "https://acme.example", "oauth_client": "app",
    });
    let cloud = world.service.ok("POST", "/api/v1/connections", &cloud).await;
    let hook = Hook::of(&world.service, &world.jira_hook);
    hook.post("not JSON", &[]).await.unwrap();
    let page = world.service.until("/api/v1/findings", |page| page["items"][0]["id"].is_string()).await;
    let shown = [
        ("connection", json!("jira")),
        ("grant", cloud["sign_in"]["grant"].clone()),
        ("profile", json!("stories")),
        ("share", share),
        ("errors", page["items"][0]["id"].clone()),
    ];
    let shown = shown.map(|(noun, id)| (vec![noun.to_owned(), "show".to_owned()], id));
    (world, shown.into())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_list_and_show_command_prints_json_and_something_for_people() {
    let (world, shown) = furnished().await;
    let mut done = BTreeSet::new();
    for words in commands() {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let said = |more: &[&str]| world.cli(&[&words[..], more].concat(), "").ok();
        match words.as_slice() {
            // Nobody lets this connection write as themselves: what can be done about it is said.
            ["delegation", "list"] => {
                assert_eq!(said(&["jira", "--json"]).json(), json!([]));
                let told = said(&["jira"]);
                assert!(format!("{}{}", told.out, told.err).contains("bowline delegation invite jira"));
                done.insert(words.join(" "));
                continue;
            }
            [_, "list"] => {
                let list = said(&["--json"]).json();
                assert!(list.as_array().is_some_and(|list| !list.is_empty()), "{words:?}: {list:#}");
            }
            ["config", "show"] => assert!(said(&["--json"]).json().as_str().unwrap().contains("[server]")),
            [_, "show"] => {
                let (_, id) = shown.iter().find(|(known, _)| *known == words).expect("something to show");
                let id = id.as_str().unwrap();
                let whole = said(&[id, "--json"]).json();
                assert!(
                    [&whole["id"], &whole["name"]].iter().any(|name| **name == id),
                    "{words:?}: {whole:#}"
                );
                assert!(!said(&[id]).out.trim().is_empty());
                done.insert(words.join(" "));
                continue;
            }
            ["status"] => assert_eq!(said(&["--json"]).json()["shares"]["active"], 1),
            ["version"] => assert_eq!(said(&["--json"]).json()["version"], env!("CARGO_PKG_VERSION")),
            ["openapi"] => assert!(said(&["--json"]).json()["paths"]["/api/v1/shares"].is_object()),
            ["open"] => assert!(said(&["--json"]).json()["url"].as_str().unwrap().contains("setup=")),
            ["healthcheck"] => assert!(said(&["--json"]).json().is_string()),
            ["explain"] => {
                let all = said(&["--json"]).json();
                assert_eq!(all.as_array().unwrap().len(), code::REGISTRY.len());
            }
            ["activity"] => {
                let lines = said(&["--json"]).out;
                let lines: Vec<Value> =
                    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
                assert!(lines.iter().any(|line| line["deed"] == "created"), "{lines:#?}");
            }
            _ => continue,
        }
        assert!(!said(&[]).out.trim().is_empty(), "{words:?} says nothing to people");
        done.insert(words.join(" "));
    }
    for word in ["connection", "profile", "share", "errors", "tenant", "token"] {
        assert!(done.contains(&format!("{word} list")), "{done:?}");
    }
    assert!(done.len() >= 18, "{done:?}");
    world.end().await;
}

#[test]
fn what_needs_no_service_works_without_one() {
    let document = bowline(&["profile", "example"], &NOBODY, "").ok().out;
    assert!(document.contains("[[routing]]"));
    assert!(bowline(&["config", "default"], &NOBODY, "").ok().out.contains("listen = "));
    assert!(bowline(&["openapi"], &NOBODY, "").ok().json()["paths"].is_object());
    assert!(bowline(&["version"], &NOBODY, "").ok().out.contains(env!("CARGO_PKG_VERSION")));
    bowline(&["share", "list"], &NOBODY, "").exit(7).says(&["bowline serve", "--server"]);
}

#[test]
fn every_code_of_the_registry_is_explained_as_it_stands_there() {
    for entry in code::REGISTRY {
        let said = bowline(&["explain", entry.code, "--json"], &[], "").ok();
        assert_eq!(said.json(), json!(entry));
    }
    let text = bowline(&["explain", "net.tls"], &[], "").ok().out;
    assert!(text.contains(code::NET_TLS.title()) && text.contains("What to do: "), "{text}");
    bowline(&["explain", "net.tsl"], &[], "").exit(4).says(&["did you mean `net.tls`?"]);
}

#[test]
fn the_completion_of_bash_is_understood_by_bash() {
    let folder = Folder::new();
    let script = folder.path().join("bowline.bash");
    std::fs::write(&script, bowline(&["completion", "bash"], &[], "").ok().out).unwrap();
    let ask = "source \"$0\" && COMP_WORDS=(bowline sha) COMP_CWORD=1 && _bowline bowline sha bowline && echo \"${COMPREPLY[@]}\"";
    let output = Command::new("bash").args(["-c", ask, script.to_str().unwrap()]).output().unwrap();
    assert_eq!(
        String::from_utf8(output.stdout).unwrap().trim(),
        "share",
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    for shell in ["elvish", "fish", "powershell", "zsh"] {
        assert!(bowline(&["completion", shell], &[], "").ok().out.contains("bowline"), "{shell}");
    }
}
