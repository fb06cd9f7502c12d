//! Edits through the tools' own APIs, as `curl` would send them, with everything in a process of its own.

use serde_json::{Value, json};

use crate::house::{Database, Folder, Kind, Service, World, environment, http};

async fn both_ways(kind: Kind) {
    let world = World::new(kind, &[]).await;
    let (issue, story) = world.share("left", &world.stories().await[0]).await;

    let url = format!("{}/rest/api/3/issue/{issue}", world.jira.url);
    // ada@example.com:token-ada
    let headers = [
        ("authorization", "Basic YWRhQGV4YW1wbGUuY29tOnRva2VuLWFkYQ=="),
        ("content-type", "application/json"),
    ];
    let edit = json!({"fields": {"summary": "Hello from Jira"}});
    assert_eq!(http("PUT", &url, &headers, edit.to_string()).await.unwrap().status, 204);
    world.targetprocess.until(&story, |item| item["title"] == "Hello from Jira").await;

    let url =
        format!("{}/api/v1/UserStories/{story}?access_token=token-bob&format=json", world.targetprocess.url);
    let edit = json!({"Name": "Hello from Targetprocess"});
    let headers = [("content-type", "application/json")];
    assert_eq!(http("POST", &url, &headers, edit.to_string()).await.unwrap().status, 200);
    world.jira.until(&issue, |item| item["title"] == "Hello from Targetprocess").await;

    let line = |line: &Value| line["deed"] == "synced" && line["left_key"] == json!(issue);
    let lines = world.service.get("/api/v1/activity").await;
    assert!(lines["items"].as_array().unwrap().iter().filter(|one| line(one)).count() >= 2, "{lines:#}");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn edits_by_curl_arrive_on_the_other_side() {
    both_ways(Kind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn edits_by_curl_arrive_on_the_other_side_with_postgresql() {
    both_ways(Kind::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_leaves_no_core_file() {
    let (folder, database) = (Folder::new(), Database::create(Kind::Sqlite).await);
    let service = Service::start(folder.path(), &environment(&folder, &database, &[]));
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", service.id())).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    let words: Vec<&str> = core.split_whitespace().collect();
    assert_eq!(words[4..6], ["0", "0"], "{core}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_is_asked_to_stop_ends_well_and_goes_on_where_it_was() {
    let mut world = World::new(Kind::Sqlite, &[]).await;
    let (issue, story) = world.share("left", &world.stories().await[0]).await;
    assert!(world.service.terminate().await.success());
    // Nobody hears this.
    world.jira.edit(json!({"as": "ada", "item": issue, "fields": {"summary": "Said to nobody"}})).await;
    world.restart(&[]).await;
    world.targetprocess.until(&story, |item| item["title"] == "Said to nobody").await;
    world.end().await;
}
