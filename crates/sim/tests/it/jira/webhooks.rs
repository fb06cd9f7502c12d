//! Webhooks: their bodies beside real ones, signatures, retries, administration.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_lc_rs::hmac;
use bowline_sim::WebhookTarget;
use bowline_sim::jira::Options;
use serde_json::{Value, json};

use super::{CLOUD, DC, hooked, issue, start_with, target, world};
use crate::receiver::Receiver;

fn sample(face: &str, name: &str) -> Value {
    let path = format!("{}/tests/fixtures/{face}/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// Members that real bodies have only sometimes: custom fields, categories, and what newer Jiras added.
const OPTIONAL: &[&str] = &[
    "projectCategory",
    "hierarchyLevel",
    "projectTypeKey",
    "avatarId",
    "statuscategorychangedate",
    "issuerestriction",
    // Of issues on which time was logged.
    "percent",
    "remainingEstimate",
    "remainingEstimateSeconds",
    "timeSpent",
    "timeSpentSeconds",
];

fn is_optional(at: &str, name: &str) -> bool {
    name.starts_with("customfield_")
        || OPTIONAL.contains(&name)
        || (at.ends_with(".status") && name == "description")
}

fn members<'a>(value: &'a Value, at: &str) -> BTreeSet<&'a str> {
    value.as_object().unwrap().keys().map(String::as_str).filter(|name| !is_optional(at, name)).collect()
}

/// Compares the members of two bodies wherever both have an object, down to the fields' own members.
fn assert_alike(ours: &Value, real: &Value, at: &str) {
    match (ours, real) {
        (Value::Object(_), Value::Object(theirs)) => {
            assert_eq!(members(ours, at), members(real, at), "{at}");
            for (name, real) in theirs.iter().filter(|(name, _)| !is_optional(at, name)) {
                assert_alike(&ours[name], real, &format!("{at}.{name}"));
            }
        }
        (Value::Array(ours), Value::Array(real)) => {
            if let (Some(ours), Some(real)) = (ours.first(), real.first()) {
                assert_alike(ours, real, at);
            }
        }
        _ => {}
    }
}

#[tokio::test]
async fn clouds_bodies_have_the_members_of_real_ones() {
    let mut receiver = Receiver::start().await;
    let world = hooked(CLOUD, target(&receiver.url)).await;
    let mut body = issue("one");
    body["fields"]["assignee"] = json!({"accountId": "712020:5f0c0000-0000-4000-8000-000000000003"});
    let key = world.ada.post("/rest/api/2/issue", body).await.expect(201)["key"].as_str().unwrap().to_owned();
    assert_alike(&receiver.next().await.body, &sample("cloud", "issue_created"), "created");
    let path = format!("/rest/api/2/issue/{key}");
    world.ada.put(&path, json!({"fields": {"assignee": null}})).await;
    let assigned = receiver.next().await.body;
    assert_eq!(assigned["issue_event_type_name"], "issue_assigned");
    assert_alike(&assigned, &sample("cloud", "issue_updated_assignee"), "assignee");
    world.ada.put(&path, json!({"fields": {"labels": ["x"]}})).await;
    let labelled = receiver.next().await.body;
    assert_eq!(labelled["issue_event_type_name"], "issue_updated");
    assert_eq!(labelled["changelog"]["items"][0]["toString"], "x");
    assert_alike(&labelled, &sample("cloud", "issue_updated_labels"), "labels");
    world.ada.post(&format!("{path}/transitions"), json!({"transition": {"id": "11"}})).await;
    let moved = receiver.next().await.body;
    assert_eq!(moved["issue_event_type_name"], "issue_generic");
    assert_eq!(
        moved["changelog"]["items"],
        json!([{
            "field": "status", "fieldtype": "jira", "fieldId": "status",
            "from": "10000", "fromString": "To Do", "to": "3", "toString": "In Progress",
        }])
    );
    let comment = world.ada.post(&format!("{path}/comment"), json!({"body": "*hi*"})).await.expect(201);
    let said = receiver.next().await.body;
    assert_eq!(said["comment"]["body"], "*hi*");
    assert_alike(&said, &sample("cloud", "comment_created"), "comment created");
    let which = format!("{path}/comment/{}", comment["id"].as_str().unwrap());
    world.ada.put(&which, json!({"body": "ho"})).await.expect(200);
    assert_alike(&receiver.next().await.body, &sample("cloud", "comment_updated"), "comment updated");
    world.ada.delete(&which).await;
    assert_alike(&receiver.next().await.body, &sample("cloud", "comment_deleted"), "comment deleted");
    world.ada.delete(&path).await;
    assert_alike(&receiver.next().await.body, &sample("cloud", "issue_deleted"), "deleted");
}

