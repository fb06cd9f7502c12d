//! Priorities: schemes, the default, their order, and removing them; the same for resolutions.

use serde_json::{Value, json};

use super::{CLOUD, DC, World, world};

async fn finish(world: &World, task: &Value) {
    world.control.post("/_sim/clock", json!({"advance": "1m"})).await;
    let path = format!("/rest/api/3/task/{}", task["id"].as_str().unwrap());
    assert_eq!(world.admin.get(&path).await.expect(200)["status"], "COMPLETE");
}

fn with_priority(id: &str) -> Value {
    json!({"fields": {"priority": {"id": id}}})
}

#[tokio::test]
async fn cloud_makes_priority_schemes_and_moves_projects_into_them() {
    let world = world(CLOUD).await;
    let path = "/rest/api/3/priorityscheme";
    assert_eq!(world.ada.get(path).await.status, 403);
    let key = world.make("urgent").await;
    assert_eq!(world.ada.put(&format!("/rest/api/3/issue/{key}"), with_priority("1")).await.status, 204);
    let project = world.ada.get("/rest/api/3/project/ACME").await.expect(200)["id"]
        .as_str()
        .unwrap()
        .parse::<u32>()
        .unwrap();
    let suggest = json!({"priorities": {"add": [2, 3]}, "projects": {"add": [project]}});
    let suggest = world.admin.post(&format!("{path}/mappings"), suggest).await.expect(200);
    let ids: Vec<&str> =
        suggest["values"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert!(ids.contains(&"1") && !ids.contains(&"2"), "{ids:?}");
    let scheme = json!({"name": "Two", "description": "d", "priorityIds": [2, 3], "defaultPriorityId": 3,
        "projectIds": [project], "mappings": {"in": {"1": 2}}});
    let made = world.admin.post(path, scheme.clone()).await.expect(202);
    assert_eq!(world.admin.post(path, scheme).await.status, 400, "the name is used");
    finish(&world, &made["task"]).await;
    assert_eq!(world.field(&key, "priority").await["id"], "2");
    let id = made["id"].as_str().unwrap();
    let refused = world.ada.put(&format!("/rest/api/3/issue/{key}"), with_priority("5")).await.expect(400);
    assert_eq!(refused["errors"]["priority"], "The priority selected is invalid.");
    let of = world.admin.get(&format!("{path}/{id}/priorities")).await.expect(200);
    assert_eq!((of["total"].as_u64(), of["values"][1]["isDefault"].as_bool()), (Some(2), Some(true)));
    let users = world.admin.get(&format!("{path}/{id}/projects?query=acme")).await.expect(200);
    assert_eq!(users["values"][0]["key"], "ACME");
    let free =
        world.admin.get(&format!("{path}/priorities/available?schemeId={id}&exclude=1")).await.expect(200);
    assert_eq!(free["total"], 2);
    let list =
        world.admin.get(&format!("{path}?schemeName=two&expand=priorities,projects")).await.expect(200);
    assert_eq!((list["total"].as_u64(), list["values"][0]["projects"]["total"].as_u64()), (Some(1), Some(1)));
    assert_eq!(
        world.admin.get(&format!("{path}?onlyDefault=true")).await.expect(200)["values"][0]["isDefault"],
        true
    );
    assert_eq!(world.admin.delete(&format!("{path}/{id}")).await.status, 400, "ACME uses it");
    let change = json!({"name": "One", "priorities": {"add": {"ids": [4]}, "remove": {"ids": [2]}},
        "mappings": {"in": {"2": 4}}});
    let changed = world.admin.put(&format!("{path}/{id}"), change).await.expect(202);
    assert_eq!(changed["priorityScheme"]["priorities"]["total"], 2);
    assert_eq!(world.field(&key, "priority").await["id"], "4");
    let leave = json!({"projects": {"remove": {"ids": [project]}}});
    world.admin.put(&format!("{path}/{id}"), leave.clone()).await.expect(202);
    assert_eq!(world.admin.put(&format!("{path}/{id}"), leave).await.status, 400, "it has left");
    assert_eq!(world.admin.delete(&format!("{path}/{id}")).await.status, 204);
    let plain = json!({"name": "Plain", "priorityIds": [1], "defaultPriorityId": 1});
    world.admin.post(path, plain).await.expect(201);
    let wrong = json!({"name": "Wrong", "priorityIds": [1], "defaultPriorityId": 2});
    assert_eq!(world.admin.post(path, wrong).await.status, 400);
}

#[tokio::test]
async fn data_center_makes_priority_schemes_and_refuses_what_would_need_a_migration() {
    let world = world(DC).await;
    let path = "/rest/api/2/priorityschemes";
    let body = json!({"name": "Two", "optionIds": ["2", "3"], "defaultOptionId": "3"});
    assert_eq!(world.ada.post(path, body.clone()).await.status, 403);
    let made = world.admin.post(path, body.clone()).await.expect(201);
    let id = made["id"].as_u64().unwrap();
    assert_eq!((made["defaultScheme"].as_bool(), made["optionIds"][0].as_str()), (Some(false), Some("2")));
    assert_eq!(world.admin.post(path, body).await.status, 400);
    let assign = json!({"id": id});
    let refused = world.admin.put("/rest/api/2/project/ACME/priorityscheme", assign.clone()).await;
    assert_eq!(refused.status, 400, "issues have other priorities");
    let new = json!({"key": "NEW", "name": "New", "projectTypeKey": "software", "lead": "ada"});
    world.admin.post("/rest/api/2/project", new).await.expect(201);
    world.admin.put("/rest/api/2/project/NEW/priorityscheme", assign).await.expect(200);
    let issue = json!({"fields": {"project": {"key": "NEW"}, "issuetype": {"name": "Task"}, "summary": "x"}});
    let key =
        world.ada.post("/rest/api/2/issue", issue).await.expect(201)["key"].as_str().unwrap().to_owned();
    assert_eq!(world.field(&key, "priority").await["id"], "3");
    assert_eq!(world.ada.put(&format!("/rest/api/2/issue/{key}"), with_priority("1")).await.status, 400);
    let narrow = json!({"optionIds": ["2"], "defaultOptionId": "2"});
    assert_eq!(world.admin.put(&format!("{path}/{id}"), narrow).await.status, 400, "an issue has the other");
    let wide = json!({"optionIds": ["1", "2", "3"], "defaultOptionId": "3", "description": "more"});
    assert_eq!(
        world.admin.put(&format!("{path}/{id}"), wide).await.expect(200)["optionIds"]
            .as_array()
            .unwrap()
            .len(),
        3
    );
    assert_eq!(world.admin.delete("/rest/api/2/project/ACME/priorityscheme/10000").await.status, 400);
    let back = world.admin.delete(&format!("/rest/api/2/project/NEW/priorityscheme/{id}")).await.expect(200);
    assert_eq!(back["defaultScheme"], true);
    assert_eq!(world.admin.delete(&format!("{path}/{id}")).await.status, 204);
    assert_eq!(world.admin.get(&format!("{path}/{id}")).await.status, 404);
    assert_eq!(world.admin.delete(&format!("{path}/10000")).await.status, 400);
}

#[tokio::test]
async fn priorities_have_a_default_an_order_and_can_be_replaced() {
    let world = world(CLOUD).await;
    let path = "/rest/api/3/priority";
    let key = world.make("middle").await;
    assert_eq!(world.admin.put(&format!("{path}/default"), json!({"id": "4"})).await.status, 204);
    assert_eq!(world.admin.put(&format!("{path}/default"), json!({"id": "77"})).await.status, 404);
    let low = world.make("low").await;
    assert_eq!(
        (
            world.field(&low, "priority").await["id"].clone(),
            world.field(&key, "priority").await["id"].clone()
        ),
        (json!("4"), json!("3"))
    );
    let found = world.ada.get(&format!("{path}/search?id=4")).await.expect(200);
    assert_eq!(found["values"][0]["isDefault"], true);
    assert_eq!(
        world.admin.put(&format!("{path}/move"), json!({"ids": ["5"], "after": "77"})).await.status,
        404
    );
    assert_eq!(
        world.admin.put(&format!("{path}/move"), json!({"ids": ["5"], "position": "First"})).await.status,
        204
    );
    let list = world.ada.get(path).await.expect(200);
    let ids: Vec<&str> = list.as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["5", "1", "2", "3", "4"]);
    assert_eq!(world.field(&low, "priority").await["name"], "Low", "issues keep theirs");
    let jql = crate::client::encode(&format!("key in ({key}, {low}) AND priority > Low"));
    let found = world.ada.get(&format!("/rest/api/3/search/jql?fields=key&jql={jql}")).await.expect(200);
    assert_eq!(found["issues"][0]["key"], key);
    let task = world.admin.delete(&format!("{path}/3")).await.expect(303);
    finish(&world, &task).await;
    assert_eq!(world.field(&key, "priority").await["id"], "4");
    assert_eq!(world.ada.get(&format!("{path}/3")).await.status, 404);
}

