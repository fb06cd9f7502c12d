//! Writing in v1: items, states, comments, assignments, tags, relations.

use bowline_sim::targetprocess::Options;
use serde_json::{Value, json};

use super::{World, world};

async fn item(world: &World, id: u64) -> Value {
    world
        .get(
            &format!("/api/v1/Generals/{id}"),
            &[("include", "[Name,EntityVersion,ModifyDate,LastCommentDate,Tags]")],
        )
        .await
        .expect(200)
}

#[tokio::test]
async fn an_item_is_made_changed_and_deleted() {
    let world = world(Options::default()).await;
    let body = json!({
        "Name": "Pay", "Description": "<div>by <b>invoice</b></div>", "Project": {"Id": 100}, "Effort": 3.5, "Tags": "web, urgent",
        "Priority": {"Id": 21}, "PlannedEndDate": "2027-03-19", "Release": {"Id": 200},
        "CustomFields": [{"Name": "Risk", "Value": "High"}, {"Name": "Points", "Value": 8}, {"Name": "Platforms", "Value": "Linux,macOS"}],
        "Tasks": {"Items": [{"Name": "first"}, {"Name": "second"}]}, "Comments": {"Items": [{"Description": "<div>hi</div>"}]},
    });
    let made = world.post("/api/v1/UserStories", body).await.expect(201);
    let id = made["Id"].as_u64().unwrap();
    assert_eq!((made["Effort"].as_f64(), made["Tags"].as_str()), (Some(3.5), Some("web, urgent")));
    assert_eq!(made["PlannedEndDate"], "/Date(1805414400000+0000)/");
    assert_eq!(
        made["CustomFields"][3],
        json!({"Name": "Platforms", "Type": "MultipleSelectionList", "Value": "Linux,macOS"})
    );
    let inner = world
        .get(
            &format!("/api/v1/UserStories/{id}"),
            &[("append", "[Tasks-Count,Comments-Count]"), ("include", "[Id]")],
        )
        .await
        .expect(200);
    assert_eq!((inner["Tasks-Count"].as_u64(), inner["Comments-Count"].as_u64()), (Some(2), Some(1)));
    let path = format!("/api/v1/UserStories/{id}");
    let changed = world.post(&path, json!({"Name": "Pay later", "Tags": "web"})).await.expect(200);
    assert_eq!((changed["Name"].as_str(), changed["Tags"].as_str()), (Some("Pay later"), Some("web")));
    assert!(changed["EntityVersion"].as_u64() > made["EntityVersion"].as_u64());
    let nested =
        json!({"Tags": "web", "Assignments": {"Items": [{"GeneralUser": {"Id": 3}, "Role": {"Id": 8}}]}});
    assert_eq!(world.post(&path, nested).await.expect(200)["EntityVersion"], changed["EntityVersion"]);
    let assigned = world.get(&path, &[("append", "[Assignments-Count]")]).await.expect(200);
    assert_eq!(assigned["Assignments-Count"], 1);
    assert_eq!(world.delete(&path).await.status, 200);
    assert_eq!(world.delete(&path).await.status, 404);
    assert_eq!(world.get(&path, &[]).await.status, 404);
}

#[tokio::test]
async fn an_id_in_the_body_makes_a_create_an_update() {
    let world = world(Options::default()).await;
    let id = world.make("one").await;
    let changed = world.post("/api/v1/UserStories", json!({"Id": id, "Name": "two"})).await.expect(200);
    assert_eq!((changed["Id"].as_u64(), changed["Name"].as_str()), (Some(id), Some("two")));
    assert_eq!(world.post("/api/v1/UserStories", json!({"Id": 999_999, "Name": "x"})).await.status, 404);
    assert_eq!(world.post("/api/v1/Bugs", json!({"Id": id, "Name": "x"})).await.status, 404);
    assert_eq!(
        world.post(&format!("/api/v1/UserStories/{id}"), json!({"Id": id + 1, "Name": "x"})).await.status,
        400
    );
}

#[tokio::test]
async fn the_same_values_change_nothing() {
    let world = world(Options::default()).await;
    let id = world.make("one").await;
    let before = item(&world, id).await;
    world.post(&format!("/api/v1/UserStories/{id}"), json!({"Name": "one", "Effort": 0})).await.expect(200);
    assert_eq!(item(&world, id).await, before);
}

