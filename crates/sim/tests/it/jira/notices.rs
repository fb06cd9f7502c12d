//! Notification schemes.

use serde_json::json;

use super::{CLOUD, DC, world};

#[tokio::test]
async fn notification_schemes_are_made_changed_and_removed_on_cloud() {
    let world = world(CLOUD).await;
    let path = "/rest/api/3/notificationscheme";
    let scheme = json!({"name": "Quiet", "description": "Few letters", "notificationSchemeEvents": [
        {"event": {"id": "1"}, "notifications": [{"notificationType": "Group", "parameter": "jira-administrators"},
            {"notificationType": "ProjectRole", "parameter": "10002"}]}]});
    assert_eq!(world.ada.post(path, scheme.clone()).await.status, 403);
    let id = world.admin.post(path, scheme.clone()).await.expect(201)["id"].as_str().unwrap().to_owned();
    assert_eq!(world.admin.post(path, scheme).await.status, 400, "the name is used");
    let shown = world.ada.get(&format!("{path}/{id}?expand=all")).await.expect(200);
    let event = &shown["notificationSchemeEvents"][0];
    assert_eq!(
        (event["event"]["name"].as_str(), event["notifications"][0]["group"]["name"].as_str()),
        (Some("Issue Created"), Some("jira-administrators"))
    );
    assert_eq!(event["notifications"][1]["projectRole"]["name"], "Administrators");
    let more = json!({"notificationSchemeEvents": [{"event": {"id": 8}, "notifications": [{"notificationType": "Reporter"}]}]});
    assert_eq!(world.admin.put(&format!("{path}/{id}/notification"), more).await.status, 204);
    for wrong in [
        json!({"notificationSchemeEvents": [{"event": {"id": 99}, "notifications": []}]}),
        json!({"notificationSchemeEvents": [{"event": {"id": 1}, "notifications": [{"notificationType": "EmailAddress", "parameter": "a@b.c"}]}]}),
        json!({"notificationSchemeEvents": [{"event": {"id": 1}, "notifications": [{"notificationType": "Group", "parameter": "x"}]}]}),
        json!({}),
    ] {
        assert_eq!(world.admin.put(&format!("{path}/{id}/notification"), wrong).await.status, 400);
    }
    let shown = world.ada.get(&format!("{path}/{id}?expand=notificationSchemeEvents")).await.expect(200);
    let gone = shown["notificationSchemeEvents"][1]["notifications"][0]["id"].to_string();
    assert_eq!(world.admin.delete(&format!("{path}/{id}/notification/{gone}")).await.status, 204);
    assert_eq!(world.admin.delete(&format!("{path}/{id}/notification/{gone}")).await.status, 404);
    assert_eq!(world.admin.put(&format!("{path}/{id}"), json!({"name": "Silent"})).await.status, 204);
    let body = json!({"notificationScheme": id.parse::<u32>().unwrap()});
    world.admin.put("/rest/api/3/project/OPS", body).await.expect(200);
    assert_eq!(
        world.ada.get("/rest/api/3/project/OPS/notificationscheme").await.expect(200)["name"],
        "Silent"
    );
    assert_eq!(world.admin.delete(&format!("{path}/{id}")).await.status, 400, "OPS uses it");
    let mapping = world.admin.get(&format!("{path}/project?notificationSchemeId={id}")).await.expect(200);
    assert_eq!(mapping["total"], 1);
    let project = mapping["values"][0]["projectId"].as_str().unwrap();
    let of = world.ada.get(&format!("{path}?projectId={project}")).await.expect(200);
    assert_eq!(
        (of["total"].as_u64(), of["values"][0]["projects"].to_string()),
        (Some(1), format!("[{project}]"))
    );
    assert_eq!(world.ada.get(&format!("{path}?onlyDefault=true")).await.expect(200)["total"], 1);
    world.admin.put("/rest/api/3/project/OPS", json!({"notificationScheme": 10000})).await.expect(200);
    assert_eq!(world.admin.delete(&format!("{path}/{id}")).await.status, 204);
    assert_eq!(world.admin.delete(&format!("{path}/{id}")).await.status, 404);
}

#[tokio::test]
async fn data_center_reads_its_notification_schemes_only() {
    let world = world(DC).await;
    let list = world.ada.get("/rest/api/2/notificationscheme?expand=group").await.expect(200);
    assert_eq!(list["values"][0]["notificationSchemeEvents"].as_array().unwrap().len(), 17);
    assert_eq!(world.ada.get("/rest/api/2/notificationscheme/10000").await.expect(200)["id"], 10_000);
    assert_eq!(world.admin.post("/rest/api/2/notificationscheme", json!({"name": "x"})).await.status, 405);
    assert_eq!(world.admin.delete("/rest/api/2/notificationscheme/10000").await.status, 405);
}
