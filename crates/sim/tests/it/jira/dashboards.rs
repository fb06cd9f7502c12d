//! Dashboards, gadgets, and the properties kept at gadgets.

use serde_json::json;

use super::{CLOUD, DC, world};

#[tokio::test]
async fn data_center_shows_its_system_dashboard() {
    let world = world(DC).await;
    let listed = world.ada.get("/rest/api/2/dashboard?maxResults=1").await.expect(200);
    let first = &listed["dashboards"][0];
    assert_eq!((listed["total"].as_u64(), &first["name"]), (Some(1), &json!("System Dashboard")));
    assert_eq!(&world.ada.get("/rest/api/2/dashboard/10000").await.expect(200), first);
    assert_eq!(world.ada.get("/rest/api/2/dashboard/1").await.status, 404);
    assert_eq!(world.ada.get("/rest/api/2/dashboard?filter=odd").await.status, 400);
    assert_eq!(world.ada.get("/rest/api/2/dashboard?filter=my").await.expect(200)["total"], 0);
    let path = "/rest/api/2/dashboard/10000/items/10000/properties";
    assert_eq!(world.ada.put(&format!("{path}/x"), json!({"a": 1})).await.status, 400);
    assert_eq!(world.admin.put(&format!("{path}/x"), json!({"a": 1})).await.status, 201);
    assert_eq!(world.admin.put(&format!("{path}/x"), json!({"a": 2})).await.status, 200);
    assert_eq!(world.ada.get(&format!("{path}/x")).await.expect(200), json!({"key": "x", "value": {"a": 2}}));
    assert_eq!(world.ada.get(path).await.expect(200)["keys"][0]["key"], "x");
    assert_eq!(world.admin.delete(&format!("{path}/x")).await.status, 204);
    assert_eq!(world.admin.delete(&format!("{path}/x")).await.status, 404);
}

#[tokio::test]
async fn cloud_makes_changes_copies_and_deletes_dashboards() {
    let world = world(CLOUD).await;
    let api = "/rest/api/3/dashboard";
    let share = json!([{"type": "authenticated"}]);
    let body = json!({"name": "Team", "description": "d", "sharePermissions": share, "editPermissions": []});
    let made = world.ada.post(api, body.clone()).await.expect(200);
    assert_eq!(made["sharePermissions"][0]["type"], "loggedin");
    assert_eq!(world.ada.post(api, body).await.status, 400);
    let path = format!("{api}/{}", made["id"].as_str().unwrap());
    assert_eq!(world.bob.get(&path).await.expect(200)["isWritable"], false);
    assert_eq!(world.bob.put(&path, json!({"name": "x"})).await.status, 400);
    assert_eq!(world.ada.put(&path, json!({"name": "Crew"})).await.expect(200)["name"], "Crew");
    let gadgets = world.ada.get(&format!("{api}/gadgets")).await.expect(200);
    let uri = gadgets["gadgets"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["title"] == "Filter Results")
        .unwrap()["uri"]
        .clone();
    let gadget =
        world.ada.post(&format!("{path}/gadget"), json!({"uri": uri, "color": "blue"})).await.expect(200);
    assert_eq!(
        (&gadget["title"], &gadget["position"]),
        (&json!("Filter Results"), &json!({"column": 0, "row": 0}))
    );
    for wrong in [json!({}), json!({"uri": "nowhere"}), json!({"uri": uri, "color": "pink"})] {
        assert_eq!(world.ada.post(&format!("{path}/gadget"), wrong).await.status, 400);
    }
    let one = format!("{path}/gadget/{}", gadget["id"]);
    assert_eq!(world.ada.put(&one, json!({"color": "green"})).await.status, 204);
    assert_eq!(world.bob.get(&format!("{path}/gadget")).await.expect(200)["gadgets"][0]["color"], "green");
    let copy = world.bob.post(&format!("{path}/copy"), json!({"name": "Copy"})).await.expect(200);
    assert_eq!(copy["owner"]["displayName"], "Bob Kahn");
    let found = world.bob.get(&format!("{api}/search?dashboardName=c")).await.expect(200);
    assert_eq!(found["total"], 2);
    assert_eq!(world.ada.delete(&one).await.status, 204);
    assert_eq!(world.ada.delete(&path).await.status, 204);
    assert_eq!(world.ada.get(&path).await.status, 404);
    assert_eq!(world.admin.delete(&format!("{api}/10000")).await.status, 400);
}
