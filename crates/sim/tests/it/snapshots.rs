//! Snapshots: everything as it was.

use bowline_sim::jira::Options;
use bowline_sim::targetprocess::Options as Tp;
use serde_json::{Value, json};

use crate::jira::{CLOUD, DC, World, hooked, start_with, target, world};
use crate::receiver::Receiver;
use crate::targetprocess;

async fn post(world: &World, path: &str, body: Value) -> Value {
    world.control.post(path, body).await.expect(200)
}

#[tokio::test]
async fn a_jira_becomes_what_it_was() {
    let mut receiver = Receiver::start().await;
    let world = start_with(Options { deployment: DC, ..Options::default() }).await;
    post(&world, "/_sim/clock", json!({"freeze": true})).await;
    let kept = world.make("kept").await;
    let made = post(&world, "/_sim/snapshots", json!({"name": "before"})).await;
    assert_eq!((made["name"].as_str(), made["items"].as_u64()), (Some("before"), Some(121)));
    let items = world.control.get("/_sim/items").await.expect(200);
    let state = world.control.get("/_sim/state").await.expect(200);
    // Everything is turned over.
    let path = format!("/rest/api/2/issue/{kept}");
    world.ada.put(&path, json!({"fields": {"summary": "changed"}})).await;
    world.ada.delete("/rest/api/2/issue/ACME-1").await;
    let lost = world.make("lost").await;
    let person =
        json!({"name": "eve", "password": "eve", "emailAddress": "eve@example.com", "displayName": "Eve"});
    world.admin.post("/rest/api/2/user", person).await.expect(201);
    let hook = json!({"name": "mine", "url": receiver.url, "events": ["jira:issue_created"]});
    world.admin.post("/rest/webhooks/1.0/webhook", hook).await.expect(201);
    post(&world, "/_sim/clock", json!({"advance": "30d"})).await;
    post(&world, "/_sim/faults", json!({"do": {"kind": "login_page"}})).await;
    post(&world, "/_sim/hooks", json!({"blocked": true})).await;
    let right = json!({"user": "ada", "project": "ACME", "right": "browse", "allowed": false});
    post(&world, "/_sim/settings", right).await;

    let restored = post(&world, "/_sim/snapshots/before/restore", json!({})).await;
    assert_eq!(restored["clock"], state["clock"]);
    assert_eq!(world.control.get("/_sim/items").await.expect(200), items);
    let now = world.control.get("/_sim/state").await.expect(200);
    for member in ["clock", "counts", "hooks", "faults"] {
        assert_eq!(now[member], state[member], "{member}");
    }
    assert_eq!(now["sent"]["blocked"], false);
    assert_eq!(world.field(&kept, "summary").await, "kept");
    assert_eq!(world.ada.get("/rest/api/2/issue/ACME-1").await.status, 200);
    assert_eq!(world.ada.get("/rest/api/2/user?username=eve").await.status, 404);
    // The same thing made again gets the same key.
    assert_eq!(world.make("lost").await, lost);
    assert!(receiver.is_empty());
}

