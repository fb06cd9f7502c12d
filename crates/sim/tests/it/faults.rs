//! Every fault switch does its harm, and only that.

use std::time::Instant;

use bowline_sim::targetprocess::Options as Tp;
use serde_json::{Value, json};

use crate::client::encode;
use crate::jira::{CLOUD, DC, World, hooked, target, world};
use crate::receiver::Receiver;
use crate::targetprocess;

async fn fault(world: &World, rule: Value) {
    world.control.post("/_sim/faults", rule).await.expect(200);
}

#[tokio::test]
async fn statuses_are_answered_without_doing_anything() {
    let world = world(DC).await;
    let rule = json!({"match": {"method": "PUT"}, "times": 1, "do": {"kind": "status", "status": 429, "retry_after": 3}});
    fault(&world, rule).await;
    let key = world.make("one").await;
    let path = format!("/rest/api/2/issue/{key}");
    let answer = world.ada.put(&path, json!({"fields": {"summary": "two"}})).await;
    assert_eq!((answer.status, answer.headers["retry-after"].to_str().unwrap()), (429, "3"));
    assert_eq!(world.field(&key, "summary").await, "one");
    assert_eq!(world.ada.put(&path, json!({"fields": {"summary": "two"}})).await.status, 204);
    let requests = world.control.get("/_sim/requests").await.expect(200);
    assert!(
        requests["requests"].as_array().unwrap().iter().any(|request| request["fault"] == "answered_instead")
    );
}

#[tokio::test]
async fn a_login_page_comes_with_200_and_html() {
    let world = world(CLOUD).await;
    fault(&world, json!({"match": {"path": "/rest/api/*/myself"}, "do": {"kind": "login_page"}})).await;
    let answer = world.ada.get("/rest/api/3/myself").await;
    assert_eq!(answer.status, 200);
    assert!(answer.headers["content-type"].to_str().unwrap().starts_with("text/html"));
    assert_eq!(world.ada.get("/rest/api/3/serverInfo").await.expect(200)["deploymentType"], "Cloud");
}

#[tokio::test]
async fn a_delay_comes_before_the_deed() {
    let world = world(DC).await;
    fault(&world, json!({"times": 1, "do": {"kind": "delay", "ms": 60}})).await;
    #[expect(clippy::disallowed_methods, reason = "the real delay is what is tested")]
    let began = Instant::now();
    world.ada.get("/rest/api/2/myself").await.expect(200);
    assert!(began.elapsed().as_millis() >= 60);
}

#[tokio::test]
async fn done_then_reset_does_it_and_cuts_the_connection() {
    let world = world(DC).await;
    let rule = json!({"match": {"method": "POST", "path": "/rest/api/2/issue"}, "times": 1, "do": {"kind": "done_then_reset"}});
    fault(&world, rule).await;
    let body = crate::jira::issue("made all the same").to_string();
    let answer = world.ada.send(http::Method::POST, "/rest/api/2/issue", body.into()).await;
    assert!(answer.is_err());
    let items = world.control.get("/_sim/items").await.expect(200);
    let made =
        items["items"].as_array().unwrap().iter().filter(|item| item["title"] == "made all the same").count();
    assert_eq!(made, 1);
    let requests = world.control.get("/_sim/requests").await.expect(200);
    assert_eq!(
        (&requests["requests"][0]["fault"], &requests["requests"][0]["status"]),
        (&json!("done_then_reset"), &json!(201))
    );
}

