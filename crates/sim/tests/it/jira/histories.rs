//! Cloud's histories of issues by ids and of many issues at once.

use serde_json::{Value, json};

use super::{CLOUD, DC, world};

#[tokio::test]
async fn chosen_entries_of_a_history_are_sent() {
    let world = world(CLOUD).await;
    let key = world.make("one").await;
    for summary in ["two", "three"] {
        let body = json!({"fields": {"summary": summary}});
        assert_eq!(world.ada.put(&format!("/rest/api/3/issue/{key}"), body).await.status, 204);
    }
    let all = world.ada.get(&format!("/rest/api/3/issue/{key}/changelog")).await.expect(200);
    let id: u64 = all["values"][1]["id"].as_str().unwrap().parse().unwrap();
    let path = format!("/rest/api/3/issue/{key}/changelog/list");
    let chosen = world.bob.post(&path, json!({"changelogIds": [id, 999_999]})).await.expect(200);
    assert_eq!((&chosen["total"], &chosen["histories"][0]), (&json!(1), &all["values"][1]));
    for wrong in [json!({}), json!({"changelogIds": ["x"]}), json!({"changelogIds": 1})] {
        assert_eq!(world.ada.post(&path, wrong).await.status, 400);
    }
    let missing = "/rest/api/3/issue/ACME-99999/changelog/list";
    assert_eq!(world.ada.post(missing, json!({"changelogIds": [id]})).await.status, 404);
    let path = "/rest/api/2/issue/ACME-1/changelog/list";
    assert_eq!(super::world(DC).await.ada.post(path, json!({"changelogIds": [1]})).await.status, 404);
}

#[tokio::test]
async fn histories_of_many_issues_are_sent_by_pages_and_by_field() {
    let world = world(CLOUD).await;
    let (one, two) = (world.make("one").await, world.make("two").await);
    for (key, fields) in [
        (&one, json!({"summary": "x"})),
        (&two, json!({"summary": "y"})),
        (&one, json!({"labels": ["a"]})),
        (&one, json!({"summary": "z"})),
    ] {
        let put = world.ada.put(&format!("/rest/api/3/issue/{key}"), json!({"fields": fields})).await;
        assert_eq!(put.status, 204);
    }
    let path = "/rest/api/3/changelog/bulkfetch";
    let all = world.bob.post(path, json!({"issueIdsOrKeys": [one, two, "ACME-99999"]})).await.expect(200);
    let counts = |found: &Value| -> Vec<usize> {
        let logs = found["issueChangeLogs"].as_array().unwrap();
        logs.iter().map(|log| log["changeHistories"].as_array().unwrap().len()).collect()
    };
    assert_eq!(counts(&all), [3, 1]);
    assert!(all.get("nextPageToken").is_none());
    let body = json!({"issueIdsOrKeys": [one, two], "fieldIds": ["summary"], "maxResults": 2});
    let first = world.ada.post(path, body.clone()).await.expect(200);
    assert_eq!(counts(&first), [1, 1]);
    let mut next = body;
    next["nextPageToken"] = first["nextPageToken"].clone();
    let second = world.ada.post(path, next).await.expect(200);
    assert_eq!(counts(&second), [1]);
    assert_eq!(second["issueChangeLogs"][0]["changeHistories"][0]["items"][0]["toString"], "z");
    let many: Vec<String> = (0..1_001).map(|number| format!("ACME-{number}")).collect();
    for wrong in [
        json!({}),
        json!({"issueIdsOrKeys": []}),
        json!({"issueIdsOrKeys": [1]}),
        json!({"issueIdsOrKeys": many}),
        json!({"issueIdsOrKeys": [one], "fieldIds": ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"]}),
        json!({"issueIdsOrKeys": [one], "maxResults": 0}),
        json!({"issueIdsOrKeys": [one], "nextPageToken": "x"}),
    ] {
        assert_eq!(world.ada.post(path, wrong).await.status, 400);
    }
}