#[tokio::test]
async fn a_snapshot_is_not_changed_by_what_is_done_after_it_was_restored() {
    let world = world(CLOUD).await;
    post(&world, "/_sim/snapshots/one", Value::Null).await;
    for round in 0..3 {
        let key = world.make(&format!("round {round}")).await;
        assert_eq!(key, "ACME-81");
        let edit = json!({"fields": {"summary": format!("edited in {round}")}});
        world.ada.put("/rest/api/3/issue/ACME-2", edit).await;
        post(&world, "/_sim/snapshots/one/restore", json!({})).await;
        assert_eq!(world.control.get("/_sim/item/ACME-81").await.status, 404);
        let item = world.control.get("/_sim/item/ACME-2").await.expect(200);
        assert_eq!(item["writes"].as_array().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn sessions_and_counted_logins_belong_to_a_snapshot() {
    let world = world(DC).await;
    let body = json!({"username": "ada", "password": "ada"});
    let session = world.control.post("/rest/auth/1/session", body).await.expect(200);
    let cookie = format!("JSESSIONID={}", session["session"]["value"].as_str().unwrap());
    let guest = world.control.clone().and("cookie", &cookie);
    post(&world, "/_sim/snapshots", json!({"name": "signed-in"})).await;
    guest.delete("/rest/auth/1/session").await;
    assert_eq!(guest.get("/rest/api/2/myself").await.status, 401);
    let wrong = crate::client::Client::basic(world.running.url(), "bob", "wrong");
    for _ in 0..4 {
        wrong.get("/rest/api/2/myself").await;
    }
    assert_eq!(world.bob.get("/rest/api/2/myself").await.status, 403);
    post(&world, "/_sim/snapshots/signed-in/restore", json!({})).await;
    assert_eq!(guest.get("/rest/api/2/myself").await.expect(200)["name"], "ada");
    assert_eq!(world.bob.get("/rest/api/2/myself").await.status, 200);
}

#[tokio::test]
async fn what_waited_to_be_sent_is_discarded_and_the_records_stay() {
    let mut receiver = Receiver::start().await;
    let world = hooked(CLOUD, target(&receiver.url)).await;
    post(&world, "/_sim/snapshots", json!({"name": "quiet"})).await;
    let late = json!({"times": 1, "do": {"kind": "hook_delay", "ms": 3_600_000}});
    post(&world, "/_sim/faults", late).await;
    world.make("delayed").await;
    receiver.answer(&[503]);
    world.make("to be repeated").await;
    receiver.next().await;
    let held = json!({"do": {"kind": "hook_reorder", "hold": 9}});
    post(&world, "/_sim/faults", held).await;
    world.make("held").await;
    // The repeat waits once its first attempt was noted.
    while world.control.get("/_sim/webhooks/2").await.expect(200)["attempts"] == json!([]) {
        tokio::task::yield_now().await;
    }
    let restored = post(&world, "/_sim/snapshots/quiet/restore", json!({})).await;
    assert_eq!(restored["discarded"], 3);
    post(&world, "/_sim/clock", json!({"advance": "2h"})).await;
    world.make("after").await;
    assert_eq!(receiver.next().await.body["issue"]["fields"]["summary"], "after");
    let sent = world.control.get("/_sim/webhooks").await.expect(200);
    let fates: Vec<&str> =
        sent["webhooks"].as_array().unwrap().iter().map(|sent| sent["fate"].as_str().unwrap()).collect();
    assert_eq!(fates[..3], ["discarded"; 3]);
    let requests = world.control.get("/_sim/requests").await.expect(200);
    assert_eq!(requests["requests"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn a_targetprocess_becomes_what_it_was_when_it_started() {
    let tp = targetprocess::world(Tp::default()).await;
    let before = tp.control().get("/_sim/items").await.expect(200);
    let id = tp.make("gone soon").await;
    let comment = json!({"as": "ada", "item": 1002, "comment": "x", "assign": "bob", "state": "Done"});
    tp.control().post("/_sim/edit", comment).await.expect(200);
    tp.control().post("/_sim/settings", json!({"comment_required": true})).await.expect(200);
    tp.control().post("/_sim/snapshots/start/restore", json!({})).await.expect(200);
    assert_eq!(tp.control().get("/_sim/items").await.expect(200), before);
    let state = tp.control().get("/_sim/state").await.expect(200);
    assert_eq!(state["settings"]["comment_required"], false);
    assert_eq!(tp.make("gone soon").await, id);
}

#[tokio::test]
async fn snapshots_are_listed_and_deleted_and_the_first_one_stays() {
    let world = world(CLOUD).await;
    let names = async || -> Vec<String> {
        let list = world.control.get("/_sim/snapshots").await.expect(200);
        let name = |one: &Value| one["name"].as_str().unwrap().to_owned();
        list["snapshots"].as_array().unwrap().iter().map(name).collect()
    };
    assert_eq!(names().await, ["start"]);
    for name in ["b", "a", "v1.0_x-y"] {
        post(&world, &format!("/_sim/snapshots/{name}"), Value::Null).await;
    }
    assert_eq!(names().await, ["a", "b", "start", "v1.0_x-y"]);
    assert_eq!(world.control.get("/_sim/snapshots/a").await.expect(200)["items"], 120);
    assert_eq!(world.control.delete("/_sim/snapshots/a").await.expect(200)["deleted"], 1);
    assert_eq!(world.control.delete("/_sim/snapshots/a").await.status, 404);
    assert_eq!(world.control.get("/_sim/snapshots/a").await.status, 404);
    assert_eq!(world.control.post("/_sim/snapshots/a/restore", json!({})).await.status, 404);
    assert_eq!(world.control.delete("/_sim/snapshots").await.expect(200)["deleted"], 2);
    assert_eq!(names().await, ["start"]);
    let long = "x".repeat(101);
    for wrong in ["", "a/b", "ä", "start", &long] {
        let refused = world.control.post("/_sim/snapshots", json!({"name": wrong})).await.expect(400);
        assert!(refused["error"].is_string());
    }
    assert_eq!(world.control.delete("/_sim/snapshots/start").await.status, 400);
    for number in 0..100 {
        post(&world, &format!("/_sim/snapshots/n{number}"), Value::Null).await;
    }
    let refused = world.control.post("/_sim/snapshots/one-more", Value::Null).await.expect(400);
    assert!(refused["error"].as_str().unwrap().contains("100"));
    // One of the same name takes no more room.
    post(&world, "/_sim/snapshots/n5", Value::Null).await;
}
