//! Many callers at once.

use std::collections::HashSet;

use bowline_sim::targetprocess::Options as Tp;
use serde_json::json;
use tokio::task::JoinSet;

use crate::jira::{DC, issue, world};
use crate::targetprocess;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn issues_made_at_once_have_keys_of_their_own() {
    let world = world(DC).await;
    let mut tasks = JoinSet::new();
    for number in 0..100 {
        let client = if number % 2 == 0 { world.ada.clone() } else { world.bob.clone() };
        tasks.spawn(async move {
            let made = client.post("/rest/api/2/issue", issue(&number.to_string())).await.expect(201);
            made["key"].as_str().unwrap().to_owned()
        });
    }
    let keys: HashSet<String> = tasks.join_all().await.into_iter().collect();
    assert_eq!(keys.len(), 100);
    assert_eq!(world.control.get("/_sim/state").await.expect(200)["counts"]["items"], 220);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edits_made_at_once_are_all_kept_in_order_of_time() {
    let world = world(DC).await;
    let key = world.make("one").await;
    let mut tasks = JoinSet::new();
    for number in 0..60 {
        let (client, key) = (world.ada.clone(), key.clone());
        tasks.spawn(async move {
            let path = format!("/rest/api/2/issue/{key}");
            let label = json!({"update": {"labels": [{"add": format!("l{number}")}]}});
            assert_eq!(client.put(&path, label).await.status, 204);
            client.get(&path).await.expect(200);
        });
    }
    tasks.join_all().await;
    let item = world.control.get(&format!("/_sim/item/{key}")).await.expect(200);
    assert_eq!(item["labels"].as_array().unwrap().len(), 60);
    let times: Vec<i64> =
        item["history"].as_array().unwrap().iter().map(|change| change["at"].as_i64().unwrap()).collect();
    assert_eq!(times.len(), 60);
    assert!(times.windows(2).all(|pair| pair[0] < pair[1]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_all_who_take_one_step_one_succeeds() {
    let world = world(DC).await;
    let key = world.make("one").await;
    let mut tasks = JoinSet::new();
    for _ in 0..20 {
        let (client, path) = (world.ada.clone(), format!("/rest/api/2/issue/{key}/transitions"));
        tasks.spawn(async move { client.post(&path, json!({"transition": {"id": "11"}})).await.status });
    }
    let statuses = tasks.join_all().await;
    assert_eq!(statuses.iter().filter(|status| **status == 204).count(), 1);
    assert_eq!(statuses.iter().filter(|status| **status == 400).count(), 19);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn versions_count_every_change() {
    let tp = std::sync::Arc::new(targetprocess::world(Tp::default()).await);
    let id = tp.make("one").await;
    let version =
        async || tp.control().get(&format!("/_sim/item/{id}")).await.expect(200)["version"].as_u64();
    let before = version().await.unwrap();
    let mut tasks = JoinSet::new();
    for number in 1..=50 {
        let tp = tp.clone();
        tasks.spawn(async move {
            tp.post(&format!("/api/v1/UserStories/{id}"), json!({"Effort": number})).await.expect(200);
        });
    }
    tasks.join_all().await;
    assert_eq!(version().await, Some(before + 50));
}
