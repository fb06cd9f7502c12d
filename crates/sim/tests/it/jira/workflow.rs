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