#[tokio::test]
async fn resolutions_have_a_default_an_order_and_can_be_replaced() {
    let world = world(CLOUD).await;
    let path = "/rest/api/3/resolution";
    assert_eq!(world.ada.put(&format!("{path}/default"), json!({"id": "10001"})).await.status, 403);
    assert_eq!(world.admin.put(&format!("{path}/default"), json!({"id": "10001"})).await.status, 204);
    let found = world.ada.get(&format!("{path}/search?id=10001")).await.expect(200);
    assert_eq!(found["values"][0]["default"], true);
    assert_eq!(
        world.admin.put(&format!("{path}/move"), json!({"ids": ["10000"], "after": "10001"})).await.status,
        204
    );
    assert_eq!(world.admin.put(&format!("{path}/move"), json!({"ids": []})).await.status, 400);
    let list = world.ada.get(path).await.expect(200);
    assert_eq!((list[0]["id"].as_str(), list[1]["id"].as_str()), (Some("10001"), Some("10000")));
    let edit = json!({"as": "ada", "item": world.make("done").await, "state": "Done"});
    let key = world.control.post("/_sim/edit", edit).await.expect(200)["key"].as_str().unwrap().to_owned();
    let old = world.field(&key, "resolution").await["id"].as_str().unwrap().to_owned();
    assert_eq!(world.admin.delete(&format!("{path}/{old}")).await.status, 400, "with what?");
    let other = if old == "10002" { "10001" } else { "10002" };
    let task = world.admin.delete(&format!("{path}/{old}?replaceWith={other}")).await.expect(303);
    finish(&world, &task).await;
    assert_eq!(world.field(&key, "resolution").await["id"], other);
    assert_eq!(world.ada.get(&format!("{path}/{old}")).await.status, 404);
}
