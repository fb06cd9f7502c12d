//! Saved filters: made, changed, shared, found, used in queries.

use serde_json::{Value, json};

use super::{CLOUD, DC, World, world};

async fn make(world: &World, body: Value) -> Value {
    world.ada.post("/rest/api/2/filter", body).await.expect(200)
}

fn id(filter: &Value) -> &str {
    filter["id"].as_str().unwrap()
}

#[tokio::test]
async fn a_filter_is_made_read_changed_and_deleted() {
    for face in [CLOUD, DC] {
        let world = world(face).await;
        let made = make(&world, json!({"name": "Bugs", "jql": "type = Bug", "favourite": true})).await;
        assert_eq!(
            (&made["name"], &made["jql"], &made["favourite"]),
            (&json!("Bugs"), &json!("type = Bug"), &json!(true))
        );
        assert!(made.get("description").is_none());
        assert_eq!(made["owner"]["displayName"], "Ada Byron");
        let path = format!("/rest/api/2/filter/{}", id(&made));
        assert_eq!(made["self"], format!("{}{path}", world.running.url()));
        assert_eq!(
            world.ada.get("/rest/api/2/filter/favourite").await.expect(200).as_array().unwrap().len(),
            1
        );
        let body = json!({"name": "All bugs", "description": "x", "jql": "type = Bug order by key"});
        assert_eq!(world.ada.put(&path, body).await.expect(200)["description"], "x");
        assert_eq!(world.ada.get(&path).await.expect(200)["name"], "All bugs");
        assert_eq!(world.ada.delete(&path).await.status, 204);
        assert_eq!(world.ada.get(&path).await.status, 400);
    }
}

#[tokio::test]
async fn names_must_be_given_and_unique_and_queries_readable() {
    let world = world(DC).await;
    make(&world, json!({"name": "Bugs", "jql": "type = Bug"})).await;
    let create = |body: Value| world.ada.post("/rest/api/2/filter", body);
    let taken = create(json!({"name": "bugs", "jql": "type = Bug"})).await.expect(400);
    assert_eq!(taken["errors"]["filterName"], "Filter with same name already exists.");
    assert!(create(json!({"jql": "type = Bug"})).await.expect(400)["errors"]["filterName"].is_string());
    let wrong = create(json!({"name": "x", "jql": "type = = Bug"})).await.expect(400);
    assert!(
        wrong["errorMessages"][0]
            .as_str()
            .unwrap()
            .starts_with("Error in JQL Query: Expecting either a value")
    );
    assert_eq!(world.bob.post("/rest/api/2/filter", json!({"name": "Bugs", "jql": ""})).await.status, 200);
}

#[tokio::test]
async fn others_see_a_filter_once_it_is_shared_with_them() {
    let world = world(DC).await;
    let made = make(&world, json!({"name": "Mine", "jql": "project = OPS"})).await;
    let path = format!("/rest/api/2/filter/{}", id(&made));
    assert_eq!(world.bob.get(&path).await.status, 400);
    assert_eq!(world.bob.get("/rest/api/2/search?jql=filter=Mine").await.status, 400);
    for wrong in [
        json!({"type": "group", "groupname": "nobodies"}),
        json!({"type": "odd"}),
        json!({"type": "project"}),
    ] {
        assert_eq!(world.ada.post(&format!("{path}/permission"), wrong).await.status, 400);
    }
    let share = json!({"type": "group", "groupname": "jira-software-users"});
    let shares = world.ada.post(&format!("{path}/permission"), share).await.expect(201);
    assert_eq!(
        (&shares[0]["type"], &shares[0]["group"]["name"]),
        (&json!("group"), &json!("jira-software-users"))
    );
    assert_eq!(world.bob.get(&path).await.expect(200)["editable"], false);
    assert_eq!(world.bob.put(&path, json!({"name": "x"})).await.status, 400);
    let found = world.bob.get("/rest/api/2/search?jql=filter=Mine").await.expect(200);
    assert_eq!(found["total"], 40);
    let one = format!("{path}/permission/{}", shares[0]["id"]);
    assert_eq!(world.bob.get(&one).await.expect(200)["type"], "group");
    assert_eq!(world.ada.delete(&one).await.status, 204);
    assert_eq!(world.ada.delete(&one).await.status, 404);
    assert_eq!(world.bob.get(&format!("{path}/permission")).await.status, 404);
}

#[tokio::test]
async fn cloud_finds_marks_and_hands_over_filters() {
    let world = world(CLOUD).await;
    let share = json!([{"type": "authenticated"}]);
    let made = make(&world, json!({"name": "Bugs", "jql": "type = Bug", "sharePermissions": share})).await;
    make(&world, json!({"name": "Tasks", "jql": "type = Task"})).await;
    assert_eq!(made["sharePermissions"][0]["type"], "loggedin");
    let path = format!("/rest/api/3/filter/{}", id(&made));
    let seen = world.bob.get("/rest/api/3/filter/search?expand=jql&orderBy=-name").await.expect(200);
    // Beside the two filters of the boards, which their projects share.
    assert_eq!((seen["total"].as_u64(), &seen["values"][2]["jql"]), (Some(3), &json!("type = Bug")));
    assert!(seen["values"][0].get("owner").is_none());
    let named = world.ada.get("/rest/api/3/filter/search?filterName=tas").await.expect(200);
    assert_eq!(named["values"][0]["name"], "Tasks");
    assert_eq!(
        world.bob.put(&format!("{path}/favourite"), json!({})).await.expect(200)["favouritedCount"],
        1
    );
    assert_eq!(
        world.bob.get("/rest/api/3/filter/my?includeFavourites=true").await.expect(200)[0]["name"],
        "Bugs"
    );
    assert_eq!(world.bob.delete(&format!("{path}/favourite")).await.expect(200)["favouritedCount"], 0);
    let me = world.bob.get("/rest/api/3/myself").await.expect(200)["accountId"].clone();
    let owner = json!({"accountId": me});
    assert_eq!(world.bob.put(&format!("{path}/owner"), owner.clone()).await.status, 403);
    assert_eq!(world.ada.put(&format!("{path}/owner"), owner).await.status, 204);
    assert_eq!(world.ada.get(&path).await.expect(200)["owner"]["accountId"], me);
}

#[tokio::test]
async fn columns_and_the_usual_scope_are_kept() {
    let world = world(DC).await;
    let put = world.ada.put("/rest/api/2/filter/defaultShareScope", json!({"scope": "GLOBAL"})).await;
    assert_eq!(put.expect(200)["scope"], "GLOBAL");
    let made = make(&world, json!({"name": "Bugs", "jql": "type = Bug"})).await;
    assert_eq!(made["sharePermissions"][0]["type"], "global");
    let path = format!("/rest/api/2/filter/{}/columns", id(&made));
    assert_eq!(world.ada.get(&path).await.status, 404);
    assert_eq!(world.ada.put(&path, json!({"columns": ["summary", "status"]})).await.status, 200);
    assert_eq!(world.ada.get(&path).await.expect(200)[0], json!({"label": "Summary", "value": "summary"}));
    assert_eq!(world.ada.put(&path, json!({"columns": ["nothing"]})).await.status, 400);
    assert_eq!(world.ada.delete(&path).await.status, 204);
    assert_eq!(world.ada.get(&path).await.status, 404);
}
