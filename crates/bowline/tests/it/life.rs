//! What happens to shares over time: unlinking, new mappings, pauses, deletions, words that must not spread.

use serde_json::{Value, json};

use crate::house::{Kind, PROFILE, World, http};

/// The demo's profile, sharing stories of ACME by itself.
fn automatic() -> String {
    PROFILE.replace("right = \"Web Shop\"\n", "right = \"Web Shop\"\nshare = \"left\"\n")
}

async fn world(document: &str) -> World {
    let world = World::bare(Kind::Sqlite, &[]).await;
    world.service.ok("POST", "/api/v1/profiles", &json!({"document": document})).await;
    world
}

/// A new story in ACME.
async fn story(world: &World, title: &str) -> String {
    let fields = json!({"project": {"key": "ACME"}, "issuetype": {"name": "Story"}, "summary": title});
    world.jira.edit(json!({"as": "ada", "create": fields})).await["key"].as_str().unwrap().to_owned()
}

/// The share of an item, once it is active.
async fn shared(world: &World, key: &str) -> Value {
    let path = format!("/api/v1/shares?item={key}");
    world.service.until(&path, |page| page["items"][0]["state"] == "active").await["items"][0].clone()
}

async fn count(world: &World, title: &str) -> usize {
    let all = world.targetprocess.get("items").await;
    all["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|item| item["title"].as_str().unwrap().contains(title))
        .count()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_that_a_person_unlinked_is_not_shared_again_by_its_routing() {
    let world = world(&automatic()).await;
    let key = story(&world, "Once only").await;
    let share = shared(&world, &key).await;
    world
        .service
        .ok("POST", &format!("/api/v1/shares/{}/unlink", share["id"].as_str().unwrap()), &json!({}))
        .await;
    world.jira.edit(json!({"as": "ada", "item": key, "fields": {"summary": "Once only, edited"}})).await;
    // Two sweeps later it would have been made.
    tokio::time::sleep(std::time::Duration::from_millis(2_500)).await;
    world.service.settled().await;
    assert_eq!(count(&world, "Once only").await, 1);
    let counterpart = world.targetprocess.item(share["right"]["id"].as_str().unwrap()).await;
    assert_eq!(counterpart["title"], "Once only", "an unlinked item is left as it was");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_that_is_mapped_later_is_compared_and_never_emptied() {
    let without = PROFILE.replace("[[type.field]]\nleft = \"description\"\nright = \"Description\"\n", "");
    assert_ne!(without, PROFILE);
    let world = world(&without).await;
    let keys = world.stories().await;
    let (issue, story) = world.share("left", &keys[0]).await;
    world.jira.edit(json!({"as": "ada", "item": issue, "fields": {"description": ""}})).await;
    let words = json!({"as": "bob", "item": story.parse::<u64>().unwrap(), "fields": {"Description": "<div>A year of work</div>"}});
    world.targetprocess.edit(words).await;
    world.service.settled().await;
    world.service.ok("PUT", "/api/v1/profiles/stories", &json!({"document": PROFILE})).await;
    world.jira.edit(json!({"as": "ada", "item": issue, "fields": {"summary": "Touched"}})).await;
    world.jira.until(&issue, |item| item["description"].to_string().contains("A year of work")).await;
    let there = world.targetprocess.item(&story).await;
    assert!(there["description"].to_string().contains("A year of work"), "{there:#}");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_made_and_edited_during_a_pause_is_carried_over_afterwards() {
    let world = world(&automatic()).await;
    let old = story(&world, "Before the pause").await;
    let there = shared(&world, &old).await["right"]["id"].as_str().unwrap().to_owned();
    world.service.ok("POST", "/api/v1/profiles/stories/pause", &json!({})).await;
    let new = story(&world, "During the pause").await;
    world.jira.edit(json!({"as": "ada", "item": old, "fields": {"summary": "Edited meanwhile"}})).await;
    tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
    assert_eq!(count(&world, "During the pause").await, 0);
    world.service.ok("POST", "/api/v1/profiles/stories/resume", &json!({})).await;
    world.targetprocess.until(&there, |item| item["title"] == "Edited meanwhile").await;
    shared(&world, &new).await;
    assert_eq!(count(&world, "During the pause").await, 1);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comment_that_is_restricted_later_does_not_spread_what_it_says_then() {
    let world = World::new(Kind::Sqlite, &[]).await;
    let (issue, story) = world.share("left", &world.stories().await[0]).await;
    let made = world.jira.edit(json!({"as": "ada", "item": issue, "comment": "For everybody"})).await;
    let said = |words: &'static str| move |item: &Value| item["comments"].to_string().contains(words);
    world.targetprocess.until(&story, said("For everybody")).await;

    let url =
        format!("{}/rest/api/2/issue/{issue}/comment/{}", world.jira.url, made["comment"].as_str().unwrap());
    // admin@example.com:token-admin
    let headers = [
        ("authorization", "Basic YWRtaW5AZXhhbXBsZS5jb206dG9rZW4tYWRtaW4="),
        ("content-type", "application/json"),
    ];
    let visibility = json!({"type": "role", "value": "Administrators"});
    let body = json!({"body": "The salary is 7,000", "visibility": visibility});
    assert_eq!(http("PUT", &url, &headers, body.to_string()).await.unwrap().status, 200);
    world.jira.edit(json!({"as": "ada", "item": issue, "comment": "Everybody again"})).await;
    let there = world.targetprocess.until(&story, said("Everybody again")).await;
    assert!(!there["comments"].to_string().contains("salary"), "{there:#}");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_deleted_on_one_side_rests_and_is_not_made_again() {
    let world = world(&automatic()).await;
    let key = story(&world, "Short life").await;
    let share = shared(&world, &key).await;
    let id: u64 = share["right"]["id"].as_str().unwrap().parse().unwrap();
    world.targetprocess.edit(json!({"as": "bob", "item": id, "delete": true})).await;
    let path = format!("/api/v1/shares/{}", share["id"].as_str().unwrap());
    world.service.until(&path, |share| share["state"] == "tombstoned").await;
    world.jira.edit(json!({"as": "ada", "item": key, "fields": {"summary": "Short life, edited"}})).await;
    tokio::time::sleep(std::time::Duration::from_millis(2_500)).await;
    world.service.settled().await;
    assert_eq!(count(&world, "Short life").await, 0);
    world.end().await;
}