#[tokio::test]
async fn done_then_status_does_it_and_says_it_failed() {
    let tp = targetprocess::world(Tp::default()).await;
    let rule = json!({"match": {"path": "/api/v1/UserStories"}, "times": 1, "do": {"kind": "done_then_status", "status": 500}});
    tp.control().post("/_sim/faults", rule).await.expect(200);
    let answer =
        tp.post("/api/v1/UserStories", json!({"Name": "made all the same", "Project": {"Id": 100}})).await;
    assert_eq!(answer.status, 500);
    let found = tp.get("/api/v1/UserStories", &[("where", "Name eq 'made all the same'")]).await.expect(200);
    assert_eq!(found["Items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_answer_can_come_late_although_all_is_done() {
    let tp = targetprocess::world(Tp::default()).await;
    let rule =
        json!({"match": {"method": "POST"}, "times": 1, "do": {"kind": "done_then_delay", "ms": 1500}});
    tp.control().post("/_sim/faults", rule).await.expect(200);
    let since = tokio::time::Instant::now();
    let body = json!({"Name": "made meanwhile", "Project": {"Id": 100}});
    let made = async || {
        let filter = [("where", "Name eq 'made meanwhile'")];
        tp.get("/api/v1/UserStories", &filter).await.expect(200)["Items"].as_array().unwrap().len()
    };
    let looking = async {
        while made().await == 0 {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        since.elapsed()
    };
    let (answer, found) = tokio::join!(tp.post("/api/v1/UserStories", body), looking);
    assert_eq!(answer.status, 201);
    assert!(since.elapsed().as_millis() >= 1500 && found < since.elapsed());
    let requests = tp.control().get("/_sim/requests").await.expect(200);
    let faults =
        requests["requests"].as_array().unwrap().iter().filter(|one| one["fault"] == "done_then_delay");
    assert_eq!(faults.count(), 1);
}

#[tokio::test]
async fn a_body_can_trickle() {
    let tp = targetprocess::world(Tp::default()).await;
    let path = "/api/v1/Projects";
    let whole = tp.get(path, &[("include", "[Name]")]).await.expect(200);
    tp.control()
        .post("/_sim/faults", json!({"do": {"kind": "slow_body", "ms": 20, "bytes": 10}}))
        .await
        .expect(200);
    let since = tokio::time::Instant::now();
    let slow = tp.get(path, &[("include", "[Name]")]).await.expect(200);
    assert_eq!(slow, whole);
    let pieces = whole.to_string().len() / 10;
    assert!(since.elapsed().as_millis() >= pieces as u128 * 20, "{pieces}");
    for wrong in [
        json!({"kind": "slow_body"}),
        json!({"kind": "slow_body", "ms": -1}),
        json!({"kind": "done_then_delay"}),
    ] {
        assert_eq!(tp.control().post("/_sim/faults", json!({"do": wrong})).await.status, 400);
    }
}

#[tokio::test]
async fn a_body_can_be_cut() {
    let world = world(DC).await;
    for rule in [
        json!({"times": 1, "do": {"kind": "cut_body"}}),
        json!({"times": 1, "do": {"kind": "cut_body", "bytes": 3}}),
    ] {
        fault(&world, rule).await;
        let answer = world.ada.send(http::Method::GET, "/rest/api/2/issue/ACME-1", bytes::Bytes::new()).await;
        assert!(answer.is_err());
        assert_eq!(world.ada.get("/rest/api/2/issue/ACME-1").await.status, 200);
    }
}

#[tokio::test]
async fn jira_rejects_a_field_by_name() {
    let world = world(CLOUD).await;
    let key = world.make("one").await;
    fault(&world, json!({"do": {"kind": "reject_field", "field": "priority", "message": "Not today."}}))
        .await;
    let path = format!("/rest/api/3/issue/{key}");
    let body = json!({"fields": {"summary": "two", "priority": {"name": "Low"}}});
    let refusal = world.ada.put(&path, body).await.expect(400);
    assert_eq!(refusal["errors"], json!({"priority": "Not today."}));
    assert_eq!(world.ada.put(&path, json!({"fields": {"summary": "two"}})).await.status, 204);
    // People are not harmed.
    let edit = json!({"as": "bob", "item": key, "fields": {"priority": {"name": "Low"}}});
    world.control.post("/_sim/edit", edit).await.expect(200);
}

#[tokio::test]
async fn targetprocess_rejects_a_field_with_a_sentence() {
    let tp = targetprocess::world(Tp::default()).await;
    let id = tp.make("one").await;
    let rule =
        json!({"match": {"method": "POST"}, "times": 1, "do": {"kind": "reject_field", "field": "Effort"}});
    tp.control().post("/_sim/faults", rule).await.expect(200);
    let path = format!("/api/v1/UserStories/{id}");
    tp.post(&path, json!({"Name": "two"})).await.expect(200);
    let refusal = tp.post(&path, json!({"Name": "three", "Effort": 1})).await.expect(400);
    assert_eq!(refusal["Message"], "The value of Effort is not valid.");
    assert_eq!(tp.post(&path, json!({"Name": "three", "Effort": 1})).await.expect(200)["Name"], "three");
}

#[tokio::test]
async fn texts_are_stored_other_than_they_were_sent() {
    let jira = world(DC).await;
    fault(&jira, json!({"do": {"kind": "normalise", "trim": true, "crlf": true}})).await;
    let key = jira.make("  padded  ").await;
    let path = format!("/rest/api/2/issue/{key}");
    jira.ada.put(&path, json!({"fields": {"description": "a\nb \n"}})).await;
    jira.ada.post(&format!("{path}/comment"), json!({"body": " c\nd "})).await.expect(201);
    assert_eq!(jira.field(&key, "summary").await, "padded");
    assert_eq!(jira.field(&key, "description").await, "a\r\nb");
    assert_eq!(jira.field(&key, "comment").await["comments"][0]["body"], "c\r\nd");
    let tp = targetprocess::world(Tp::default()).await;
    tp.control().post("/_sim/faults", json!({"do": {"kind": "normalise", "trim": true}})).await.expect(200);
    let made = tp
        .post("/api/v1/Bugs", json!({"Name": " x ", "Description": " <p>y</p>\n", "Project": {"Id": 100}}))
        .await
        .expect(201);
    assert_eq!((made["Name"].as_str(), made["Description"].as_str()), (Some("x"), Some("<p>y</p>")));
}

#[tokio::test]
async fn a_person_edits_between_a_write_and_its_answer() {
    let world = world(CLOUD).await;
    let key = world.make("one").await;
    let edit = json!({"as": "bob", "fields": {"summary": "bob was here"}});
    let rule = json!({"match": {"method": "PUT", "item": key}, "do": {"kind": "edit_before_readback", "edit": edit}});
    fault(&world, rule).await;
    let path = format!("/rest/api/3/issue/{key}?returnIssue=true");
    let body = json!({"fields": {"summary": "two", "labels": ["x"]}});
    let issue = world.ada.put(&path, body.clone()).await.expect(200);
    assert_eq!(
        (&issue["fields"]["summary"], &issue["fields"]["labels"]),
        (&json!("bob was here"), &json!(["x"]))
    );
    let item = world.control.get(&format!("/_sim/item/{key}")).await.expect(200);
    let last = item["writes"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["who"], &last["via"]), (&json!("bob"), &json!("person")));
    // Once only.
    assert_eq!(world.ada.put(&path, body).await.expect(200)["fields"]["summary"], "two");

    let tp = targetprocess::world(Tp::default()).await;
    let id = tp.make("one").await;
    let edit = json!({"as": "bob", "fields": {"Name": "bob was here"}});
    let rule =
        json!({"match": {"item": id.to_string()}, "do": {"kind": "edit_before_readback", "edit": edit}});
    tp.control().post("/_sim/faults", rule).await.expect(200);
    let changed =
        tp.post(&format!("/api/v1/UserStories/{id}"), json!({"Name": "two", "Effort": 2})).await.expect(200);
    assert_eq!((&changed["Name"], changed["Effort"].as_f64()), (&json!("bob was here"), Some(2.0)));
}

#[tokio::test]
async fn a_lagging_index_hides_changes_from_searches_only() {
    let jira = world(CLOUD).await;
    fault(&jira, json!({"do": {"kind": "stale_index", "lag_ms": 60_000}})).await;
    let key = jira.make("needle").await;
    let path = format!("/rest/api/3/search/jql?jql={}", encode("summary ~ needle"));
    assert_eq!(jira.ada.get(&path).await.expect(200)["issues"], json!([]));
    assert_eq!(jira.field(&key, "summary").await, "needle");
    let id = jira.ada.get(&format!("/rest/api/3/issue/{key}?fields=summary")).await.expect(200)["id"].clone();
    let fresh = format!("{path}&reconcileIssues={}", id.as_str().unwrap());
    assert_eq!(jira.ada.get(&fresh).await.expect(200)["issues"], json!([{"id": id}]));
    jira.control.post("/_sim/clock", json!({"advance_ms": 60_001})).await.expect(200);
    assert_eq!(jira.ada.get(&path).await.expect(200)["issues"].as_array().unwrap().len(), 1);

    let tp = targetprocess::world(Tp::default()).await;
    let id = tp.make("before").await;
    tp.control()
        .post("/_sim/faults", json!({"do": {"kind": "stale_index", "lag_ms": 60_000}}))
        .await
        .expect(200);
    tp.post(&format!("/api/v1/UserStories/{id}"), json!({"Name": "after"})).await.expect(200);
    let new = tp.make("new").await;
    let find = async |name: &str| {
        let found =
            tp.get("/api/v1/UserStories", &[("where", &format!("Name eq '{name}'"))]).await.expect(200);
        found["Items"].as_array().unwrap().len()
    };
    assert_eq!((find("before").await, find("after").await, find("new").await), (1, 0, 0));
    assert_eq!(tp.get(&format!("/api/v1/UserStories/{new}"), &[]).await.status, 200);
    tp.control().delete("/_sim/faults").await.expect(200);
    assert_eq!((find("before").await, find("after").await, find("new").await), (0, 1, 1));
}

#[tokio::test]
async fn webhooks_are_dropped_doubled_and_delayed() {
    let mut receiver = Receiver::start().await;
    let world = hooked(CLOUD, target(&receiver.url)).await;
    fault(&world, json!({"times": 1, "do": {"kind": "hook_drop"}})).await;
    world.make("dropped").await;
    fault(
        &world,
        json!({"match": {"event": "jira:*"}, "times": 1, "do": {"kind": "hook_duplicate", "copies": 3}}),
    )
    .await;
    world.make("tripled").await;
    let copies = [receiver.next().await, receiver.next().await, receiver.next().await];
    assert!(copies.iter().all(|got| got.body["issue"]["fields"]["summary"] == "tripled"));
    let identifier = copies[0].header("x-atlassian-webhook-identifier");
    assert!(copies.iter().all(|got| got.header("x-atlassian-webhook-identifier") == identifier));
    fault(&world, json!({"times": 1, "do": {"kind": "hook_delay", "ms": 3_600_000}})).await;
    world.make("late").await;
    world.make("early").await;
    assert_eq!(receiver.next().await.body["issue"]["fields"]["summary"], "early");
    world.control.post("/_sim/clock", json!({"advance_ms": 3_600_000})).await.expect(200);
    assert_eq!(receiver.next().await.body["issue"]["fields"]["summary"], "late");
    let sent = world.control.get("/_sim/webhooks").await.expect(200);
    assert_eq!(sent["webhooks"][0]["fate"], "dropped");
}

#[tokio::test]
async fn webhooks_are_held_and_sent_last_first() {
    let mut receiver = Receiver::start().await;
    let world = hooked(DC, target(&receiver.url)).await;
    fault(&world, json!({"do": {"kind": "hook_reorder", "hold": 3}})).await;
    for name in ["a", "b", "c", "d"] {
        world.make(name).await;
    }
    for name in ["c", "b", "a"] {
        assert_eq!(receiver.next().await.body["issue"]["fields"]["summary"], name);
    }
    let sent = world.control.get("/_sim/webhooks").await.expect(200);
    assert_eq!((sent["webhooks"][3]["fate"].as_str(), sent["waiting"].as_u64()), (Some("held"), Some(1)));
    // Ending the faults lets the last one go.
    world.control.delete("/_sim/faults").await.expect(200);
    assert_eq!(receiver.next().await.body["issue"]["fields"]["summary"], "d");
}

#[tokio::test]
async fn rules_are_put_listed_and_removed() {
    let world = world(DC).await;
    fault(&world, json!({"do": {"kind": "login_page"}})).await;
    let put = json!({"faults": [{"after": 1, "do": {"kind": "delay", "ms": 1}}, {"probability": 0.0, "do": {"kind": "hook_drop"}}]});
    let rules = world.control.put("/_sim/faults", put).await.expect(200);
    assert_eq!(rules["faults"].as_array().unwrap().len(), 2);
    assert_eq!(world.control.get("/_sim/faults").await.expect(200), rules);
    let path = format!("/_sim/faults/{}", rules["faults"][0]["id"]);
    assert_eq!(world.control.delete(&path).await.expect(200)["faults"].as_array().unwrap().len(), 1);
    assert_eq!(world.control.delete(&path).await.status, 404);
    for wrong in [
        json!({"do": {"kind": "explode"}}),
        json!({"do": {"kind": "delay"}}),
        json!({}),
        json!({"do": {"kind": "delay", "ms": 1, "s": 2}}),
    ] {
        assert!(world.control.post("/_sim/faults", wrong).await.expect(400)["error"].is_string());
    }
}
