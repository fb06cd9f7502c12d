//! Links from issues to things in other systems.

use serde_json::{Value, json};

use super::{CLOUD, DC, world};

fn ticket() -> Value {
    json!({
        "globalId": "system=http://help.example.com&id=1",
        "application": {"type": "com.example.help", "name": "Help"},
        "relationship": "causes",
        "object": {
            "url": "http://help.example.com?id=1", "title": "HELP-1", "summary": "A ticket",
            "icon": {"url16x16": "http://help.example.com/i.png", "title": "Ticket"},
            "status": {"resolved": true, "icon": {"url16x16": "http://help.example.com/c.png", "title": "Closed", "link": "http://help.example.com/c"}},
        },
    })
}

#[tokio::test]
async fn remote_links_are_made_once_for_a_global_id() {
    for face in [CLOUD, DC] {
        let world = world(face).await;
        let key = world.make("one").await;
        let base = format!("/rest/api/2/issue/{key}/remotelink");
        let made = world.ada.post(&base, ticket()).await;
        let address = made.headers["location"].to_str().unwrap().to_owned();
        let made = made.expect(201);
        assert_eq!(made["self"], address.as_str());
        let path = format!("{base}/{}", made["id"]);
        let mut shown = world.bob.get(&path).await.expect(200);
        assert_eq!(shown["self"], made["self"]);
        for name in ["id", "self"] {
            shown.as_object_mut().unwrap().remove(name);
        }
        assert_eq!(shown, ticket());
        let mut again = ticket();
        again["object"]["title"] = "HELP-1b".into();
        assert_eq!(world.ada.post(&base, again).await.expect(200)["id"], made["id"]);
        let all = world.ada.get(&base).await.expect(200);
        assert_eq!((all.as_array().unwrap().len(), &all[0]["object"]["title"]), (1, &json!("HELP-1b")));
        let global = format!("{base}?globalId=system%3Dhttp%3A%2F%2Fhelp.example.com%26id%3D1");
        assert_eq!(world.ada.get(&global).await.expect(200)["id"], made["id"]);

        let plain = json!({"object": {"url": "https://example.com/größe", "title": "x"}});
        assert_eq!(world.ada.put(&path, plain).await.status, 204);
        let shown = world.ada.get(&path).await.expect(200);
        assert!(shown.get("globalId").is_none() && shown.get("relationship").is_none());
        assert_eq!(world.ada.get(&global).await.status, 404);
        assert_eq!(world.ada.delete(&path).await.status, 204);
        assert_eq!(world.ada.get(&path).await.status, 404);
        world.ada.post(&base, ticket()).await.expect(201);
        assert_eq!(world.ada.delete(&global).await.status, 204);
        assert_eq!(world.ada.delete(&global).await.status, 404);
        assert_eq!(world.ada.get(&base).await.expect(200), json!([]));
        let name = if face == CLOUD { "RemoteWorkItemLink" } else { "RemoteIssueLink" };
        let history = world.ada.get(&format!("/rest/api/2/issue/{key}?expand=changelog")).await.expect(200);
        let entries = history["changelog"]["histories"].as_array().unwrap();
        let first = if face == CLOUD { entries.last() } else { entries.first() }.unwrap();
        assert_eq!(first["items"][0]["field"], name);
        assert_eq!(first["items"][0]["toString"], "This issue links to \"HELP-1 (Help)\"");
    }
}

#[tokio::test]
async fn remote_links_that_cannot_be_are_refused() {
    let world = world(CLOUD).await;
    let key = world.make("one").await;
    let base = format!("/rest/api/3/issue/{key}/remotelink");
    for (change, field) in [
        (json!({"url": "", "title": "x"}), "url"),
        (json!({"url": "http://x"}), "title"),
        (json!({"url": "this is no address", "title": "x"}), "url"),
        (json!({"url": "http://x", "title": "x", "icon": {"url16x16": "a b"}}), "iconUrl"),
        (json!({"url": "http://x", "title": "x", "status": {"icon": {"link": "a b"}}}), "statusIconLink"),
        (json!({"url": "http://x", "title": "x".repeat(256)}), "title"),
    ] {
        let refused = world.ada.post(&base, json!({"object": change})).await.expect(400);
        assert!(refused["errors"][field].is_string(), "{refused}");
    }
    assert_eq!(world.ada.post(&base, json!("x")).await.status, 400);
    assert_eq!(world.ada.post("/rest/api/3/issue/ACME-99999/remotelink", ticket()).await.status, 404);
    assert_eq!(world.control.post(&base, ticket()).await.status, 401);
    assert_eq!(world.ada.get(&format!("{base}/-1")).await.status, 404);
    assert_eq!(world.ada.get(&format!("{base}/9a")).await.status, 400);
    assert_eq!(world.ada.put(&format!("{base}/1"), ticket()).await.status, 404);
    assert_eq!(world.ada.delete(&base).await.status, 400);
    // Without a global id every link is another one.
    let plain = json!({"object": {"url": "http://x", "title": "x"}});
    world.ada.post(&base, plain.clone()).await.expect(201);
    world.ada.post(&base, plain).await.expect(201);
    assert_eq!(world.ada.get(&base).await.expect(200).as_array().unwrap().len(), 2);
}
