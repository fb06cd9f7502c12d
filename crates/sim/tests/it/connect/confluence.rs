//! The small Confluence: pages, comments, properties, and what apps hear of them.

use serde_json::{Value, json};

use super::app::hash;
use super::{World, world};

fn page(title: &str, body: &str, version: u64) -> Value {
    json!({
        "id": "65602", "status": "current", "title": title, "version": {"number": version, "message": "m"},
        "body": {"representation": "storage", "value": body},
    })
}

const RUNBOOK: &str = "/wiki/api/v2/pages/65602";

impl World {
    async fn runbook(&self) -> Value {
        self.ada.get(&format!("{RUNBOOK}?body-format=storage")).await.expect(200)
    }
}

#[tokio::test]
async fn a_page_is_changed_by_whoever_read_its_last_version() {
    let world = world().await;
    let found = world.ada.get("/wiki/api/v2/pages?title=Runbook").await.expect(200);
    assert_eq!(
        (found["results"].as_array().unwrap().len(), &found["results"][0]["id"]),
        (1, &json!("65602"))
    );
    assert_eq!(world.runbook().await["version"]["number"], 1);
    let changed = world.ada.put(RUNBOOK, page("Runbook", "<p>New.</p>", 2)).await.expect(200);
    assert_eq!(changed["version"]["number"], 2);
    assert_eq!(world.runbook().await["body"]["storage"]["value"], "<p>New.</p>");
    for stale in [1, 2, 4] {
        assert_eq!(
            world.ada.put(RUNBOOK, page("Runbook", "<p>Lost.</p>", stale)).await.status,
            409,
            "{stale}"
        );
    }
    assert_eq!(world.ada.put(RUNBOOK, page("Documentation", "", 3)).await.status, 400, "the title is taken");
    let document = world.ada.get(&format!("{RUNBOOK}?body-format=atlas_doc_format")).await.expect(200);
    let document: Value =
        serde_json::from_str(document["body"]["atlas_doc_format"]["value"].as_str().unwrap()).unwrap();
    assert_eq!(document["content"][0]["content"][0]["text"], "New.");
    assert_eq!(world.site.get(RUNBOOK).await.status, 401, "nobody sees it without an account");

    let new = json!({"spaceId": "65537", "status": "current", "title": "Made", "parentId": "65602",
        "body": {"representation": "wiki", "value": "*b*"}});
    let made = world.ada.post("/wiki/api/v2/pages", new.clone()).await.expect(200);
    assert_eq!(made["parentId"], "65602");
    assert_eq!(world.ada.post("/wiki/api/v2/pages", new).await.status, 400);
    let path = format!("/wiki/api/v2/pages/{}", made["id"].as_str().unwrap());
    let body = world.ada.get(&format!("{path}?body-format=storage")).await.expect(200);
    assert!(body["body"]["storage"]["value"].as_str().unwrap().contains("<strong>b</strong>"), "{body}");
    assert_eq!(world.ada.delete(&path).await.status, 204);
    assert_eq!(world.ada.get(&path).await.status, 404);
}

#[tokio::test]
async fn comments_have_replies_and_versions() {
    let world = world().await;
    let say = |on: Value| {
        let mut body = json!({"body": {"representation": "storage", "value": "<p>Said.</p>"}});
        body.as_object_mut().unwrap().extend(on.as_object().unwrap().clone());
        world.ada.post("/wiki/api/v2/footer-comments", body)
    };
    let first = say(json!({"pageId": "65602"})).await.expect(201);
    let reply = say(json!({"parentCommentId": first["id"]})).await.expect(201);
    assert_eq!((&reply["parentCommentId"], &reply["pageId"]), (&first["id"], &json!("65602")));
    assert_eq!(say(json!({})).await.status, 400);
    assert_eq!(say(json!({"pageId": "1"})).await.status, 404);
    let listed = world.ada.get(&format!("{RUNBOOK}/footer-comments?body-format=storage")).await.expect(200);
    assert_eq!(listed["results"].as_array().unwrap().len(), 1, "replies are not listed");
    assert_eq!(listed["results"][0]["body"]["storage"]["value"], "<p>Said.</p>");
    let path = format!("/wiki/api/v2/footer-comments/{}", first["id"].as_str().unwrap());
    let edit =
        json!({"version": {"number": 2}, "body": {"representation": "storage", "value": "<p>Else.</p>"}});
    let bob = crate::client::Client::basic(world.url(), "bob@example.com", "token-bob");
    assert_eq!(bob.put(&path, edit.clone()).await.status, 403);
    assert_eq!(world.ada.put(&path, edit.clone()).await.expect(200)["version"]["number"], 2);
    assert_eq!(world.ada.put(&path, edit).await.status, 409);
    let shown = world.site.get("/_sim/confluence").await.expect(200);
    assert_eq!(shown["pages"][1]["comments"][0]["body"], "<p>Else.</p>");
    assert_eq!(world.ada.delete(&path).await.status, 204);
    assert_eq!(world.site.get("/_sim/confluence").await.expect(200)["pages"][1]["comments"], json!([]));
}

