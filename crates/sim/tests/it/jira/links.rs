//! Links between issues, and their types.

use serde_json::{Value, json};

use super::{CLOUD, DC, world};

fn blocks(from: &str, to: &str) -> Value {
    json!({"type": {"name": "Blocks"}, "inwardIssue": {"key": from}, "outwardIssue": {"key": to}})
}

#[tokio::test]
async fn issues_are_linked_and_unlinked_and_both_remember() {
    for face in [CLOUD, DC] {
        let world = world(face).await;
        let (one, two) = (world.make("one").await, world.make("two").await);
        let before = world.field(&two, "updated").await;
        let mut request = blocks(&one, &two);
        request["comment"] = json!({"body": "linked"});
        let made = world.ada.post("/rest/api/2/issueLink", request.clone()).await;
        assert_eq!((made.status, made.body.len()), (201, 0));
        request.as_object_mut().unwrap().remove("comment");
        assert_eq!(world.ada.post("/rest/api/2/issueLink", request).await.status, 201);
        let links = world.field(&one, "issuelinks").await;
        assert_eq!(links.as_array().unwrap().len(), 1);
        assert_eq!(links[0]["outwardIssue"]["key"], two.as_str());
        assert_eq!(links[0]["outwardIssue"]["fields"]["summary"], "two");
        assert!(links[0].get("inwardIssue").is_none());
        assert_eq!(world.field(&two, "issuelinks").await[0]["inwardIssue"]["key"], one.as_str());
        assert_eq!(world.field(&one, "comment").await["total"], 1);
        assert_eq!(world.field(&two, "comment").await["total"], 0);
        assert!(world.field(&two, "updated").await.as_str() > before.as_str());

        let path = format!("/rest/api/2/issueLink/{}", links[0]["id"].as_str().unwrap());
        let link = world.bob.get(&path).await.expect(200);
        assert_eq!((&link["inwardIssue"]["key"], &link["outwardIssue"]["key"]), (&json!(one), &json!(two)));
        assert_eq!(world.bob.delete(&path).await.status, 204);
        assert_eq!(world.bob.delete(&path).await.status, 404);
        let history = world.ada.get(&format!("/rest/api/2/issue/{two}?expand=changelog")).await.expect(200);
        let mut items: Vec<Value> = history["changelog"]["histories"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| entry["items"][0].clone())
            .collect();
        if face == CLOUD {
            items.reverse();
        }
        let said = format!("This issue is blocked by {one}");
        assert_eq!(
            items[0],
            json!({"field": "Link", "fieldtype": "jira", "from": null, "fromString": null, "to": one, "toString": said})
        );
        assert_eq!((&items[1]["fromString"], &items[1]["to"]), (&json!(said), &Value::Null));
        assert_eq!(world.field(&one, "issuelinks").await, json!([]));
    }
}

#[tokio::test]
async fn links_that_cannot_be_made_are_refused() {
    let world = world(DC).await;
    let (one, two) = (world.make("one").await, world.make("two").await);
    let post = |body: Value| {
        let ada = world.ada.clone();
        async move { ada.post("/rest/api/2/issueLink", body).await }
    };
    for (body, status, said) in [
        (
            json!({"type": {"name": "calculated"}, "inwardIssue": {"key": one}, "outwardIssue": {"key": two}}),
            404,
            "No issue link type with name 'calculated' found.",
        ),
        (
            json!({"type": {"id": "1"}, "inwardIssue": {"key": one}, "outwardIssue": {"key": two}}),
            404,
            "No issue link type with id '1' found.",
        ),
        (blocks(&one, &one), 400, "You cannot link an issue to itself."),
        (blocks(&one, "ACME-99999"), 404, "Issue does not exist or you do not have permission to see it."),
        (
            json!({"type": {"name": "Blocks"}, "inwardIssue": {"key": one}}),
            400,
            "'outwardIssue' is required.",
        ),
    ] {
        let refused = post(body).await.expect(status);
        assert_eq!(refused["errorMessages"][0], said);
    }
    assert_eq!(post(json!([])).await.status, 400);
    assert_eq!(world.control.post("/rest/api/2/issueLink", blocks(&one, &two)).await.status, 401);
    assert_eq!(world.ada.get("/rest/api/2/issueLink/99").await.status, 404);
    assert_eq!(world.ada.get("/rest/api/2/issueLink/abc").await.status, 400);
    let with_secret = {
        let mut body = blocks(&one, &two);
        body["comment"] = json!({"body": "x", "visibility": {"type": "role", "value": "Administrators"}});
        body
    };
    assert_eq!(post(with_secret).await.status, 400);
    assert_eq!(world.field(&one, "issuelinks").await, json!([]));
}

