//! What administrators set up besides projects and people: types, priorities, statuses, fields, workflows, avatars.

use bytes::Bytes;
use http::Method;
use serde_json::json;

use super::{CLOUD, DC, world};

#[tokio::test]
async fn a_new_issue_type_can_be_used_and_is_replaced_when_deleted() {
    let world = world(DC).await;
    let body = json!({"name": "Idea", "type": "standard"});
    assert_eq!(world.ada.post("/rest/api/2/issuetype", body.clone()).await.status, 403);
    let made = world.admin.post("/rest/api/2/issuetype", body.clone()).await.expect(201);
    assert_eq!((made["name"].as_str(), made["subtask"].as_bool()), (Some("Idea"), Some(false)));
    assert_eq!(world.admin.post("/rest/api/2/issuetype", body).await.status, 409);
    let id = made["id"].as_str().unwrap();
    let scheme = world.admin.get("/rest/api/2/issuetypescheme").await.expect(200)["schemes"][1].clone();
    let mut ids: Vec<&str> =
        scheme["issueTypes"].as_array().unwrap().iter().map(|kind| kind["id"].as_str().unwrap()).collect();
    ids.push(id);
    let path = format!("/rest/api/2/issuetypescheme/{}", scheme["id"].as_str().unwrap());
    world.admin.put(&path, json!({"issueTypeIds": ids})).await.expect(200);
    let issue =
        json!({"fields": {"project": {"key": "ACME"}, "issuetype": {"name": "Idea"}, "summary": "x"}});
    let key =
        world.ada.post("/rest/api/2/issue", issue).await.expect(201)["key"].as_str().unwrap().to_owned();
    assert_eq!(world.admin.delete(&format!("/rest/api/2/issuetype/{id}")).await.status, 400);
    let gone = world.admin.delete(&format!("/rest/api/2/issuetype/{id}?alternativeIssueTypeId=10002")).await;
    assert_eq!(gone.status, 204);
    assert_eq!(world.field(&key, "issuetype").await["name"], "Task");
    assert_eq!(world.ada.get(&format!("/rest/api/2/issuetype/{id}")).await.status, 404);
}

#[tokio::test]
async fn cloud_makes_priorities_resolutions_and_statuses() {
    let world = world(CLOUD).await;
    let made = world.admin.post("/rest/api/3/priority", json!({"name": "Now", "statusColor": "#f00"})).await;
    let id = made.expect(201)["id"].as_str().unwrap().to_owned();
    let found = world.ada.get(&format!("/rest/api/3/priority/search?id={id}")).await.expect(200);
    assert_eq!((found["total"].as_u64(), found["values"][0]["name"].as_str()), (Some(1), Some("Now")));
    assert_eq!(
        world.admin.post("/rest/api/3/priority", json!({"name": "now", "statusColor": "#f00"})).await.status,
        400
    );
    world.admin.post("/rest/api/3/resolution", json!({"name": "Obsolete"})).await.expect(201);
    let status = json!({"statuses": [{"name": "Waiting", "statusCategory": "IN_PROGRESS"}], "scope": {"type": "GLOBAL"}});
    let status = world.admin.post("/rest/api/3/statuses", status).await.expect(200);
    let id = status[0]["id"].as_str().unwrap();
    let found = world.ada.get("/rest/api/3/statuses/search?searchString=wait").await.expect(200);
    assert_eq!(found["values"][0]["statusCategory"], "IN_PROGRESS");
    assert_eq!(world.admin.delete(&format!("/rest/api/3/statuses?id={id}")).await.status, 204);
    assert_eq!(world.admin.delete("/rest/api/3/statuses?id=10000").await.status, 400);
    assert_eq!(world.ada.get("/rest/api/3/statuscategory/undefined").await.expect(200)["id"], 1);
    assert_eq!(world.ada.get("/rest/api/3/statuscategory/9").await.status, 404);
}

#[tokio::test]
async fn a_picture_becomes_an_avatar_once_it_is_cropped() {
    let world = world(DC).await;
    let upload = "/rest/api/2/user/avatar/temporary?username=ada&filename=a.png&size=8";
    let text = world.ada.send(Method::POST, upload, Bytes::from_static(b"text")).await.unwrap();
    assert_eq!(text.status, 403, "a form could have sent it");
    assert_eq!(world.ada.post("/rest/api/2/user/avatar?username=ada", json!({})).await.status, 400);
    let choose = world.ada.put("/rest/api/2/user/avatar?username=ada", json!({"id": "10105"})).await;
    assert_eq!(choose.status, 204);
    let all = world.ada.get("/rest/api/2/user/avatars?username=ada").await.expect(200);
    let chosen = all["system"].as_array().unwrap().iter().find(|one| one["isSelected"] == true).unwrap();
    assert_eq!(chosen["id"], "10105");
    assert_eq!(
        world.bob.put("/rest/api/2/user/avatar?username=ada", json!({"id": "10101"})).await.status,
        403
    );
    assert_eq!(world.admin.put("/rest/api/2/project/ACME/avatar", json!({"id": 1})).await.status, 404);
}

#[tokio::test]
async fn properties_belong_to_projects_people_and_types() {
    for face in [CLOUD, DC] {
        let world = world(face).await;
        let path = "/rest/api/2/project/ACME/properties/sync";
        assert_eq!(world.ada.put(path, json!({"on": true})).await.status, 403);
        assert_eq!(world.admin.put(path, json!({"on": true})).await.status, 201);
        assert_eq!(world.admin.put(path, json!({"on": false})).await.status, 200);
        assert_eq!(world.ada.get(path).await.expect(200)["value"]["on"], false);
        let keys = world.ada.get("/rest/api/2/project/ACME/properties").await.expect(200);
        assert_eq!(keys["keys"][0]["key"], "sync");
        assert_eq!(world.admin.delete(path).await.status, 204);
        assert_eq!(world.ada.get(path).await.status, 404);
        assert_eq!(world.admin.put("/rest/api/2/issuetype/10003/properties/a", json!(1)).await.status, 201);
        let long = "x".repeat(40_000);
        assert_eq!(world.admin.put(path, json!(long)).await.status, 400);
        assert_eq!(
            world.ada.put("/rest/api/2/mypreferences?key=jira.user.locale", json!("de")).await.status,
            204
        );
        let locale = world.ada.get("/rest/api/2/mypreferences?key=jira.user.locale").await.expect(200);
        assert_eq!(locale, "de");
        assert_eq!(world.bob.get("/rest/api/2/mypreferences?key=jira.user.locale").await.status, 404);
        let columns = json!({"columns": ["summary", "status"]});
        assert_eq!(world.ada.put("/rest/api/2/user/columns", columns).await.status, 200);
        assert_eq!(world.ada.get("/rest/api/2/user/columns").await.expect(200)[1]["label"], "Status");
    }
}