#[tokio::test]
async fn properties_hang_on_pages_with_versions_of_their_own() {
    let world = world().await;
    let all = format!("{RUNBOOK}/properties");
    let made = world.ada.post(&all, json!({"key": "k", "value": {"a": 1}})).await.expect(200);
    assert_eq!(world.ada.post(&all, json!({"key": "k", "value": 2})).await.status, 409);
    let path = format!("{all}/{}", made["id"].as_str().unwrap());
    let change = json!({"key": "k", "value": 3, "version": {"number": 2}});
    assert_eq!(world.ada.put(&path, change.clone()).await.expect(200)["value"], 3);
    assert_eq!(world.ada.put(&path, change).await.status, 409);
    let listed = world.ada.get(&format!("{all}?key=k")).await.expect(200);
    assert_eq!(listed["results"][0]["version"]["number"], 2);
    assert_eq!(world.ada.delete(&path).await.status, 204);
    assert_eq!(world.ada.get(&path).await.status, 404);
    assert_eq!(world.runbook().await["version"]["number"], 1, "the page itself has not changed");
}

#[tokio::test]
async fn an_app_answers_a_changed_page_with_a_comment() {
    let mut world = world().await;
    let jira = world.install("jira").await;
    let entry = world.install("confluence").await;
    let secret = entry["shared_secret"].as_str().unwrap();
    world.ada.put(RUNBOOK, page("Runbook", "<p>New.</p>", 2)).await.expect(200);
    let got = world.app.expect("/hook/page").await;
    let token = got.token.unwrap();
    assert!(token.is_of(secret));
    assert_eq!(token.claims["qsh"], hash("POST&/hook/page&"));
    assert_eq!(token.claims["iss"], world.product("confluence").await["client_key"]);
    let told = &got.body["page"];
    assert_eq!(
        (&told["id"], &told["version"], &told["spaceKey"]),
        (&json!("65602"), &json!(2), &json!("DOCS"))
    );
    assert_eq!(got.body["userAccountId"], "712020:5f0c0000-0000-4000-8000-000000000002");
    assert_eq!(told["self"], format!("{}/wiki/spaces/DOCS/pages/65602/Runbook", world.url()));

    // The context path is no part of what is hashed.
    let say = json!({"pageId": told["id"], "body": {"representation": "storage", "value": "<p>Seen.</p>"}});
    let (path, canonical) = ("/wiki/api/v2/footer-comments", "POST&/api/v2/footer-comments&");
    let said = world.signed(&entry, canonical).post(path, say.clone()).await.expect(201);
    assert_eq!(said["version"]["authorId"], entry["account_id"]);
    let got = world.app.expect("/hook/comment").await;
    assert_eq!(
        (&got.body["comment"]["parent"]["id"], &got.body["accountType"]),
        (&json!("65602"), &json!("app"))
    );
    let with_context = world.signed(&entry, &format!("POST&{path}&"));
    assert_eq!(with_context.post(path, say.clone()).await.status, 401);
    assert_eq!(world.signed(&jira, canonical).post(path, say).await.status, 401, "Jira's secret is Jira's");
}