#[tokio::test]
async fn data_centers_bodies_have_the_members_of_real_ones() {
    let mut receiver = Receiver::start().await;
    let world = hooked(DC, target(&receiver.url)).await;
    let mut body = issue("one");
    body["fields"]["assignee"] = json!({"name": "bob"});
    let key = world.ada.post("/rest/api/2/issue", body).await.expect(201)["key"].as_str().unwrap().to_owned();
    let mut created = receiver.next().await;
    assert_eq!(created.uri.query(), Some("user_id=ada&user_key=JIRAUSER10101"));
    // The sample is of a Jira that did not name the kind of event yet.
    assert_eq!(
        created.body.as_object_mut().unwrap().remove("issue_event_type_name"),
        Some("issue_created".into())
    );
    assert_alike(&created.body, &sample("dc", "issue_created"), "created");
    let path = format!("/rest/api/2/issue/{key}");
    world.ada.post(&format!("{path}/transitions"), json!({"transition": {"id": "11"}})).await;
    let moved = receiver.next().await.body;
    assert!(moved["changelog"]["items"][0].get("fieldId").is_none());
    assert_alike(&moved, &sample("dc", "issue_updated_in_progress"), "moved");
    world.ada.put(&path, json!({"fields": {"labels": ["x"]}})).await;
    assert_alike(&receiver.next().await.body, &sample("dc", "issue_updated_many_fields"), "labels");
}

#[tokio::test]
async fn clouds_bodies_about_links_work_and_files_have_the_members_of_real_ones() {
    let mut receiver = Receiver::start().await;
    let world = hooked(CLOUD, target(&receiver.url)).await;
    let link = json!({"type": {"name": "Blocks"}, "inwardIssue": {"key": "ACME-1"}, "outwardIssue": {"key": "ACME-2"}});
    assert_eq!(world.ada.post("/rest/api/2/issueLink", link).await.status, 201);
    let made = receiver.next().await.body;
    assert_alike(&made, &sample("cloud", "issuelink_created"), "link created");
    assert_eq!(made["issueLink"]["issueLinkType"]["outwardName"], "blocks");
    let path = format!("/rest/api/2/issueLink/{}", made["issueLink"]["id"]);
    assert_eq!(world.ada.delete(&path).await.status, 204);
    assert_alike(&receiver.next().await.body, &sample("cloud", "issuelink_deleted"), "link deleted");

    let base = "/rest/api/2/issue/ACME-1/worklog";
    let log = world.ada.post(base, json!({"timeSpent": "1w"})).await.expect(201);
    let logged = receiver.next().await.body;
    assert_alike(&logged, &sample("cloud", "worklog_created"), "worklog created");
    let changed = receiver.next().await.body;
    assert_eq!(
        (&changed["webhookEvent"], &changed["issue_event_type_name"]),
        (&json!("jira:worklog_updated"), &json!("issue_work_logged"))
    );
    assert_eq!(changed["changelog"]["items"][2]["toString"], "144000");
    let path = format!("{base}/{}", log["id"].as_str().unwrap());
    world.ada.put(&path, json!({"timeSpent": "1h"})).await.expect(200);
    assert_eq!(receiver.next().await.event(), "worklog_updated");
    assert_eq!(receiver.next().await.body["issue_event_type_name"], "issue_worklog_updated");
    assert_eq!(world.ada.delete(&path).await.status, 204);
    let gone = receiver.next().await.body;
    assert_eq!((&gone["webhookEvent"], &gone["worklog"]["id"]), (&json!("worklog_deleted"), &log["id"]));
    assert_eq!(receiver.next().await.body["issue_event_type_name"], "issue_worklog_deleted");

    let files = super::attach(&world.ada, "ACME-1", &[("a.txt", "text/plain", b"x")]).await.expect(200);
    let attached = receiver.next().await.body;
    // The sample was written by hand around the file: real ones do not name the issue, and people as everywhere.
    let real = &sample("cloud", "attachment_created")["attachment"];
    assert_eq!(members(&attached["attachment"], "attachment"), members(real, "attachment"));
    assert_eq!(
        (attached["webhookEvent"].as_str(), attached.get("issue")),
        (Some("attachment_created"), None)
    );
    let changed = receiver.next().await.body;
    assert_eq!(
        (&changed["webhookEvent"], &changed["issue_event_type_name"]),
        (&json!("jira:issue_updated"), &json!("issue_updated"))
    );
    assert_eq!(changed["changelog"]["items"][0]["toString"], "a.txt");
    let path = format!("/rest/api/2/attachment/{}", files[0]["id"].as_str().unwrap());
    assert_eq!(world.ada.delete(&path).await.status, 204);
    assert_eq!(receiver.next().await.event(), "attachment_deleted");
    assert_eq!(receiver.next().await.body["changelog"]["items"][0]["fromString"], "a.txt");
}

