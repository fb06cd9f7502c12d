//! What the regular look for changes meets: a project that is not there, a tool that refuses it, names in another case.

use serde_json::json;

use super::{NO_SWEEP, document, finding, nothing_wrong};
use crate::house::{Kind, PROFILE, World};

#[tokio::test(flavor = "multi_thread")]
async fn a_project_that_does_not_exist_is_found_although_nothing_ever_comes_from_there() {
    let world = World::bare(Kind::Sqlite, &[]).await;
    for (right, wrong) in
        [("left = \"ACME\"", "left = \"ACMX\""), ("right = \"Web Shop\"", "right = \"Web Shpo\"")]
    {
        world.service.ok("POST", "/api/v1/profiles", &document(right, wrong)).await;
        let found = finding(&world.service, "tool.unknown_project").await;
        let name = wrong.split('"').nth(1).unwrap();
        let whole = world.service.get(&format!("/api/v1/findings/{}", found["id"].as_str().unwrap())).await;
        assert!(whole["words"].as_str().unwrap().contains(name), "{whole:#}");
        world.service.ok("PUT", "/api/v1/profiles/stories", &json!({"document": PROFILE})).await;
        nothing_wrong(&world.service).await;
        world.service.ok("DELETE", "/api/v1/profiles/stories", &json!(null)).await;
    }
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_that_is_refused_is_told_and_goes_on_by_itself() {
    let world = World::new(Kind::Sqlite, &[]).await;
    let search = json!({"path": "/rest/api/3/search/jql"});
    world.jira.fault(search, json!({"kind": "status", "status": 400}), 1_000).await;
    finding(&world.service, "sync.sweep_failing").await;
    world.jira.no_faults().await;
    nothing_wrong(&world.service).await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_that_cannot_be_read_before_it_is_shared_is_told_and_shared_later() {
    let world = World::bare(Kind::Sqlite, &[NO_SWEEP]).await;
    let routed = document("right = \"Web Shop\"", "right = \"Web Shop\"\nshare = \"left\"");
    world.service.ok("POST", "/api/v1/profiles", &routed).await;
    let story = world.stories().await[0].clone();
    world
        .jira
        .fault(json!({"path": "/rest/api/3/issue/*"}), json!({"kind": "status", "status": 400}), 1_000)
        .await;
    world.jira.edit(json!({"as": "ada", "item": story, "fields": {"summary": "Read me"}})).await;
    finding(&world.service, "tool.refused").await;
    world.jira.no_faults().await;
    nothing_wrong(&world.service).await;
    let shares = world.service.until("/api/v1/shares", |page| page["items"][0]["state"] == "active").await;
    assert_eq!(shares["items"][0]["left"]["key"], json!(story), "{shares:#}");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn names_in_another_case_mean_the_same_project_and_type() {
    let world = World::bare(Kind::Sqlite, &[NO_SWEEP]).await;
    let lower = PROFILE
        .replace("right = \"Web Shop\"", "right = \"web shop\"")
        .replace("left = \"Story\"\nright = \"UserStory\"", "left = \"story\"\nright = \"userstory\"");
    assert!(lower.contains("web shop") && lower.contains("userstory"));
    world.service.ok("POST", "/api/v1/profiles", &json!({"document": lower})).await;
    let (_, right) = world.share("left", &world.stories().await[0]).await;
    let made = world.targetprocess.item(&right).await;
    assert!(made["project"].to_string().contains("Web Shop"), "{made:#}");
    nothing_wrong(&world.service).await;
    world.end().await;
}