#[tokio::test]
async fn an_edit_adds_links_both_ways() {
    let world = world(CLOUD).await;
    let (one, two) = (world.make("one").await, world.make("two").await);
    let add = |value: Value| json!({"update": {"issuelinks": [{"add": value}]}});
    let path = format!("/rest/api/3/issue/{one}");
    let tie = add(json!({"type": {"name": "Duplicate"}, "inwardIssue": {"key": two}}));
    assert_eq!(world.ada.put(&path, tie).await.status, 204);
    let links = world.field(&one, "issuelinks").await;
    assert_eq!(
        (&links[0]["inwardIssue"]["key"], &links[0]["type"]["inward"]),
        (&json!(two), &json!("is duplicated by"))
    );
    let mut made = super::issue("three");
    made["update"] =
        json!({"issuelinks": [{"add": {"type": {"name": "Relates"}, "outwardIssue": {"key": one}}}]});
    world.ada.post("/rest/api/3/issue", made).await.expect(201);
    assert_eq!(world.field(&one, "issuelinks").await.as_array().unwrap().len(), 2);
    let refused = world
        .ada
        .put(&path, add(json!({"type": {"name": "Nope"}, "outwardIssue": {"key": two}})))
        .await
        .expect(400);
    assert_eq!(refused["errors"]["issuelinks"], "No issue link type with name 'Nope' found.");
    assert_eq!(world.ada.put(&path, add(json!({"type": {"name": "Blocks"}}))).await.status, 400);
}

#[tokio::test]
async fn a_link_to_what_one_may_not_see_is_not_shown() {
    let world = world(DC).await;
    let one = world.make("one").await;
    let ops = world.ada.get("/rest/api/2/search?jql=project%20%3D%20OPS&maxResults=1").await.expect(200);
    let hidden = ops["issues"][0]["key"].as_str().unwrap().to_owned();
    assert_eq!(world.ada.post("/rest/api/2/issueLink", blocks(&one, &hidden)).await.status, 201);
    let id = world.field(&one, "issuelinks").await[0]["id"].as_str().unwrap().to_owned();
    let right = json!({"user": "bob", "project": "OPS", "right": "browse", "allowed": false});
    world.control.post("/_sim/settings", right).await.expect(200);
    let seen = world.bob.get(&format!("/rest/api/2/issue/{one}")).await.expect(200);
    assert_eq!(seen["fields"]["issuelinks"], json!([]));
    assert_eq!(world.bob.get(&format!("/rest/api/2/issueLink/{id}")).await.status, 404);
}

#[tokio::test]
async fn link_types_are_listed_made_changed_and_removed_with_their_links() {
    for face in [CLOUD, DC] {
        let world = world(face).await;
        let base = "/rest/api/2/issueLinkType";
        let all = world.ada.get(base).await.expect(200);
        let names: Vec<&str> = all["issueLinkTypes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|kind| kind["name"].as_str().unwrap())
            .collect();
        assert_eq!(names, ["Blocks", "Cloners", "Duplicate", "Relates"]);
        let body = json!({"name": "Causes", "inward": "is caused by", "outward": "causes"});
        assert_eq!(world.ada.post(base, body.clone()).await.status, 404);
        let made = world.admin.post(base, body.clone()).await.expect(201);
        assert_eq!(made["outward"], "causes");
        let path = format!("{base}/{}", made["id"].as_str().unwrap());
        assert_eq!(world.admin.post(base, body).await.status, 404);
        assert_eq!(world.admin.post(base, json!({"name": "x"})).await.status, 400);
        let changed = world.admin.put(&path, json!({"inward": "comes from"})).await.expect(200);
        assert_eq!((&changed["inward"], &changed["name"]), (&json!("comes from"), &json!("Causes")));
        let (one, two) = (world.make("one").await, world.make("two").await);
        let mut link = blocks(&one, &two);
        link["type"] = json!({"id": made["id"]});
        assert_eq!(world.ada.post("/rest/api/2/issueLink", link).await.status, 201);
        assert_eq!(world.ada.delete(&path).await.status, 404);
        assert_eq!(world.admin.delete(&path).await.status, 204);
        assert_eq!(world.ada.get(&path).await.status, 404);
        assert_eq!(world.ada.get(&format!("{base}/10100")).await.status, 404);
        assert_eq!(world.field(&one, "issuelinks").await, json!([]));
    }
}

#[tokio::test]
async fn the_links_of_a_deleted_issue_are_gone() {
    let world = world(CLOUD).await;
    let (one, two) = (world.make("one").await, world.make("two").await);
    world.ada.post("/rest/api/3/issueLink", blocks(&one, &two)).await;
    assert_eq!(world.ada.delete(&format!("/rest/api/3/issue/{one}")).await.status, 204);
    assert_eq!(world.field(&two, "issuelinks").await, json!([]));
}