#[tokio::test]
async fn results_show_what_is_asked_for() {
    let world = world(Options::default()).await;
    let path =
        "/api/v1/UserStories?access_token=token-ada&resultFormat=json&resultInclude=[Name,EntityVersion]";
    let client = world.control();
    let made = client.post(path, json!({"Name": "one", "Project": {"Id": 100}})).await.expect(201);
    assert_eq!(
        made.as_object().unwrap().keys().collect::<Vec<_>>(),
        ["EntityVersion", "Id", "Name", "ResourceType"]
    );
}

#[tokio::test]
async fn what_is_missing_or_wrong_is_refused_whole() {
    let world = world(Options::default()).await;
    let id = world.make("one").await;
    let before = item(&world, id).await;
    for wrong in [
        json!({"Name": ""}),
        json!({"Name": "two", "Nothing": 1}),
        json!({"Name": "two", "EntityState": {"Id": 1}}),
        json!({"Name": "two", "Priority": {"Id": 999}}),
        json!({"Name": "two", "Owner": {"Id": 99}}),
        json!({"Name": "two", "Feature": {"Id": id}}),
        json!({"Name": "two", "Effort": "much"}),
        json!({"Name": "two", "PlannedEndDate": "soon"}),
        json!({"Name": "two", "CustomFields": [{"Name": "None", "Value": 1}]}),
        json!({"Name": "two", "CustomFields": [{"Name": "Risk", "Value": "Odd"}]}),
        json!({"Name": "two", "Project": {"Name": "Web Shop"}}),
        json!([]),
        json!("text"),
    ] {
        let answer = world.post(&format!("/api/v1/UserStories/{id}"), wrong.clone()).await;
        assert_eq!(answer.status, 400, "{wrong}");
        assert!(answer.json()["Message"].is_string());
    }
    // A priority of another type, or one by name, is refused otherwise.
    for priority in [json!({"Id": 31}), json!({"Name": "Great"})] {
        let body = json!({"Name": "two", "Priority": priority});
        assert_eq!(world.post(&format!("/api/v1/UserStories/{id}"), body).await.status, 403);
    }
    assert_eq!(item(&world, id).await, before);
    for wrong in
        [json!({"Project": {"Id": 100}}), json!({"Name": "x"}), json!({"Name": "x", "Project": {"Id": 7}})]
    {
        assert_eq!(world.post("/api/v1/UserStories", wrong.clone()).await.status, 400, "{wrong}");
    }
    assert_eq!(world.post("/api/v1/Tasks", json!({"Name": "x", "Project": {"Id": 100}})).await.status, 400);
    for fixed in
        ["EntityStates", "Processes", "RelationTypes", "EntityTypes", "Generals", "UserStoryHistories"]
    {
        assert_eq!(
            world.post(&format!("/api/v1/{fixed}"), json!({"Name": "x"})).await.status,
            405,
            "{fixed}"
        );
    }
    let broken = world
        .control()
        .send(http::Method::POST, "/api/v1/Bugs?access_token=token-ada&format=json", "{".into())
        .await
        .unwrap();
    assert_eq!(broken.status, 400);
}

#[tokio::test]
async fn states_follow_their_next_states() {
    let world = world(Options::default()).await;
    let id = world.make("one").await;
    let path = format!("/api/v1/UserStories/{id}");
    let refusal = world.post(&path, world.state("Done").await).await.expect(400);
    assert!(refusal["Message"].as_str().unwrap().contains("from 'Open' to 'Done'"));
    for state in ["Planned", "In Progress", "In Testing", "Done"] {
        let moved = world.post(&path, world.state(state).await).await.expect(200);
        assert_eq!(moved["EntityState"]["Name"], state);
    }
    let done = world.get(&path, &[]).await.expect(200);
    assert!(done["EndDate"].is_string() && done["StartDate"].is_string());
    let reopened = world.post(&path, world.state("In Progress").await).await.expect(200);
    assert_eq!(reopened["EndDate"], Value::Null);
}

