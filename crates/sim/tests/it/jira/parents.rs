//! Sub-tasks and their parents; on Cloud epics too.

use serde_json::{Value, json};

use super::{CLOUD, DC, World, issue, world};

fn subtask(parent: &str) -> Value {
    let mut body = issue("part");
    body["fields"]["issuetype"] = json!({"name": "Sub-task"});
    body["fields"]["parent"] = json!({"key": parent});
    body
}

async fn made(world: &World, body: Value) -> String {
    world.ada.post("/rest/api/2/issue", body).await.expect(201)["key"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn sub_tasks_and_parents_know_each_other() {
    for face in [CLOUD, DC] {
        let world = world(face).await;
        let parent = world.make("whole").await;
        let child = made(&world, subtask(&parent)).await;
        let above = world.field(&child, "parent").await;
        assert_eq!((&above["key"], &above["fields"]["summary"]), (&json!(parent), &json!("whole")));
        let below = world.field(&parent, "subtasks").await;
        assert_eq!((below.as_array().unwrap().len(), &below[0]["key"]), (1, &json!(child)));
        assert_eq!(world.field(&parent, "issuelinks").await, json!([]));
        let shown = world.ada.get(&format!("/rest/api/2/issue/{parent}")).await.expect(200);
        assert!(shown["fields"].get("parent").is_none());
        for (key, time) in [(&parent, "1h"), (&child, "2h")] {
            world
                .ada
                .post(&format!("/rest/api/2/issue/{key}/worklog"), json!({"timeSpent": time}))
                .await
                .expect(201);
        }
        assert_eq!(world.field(&parent, "aggregatetimespent").await, 10_800);
        assert_eq!(world.field(&parent, "timespent").await, 3_600);
    }
}

#[tokio::test]
async fn a_parent_goes_only_with_its_sub_tasks() {
    let world = world(DC).await;
    let parent = world.make("whole").await;
    let (one, two) = (made(&world, subtask(&parent)).await, made(&world, subtask(&parent)).await);
    assert_eq!(world.ada.delete(&format!("/rest/api/2/issue/{one}")).await.status, 204);
    assert_eq!(world.field(&parent, "subtasks").await.as_array().unwrap().len(), 1);
    let path = format!("/rest/api/2/issue/{parent}");
    let refused = world.ada.delete(&path).await.expect(400);
    assert!(refused["errorMessages"][0].as_str().unwrap().contains("'deleteSubtasks' parameter"));
    assert_eq!(world.ada.delete(&format!("{path}?deleteSubtasks=true")).await.status, 204);
    assert_eq!(world.ada.get(&format!("/rest/api/2/issue/{two}")).await.status, 404);
}

#[tokio::test]
async fn parents_that_do_not_fit_are_refused() {
    for face in [CLOUD, DC] {
        let world = world(face).await;
        let parent = world.make("whole").await;
        let child = made(&world, subtask(&parent)).await;
        let mut alone = subtask(&parent);
        alone["fields"].as_object_mut().unwrap().remove("parent");
        let refused = world.ada.post("/rest/api/2/issue", alone).await.expect(400);
        assert_eq!(
            refused["errors"]["issuetype"],
            "Issue type is a sub-task but parent issue key or id not specified."
        );
        for wrong in ["ACME-99999", child.as_str()] {
            assert_eq!(world.ada.post("/rest/api/2/issue", subtask(wrong)).await.status, 400, "{wrong}");
        }
        let ops = world
            .ada
            .get(&format!(
                "/rest/api/2/{}?jql=project%20%3D%20OPS&maxResults=1&fields=summary",
                if face == CLOUD { "search/jql" } else { "search" }
            ))
            .await
            .expect(200);
        let foreign = ops["issues"][0]["key"].as_str().unwrap();
        assert_eq!(world.ada.post("/rest/api/2/issue", subtask(foreign)).await.status, 400);
        let mut story = issue("story");
        story["fields"]["parent"] = json!({"key": parent});
        assert_eq!(world.ada.post("/rest/api/2/issue", story).await.status, 400);
        let turn = json!({"fields": {"issuetype": {"name": "Sub-task"}}});
        assert_eq!(world.ada.put(&format!("/rest/api/2/issue/{parent}"), turn).await.status, 400);
        let back = json!({"fields": {"issuetype": {"name": "Story"}}});
        assert_eq!(world.ada.put(&format!("/rest/api/2/issue/{child}"), back).await.status, 400);
    }
}

#[tokio::test]
async fn cloud_moves_sub_tasks_and_knows_epics_as_parents() {
    let world = world(CLOUD).await;
    let (one, two) = (world.make("one").await, world.make("two").await);
    let child = made(&world, subtask(&one)).await;
    let path = format!("/rest/api/3/issue/{child}");
    assert_eq!(world.ada.put(&path, json!({"fields": {"parent": {"key": two}}})).await.status, 204);
    assert_eq!(world.field(&one, "subtasks").await, json!([]));
    assert_eq!(world.field(&two, "subtasks").await[0]["key"], child.as_str());
    let shown = world.ada.get(&format!("{path}/changelog")).await.expect(200);
    let item = &shown["values"][0]["items"][0];
    assert_eq!(
        (&item["field"], &item["fromString"], &item["toString"]),
        (&json!("IssueParentAssociation"), &json!(one), &json!(two))
    );
    assert!(item.get("fieldId").is_none());
    assert_eq!(world.ada.put(&path, json!({"fields": {"parent": null}})).await.status, 400);

    let mut epic = issue("epic");
    epic["fields"]["issuetype"] = json!({"name": "Epic"});
    let epic = made(&world, epic).await;
    let story = format!("/rest/api/3/issue/{one}");
    assert_eq!(world.ada.put(&story, json!({"fields": {"parent": {"key": epic}}})).await.status, 204);
    assert_eq!(world.field(&one, "parent").await["key"], epic.as_str());
    let none = json!({"update": {"parent": [{"set": {"none": true}}]}});
    assert_eq!(world.ada.put(&story, none).await.status, 204);
    let shown = world.ada.get(&story).await.expect(200);
    assert!(shown["fields"].get("parent").is_none());
}

#[tokio::test]
async fn data_center_does_not_move_sub_tasks_by_an_edit() {
    let world = world(DC).await;
    let (one, two) = (world.make("one").await, world.make("two").await);
    let child = made(&world, subtask(&one)).await;
    let refused = world
        .ada
        .put(&format!("/rest/api/2/issue/{child}"), json!({"fields": {"parent": {"key": two}}}))
        .await
        .expect(400);
    assert!(refused["errors"]["parent"].as_str().unwrap().contains("cannot be set"));
    let fields = world.ada.get("/rest/api/2/field").await.expect(200);
    assert!(!fields.as_array().unwrap().iter().any(|field| field["id"] == "parent"));
}

#[tokio::test]
async fn data_center_lists_and_reorders_subtasks() {
    let world = world(DC).await;
    let parent = world.make("parent").await;
    let mut keys = Vec::new();
    for summary in ["a", "b", "c"] {
        let mut child = issue(summary);
        child["fields"]["issuetype"] = json!({"name": "Sub-task"});
        child["fields"]["parent"] = json!({"key": parent});
        let made = world.ada.post("/rest/api/2/issue", child).await.expect(201);
        keys.push(made["key"].as_str().unwrap().to_owned());
    }
    let path = format!("/rest/api/2/issue/{parent}/subtask");
    let listed = world.ada.get(&path).await.expect(200);
    assert_eq!((&listed[0]["key"], &listed[2]["fields"]["summary"]), (&json!(keys[0]), &json!("c")));
    let path = format!("{path}/move");
    assert_eq!(world.ada.get(&path).await.expect(200), json!(true));
    assert_eq!(world.ada.post(&path, json!({"original": 2, "current": 0})).await.status, 204);
    assert_eq!(world.field(&parent, "subtasks").await[0]["key"], keys[2]);
    for wrong in [json!({"original": 3, "current": 0}), json!({"original": 0}), json!([])] {
        assert_eq!(world.ada.post(&path, wrong).await.status, 400);
    }
    let right = json!({"user": "bob", "project": "ACME", "right": "edit", "allowed": false});
    world.control.post("/_sim/settings", right).await.expect(200);
    assert_eq!(world.bob.get(&path).await.expect(200), json!(false));
    assert_eq!(world.ada.get("/rest/api/2/issue/ACME-99999/subtask").await.status, 404);
}
