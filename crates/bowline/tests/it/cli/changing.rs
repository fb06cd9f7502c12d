//! What commands do.

use serde_json::{Value, json};

use crate::house::{Kind, World, bowline};

#[tokio::test(flavor = "multi_thread")]
async fn what_commands_change_is_changed() {
    let world = World::new(Kind::Sqlite, &[]).await;
    let stories = world.stories().await;
    let create = ["share", "create", "--profile", "stories", "--left"];
    let said = |words: &[&str]| world.cli(words, "").ok();
    let dry = said(&[&create[..], &[&stories[0], "--dry-run", "--json"]].concat()).json();
    assert_eq!((&dry["left"]["key"], &dry["right"]["key"]), (&json!(stories[0]), &Value::Null));
    assert_eq!(said(&["share", "list", "--json"]).json(), json!([]));
    let made = said(&[&create[..], &[&stories[0], "--json"]].concat()).json();
    let (issue, story) = world.active(made["id"].as_str().unwrap()).await;
    assert!(said(&["share", "list"]).out.contains(&format!("{issue}  {story}")));
    said(&["share", "sync", &story]);
    said(&["share", "unlink", &issue]);
    assert_eq!(said(&["share", "show", &issue, "--json"]).json()["state"], "unlinked");

    said(&["profile", "pause", "stories"]);
    assert_eq!(said(&["profile", "list", "--json"]).json()[0]["state"], "paused");
    assert!(said(&["profile", "resume", "stories"]).out.contains("active"));
    let rotated = said(&["connection", "rotate-hook", "jira", "--json"]).json();
    assert_ne!(rotated["url"], world.jira_hook["url"]);
    assert!(rotated["old_until"].is_string(), "{rotated:#}");
    let token = said(&["token", "create", "x", "--scope", "sync:read"]).out;
    let own = [("BOWLINE_SERVER", world.service.url.as_str()), ("BOWLINE_TOKEN", token.trim())];
    bowline(&["status"], &own, "").ok();
    let id = said(&["token", "list", "--json"]).json()[0]["id"].as_str().unwrap().to_owned();
    said(&["token", "revoke", &id]);
    bowline(&["status"], &own, "").exit(3);
    said(&["tenant", "create", "other"]);
    assert_eq!(said(&["--tenant", "other", "connection", "list", "--json"]).json(), json!([]));
    world.end().await;
}