#[tokio::test]
async fn a_state_can_ask_for_a_comment() {
    let world = world(Options { comment_required: true, ..Options::default() }).await;
    let id = world.make("one").await;
    let path = format!("/api/v1/UserStories/{id}");
    for state in ["Planned", "In Progress"] {
        world.post(&path, world.state(state).await).await.expect(200);
    }
    let testing = world.state("In Testing").await;
    assert!(
        world.post(&path, testing.clone()).await.expect(400)["Message"].as_str().unwrap().contains("comment")
    );
    world.post("/api/v1/Comments", json!({"General": {"Id": id}, "Description": "why"})).await.expect(201);
    world.post(&path, testing.clone()).await.expect(200);
    // A comment of before does not count again; one in the same request does.
    world.post(&path, world.state("In Progress").await).await.expect(200);
    assert_eq!(world.post(&path, testing.clone()).await.status, 400);
    let mut with_comment = testing;
    with_comment["Comments"] = json!({"Items": [{"Description": "again"}]});
    world.post(&path, with_comment).await.expect(200);
    world.control().post("/_sim/settings", json!({"comment_required": false})).await.expect(200);
    let states =
        world.get("/api/v1/EntityStates", &[("where", "IsCommentRequired eq true")]).await.expect(200);
    assert_eq!(states["Items"], json!([]));
}

#[tokio::test]
async fn comments_are_resources_of_their_own() {
    let world = world(Options::default()).await;
    let id = world.make("one").await;
    let before = item(&world, id).await;
    let body =
        json!({"General": {"Id": id}, "Description": "<div>hi</div>", "IsPrivate": true, "Owner": {"Id": 3}});
    let made = world.post("/api/v1/Comments", body).await.expect(201);
    assert_eq!((made["Owner"]["Login"].as_str(), made["General"]["Id"].as_u64()), (Some("bob"), Some(id)));
    let after = item(&world, id).await;
    assert_eq!(
        (&after["EntityVersion"], &after["ModifyDate"]),
        (&before["EntityVersion"], &before["ModifyDate"])
    );
    assert!(after["LastCommentDate"].is_string());
    let comment = made["Id"].as_u64().unwrap();
    let reply = json!({"General": {"Id": id}, "Description": "yes", "ParentId": comment});
    assert_eq!(world.post("/api/v1/Comments", reply).await.expect(201)["ParentId"], comment);
    let edited =
        world.post(&format!("/api/v1/Comments/{comment}"), json!({"Description": "ho"})).await.expect(200);
    assert_eq!(edited["Description"], "ho");
    assert!(edited["DescriptionModifyDate"].is_string());
    let listed =
        world.get("/api/v1/Comments", &[("where", &format!("General.Id eq {id}"))]).await.expect(200);
    assert_eq!(listed["Items"].as_array().unwrap().len(), 2);
    assert_eq!(world.delete(&format!("/api/v1/Comments/{comment}")).await.status, 200);
    assert_eq!(world.delete(&format!("/api/v1/Comments/{comment}")).await.status, 404);
    for wrong in [
        json!({"Description": "x"}),
        json!({"General": {"Id": id}}),
        json!({"General": {"Id": 999_999}, "Description": "x"}),
        json!({"General": {"Id": id}, "Description": " "}),
        json!({"General": {"Id": id}, "Description": "x", "ParentId": 999_999}),
    ] {
        assert_eq!(world.post("/api/v1/Comments", wrong.clone()).await.status, 400, "{wrong}");
    }
}

#[tokio::test]
async fn comments_can_be_made_to_count_as_changes() {
    let world = world(Options { comment_bumps: true, ..Options::default() }).await;
    let id = world.make("one").await;
    let before = item(&world, id).await;
    world.post("/api/v1/Comments", json!({"General": {"Id": id}, "Description": "x"})).await.expect(201);
    let after = item(&world, id).await;
    assert!(after["EntityVersion"].as_u64() > before["EntityVersion"].as_u64());
    assert!(after["ModifyDate"].as_str() > before["ModifyDate"].as_str());
}

