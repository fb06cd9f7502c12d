//! Killed in the middle: of a pairing and of an event there is all or nothing, and Forge's repetition mends it.

use serde_json::{Value, json};

use super::scene::{APP, Scene};
use crate::house::{Kind, SOON, Service};

async fn dies_at(scene: &mut Scene, point: &str) {
    let dying = ("BOWLINE_CRASH".to_owned(), format!("{point}:1"));
    let environment: Vec<_> = scene.environment.iter().cloned().chain([dying]).collect();
    scene.service = Service::start(scene.folder.path(), &environment);
    scene.register().await;
    scene.cloud.post("forge/rules", &json!({})).await;
}

async fn pairing(point: &str, is_there: bool) {
    let mut scene = Scene::new(Kind::Sqlite).await;
    scene.install("acme").await;
    let code = scene.code("default").await;
    assert!(scene.service.terminate().await.success());
    dies_at(&mut scene, point).await;
    assert_eq!(scene.enter("acme", &code).await, Value::Null, "nobody answers");
    assert!(scene.service.killed(SOON).await, "{}", scene.service.told());
    scene.restart(&[]).await;
    assert_eq!(scene.remotes().await.len(), usize::from(is_there), "{point}");
    // The code is good if nothing came of it, and used if everything did.
    let again = scene.enter("acme", &code).await;
    assert_eq!(again["status"], if is_there { 403 } else { 200 }, "{again:#}");
    assert_eq!(scene.tick("acme").await, 204);
    assert_eq!(scene.service.get("/api/v1/connections").await["items"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_before_the_commit_of_a_pairing_nothing_of_it_is_there() {
    pairing("forge.pair.before", false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_after_the_commit_of_a_pairing_all_of_it_is_there() {
    pairing("forge.pair.after", true).await;
}

async fn event(point: &str, rows_after: usize) {
    let mut scene = Scene::new(Kind::Sqlite).await;
    scene.paired("acme", "default").await;
    scene.service.settled().await;
    assert!(scene.service.terminate().await.success());
    dies_at(&mut scene, point).await;
    let body = json!({"eventType": "avi:jira:updated:issue", "timestamp": "7", "issue": {"id": "10777"}});
    let ask = json!({"app": APP, "site": "acme", "path": "/forge/events", "body": body});
    let made = scene.cloud.post("forge/send", &ask).await;
    assert!(made["answer"].is_null(), "{made:#}");
    assert!(scene.service.killed(SOON).await, "{}", scene.service.told());
    scene.restart(&[]).await;
    let rows = async || {
        let inbox = scene.service.get("/api/v1/inbox").await;
        inbox["items"].as_array().unwrap().iter().filter(|row| row.to_string().contains("10777")).count()
    };
    assert_eq!(rows().await, rows_after, "{point}");
    // Forge repeats it under another token, and says that it does.
    let mut again = body;
    again["retryContext"] = json!({"retryCount": 1, "retryReason": "TIMEOUT_ERROR", "retryData": null});
    let ask = json!({"app": APP, "site": "acme", "path": "/forge/events", "body": again});
    assert_eq!(scene.cloud.post("forge/send", &ask).await["answer"]["status"], 204);
    assert_eq!(rows().await, 1, "{point}");
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_before_an_event_is_kept_the_repetition_is_taken() {
    event("hooks.commit.before", 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_after_an_event_is_kept_the_repetition_changes_nothing() {
    event("hooks.commit.after", 1).await;
}
