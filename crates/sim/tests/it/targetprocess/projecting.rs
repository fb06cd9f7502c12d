//! Reading in v2.

use bowline_sim::targetprocess::Options;
use serde_json::{Value, json};

use super::world;
use crate::client::Client;

#[tokio::test]
async fn projections_name_nest_and_leave_nulls_out() {
    let world = world(Options::default()).await;
    let id = world.make("Pay").await;
    world
        .post("/api/v1/Comments", json!({"General": {"Id": id}, "Description": "<div>hi</div>"}))
        .await
        .expect(201);
    let body = json!({"Assignable": {"Id": id}, "GeneralUser": {"Id": 3}, "Role": {"Id": 8}});
    world.post("/api/v1/Assignments", body).await.expect(201);
    let select = "{id,title:name,state:entityState.name,priority:{priority.id,priority.name},description,release,\
        comments:comments.select({id,description,author:owner.login}),who:assignments.select({user:generalUser.id,role.name})}";
    let answer = world.get(&format!("/api/v2/UserStory/{id}"), &[("select", select)]).await.expect(200);
    let comment = answer["items"][0]["comments"][0]["id"].clone();
    assert_eq!(
        answer,
        json!({"items": [{
            "id": id, "title": "Pay", "state": "Open", "priority": {"id": 25, "name": "Nice To Have"},
            "comments": [{"id": comment, "description": "<div>hi</div>", "author": "ada"}],
            "who": [{"user": 3, "name": "QA Engineer"}],
        }]})
    );
}

#[tokio::test]
async fn lists_are_filtered_sorted_and_paged() {
    let world = world(Options::default()).await;
    let first = world.make("Zeta").await;
    let second = world.make("Alpha").await;
    let filter = format!("(id>={first} and entityState.isInitial==true)");
    let query = [("where", filter.as_str()), ("select", "{id}"), ("orderBy", "name desc"), ("take", "1")];
    let page = world.get("/api/v2/userstories", &query).await.expect(200);
    assert_eq!(page["items"], json!([{"id": first}]));
    let next = page["next"].as_str().unwrap().strip_prefix(world.running.url()).unwrap().to_owned();
    let page = Client::anonymous(world.running.url()).get(&next).await.expect(200);
    assert_eq!((&page["items"], page.get("next")), (&json!([{"id": second}]), None));
}

#[tokio::test]
async fn without_a_projection_everything_plain_is_shown_in_camel_case() {
    let world = world(Options::default()).await;
    let id = world.make("Pay").await;
    let item = world.get(&format!("/api/v2/Generals/{id}"), &[]).await.expect(200)["items"][0].clone();
    assert_eq!((item["resourceType"].as_str(), item["name"].as_str()), (Some("UserStory"), Some("Pay")));
    assert_eq!(item["owner"]["fullName"], "Ada Byron");
    assert!(item.get("description").is_none() && item.get("comments").is_none());
    assert!(item["modifyDate"].as_str().unwrap().starts_with("/Date("));
    assert!(!item.as_object().unwrap().values().any(Value::is_null));
    let iso = world
        .get(&format!("/api/v2/UserStory/{id}"), &[("isoDate", "true"), ("select", "{modifyDate}")])
        .await
        .expect(200);
    assert!(iso["items"][0]["modifyDate"].as_str().unwrap().ends_with('Z'));
}

#[tokio::test]
async fn what_is_not_understood_is_said() {
    let world = world(Options::default()).await;
    for (query, words) in [
        (("where", "fly>1"), "fly"),
        (("where", "name=="), "expected"),
        (("select", "{id,nothing}"), "nothing"),
        (("orderBy", "comments"), "comments"),
        (("result", "count"), "result"),
    ] {
        let refusal = world.get("/api/v2/userstory", &[query]).await.expect(400);
        assert!(refusal["Message"].as_str().unwrap().contains(words), "{refusal}");
    }
    assert_eq!(world.get("/api/v2/nothing", &[]).await.status, 404);
    assert_eq!(world.get("/api/v2/userstory/999999", &[]).await.status, 404);
    assert_eq!(world.get("/api/v2/userstory/x", &[]).await.status, 400);
    assert_eq!(world.post("/api/v2/userstory", json!({})).await.status, 405);
}