#[tokio::test]
async fn a_sub_task_is_told_of_as_an_issue_and_as_a_link_of_jiras_own() {
    let mut receiver = Receiver::start().await;
    let world = hooked(DC, target(&receiver.url)).await;
    let mut body = issue("part");
    body["fields"]["issuetype"] = json!({"name": "Sub-task"});
    body["fields"]["parent"] = json!({"key": "ACME-1"});
    world.ada.post("/rest/api/2/issue", body).await.expect(201);
    let created = receiver.next().await.body;
    assert_eq!(created["issue"]["fields"]["parent"]["key"], "ACME-1");
    let link = receiver.next().await;
    assert_eq!(link.uri.query(), Some("user_id=ada&user_key=JIRAUSER10101"));
    assert_eq!((link.event(), &link.body["issueLink"]["systemLink"]), ("issuelink_created", &json!(true)));
    let delete = format!("/rest/api/2/issue/{}", created["issue"]["id"].as_str().unwrap());
    assert_eq!(world.ada.delete(&delete).await.status, 204);
    assert_eq!(receiver.next().await.event(), "issuelink_deleted");
    assert_eq!(receiver.next().await.event(), "jira:issue_deleted");
}

#[tokio::test]
async fn data_center_tells_of_a_comment_twice_and_never_names_the_issue() {
    let mut receiver = Receiver::start().await;
    let world = hooked(DC, target(&receiver.url)).await;
    let path = "/rest/api/2/issue/ACME-1";
    let made = world.ada.post(&format!("{path}/comment"), json!({"body": "hi"})).await.expect(201);
    let (first, second) = (receiver.next().await.body, receiver.next().await.body);
    assert_alike(&first, &sample("dc", "comment_created"), "comment created");
    assert!(first.get("issue").is_none() && first.get("user").is_none());
    assert_eq!(second["issue_event_type_name"], "issue_commented");
    assert_alike(&second, &sample("dc", "issue_updated_commented"), "commented");
    let which = format!("{path}/comment/{}", made["id"].as_str().unwrap());
    world.ada.put(&which, json!({"body": "ho"})).await.expect(200);
    let (first, second) = (receiver.next().await.body, receiver.next().await.body);
    assert_alike(&first, &sample("dc", "comment_updated"), "comment updated");
    assert_alike(&second, &sample("dc", "issue_updated_comment_edited"), "edited");
    world.ada.delete(&which).await;
    let (first, second) = (receiver.next().await.body, receiver.next().await.body);
    assert_alike(&first, &sample("dc", "comment_deleted"), "comment deleted");
    assert_eq!(second["issue_event_type_name"], "issue_comment_deleted");
    assert!(second.get("comment").is_none() && second.get("changelog").is_none());
    assert_alike(&second, &sample("dc", "issue_updated_comment_deleted"), "deleted");
}