#[tokio::test]
async fn assignments_are_appended_and_taken_away_one_by_one() {
    let world = world(Options::default()).await;
    let id = world.make("one").await;
    let assign = |user: u64, role: u64| json!({"Assignable": {"Id": id}, "GeneralUser": {"Id": user}, "Role": {"Id": role}});
    let first = world.post("/api/v1/Assignments", assign(2, 1)).await.expect(201);
    world.post("/api/v1/Assignments", assign(3, 8)).await.expect(201);
    let shown = world
        .get(
            &format!("/api/v1/UserStories/{id}"),
            &[("include", "[Assignments[GeneralUser,Role],AssignedUser]")],
        )
        .await
        .expect(200);
    let users: Vec<&str> = shown["Assignments"]["Items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["GeneralUser"]["Login"].as_str().unwrap())
        .collect();
    assert_eq!(users, ["ada", "bob"]);
    assert_eq!(shown["AssignedUser"]["Items"][1]["FullName"], "Bob Kahn");
    assert_eq!(world.delete(&format!("/api/v1/Assignments/{}", first["Id"])).await.status, 200);
    let left =
        world.get("/api/v1/Assignments", &[("where", &format!("Assignable.Id eq {id}"))]).await.expect(200);
    assert_eq!(left["Items"].as_array().unwrap().len(), 1);
    for wrong in [assign(9, 1), assign(2, 99), json!({"Assignable": {"Id": id}})] {
        assert_eq!(world.post("/api/v1/Assignments", wrong).await.status, 400);
    }
}

#[tokio::test]
async fn tag_objects_fail_where_tags_replace() {
    let world = world(Options::default()).await;
    let id = world.make("one").await;
    let path = format!("/api/v1/UserStories/{id}");
    world.post(&path, json!({"Tags": "fresh, other"})).await.expect(200);
    let again = json!({"TagObjects": {"Items": [{"Name": "fresh"}]}});
    assert_eq!(world.post(&path, again).await.status, 400);
    let unknown = json!({"TagObjects": {"Items": [{"Id": 999}]}});
    assert_eq!(world.post(&path, unknown).await.status, 400);
    let new = json!({"TagObjects": {"Items": [{"Name": "brand new"}]}});
    assert_eq!(world.post(&path, new).await.expect(200)["Tags"], "fresh, other, brand new");
    assert_eq!(world.post(&path, json!({"Tags": ""})).await.expect(200)["Tags"], "");
}

#[tokio::test]
async fn relations_name_their_type_by_id() {
    let world = world(Options::default()).await;
    let (one, two) = (world.make("one").await, world.make("two").await);
    let body = json!({"Master": {"Id": one}, "Slave": {"Id": two}, "RelationType": {"Id": 2}});
    let made = world.post("/api/v1/Relations", body).await.expect(201);
    assert_eq!(
        (made["RelationType"]["Name"].as_str(), made["Inbound"]["Id"].as_u64()),
        (Some("Blocker"), Some(one))
    );
    let by_name =
        json!({"Inbound": {"Id": one}, "Outbound": {"Id": two}, "RelationType": {"Name": "Blocker"}});
    assert_eq!(world.post("/api/v1/Relations", by_name).await.status, 405);
    let shown = world
        .get(&format!("/api/v1/UserStories/{one}"), &[("include", "[OutboundRelations[Slave]]")])
        .await
        .expect(200);
    assert_eq!(shown["OutboundRelations"]["Items"][0]["Slave"]["Id"], two);
    assert_eq!(world.delete(&format!("/api/v1/Relations/{}", made["Id"])).await.status, 200);
}

#[tokio::test]
async fn bulk_writes_create_and_update() {
    let world = world(Options::default()).await;
    let id = world.make("one").await;
    let body = json!([{"Id": id, "Name": "two"}, {"Name": "new", "Project": {"Id": 101}}]);
    let answer = world.post("/api/v1/UserStories/bulk", body).await.expect(200);
    let names: Vec<&str> =
        answer["Items"].as_array().unwrap().iter().map(|item| item["Name"].as_str().unwrap()).collect();
    assert_eq!(names, ["two", "new"]);
    assert_eq!(world.post("/api/v1/UserStories/bulk", json!({"Name": "x"})).await.status, 400);
}
