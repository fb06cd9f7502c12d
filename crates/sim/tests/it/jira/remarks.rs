//! Comments by their ids alone: properties, many at once, and those pinned on top.

use serde_json::{Value, json};

use super::{CLOUD, DC, World, world};

/// Comments an issue as Ada; the answer is the comment's id.
async fn comment(world: &World, key: &str, text: &str) -> String {
    let path = format!("/rest/api/2/issue/{key}/comment");
    let made = world.ada.post(&path, json!({"body": text})).await.expect(201);
    made["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn comments_have_properties_of_their_own() {
    for face in [CLOUD, DC] {
        let world = world(face).await;
        let key = world.make("one").await;
        let id = comment(&world, &key, "x").await;
        let base = format!("/rest/api/2/comment/{id}/properties");
        assert_eq!(world.bob.get(&base).await.expect(200), json!({"keys": []}));
        let path = format!("{base}/sync");
        assert_eq!(world.ada.put(&path, json!({"seen": 1})).await.status, 201);
        assert_eq!(world.ada.put(&path, json!({"seen": 2})).await.status, 200);
        assert_eq!(world.bob.get(&base).await.expect(200)["keys"][0]["key"], "sync");
        assert_eq!(world.bob.get(&path).await.expect(200), json!({"key": "sync", "value": {"seen": 2}}));
        let shown = format!("/rest/api/2/issue/{key}/comment/{id}?expand=properties");
        assert_eq!(world.ada.get(&shown).await.expect(200)["properties"][0]["value"], json!({"seen": 2}));
        assert_eq!(world.bob.put(&path, json!(1)).await.status, 403);
        assert_eq!(world.bob.delete(&path).await.status, 403);
        assert_eq!(world.admin.put(&format!("{base}/other"), json!("x")).await.status, 201);
        assert_eq!(world.control.put(&path, json!(1)).await.status, 401);
        let raw = world.ada.send(http::Method::PUT, &path, bytes::Bytes::from_static(b"{")).await.unwrap();
        assert_eq!(raw.status, 400);
        assert_eq!(world.ada.put(&format!("{base}/{}", "k".repeat(300)), json!(1)).await.status, 400);
        assert_eq!(world.ada.delete(&path).await.status, 204);
        assert_eq!(world.ada.get(&path).await.status, 404);
        assert_eq!(world.ada.delete(&path).await.status, 404);
        assert_eq!(world.ada.get("/rest/api/2/comment/999999/properties").await.status, 404);
    }
}

#[tokio::test]
async fn cloud_sends_many_comments_by_their_ids() {
    let world = world(CLOUD).await;
    let (one, two) = (world.make("one").await, world.make("two").await);
    let ids: Vec<u64> = vec![
        comment(&world, &one, "x").await.parse().unwrap(),
        comment(&world, &two, "*y*").await.parse().unwrap(),
    ];
    let path = "/rest/api/3/comment/list";
    let found = world.bob.post(path, json!({"ids": [ids[1], ids[0], 999_999]})).await.expect(200);
    assert_eq!((&found["total"], &found["isLast"]), (&json!(2), &json!(true)));
    assert_eq!(found["values"][0]["id"], ids[0].to_string());
    assert_eq!(found["values"][1]["body"]["type"], "doc");
    let rendered =
        world.bob.post(&format!("{path}?expand=renderedBody"), json!({"ids": [ids[1]]})).await.expect(200);
    assert!(rendered["values"][0]["renderedBody"].as_str().unwrap().contains("<strong>y</strong>"));
    let right = json!({"user": "bob", "project": "ACME", "right": "browse", "allowed": false});
    world.control.post("/_sim/settings", right).await.expect(200);
    assert_eq!(world.bob.post(path, json!({"ids": ids})).await.expect(200)["total"], 0);
    let many: Vec<u64> = (0..1_001).collect();
    for wrong in [json!({}), json!({"ids": []}), json!({"ids": ["x"]}), json!({"ids": many})] {
        assert_eq!(world.ada.post(path, wrong).await.status, 400);
    }
    assert_eq!(
        super::world(DC).await.ada.post("/rest/api/2/comment/list", json!({"ids": [1]})).await.status,
        404
    );
}

#[tokio::test]
async fn data_center_pins_comments() {
    let world = world(DC).await;
    let key = world.make("one").await;
    let (one, two) = (comment(&world, &key, "x").await, comment(&world, &key, "y").await);
    let pins = format!("/rest/api/2/issue/{key}/pinned-comments");
    assert_eq!(world.ada.get(&pins).await.expect(200), json!([]));
    let pin = |id: &str| format!("/rest/api/2/issue/{key}/comment/{id}/pin");
    for id in [&one, &two, &one] {
        assert_eq!(world.ada.put(&pin(id), json!(true)).await.status, 204);
    }
    let shown = world.bob.get(&pins).await.expect(200);
    let ids: Vec<&Value> = shown.as_array().unwrap().iter().map(|pin| &pin["comment"]["id"]).collect();
    assert_eq!(ids, [two.as_str(), &one]);
    assert_eq!(shown[0]["pinnedBy"], "JIRAUSER10101");
    assert!(shown[0]["pinnedDate"].is_string());
    assert_eq!(world.ada.put(&pin(&two), json!(false)).await.status, 204);
    assert_eq!(world.ada.delete(&format!("/rest/api/2/issue/{key}/comment/{one}")).await.status, 204);
    assert_eq!(world.ada.get(&pins).await.expect(200), json!([]));
    assert_eq!(world.ada.put(&pin(&two), json!("yes")).await.status, 400);
    assert_eq!(world.ada.put(&pin("999999"), json!(true)).await.status, 404);
    assert_eq!(world.control.put(&pin(&two), json!(true)).await.status, 401);
    let cloud = super::world(CLOUD).await;
    assert_eq!(cloud.ada.get("/rest/api/2/issue/ACME-1/pinned-comments").await.status, 404);
}
