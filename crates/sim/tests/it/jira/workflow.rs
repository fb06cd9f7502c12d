//! Transitions: which there are, what they demand, what they change.

use serde_json::{Value, json};

use super::{CLOUD, DC, World, world};

async fn steps(world: &World, key: &str) -> Vec<String> {
    let steps = world.ada.get(&format!("/rest/api/2/issue/{key}/transitions")).await.expect(200);
    let steps = steps["transitions"].as_array().unwrap();
    steps
        .iter()
        .map(|step| format!("{}:{}", step["id"].as_str().unwrap(), step["to"]["name"].as_str().unwrap()))
        .collect()
}

async fn take(world: &World, key: &str, body: Value) -> u16 {
    world.ada.post(&format!("/rest/api/2/issue/{key}/transitions"), body).await.status
}

#[tokio::test]
async fn done_is_reached_through_review_and_back_edges_exist() {
    let world = world(DC).await;
    let key = world.make("one").await;
    assert_eq!(steps(&world, &key).await, ["11:In Progress"]);
    assert_eq!(take(&world, &key, json!({"transition": {"id": "11"}})).await, 204);
    assert_eq!(steps(&world, &key).await, ["21:In Review", "41:To Do"]);
    assert_eq!(take(&world, &key, json!({"transition": {"id": 21}})).await, 204);
    assert_eq!(steps(&world, &key).await, ["31:Done", "51:In Progress"]);
    let done = json!({"transition": {"id": "31"}, "fields": {"resolution": {"name": "Won't Do"}}});
    assert_eq!(take(&world, &key, done).await, 204);
    assert_eq!(world.field(&key, "resolution").await["name"], "Won't Do");
    assert!(world.field(&key, "resolutiondate").await.is_string());
    assert_eq!(take(&world, &key, json!({"transition": {"id": "61"}})).await, 204);
    assert_eq!(world.field(&key, "resolution").await, Value::Null);
    assert_eq!(world.field(&key, "resolutiondate").await, Value::Null);
    assert_eq!(world.field(&key, "status").await["name"], "In Progress");
}

#[tokio::test]
async fn a_required_field_is_learned_and_demanded() {
    let world = world(CLOUD).await;
    let key = world.make("one").await;
    for id in ["11", "21"] {
        assert_eq!(take(&world, &key, json!({"transition": {"id": id}})).await, 204);
    }
    let path = format!("/rest/api/3/issue/{key}/transitions");
    let plain = world.ada.get(&path).await.expect(200);
    assert!(plain["transitions"][0].get("fields").is_none());
    let shown = world.ada.get(&format!("{path}?expand=transitions.fields&transitionId=31")).await.expect(200);
    let step = &shown["transitions"][0];
    assert_eq!(
        (step["hasScreen"].as_bool(), step["fields"]["resolution"]["required"].as_bool()),
        (Some(true), Some(true))
    );
    assert_eq!(step["fields"]["resolution"]["allowedValues"][0]["name"], "Done");
    let refusal = world.ada.post(&path, json!({"transition": {"id": "31"}})).await.expect(400);
    assert_eq!(refusal, json!({"errorMessages": [], "errors": {"resolution": "Resolution is required."}}));
    let wrong = json!({"transition": {"id": "31"}, "fields": {"resolution": {"name": "Maybe"}}});
    assert_eq!(
        world.ada.post(&path, wrong).await.expect(400)["errors"]["resolution"],
        "Resolution name 'Maybe' is not valid"
    );
    assert_eq!(world.field(&key, "status").await["name"], "In Review");
}

#[tokio::test]
async fn a_step_without_a_screen_takes_no_fields() {
    let world = world(CLOUD).await;
    let key = world.make("one").await;
    let body = json!({"transition": {"id": "11"}, "fields": {"summary": "x"}});
    let refusal = world.ada.post(&format!("/rest/api/2/issue/{key}/transitions"), body).await.expect(400);
    assert!(refusal["errors"]["summary"].as_str().unwrap().contains("not on the appropriate screen"));
    let body = json!({"transition": {"id": "11"}, "update": {"comment": [{"add": {"body": "on my way"}}]}});
    assert_eq!(take(&world, &key, body).await, 204);
    assert_eq!(world.field(&key, "comment").await["comments"][0]["body"], "on my way");
}

#[tokio::test]
async fn steps_that_do_not_exist_or_not_here_are_refused() {
    let world = world(DC).await;
    let key = world.make("one").await;
    for wrong in [
        json!({}),
        json!({"transition": {}}),
        json!({"transition": {"id": "x"}}),
        json!({"transition": {"id": "99"}}),
        json!({"transition": {"id": "31"}}),
    ] {
        assert_eq!(take(&world, &key, wrong.clone()).await, 400, "{wrong}");
    }
    // Of two who take the same step, the second is too late.
    assert_eq!(take(&world, &key, json!({"transition": {"id": "11"}})).await, 204);
    assert_eq!(take(&world, &key, json!({"transition": {"id": "11"}})).await, 400);
}

