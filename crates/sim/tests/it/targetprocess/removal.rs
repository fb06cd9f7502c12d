//! Deleting one by one and in bulk, bringing back, and converting.

use bowline_sim::targetprocess::Options;
use http::Method;
use serde_json::{Value, json};

use super::world;

#[tokio::test]
async fn what_is_deleted_is_named_and_can_be_brought_back_with_everything_on_it() {
    let world = world(Options::default()).await;
    let id = world.make("one").await;
    let task = world.post("/api/v1/Tasks", json!({"Name": "t", "UserStory": {"Id": id}})).await.expect(201);
    let comment = json!({"General": {"Id": id}, "Description": "hi"});
    let comment = world.post("/api/v1/Comments", comment).await.expect(201)["Id"].clone();
    let path = format!("/api/v1/UserStories/{id}");
    assert_eq!(world.delete(&path).await.expect(200), json!({"ResourceType": "UserStory", "Id": id}));
    assert_eq!(world.get(&path, &[]).await.status, 404);
    assert_eq!(world.get(&format!("/api/v1/Tasks/{}", task["Id"]), &[]).await.status, 404);
    assert_eq!(world.get(&format!("/api/v1/Comments/{comment}"), &[]).await.status, 404);
    let body = json!({"Id": id, "EntityType": "UserStory"});
    assert_eq!(world.post("/api/v1/undelete", body.clone()).await.status, 403);
    world.rule("/api/v1/undelete", body.clone()).await.expect(200);
    assert_eq!(world.rule("/api/v1/Undelete", body).await.status, 404);
    let back = world.get(&path, &[("include", "[Name,Tasks[Name],Comments[Description]]")]).await.expect(200);
    assert_eq!((back["Name"].as_str(), back["Tasks"]["Items"][0]["Name"].as_str()), (Some("one"), Some("t")));
    assert_eq!(back["Comments"]["Items"][0]["Description"], "hi");
    world.delete(&format!("/api/v1/Comments/{comment}")).await.expect(200);
    for wrong in [
        json!({"Id": comment, "EntityType": "Comment"}),
        json!({"Id": 400, "EntityType": "Milestone"}),
        json!({"Id": id}),
        json!({"Id": "x", "EntityType": "Bug"}),
        json!({"Id": 5, "EntityType": "Nothing"}),
        json!([]),
    ] {
        assert_eq!(world.rule("/api/v1/Undelete", wrong.clone()).await.status, 400, "{wrong}");
    }
}

#[tokio::test]
async fn several_are_deleted_and_brought_back_at_once() {
    let world = world(Options::default()).await;
    let (one, two) = (world.make("one").await, world.make("two").await);
    let path = "/api/v1/UserStories/bulk?access_token=token-ada&format=json";
    let body = json!([{"Id": one}, {"Id": two}]);
    let answer = world.control().send(Method::DELETE, path, body.to_string().into()).await.unwrap();
    assert_eq!(answer.expect(200)["Items"][1]["Id"], two);
    let kinds = json!([{"Id": one, "EntityType": "UserStory"}, {"Id": two, "EntityType": "General"}]);
    world.rule("/api/v1/undelete/bulk", kinds).await.expect(200);
    // Clients that cannot give a DELETE a body send a POST with a header.
    let client = world.control().clone().and("x-http-method-override", "DELETE");
    assert_eq!(client.post(path, body).await.status, 200);
    assert_eq!(world.get(&format!("/api/v1/Generals/{one}"), &[]).await.status, 404);
    for wrong in [json!([{"Name": "x"}]), json!({"Id": one}), json!([5])] {
        let answer = world.control().send(Method::DELETE, path, wrong.to_string().into()).await.unwrap();
        assert_eq!(answer.status, 400, "{wrong}");
    }
}

#[tokio::test]
async fn projects_and_people_come_back_by_an_older_way_as_well() {
    let world = world(Options::default()).await;
    let before = world.get("/api/v2/UserStory", &[("result", "count")]).await.expect(200);
    assert_eq!(world.delete("/api/v1/Projects/100").await.status, 403);
    let delete = async |path: &str| {
        world.control().delete(&format!("{path}?access_token=token-admin&format=json")).await
    };
    delete("/api/v1/Projects/100").await.expect(200);
    delete("/api/v1/Users/3").await.expect(200);
    assert_eq!(delete("/api/v1/Users/1").await.status, 403);
    assert_eq!(world.get("/api/v1/Projects/100", &[]).await.status, 404);
    assert!(
        world.get("/api/v2/UserStory", &[("result", "count")]).await.expect(200).as_u64() < before.as_u64()
    );
    let gone = world.admin("/api/DeletedItems/v1/Projects").await.expect(200);
    assert_eq!(gone, json!([{"resourceType": "Project", "id": 100, "name": "Web Shop"}]));
    let path =
        "/api/v2/users?where=(DeleteDate!=null)&includeDeleted=true&select={id}&access_token=token-admin";
    assert_eq!(world.control().post(path, Value::Null).await.expect(200)["items"], json!([{"id": 3}]));
    assert_eq!(world.rule("/api/deletedItems/v1/projects/100/restore", Value::Null).await.status, 200);
    assert_eq!(world.rule("/api/deletedItems/v1/users/3/restore", Value::Null).await.status, 200);
    assert_eq!(world.get("/api/v2/UserStory", &[("result", "count")]).await.expect(200), before);
    assert_eq!(world.rule("/api/deletedItems/v1/users/3/restore", Value::Null).await.status, 404);
    assert_eq!(world.rule("/api/deletedItems/v1/bugs/3/restore", Value::Null).await.status, 404);
    assert_eq!(world.get("/api/deletedItems/v1/projects", &[]).await.status, 403);
}

#[tokio::test]
async fn a_conversion_leads_from_the_old_id_to_the_new_one() {
    let world = world(Options::default()).await;
    let id = world.make("one").await;
    world.post("/api/v1/Comments", json!({"General": {"Id": id}, "Description": "hi"})).await.expect(201);
    let convert = async |id: u64, kind: &str| {
        let edit = json!({"as": "ada", "item": id, "convert": kind});
        let answer = world.control().post("/_sim/edit", edit).await.expect(200);
        answer["id"].as_str().unwrap().parse::<u64>().unwrap()
    };
    let bug = convert(id, "Bug").await;
    let feature = convert(bug, "Feature").await;
    assert_eq!(world.get(&format!("/api/v1/Generals/{id}"), &[]).await.status, 404);
    let shown = world
        .get(&format!("/api/v1/Features/{feature}"), &[("append", "[Comments-Count]")])
        .await
        .expect(200);
    assert_eq!((shown["Name"].as_str(), shown["Comments-Count"].as_u64()), (Some("one"), Some(1)));
    let filter = format!("FromGeneralID eq {id}");
    let found = world.get("/api/v1/GeneralConversions", &[("where", &filter)]).await.expect(200);
    let found = &found["Items"][0];
    // The first conversion was moved along with the second.
    assert_eq!(
        (found["ActualGeneral"]["Id"].as_u64(), found["FromGeneralType"]["Name"].as_str()),
        (Some(feature), Some("UserStory"))
    );
    let undelete = world.rule("/api/v1/undelete", json!({"Id": id, "EntityType": "UserStory"})).await;
    assert_eq!(undelete.status, 400);
    for wrong in ["Feature", "Task", "Nothing"] {
        let edit = json!({"as": "ada", "item": feature, "convert": wrong});
        assert_eq!(world.control().post("/_sim/edit", edit).await.status, 400, "{wrong}");
    }
}
