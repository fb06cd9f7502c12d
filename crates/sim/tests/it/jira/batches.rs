//! Bulk operations and other long-running tasks on Cloud, by the simulator's clock.

use serde_json::{Value, json};

use super::{CLOUD, World, world};

/// A Jira whose clock stands still.
async fn still() -> World {
    let world = world(CLOUD).await;
    world.control.post("/_sim/clock", json!({"freeze": true})).await.expect(200);
    world
}

async fn pass(world: &World, ms: u32) {
    world.control.post("/_sim/clock", json!({"advance_ms": ms})).await.expect(200);
}

async fn submit(world: &World, what: &str, body: Value) -> String {
    let answer = world.ada.post(&format!("/rest/api/3/bulk/issues/{what}"), body).await.expect(201);
    answer["taskId"].as_str().unwrap().to_owned()
}

async fn progress(world: &World, task: &str) -> Value {
    world.ada.get(&format!("/rest/api/3/bulk/queue/{task}")).await.expect(200)
}

/// Why a request is refused.
async fn refused(world: &World, what: &str, body: Value) -> String {
    let answer = world.ada.post(&format!("/rest/api/3/bulk/issues/{what}"), body).await.expect(400);
    answer["errors"][0]["message"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn many_issues_are_edited_by_a_task_that_can_be_watched() {
    let world = still().await;
    let (one, two) = (world.make("one").await, world.make("two").await);
    let input = json!({
        "labelsFields": [{"fieldId": "labels", "bulkEditMultiSelectFieldOption": "ADD", "labels": [{"name": "bulk"}]}],
        "priority": {"priorityId": "1"},
        "clearableNumberFields": [{"fieldId": "customfield_10011", "value": 8}],
        "singleSelectFields": [{"fieldId": "customfield_10012", "option": {"optionId": 10021}}],
        "richTextFields": [{"fieldId": "description", "richText": {"adfValue": {"type": "doc", "version": 1, "content": []}}}],
        "singleSelectClearableUserPickerFields": [{"fieldId": "assignee", "user": {"accountId": "712020:5f0c0000-0000-4000-8000-000000000003"}}],
        "datePickerFields": [{"fieldId": "duedate", "date": {"formattedDate": "1/Mar/26"}}],
    });
    let actions = json!([
        "labels",
        "priority",
        "customfield_10011",
        "customfield_10012",
        "description",
        "assignee",
        "duedate"
    ]);
    let body = json!({"selectedIssueIdsOrKeys": [one, two, "ACME-99999"], "selectedActions": actions, "editedFieldsInput": input});
    let task = submit(&world, "fields", body).await;
    let before = progress(&world, &task).await;
    assert_eq!((before["status"].as_str(), before["progressPercent"].as_u64()), (Some("ENQUEUED"), Some(0)));
    assert_eq!(world.field(&one, "labels").await, json!([]));
    pass(&world, 220).await;
    let half = progress(&world, &task).await;
    assert_eq!((half["status"].as_str(), half["progressPercent"].as_u64()), (Some("RUNNING"), Some(50)));
    assert_eq!(world.field(&one, "labels").await, json!(["bulk"]));
    assert_eq!(world.field(&two, "labels").await, json!([]));
    pass(&world, 20).await;
    let whole = progress(&world, &task).await;
    assert_eq!((whole["status"].as_str(), whole["totalIssueCount"].as_u64()), (Some("COMPLETE"), Some(3)));
    assert_eq!(whole["invalidOrInaccessibleIssueCount"], 1);
    assert_eq!(whole["processedAccessibleIssues"].as_array().unwrap().len(), 2);
    assert_eq!(world.field(&two, "customfield_10012").await["value"], "Major");
    assert_eq!(world.field(&two, "duedate").await, "2026-03-01");
    assert_eq!(world.field(&two, "assignee").await["displayName"], "Bob Kahn");
    assert_eq!(world.field(&two, "description").await, Value::Null);
    let plain = world.ada.get(&format!("/rest/api/3/task/{task}")).await.expect(200);
    assert_eq!((plain["status"].as_str(), plain["progress"].as_u64()), (Some("COMPLETE"), Some(100)));
    assert_eq!(world.bob.get(&format!("/rest/api/3/task/{task}")).await.status, 403);
    pass(&world, 14 * 86_400_000 + 1_000).await;
    assert_eq!(world.ada.get(&format!("/rest/api/3/task/{task}")).await.status, 404);
}

#[tokio::test]
async fn a_request_that_is_wrong_as_a_whole_is_refused_in_a_shape_of_its_own() {
    let world = still().await;
    let key = world.make("one").await;
    let edit = |actions: Value| {
        json!({"selectedIssueIdsOrKeys": [key], "selectedActions": actions,
            "editedFieldsInput": {"issueType": {"issueTypeId": "10002"}}})
    };
    let said = refused(&world, "fields", edit(json!(["labels"]))).await;
    assert!(said.ends_with("not listed as selectedActions : issuetype"), "{said}");
    let said = refused(&world, "delete", json!({"selectedIssueIdsOrKeys": ["what"]})).await;
    assert_eq!(said, "Some of the issues in the issueIdsOrKeys are not valid");
    let many: Vec<String> = (0..1_001).map(|number| number.to_string()).collect();
    assert!(refused(&world, "watch", json!({"selectedIssueIdsOrKeys": many})).await.contains("1000"));
    assert!(!refused(&world, "transition", json!({})).await.is_empty());
    assert!(!refused(&world, "move", json!({"targetToSourcesMapping": {"NONE,1": {}}})).await.is_empty());
    let nobody = world.control.post("/rest/api/3/bulk/issues/delete", json!({})).await.expect(401);
    assert!(nobody["errors"][0]["message"].is_string());
    assert_eq!(world.ada.get("/rest/api/3/bulk/queue/7").await.status, 400);
}

#[tokio::test]
async fn what_can_be_edited_and_stepped_is_told_for_all_issues_together() {
    let world = still().await;
    let (one, two) = (world.make("one").await, world.make("two").await);
    let fields = world.ada.get(&format!("/rest/api/3/bulk/issues/fields?issueIdsOrKeys={one},{two}")).await;
    let fields = fields.expect(200)["fields"].clone();
    let of = |id: &str| fields.as_array().unwrap().iter().find(|field| field["id"] == id).cloned();
    assert_eq!(of("priority").unwrap()["fieldOptions"][0]["priority"], "Highest");
    assert_eq!(of("labels").unwrap()["multiSelectFieldOptions"][1], "REMOVE");
    let none = format!("/rest/api/3/bulk/issues/fields?issueIdsOrKeys={one}&searchText=nothing");
    assert_eq!(world.ada.get(&none).await.status, 404);
    let path = format!("/rest/api/3/issue/{two}/transitions");
    for id in ["11", "21"] {
        assert_eq!(world.ada.post(&path, json!({"transition": {"id": id}})).await.status, 204);
    }
    let steps =
        world.ada.get(&format!("/rest/api/3/bulk/issues/transition?issueIdsOrKeys={two}")).await.expect(200);
    let group = &steps["availableTransitions"][0];
    assert_eq!(
        (group["issues"][0].as_str(), group["isTransitionsFiltered"].as_bool()),
        (Some(&*two), Some(true))
    );
    assert_eq!(group["transitions"][0]["transitionId"], 51, "done asks for a resolution");
    let inputs = json!([{"selectedIssueIdsOrKeys": [two], "transitionId": "51"}, {"selectedIssueIdsOrKeys": [one], "transitionId": "51"}]);
    let task = submit(&world, "transition", json!({"bulkTransitionInputs": inputs})).await;
    pass(&world, 1_000).await;
    let done = progress(&world, &task).await;
    assert_eq!(done["processedAccessibleIssues"].as_array().unwrap().len(), 1);
    assert_eq!(done["failedAccessibleIssues"].as_object().unwrap().len(), 1);
    assert_eq!(world.field(&two, "status").await["name"], "In Progress");
}

#[tokio::test]
async fn moved_issues_are_found_by_their_former_key() {
    let world = still().await;
    let key = world.make("wanders").await;
    let path = format!("/rest/api/3/issue/{key}/transitions");
    for id in ["11", "21"] {
        assert_eq!(world.ada.post(&path, json!({"transition": {"id": id}})).await.status, 204);
    }
    let set = json!({"fields": {"components": [{"name": "API"}]}});
    assert_eq!(world.ada.put(&format!("/rest/api/2/issue/{key}"), set).await.status, 204);
    let wishes = |infer: bool, statuses: Value| {
        json!({"targetToSourcesMapping": {"OPS,10002": {"issueIdsOrKeys": [key], "inferFieldDefaults": true,
            "inferStatusDefaults": infer, "inferSubtaskTypeDefault": true, "inferClassificationDefaults": true,
            "targetStatus": statuses,
            "targetMandatoryFields": [{"fields": {"labels": {"retain": false, "type": "raw", "value": ["moved"]}}}]}}})
    };
    let stuck = submit(&world, "move", wishes(false, json!([]))).await;
    pass(&world, 1_000).await;
    let failed = progress(&world, &stuck).await["failedAccessibleIssues"].clone();
    assert!(failed.to_string().contains("In Review"), "OPS has no such status: {failed}");
    let task = submit(&world, "move", wishes(false, json!([{"statuses": {"3": ["10001"]}}]))).await;
    pass(&world, 1_000).await;
    let done = progress(&world, &task).await;
    assert_eq!(done["processedAccessibleIssues"].as_array().unwrap().len(), 1, "{done}");
    let issue = world.ada.get(&format!("/rest/api/3/issue/{key}?expand=changelog")).await.expect(200);
    let new = issue["key"].as_str().unwrap();
    assert!(new.starts_with("OPS-"), "{new}");
    let fields = &issue["fields"];
    assert_eq!(
        (fields["status"]["name"].as_str(), fields["issuetype"]["name"].as_str()),
        (Some("In Progress"), Some("Task"))
    );
    assert_eq!((&fields["components"], &fields["labels"]), (&json!([]), &json!(["moved"])));
    let items = issue["changelog"]["histories"][0]["items"].as_array().unwrap();
    let names: Vec<&str> = items.iter().map(|item| item["field"].as_str().unwrap()).collect();
    for name in ["project", "Key", "issuetype", "status", "Workflow", "Component"] {
        assert!(names.contains(&name), "{name} is not in {names:?}");
    }
    let by_key = world.ada.get(&format!("/rest/api/3/issue/{new}")).await.expect(200);
    assert_eq!(by_key["id"], issue["id"]);
}

#[tokio::test]
async fn issues_are_watched_and_deleted_in_bulk_and_a_task_can_be_cancelled() {
    let world = still().await;
    let keys = [world.make("one").await, world.make("two").await, world.make("three").await];
    let task = submit(&world, "unwatch", json!({"selectedIssueIdsOrKeys": keys})).await;
    pass(&world, 1_000).await;
    assert_eq!(progress(&world, &task).await["processedAccessibleIssues"].as_array().unwrap().len(), 3);
    assert_eq!(world.field(&keys[0], "watches").await["isWatching"], false);
    submit(&world, "watch", json!({"selectedIssueIdsOrKeys": [keys[0]]})).await;
    pass(&world, 1_000).await;
    assert_eq!(world.field(&keys[0], "watches").await["isWatching"], true);
    let task = submit(&world, "delete", json!({"selectedIssueIdsOrKeys": keys})).await;
    pass(&world, 240).await;
    let cancel = format!("/rest/api/3/task/{task}/cancel");
    assert_eq!(world.bob.post(&cancel, json!({})).await.status, 403);
    assert_eq!(world.ada.post(&cancel, json!({})).await.status, 202);
    assert_eq!(world.ada.post(&cancel, json!({})).await.status, 400);
    pass(&world, 1_000).await;
    let done = progress(&world, &task).await;
    assert_eq!((done["status"].as_str(), done["progressPercent"].as_u64()), (Some("CANCELLED"), Some(66)));
    assert_eq!(world.ada.get(&format!("/rest/api/3/issue/{}", keys[1])).await.status, 404);
    assert_eq!(world.ada.get(&format!("/rest/api/3/issue/{}", keys[2])).await.status, 200);
}

#[tokio::test]
async fn a_field_and_an_options_use_are_removed_by_tasks() {
    let world = still().await;
    let key = world.make("severe").await;
    let severe = json!({"fields": {"customfield_10012": {"value": "Critical"}}});
    assert_eq!(world.ada.put(&format!("/rest/api/3/issue/{key}"), severe).await.status, 204);
    let path = "/rest/api/3/field/customfield_10012/context/10012/option/10020/issue";
    let started = world.admin.delete(&format!("{path}?replaceWith=10022&jql=key%3D{key}")).await;
    let at =
        started.headers["location"].to_str().unwrap().strip_prefix(world.running.url()).unwrap().to_owned();
    assert_eq!(started.expect(303)["status"], "ENQUEUED");
    pass(&world, 1_000).await;
    let task = world.admin.get(&at).await.expect(200);
    assert_eq!(task["result"]["modifiedIssues"].as_array().unwrap().len(), 1, "{task}");
    assert_eq!(world.field(&key, "customfield_10012").await["value"], "Minor");
    let field = "/rest/api/3/field/customfield_10012";
    assert_eq!(world.admin.delete(field).await.status, 303);
    assert_eq!(world.admin.delete(field).await.status, 409);
    pass(&world, 1_000).await;
    assert_eq!(world.admin.delete(field).await.status, 404);
    let issue = world.ada.get(&format!("/rest/api/3/issue/{key}")).await.expect(200);
    assert!(issue["fields"].get("customfield_10012").is_none());
}

#[tokio::test]
async fn a_task_goes_on_by_itself_while_the_clock_runs() {
    let mut receiver = crate::receiver::Receiver::start().await;
    let world = super::hooked(CLOUD, super::target(&receiver.url)).await;
    let key = world.make("gone soon").await;
    receiver.next().await;
    submit(&world, "delete", json!({"selectedIssueIdsOrKeys": [key]})).await;
    // Nobody asks for anything: the webhook comes all the same.
    assert_eq!(receiver.next().await.event(), "jira:issue_deleted");
}