#[tokio::test]
async fn the_open_workflow_goes_anywhere_and_resolves_by_itself() {
    let world = world(CLOUD).await;
    let body = json!({"fields": {"project": {"key": "OPS"}, "issuetype": {"name": "Task"}, "summary": "x"}});
    let key = world.ada.post("/rest/api/2/issue", body).await.expect(201)["key"].as_str().unwrap().to_owned();
    assert_eq!(steps(&world, &key).await, ["11:To Do", "21:In Progress", "31:Done"]);
    assert_eq!(take(&world, &key, json!({"transition": {"id": "31"}})).await, 204);
    assert_eq!(world.field(&key, "resolution").await["name"], "Done");
    let log = world.ada.get(&format!("/rest/api/3/issue/{key}/changelog")).await.expect(200);
    let fields: Vec<&Value> =
        log["values"][0]["items"].as_array().unwrap().iter().map(|item| &item["field"]).collect();
    assert_eq!(fields, ["resolution", "status"]);
}

/// Makes an issue in DESK that Bob is to submit.
async fn request(world: &World) -> String {
    let project = world.ada.get("/rest/api/2/project/DESK").await.expect(200);
    let body = json!({"fields": {"project": {"id": project["id"]}, "issuetype": {"name": "Task"}, "summary": "x",
        "assignee": {"name": "bob"}}});
    world.ada.post("/rest/api/2/issue", body).await.expect(201)["key"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_guarded_step_is_offered_to_those_who_may_take_it_only() {
    let world = world(DC).await;
    let key = request(&world).await;
    let path = format!("/rest/api/2/issue/{key}/transitions");
    assert!(steps(&world, &key).await.is_empty(), "Ada is not the assignee");
    assert_eq!(take(&world, &key, json!({"transition": {"id": "11"}})).await, 400);
    let bobs = world.bob.get(&path).await.expect(200);
    assert_eq!(bobs["transitions"][0]["name"], "Submit");
    assert_eq!(world.bob.post(&path, json!({"transition": {"id": "11"}})).await.status, 204);
    assert_eq!(world.field(&key, "assignee").await["name"], "ada", "submitting assigns the lead");
    assert!(world.bob.get(&path).await.expect(200)["transitions"].as_array().unwrap().is_empty());
    let admins = world.admin.get(&format!("{path}?expand=transitions.fields")).await.expect(200);
    let names: Vec<&str> =
        admins["transitions"].as_array().unwrap().iter().map(|step| step["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Approve", "Reject"]);
    let fields = &admins["transitions"][0]["fields"];
    let required = |id: &str| fields[id]["required"].as_bool();
    for id in ["customfield_10110", "customfield_10111", "customfield_10112"] {
        assert_eq!(required(id), Some(true), "{id}");
    }
    assert_eq!(fields["customfield_10112"]["allowedValues"][0]["children"][0]["value"], "Berlin");
}

#[tokio::test]
async fn approving_asks_for_fields_of_several_kinds() {
    let world = world(DC).await;
    let key = request(&world).await;
    let path = format!("/rest/api/2/issue/{key}/transitions");
    assert_eq!(world.bob.post(&path, json!({"transition": {"id": "11"}})).await.status, 204);
    let refusal = world.admin.post(&path, json!({"transition": {"id": "21"}})).await.expect(400);
    let asked = json!({"customfield_10110": "Target date is required.", "customfield_10111": "Reviewer is required.",
        "customfield_10112": "Location is required."});
    assert_eq!(refusal["errors"], asked);
    // What a validator asks for is not told before somebody tries.
    let meta =
        world.admin.get(&format!("{path}?expand=transitions.fields&transitionId=31")).await.expect(200);
    assert_eq!(meta["transitions"][0]["fields"]["customfield_10113"]["required"], false);
    let refusal = world.admin.post(&path, json!({"transition": {"id": "31"}})).await.expect(400);
    assert_eq!(refusal["errors"]["customfield_10113"], "Release note is required.");
    let fields = json!({"customfield_10110": "2026-03-01", "customfield_10111": {"name": "bob"},
        "customfield_10112": {"value": "Europe", "child": {"value": "Lisbon"}}});
    let body = json!({"transition": {"id": "21"}, "fields": fields});
    assert_eq!(world.admin.post(&path, body).await.status, 204);
    assert_eq!(world.field(&key, "customfield_10112").await["child"]["value"], "Lisbon");
    assert_eq!(world.field(&key, "status").await["name"], "Done");
}

#[tokio::test]
async fn cloud_shows_barred_steps_to_those_who_ask() {
    let world = world(CLOUD).await;
    let project = json!({"project": {"key": "DESK"}, "issuetype": {"name": "Task"}, "summary": "x"});
    let key =
        world.ada.post("/rest/api/3/issue", json!({"fields": project})).await.expect(201)["key"].clone();
    let path = format!("/rest/api/3/issue/{}/transitions", key.as_str().unwrap());
    assert!(world.ada.get(&path).await.expect(200)["transitions"].as_array().unwrap().is_empty());
    let all = world.ada.get(&format!("{path}?includeUnavailableTransitions=true")).await.expect(200);
    let step = &all["transitions"][0];
    assert_eq!((step["isAvailable"].as_bool(), step["isConditional"].as_bool()), (Some(false), Some(true)));
}