#[tokio::test]
async fn cloud_signs_the_raw_body_and_names_the_delivery() {
    let mut receiver = Receiver::start().await;
    let world =
        hooked(CLOUD, WebhookTarget { secret: Some("s3cret".to_owned()), ..target(&receiver.url) }).await;
    world.make("one").await;
    world.make("two").await;
    let (first, second) = (receiver.next().await, receiver.next().await);
    let signature = first.header("x-hub-signature").unwrap().strip_prefix("sha256=").unwrap();
    let tag: Vec<u8> = (0..signature.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&signature[at..at + 2], 16).unwrap())
        .collect();
    hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, b"s3cret"), &first.raw, &tag).unwrap();
    assert_eq!(first.header("x-atlassian-webhook-flow"), Some("Primary"));
    assert_eq!(first.header("x-atlassian-webhook-retry"), None);
    let identifier = first.header("x-atlassian-webhook-identifier");
    assert!(identifier.is_some() && identifier != second.header("x-atlassian-webhook-identifier"));
    assert_eq!(first.uri.query(), None);
}

#[tokio::test]
async fn data_center_neither_signs_nor_names_nor_retries() {
    let mut receiver = Receiver::start().await;
    receiver.answer(&[503]);
    let world =
        hooked(DC, WebhookTarget { secret: Some("s3cret".to_owned()), ..target(&receiver.url) }).await;
    world.make("one").await;
    let got = receiver.next().await;
    for header in ["x-hub-signature", "x-atlassian-webhook-identifier", "x-atlassian-webhook-flow"] {
        assert_eq!(got.header(header), None);
    }
    let sent = world.control.get("/_sim/webhooks?wait_ms=10000").await.expect(200);
    assert_eq!((sent["webhooks"][0]["fate"].as_str(), sent["waiting"].as_u64()), (Some("failed"), Some(0)));
    assert!(receiver.is_empty());
}

