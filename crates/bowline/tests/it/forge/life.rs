//! A site installs the Forge app and is paired; its issues are kept in step by tokens that Forge pushes.

use serde_json::{Value, json};

use super::scene::{APP, Scene};
use crate::canary::{Needle, Search};
use crate::house::Kind;

/// The headers of all calls so far that were waited for.
async fn secrets(scene: &Scene) -> Vec<(&'static str, String)> {
    let calls = scene.cloud.get("forge/calls").await["calls"].as_array().unwrap().clone();
    let mut all = Vec::new();
    for call in &calls {
        for (name, header) in [
            ("an invocation token", "authorization"),
            ("a system token", "x-forge-oauth-system"),
            ("a user's token", "x-forge-oauth-user"),
        ] {
            let value = call["request"]["headers"][header].as_str();
            all.extend(value.map(|value| (name, value.trim_start_matches("Bearer ").to_owned())));
        }
        let code = call["request"]["body"]["code"].as_str();
        all.extend(code.map(|code| ("a pairing code", code.to_owned())));
    }
    all
}

async fn whole_life(kind: Kind) {
    let mut scene = Scene::new(kind).await;
    // The page's calls bring the user's token as well, which is kept nowhere.
    let app = json!({"id": APP, "remote": scene.service.url, "user_token": true});
    scene.cloud.post("forge/apps", &app).await;
    let name = scene.paired("acme", "default").await;
    let row = scene.service.get(&format!("/api/v1/connections/{name}")).await;
    assert_eq!(row["sign_in"]["method"], "grant", "{row:#}");
    let remotes = scene.remotes().await;
    assert_eq!((remotes.len(), &remotes[0]["token"]["state"]), (1, &json!("active")), "{remotes:#?}");

    // Both ways: by Forge's events, and by calls with the pushed token.
    scene.profile(&name).await;
    let (issue, story) = scene.shared().await;
    scene.retitle(&issue, "Told by Forge").await;
    scene.arrives(&story, "Told by Forge").await;
    let inbox = scene.service.get("/api/v1/inbox").await;
    let told = |event: &str| inbox["items"].as_array().unwrap().iter().any(|row| row["event"] == event);
    assert!(told("avi:jira:updated:issue"), "{inbox:#}");
    let number = story.parse::<u64>().unwrap();
    let comment = json!({"as": "bob", "item": number, "comment": "<div>Bob was here</div>"});
    scene.targetprocess.edit(comment).await;
    scene.until(&issue, |item| item["comments"].to_string().contains("Bob was here")).await;
    scene.edit("acme", json!({"as": "ada", "item": issue, "comment": "Ada too"})).await;
    scene.targetprocess.until(&story, |item| item["comments"].to_string().contains("Ada too")).await;

    // Another version, another key, and the hour.
    scene.cloud.post("forge/upgrade", &json!({"app": APP, "site": "acme", "version": "4.1.0"})).await;
    scene
        .service
        .until("/api/v1/app/installs", |seen| seen["forge"]["installations"][0]["app_version"] == "4.1.0")
        .await;
    assert_eq!(scene.tick("acme").await, 204);
    scene.service.until("/api/v1/findings", |page| page["items"] == json!([])).await;

    let needles = secrets(&scene).await;
    assert!(needles.iter().any(|(name, _)| *name == "a user's token"), "{needles:?}");
    let needles: Vec<Needle> = needles.iter().map(|(name, value)| Needle::new(*name, value)).collect();
    let search = Search::new(&needles);
    if kind == Kind::Sqlite {
        assert!(scene.service.terminate().await.success());
    }
    let found: Vec<_> = scene.places().iter().flat_map(|(place, bytes)| search.find(place, bytes)).collect();
    assert!(found.is_empty(), "{found:#?}");
    drop(scene.service);
    scene.database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_installation_that_is_paired_is_kept_in_step() {
    whole_life(Kind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_installation_that_is_paired_is_kept_in_step_with_postgresql() {
    whole_life(Kind::Postgres).await;
}

fn code_of(row: &Value) -> &Value {
    &row["health"]["code"]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_ends_makes_work_wait_until_the_next_one_comes() {
    // Tokens live less than a minute here, and are missed after five seconds.
    let scene = Scene::with(Kind::Sqlite, &[("BOWLINE_FORGE__FRESH_FOR", "5s")]).await;
    scene.tokens_live(45).await;
    let name = scene.paired("acme", "default").await;
    scene.profile(&name).await;
    let (issue, story) = scene.shared().await;
    // Forge falls silent: neither events nor the hourly call reach the service.
    scene.silence().await;
    let has = |page: &Value, code: &str| {
        page["items"].as_array().unwrap().iter().any(|finding| finding["code"] == code)
    };
    scene.service.until("/api/v1/findings", |page| has(page, "auth.forge_token_late")).await;
    scene.service.until("/api/v1/findings", |page| has(page, "auth.forge_token_missing")).await;
    let path = format!("/api/v1/connections/{name}");
    scene.service.until(&path, |row| code_of(row) == "auth.forge_token_missing").await;
    let remote = scene.remotes().await.remove(0);
    assert_eq!(remote["token"]["state"], "needs_reauth", "{remote:#}");

    // What happens meanwhile waits, on both sides.
    let number = story.parse::<u64>().unwrap();
    scene.targetprocess.edit(json!({"as": "bob", "item": number, "comment": "<div>Bob waits</div>"})).await;
    scene.retitle(&issue, "While nothing came").await;
    let pending = |row: &Value| row["state"] == "pending";
    scene.service.until("/api/v1/inbox", |page| page["items"].as_array().unwrap().iter().any(pending)).await;

    // The next hourly call resumes it.
    scene.tokens_live(7_200).await;
    scene.register().await;
    scene.cloud.post("forge/rules", &json!({})).await;
    assert_eq!(scene.tick("acme").await, 204);
    scene.arrives(&story, "While nothing came").await;
    scene.until(&issue, |item| item["comments"].to_string().contains("Bob waits")).await;
    scene.service.until(&path, |row| row["health"]["state"] == "ok").await;
    scene.service.until("/api/v1/findings", |page| page["items"] == json!([])).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_that_is_installed_again_keeps_its_connection() {
    let scene = Scene::new(Kind::Sqlite).await;
    let name = scene.paired("acme", "default").await;
    let before = scene.service.get(&format!("/api/v1/connections/{name}")).await;
    scene.cloud.post("forge/uninstall", &json!({"app": APP, "site": "acme"})).await;
    let again = scene.paired("acme", "default").await;
    assert_eq!(again, name);
    let after = scene.service.get(&format!("/api/v1/connections/{name}")).await;
    assert_eq!((&after["id"], &after["sign_in"]), (&before["id"], &before["sign_in"]));
    assert_eq!(scene.tick("acme").await, 204);
}
