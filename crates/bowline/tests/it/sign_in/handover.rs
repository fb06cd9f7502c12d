//! Whoever gave a consent leaves: it is told within a sweep, what is edited waits, and somebody else takes over the same
//! connection with nothing of it lost.

use std::time::Duration;

use serde_json::{Value, json};

use super::paused::World;

/// What happens to Ada, which code tells of it, and who takes over.
async fn taken_over(happens: &Value, code: &str, takes_over: impl AsyncFn(&World)) {
    let world = World::new().await;
    let (issue, story) = world.shared().await;
    let before = world.connection().await;

    world.cloud.post("settings", happens).await;
    let told = |connection: &Value| connection["health"]["code"] == code;
    let connection = world.service.until("/api/v1/connections/jira", told).await;
    assert_eq!(connection["health"]["state"], "needs_attention");
    world.edit(&json!({"as": "bob", "item": issue, "comment": "Bob's remark"})).await;
    let item: u64 = story.parse().unwrap();
    world.targetprocess.edit(json!({"as": "bob", "item": item, "fields": {"Name": "Meanwhile"}})).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(world.item(&issue).await["title"], "Before", "nothing is written by nobody");
    let findings = world.service.get("/api/v1/findings").await;
    let found = findings["items"].as_array().unwrap();
    assert!(!found.is_empty() && found.iter().all(|finding| finding["code"] == code), "{findings:#}");

    takes_over(&world).await;
    world.until(&issue, |item| item["title"] == "Meanwhile").await;
    let remark = |item: &Value| item["comments"].to_string().contains("Bob's remark");
    world.targetprocess.until(&story, remark).await;
    world.service.settled().await;
    let findings = world.service.get("/api/v1/findings").await;
    assert_eq!(findings["items"], json!([]), "{findings:#}");
    let after = world.connection().await;
    assert_eq!(after["id"], before["id"], "the same connection goes on");
    assert_ne!(after["identity"], before["identity"], "as somebody else");
}

/// Bob consents, who was told that he may take the connection over.
async fn bob(world: &World) {
    world.consented_by("bob", &[("anybody", "yes")]).await;
}

async fn robot(world: &World) {
    let client = json!({
        "name": "robot", "provider": "atlassian_service", "client_id": "bowline-service",
        "secret": "secret-bowline-service",
    });
    world.service.ok("POST", "/api/v1/oauth-clients", &client).await;
    world.service.ok("PATCH", "/api/v1/connections/jira", &json!({ "oauth_client": "robot" })).await;
    let verdict = world.service.ok("POST", "/api/v1/connections/jira/test", &json!({})).await;
    assert_eq!(verdict["ok"], true, "{verdict:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_loses_the_site_is_followed_by_another() {
    let shut = json!({"site_access": {"user": "ada", "site": "acme", "allowed": false}});
    taken_over(&shut, "auth.site_lost", bob).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_is_deactivated_is_followed_by_a_service_account() {
    let gone = json!({"account": {"user": "ada", "active": false}});
    taken_over(&gone, "auth.grant_ended", robot).await;
}