#[tokio::test]
async fn cloud_retries_what_may_pass_and_keeps_the_identifier() {
    let mut receiver = Receiver::start().await;
    receiver.answer(&[503, 429, 200]);
    let webhook_retry = Some(Duration::from_millis(1));
    let options = Options { webhook: Some(target(&receiver.url)), webhook_retry, ..Options::default() };
    let world = start_with(options).await;
    world.make("one").await;
    let tries = [receiver.next().await, receiver.next().await, receiver.next().await];
    let retries: Vec<Option<&str>> =
        tries.iter().map(|got| got.header("x-atlassian-webhook-retry")).collect();
    assert_eq!(retries, [None, Some("1"), Some("2")]);
    let identifiers: BTreeSet<_> =
        tries.iter().map(|got| got.header("x-atlassian-webhook-identifier")).collect();
    assert_eq!(identifiers.len(), 1);
    let sent = world.control.get("/_sim/webhooks?wait_ms=10000").await.expect(200);
    assert_eq!(sent["webhooks"][0]["fate"], "delivered");
    assert_eq!(sent["webhooks"][0]["attempts"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_refusal_is_final_and_five_retries_are_all() {
    let mut receiver = Receiver::start().await;
    receiver.answer(&[404, 500, 500, 500, 500, 500, 500]);
    let webhook_retry = Some(Duration::from_millis(1));
    let options = Options { webhook: Some(target(&receiver.url)), webhook_retry, ..Options::default() };
    let world = start_with(options).await;
    world.make("refused").await;
    receiver.next().await;
    let sent = world.control.get("/_sim/webhooks?wait_ms=10000").await.expect(200);
    assert_eq!(sent["webhooks"][0]["fate"], "failed");
    world.make("failing").await;
    for _ in 0..6 {
        receiver.next().await;
    }
    let sent = world.control.get("/_sim/webhooks?since=1&wait_ms=10000").await.expect(200);
    assert_eq!(sent["webhooks"][0]["fate"], "failed");
    assert_eq!(sent["webhooks"][0]["attempts"].as_array().unwrap().len(), 6);
    assert!(receiver.is_empty());
}

#[tokio::test]
async fn atlassians_waits_pass_when_the_clock_is_moved() {
    let mut receiver = Receiver::start().await;
    receiver.answer(&[500]);
    let world = hooked(CLOUD, target(&receiver.url)).await;
    world.make("one").await;
    receiver.next().await;
    // The retry is noted before it waits, so that this cannot come too early.
    while world.control.get("/_sim/webhooks").await.expect(200)["webhooks"][0]["attempts"] == json!([]) {
        tokio::task::yield_now().await;
    }
    world.control.post("/_sim/clock", json!({"advance_ms": 900_000})).await.expect(200);
    assert_eq!(receiver.next().await.header("x-atlassian-webhook-retry"), Some("1"));
}

#[tokio::test]
async fn administrators_manage_webhooks() {
    let mut receiver = Receiver::start().await;
    let world = world(CLOUD).await;
    let base = "/rest/webhooks/1.0/webhook";
    let body = json!({
        "name": "ours", "url": receiver.url, "events": ["jira:issue_created"], "secret": "s",
        "filters": {"issue-related-events-section": "project = OPS"},
    });
    assert_eq!(world.ada.post(base, body.clone()).await.status, 403);
    let made = world.admin.post(base, body).await.expect(201);
    assert!(made.get("secret").is_none());
    let path = made["self"].as_str().unwrap().strip_prefix(world.running.url()).unwrap().to_owned();
    world.make("not in the filter").await;
    let mut ops = issue("in the filter");
    ops["fields"]["project"]["key"] = "OPS".into();
    world.ada.post("/rest/api/2/issue", ops.clone()).await.expect(201);
    assert_eq!(receiver.next().await.body["issue"]["fields"]["summary"], "in the filter");
    let wrong = json!({"filters": {"issue-related-events-section": "foo = 1"}});
    assert_eq!(world.admin.put(&path, wrong).await.status, 400);
    let changed = world.admin.put(&path, json!({"excludeBody": true, "secret": ""})).await.expect(200);
    assert_eq!((changed["name"].as_str(), changed["isSigned"].as_bool()), (Some("ours"), Some(false)));
    world.ada.post("/rest/api/2/issue", ops.clone()).await.expect(201);
    let bare = receiver.next().await;
    assert!(bare.raw.is_empty() && bare.header("x-hub-signature").is_none());
    assert_eq!(world.admin.get(base).await.expect(200).as_array().unwrap().len(), 1);
    assert_eq!(world.admin.delete(&path).await.status, 204);
    assert_eq!(world.admin.get(&path).await.status, 404);
    world.ada.post("/rest/api/2/issue", ops).await.expect(201);
    assert_eq!(world.control.get("/_sim/webhooks").await.expect(200)["last"], 2);
}

#[tokio::test]
async fn webhooks_come_in_the_order_of_the_writes() {
    let mut receiver = Receiver::start().await;
    let world = hooked(DC, target(&receiver.url)).await;
    for number in 0..20 {
        world.make(&number.to_string()).await;
    }
    for number in 0..20 {
        let got = receiver.next().await;
        assert_eq!(got.event(), "jira:issue_created");
        assert_eq!(got.body["issue"]["fields"]["summary"], number.to_string());
    }
}
