//! Watchers, votes and the assignee resource.

use serde_json::{Value, json};

use super::{CLOUD, DC, world};

const BOB: &str = "712020:5f0c0000-0000-4000-8000-000000000003";

#[tokio::test]
async fn whoever_makes_or_comments_an_issue_watches_it() {
    let world = world(DC).await;
    let key = world.make("one").await;
    let path = format!("/rest/api/2/issue/{key}/watchers");
    let watchers = world.ada.get(&path).await.expect(200);
    assert_eq!((watchers["watchCount"].as_u64(), watchers["isWatching"].as_bool()), (Some(1), Some(true)));
    assert_eq!(watchers["watchers"][0]["name"], "ada");
    world.bob.post(&format!("/rest/api/2/issue/{key}/comment"), json!({"body": "x"})).await.expect(201);
    assert_eq!(world.bob.get(&path).await.expect(200)["watchCount"], 2);
    let field = world.field(&key, "watches").await;
    assert_eq!(field["watchCount"], 2);
    assert!(field.get("watchers").is_none());
}

#[tokio::test]
async fn people_begin_and_cease_to_watch() {
    for (face, name, query) in
        [(CLOUD, BOB, format!("accountId={BOB}")), (DC, "bob", "username=bob".to_owned())]
    {
        let world = world(face).await;
        let key = world.make("one").await;
        let path = format!("/rest/api/2/issue/{key}/watchers");
        let before = world.field(&key, "updated").await;
        for _ in 0..2 {
            assert_eq!(world.ada.post(&path, json!(name)).await.status, 204);
        }
        let watchers = world.bob.get(&path).await.expect(200);
        assert_eq!(
            (watchers["watchCount"].as_u64(), watchers["isWatching"].as_bool()),
            (Some(2), Some(true))
        );
        assert_eq!(world.ada.delete(&format!("{path}?{query}")).await.status, 204);
        assert_eq!(world.ada.delete(&format!("{path}?{query}")).await.status, 204);
        let myself = world.bob.send(http::Method::POST, &path, bytes::Bytes::new()).await.unwrap();
        assert_eq!(myself.status, 204);
        assert_eq!(world.bob.get(&path).await.expect(200)["isWatching"], true);
        assert_eq!(world.field(&key, "updated").await, before);
        assert_eq!(world.ada.post(&path, json!("nobody")).await.status, 404);
        assert_eq!(world.ada.post(&path, json!({"name": "bob"})).await.status, 400);
        assert_eq!(world.ada.delete(&path).await.status, 400);
        assert_eq!(world.control.post(&path, json!(name)).await.status, 401);
        assert_eq!(world.ada.get("/rest/api/2/issue/ACME-99999/watchers").await.status, 404);
    }
}

#[tokio::test]
async fn nobody_is_made_to_watch_what_they_may_not_see() {
    let world = world(DC).await;
    let key = world.make("one").await;
    let right = json!({"user": "bob", "project": "ACME", "right": "browse", "allowed": false});
    world.control.post("/_sim/settings", right).await.expect(200);
    let refused =
        world.ada.post(&format!("/rest/api/2/issue/{key}/watchers"), json!("bob")).await.expect(401);
    assert!(refused["errorMessages"][0].as_str().unwrap().contains("\"bob\" does not have permission"));
}

#[tokio::test]
async fn votes_are_for_open_issues_of_others() {
    for face in [CLOUD, DC] {
        let world = world(face).await;
        let key = world.make("one").await;
        let path = format!("/rest/api/2/issue/{key}/votes");
        let mine = world.ada.post(&path, Value::Null).await.expect(404);
        assert_eq!(mine["errorMessages"][0], "You cannot vote for an issue you have reported.");
        let unvoted = if face == CLOUD { 404 } else { 204 };
        assert_eq!(world.bob.delete(&path).await.status, unvoted);
        assert_eq!(world.bob.post(&path, Value::Null).await.status, 204);
        let votes = world.bob.get(&path).await.expect(200);
        assert_eq!((votes["votes"].as_u64(), votes["hasVoted"].as_bool()), (Some(1), Some(true)));
        assert_eq!(votes["voters"].as_array().unwrap().len(), 1);
        assert_eq!(world.field(&key, "votes").await["hasVoted"], false);
        assert_eq!(world.bob.delete(&path).await.status, 204);
        assert_eq!(world.bob.get(&path).await.expect(200)["votes"], 0);
        assert_eq!(world.bob.get("/rest/api/2/issue/ACME-99999/votes").await.status, 404);
    }
}

#[tokio::test]
async fn issues_are_assigned_by_name_automatically_and_to_nobody() {
    let world = world(DC).await;
    let key = world.make("one").await;
    let path = format!("/rest/api/2/issue/{key}/assignee");
    assert_eq!(world.ada.put(&path, json!({"name": "bob"})).await.status, 204);
    assert_eq!(world.field(&key, "assignee").await["name"], "bob");
    assert_eq!(world.ada.put(&path, json!({"name": "-1"})).await.status, 204);
    assert_eq!(world.field(&key, "assignee").await, Value::Null, "the project's new issues go to nobody");
    let lead = json!({"assigneeType": "PROJECT_LEAD"});
    world.admin.put("/rest/api/2/project/ACME", lead).await.expect(200);
    assert_eq!(world.ada.put(&path, json!({"name": "-1"})).await.status, 204);
    assert_eq!(world.field(&key, "assignee").await["name"], "ada");
    assert_eq!(world.ada.put(&path, json!({"name": null})).await.status, 204);
    assert_eq!(world.field(&key, "assignee").await, Value::Null);
    assert_eq!(world.ada.put(&path, json!({"name": "nobody"})).await.status, 400);
    assert_eq!(world.ada.put(&path, json!([])).await.status, 400);
    assert_eq!(
        world.ada.put("/rest/api/2/issue/ACME-99999/assignee", json!({"name": "bob"})).await.status,
        404
    );
}
