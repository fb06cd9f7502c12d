//! Comments: pages, dialects, properties, visibility.

use serde_json::{Value, json};

use super::{CLOUD, DC, world};

#[tokio::test]
async fn comments_are_made_read_edited_and_deleted() {
    let world = world(DC).await;
    let key = world.make("one").await;
    let base = format!("/rest/api/2/issue/{key}/comment");
    let before = world.field(&key, "updated").await;
    let made = world.ada.post(&base, json!({"body": "first *one*"})).await.expect(201);
    assert_eq!((made["body"].as_str(), made["author"]["name"].as_str()), (Some("first *one*"), Some("ada")));
    assert!(world.field(&key, "updated").await.as_str() > before.as_str());
    let path = format!("{base}/{}", made["id"].as_str().unwrap());
    assert_eq!(world.bob.get(&path).await.expect(200), made);
    let edited = world.admin.put(&path, json!({"body": "second"})).await.expect(200);
    assert_eq!(
        (edited["body"].as_str(), edited["updateAuthor"]["name"].as_str()),
        (Some("second"), Some("admin"))
    );
    assert_eq!(edited["author"]["name"], "ada");
    assert!(edited["updated"].as_str() > edited["created"].as_str());
    assert_eq!(world.bob.put(&path, json!({"body": "mine"})).await.status, 400);
    assert_eq!(world.bob.delete(&path).await.status, 400);
    assert_eq!(world.ada.delete(&path).await.status, 204);
    assert_eq!(world.ada.get(&path).await.status, 404);
    assert_eq!(world.ada.delete(&path).await.status, 404);
}

#[tokio::test]
async fn pages_of_comments_have_totals() {
    let world = world(CLOUD).await;
    let key = world.make("one").await;
    let base = format!("/rest/api/2/issue/{key}/comment");
    for text in ["a", "b", "c"] {
        world.ada.post(&base, json!({"body": text})).await.expect(201);
    }
    let page = world.ada.get(&format!("{base}?startAt=1&maxResults=1")).await.expect(200);
    assert_eq!(
        (page["startAt"].as_u64(), page["maxResults"].as_u64(), page["total"].as_u64()),
        (Some(1), Some(1), Some(3))
    );
    assert_eq!(page["comments"][0]["body"], "b");
    let newest = world.ada.get(&format!("{base}?orderBy=-created")).await.expect(200);
    assert_eq!(newest["comments"][0]["body"], "c");
    assert_eq!(world.ada.get(&format!("{base}?orderBy=author")).await.status, 400);
}

#[tokio::test]
async fn version_three_speaks_documents_and_version_two_wiki() {
    let world = world(CLOUD).await;
    let key = world.make("one").await;
    let body = json!({"type": "doc", "version": 1, "content": [
        {"type": "paragraph", "content": [{"type": "text", "text": "hello"}]}
    ]});
    let made =
        world.ada.post(&format!("/rest/api/3/issue/{key}/comment"), json!({"body": body})).await.expect(201);
    assert_eq!(made["body"], body);
    let old =
        world.ada.get(&format!("/rest/api/2/issue/{key}/comment?expand=renderedBody")).await.expect(200);
    assert_eq!(old["comments"][0]["body"], "hello");
    assert!(old["comments"][0]["renderedBody"].as_str().unwrap().contains("<p>hello</p>"));
    assert_eq!(
        world.ada.post(&format!("/rest/api/3/issue/{key}/comment"), json!({"body": "x"})).await.status,
        400
    );
}

#[tokio::test]
async fn properties_of_comments_are_shown_when_asked_for() {
    let world = world(CLOUD).await;
    let key = world.make("one").await;
    let base = format!("/rest/api/2/issue/{key}/comment");
    let body = json!({"body": "marked", "properties": [{"key": "bowline", "value": {"command": "cmd_1"}}]});
    let made = world.ada.post(&base, body).await.expect(201);
    assert!(made.get("properties").is_none());
    let page = world.ada.get(&format!("{base}?expand=properties")).await.expect(200);
    assert_eq!(page["comments"][0]["properties"], json!([{"key": "bowline", "value": {"command": "cmd_1"}}]));
}

#[tokio::test]
async fn empty_and_unreadable_comments_are_refused() {
    let world = world(DC).await;
    let base = format!("/rest/api/2/issue/{}/comment", world.make("one").await);
    for wrong in
        [json!({}), json!({"body": ""}), json!({"body": 5}), json!([]), json!({"body": "x", "foo": 1})]
    {
        assert_eq!(world.ada.post(&base, wrong.clone()).await.status, 400, "{wrong}");
    }
    let long = json!({"body": "x".repeat(32_768)});
    assert_eq!(world.ada.post(&base, long).await.status, 400);
}

#[tokio::test]
async fn restricted_comments_are_for_members() {
    let world = world(DC).await;
    let base = format!("/rest/api/2/issue/{}/comment", world.make("one").await);
    let restricted =
        |circle: &str| json!({"body": "secret", "visibility": {"type": "role", "value": circle}});
    let made = world.admin.post(&base, restricted("Administrators")).await.expect(201);
    assert_eq!(made["visibility"], json!({"type": "role", "value": "Administrators"}));
    let path = format!("{base}/{}", made["id"].as_str().unwrap());
    assert_eq!(world.ada.get(&path).await.status, 404);
    assert_eq!(world.ada.get(&base).await.expect(200)["total"], 0);
    assert_eq!(world.admin.get(&base).await.expect(200)["total"], 1);
    assert_eq!(world.ada.post(&base, restricted("Administrators")).await.status, 400);
    assert_eq!(world.ada.post(&base, restricted("Nobody")).await.status, 400);
    assert_eq!(world.ada.post(&base, restricted("Developers")).await.status, 201);
    // The field of the issue obeys the same rule.
    let issue = world.ada.get(base.trim_end_matches("/comment")).await.expect(200);
    let bodies: Vec<&Value> =
        issue["fields"]["comment"]["comments"].as_array().unwrap().iter().map(|one| &one["id"]).collect();
    assert_eq!(bodies.len(), 1);
}
