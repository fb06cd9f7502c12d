//! `bowline app manifest`, `pair`, `installs`, `migration`.

use serde_json::json;

use super::scene::{APP, Scene};
use crate::house::{Folder, Kind, bowline};

fn environment(more: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    let own = [("BOWLINE_FORGE__APP_ID", APP), ("BOWLINE_FORGE__BASE_URL", "https://sync.acme.example")];
    [&own[..], more].concat()
}

#[test]
fn the_manifest_is_printed_from_the_configuration_alone() {
    let own = environment(&[]);
    let json = bowline(&["app", "manifest", "--json"], &own, "").ok().json();
    assert_eq!(json["app"]["id"], APP);
    assert_eq!(json["remotes"][0]["baseUrl"], "https://sync.acme.example");
    assert_eq!(json["resources"], json!([{"key": "pairing", "path": "src/pairing.jsx"}]));
    let scopes = json["permissions"]["scopes"].as_array().unwrap();
    assert!(scopes.contains(&json!("read:app-system-token")) && scopes.contains(&json!("write:jira-work")));
    assert!(!scopes.contains(&json!("read:app-user-token")));
    let managed = bowline(
        &["app", "manifest", "--json", "--customer-managed", "--pattern", "*.acme.example"],
        &own,
        "",
    );
    let managed = managed.ok().json();
    assert_eq!(managed["remotes"][0]["configurable"]["supportedPatterns"], json!(["*.acme.example"]));
    assert_eq!(managed["permissions"]["external"]["configurable"]["enabled"], true);
    let carried = environment(&[("BOWLINE_CONNECT__BASE_URL", "https://sync.acme.example/connect")]);
    let carried = bowline(&["app", "manifest", "--json", "--connect"], &carried, "").ok().json();
    assert_eq!(carried["app"]["connect"]["key"], "bowline");
    bowline(&["app", "manifest"], &[], "").exit(2).says(&["forge.app_id", "forge register"]);
    let plain = environment(&[("BOWLINE_FORGE__BASE_URL", "http://sync.acme.example")]);
    bowline(&["app", "manifest"], &plain, "").exit(2).says(&["forge.base_url"]);
}

#[test]
fn a_folder_gets_what_is_deployed_and_keeps_what_is_there() {
    let folder = Folder::new();
    let path = folder.path().join("app");
    let target = path.display().to_string();
    bowline(&["app", "manifest", "--folder", &target], &environment(&[]), "").ok();
    let read = |name: &str| std::fs::read_to_string(path.join(name)).unwrap();
    assert!(read("manifest.yml").contains("/forge/events"));
    assert!(read("src/pairing.jsx").contains("CUSTOMER_MANAGED = false"));
    assert!(read("package.json").contains("@forge/react"));
    bowline(&["app", "manifest", "--folder", &target], &environment(&[]), "").exit(5);
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_installations_and_the_way_to_go_are_shown() {
    let scene = Scene::new(Kind::Sqlite).await;
    let token = scene.folder.path().join("data").join("admin.token").display().to_string();
    let run = |arguments: &[&str]| {
        let all = [arguments, &["--server", &scene.service.url, "--token-file", &token][..]].concat();
        bowline(&all, &[], "")
    };
    let code = run(&["app", "pair"]).ok().out;
    scene.install("acme").await;
    let answer = scene.enter("acme", code.trim()).await;
    assert_eq!(answer["status"], 200, "{answer:#}");
    let shown = run(&["app", "installs"]).ok().out;
    assert!(shown.contains("FORGE SITE") && shown.contains("active"), "{shown}");
    let report = run(&["app", "migration", "--json"]).ok().json();
    assert_eq!((&report["ends_on"], &report["stages"]), (&json!("2027-01-31"), &json!({"forge": 1})));
    let site = &report["tenants"][0]["sites"][0];
    assert_eq!(
        (&site["stage"], &site["connect"], &site["next"]),
        (&json!("forge"), &json!(false), &json!(null))
    );
    assert!(run(&["app", "migration"]).ok().out.contains("days are left"));
}
