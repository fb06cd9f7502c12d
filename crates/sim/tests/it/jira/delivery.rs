//! How webhooks arrive: flows, time-outs, redirects, disorder, repeats, sizes, addresses; and Data Center's newer
//! resource for administrators.

use std::collections::BTreeSet;

use aws_lc_rs::hmac;
use bowline_sim::jira::Deployment;
use http::Method;
use serde_json::{Value, json};

use super::{CLOUD, DC, World, hooked, issue, target, world};
use crate::receiver::Receiver;

async fn set(world: &World, change: Value) {
    world.control.post("/_sim/settings", change).await.expect(200);
}

async fn freeze(world: &World) {
    world.control.post("/_sim/clock", json!({"freeze": true})).await.expect(200);
}

async fn pass(world: &World, ms: i64) {
    world.control.post("/_sim/clock", json!({"advance_ms": ms})).await.expect(200);
}

/// A webhook once it has so many attempts.
async fn attempted(world: &World, id: u64, attempts: usize) -> Value {
    loop {
        let sent = world.control.get(&format!("/_sim/webhooks?since={}", id - 1)).await.expect(200);
        let one = &sent["webhooks"][0];
        if one["attempts"].as_array().is_some_and(|all| all.len() >= attempts) {
            return one.clone();
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn what_falls_out_of_a_deletion_goes_by_the_other_flow() {
    let mut receiver = Receiver::start().await;
    let world = hooked(CLOUD, target(&receiver.url)).await;
    let key = world.make("doomed").await;
    let path = format!("/rest/api/2/issue/{key}");
    for text in ["one", "two"] {
        world.ada.post(&format!("{path}/comment"), json!({"body": text})).await.expect(201);
    }
    for _ in 0..3 {
        assert_eq!(receiver.next().await.header("x-atlassian-webhook-flow"), Some("Primary"));
    }
    world.ada.delete(&path).await;
    let gone = receiver.next().await;
    assert_eq!(
        (gone.event(), gone.header("x-atlassian-webhook-flow")),
        ("jira:issue_deleted", Some("Primary"))
    );
    for text in ["one", "two"] {
        let comment = receiver.next().await;
        assert_eq!(comment.header("x-atlassian-webhook-flow"), Some("Secondary"));
        assert_eq!((comment.event(), &comment.body["comment"]["body"]), ("comment_deleted", &json!(text)));
        assert_eq!(comment.body["issue"]["key"], json!(key));
    }
    let mut receiver = Receiver::start().await;
    let world = hooked(DC, target(&receiver.url)).await;
    world.ada.post("/rest/api/2/issue/ACME-1/comment", json!({"body": "x"})).await.expect(201);
    world.ada.delete("/rest/api/2/issue/ACME-1").await;
    let events = [receiver.next().await, receiver.next().await, receiver.next().await];
    assert_eq!(
        events.map(|got| got.event().to_owned()),
        ["comment_created", "jira:issue_updated", "jira:issue_deleted"]
    );
    world.make("the next thing told").await;
    assert_eq!(receiver.next().await.event(), "jira:issue_created", "Data Center tells nothing more");
}

#[tokio::test]
async fn logged_work_files_and_links_fall_out_as_well() {
    let receiver = Receiver::start().await;
    let world = hooked(CLOUD, target(&receiver.url)).await;
    let key = world.make("doomed").await;
    let path = format!("/rest/api/2/issue/{key}");
    world.ada.post(&format!("{path}/worklog"), json!({"timeSpent": "1h"})).await.expect(201);
    let link =
        json!({"type": {"name": "Blocks"}, "inwardIssue": {"key": key}, "outwardIssue": {"key": "ACME-1"}});
    assert_eq!(world.ada.post("/rest/api/2/issueLink", link).await.status, 201);
    let form =
        "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nhello\r\n--b--\r\n";
    let upload = world.ada.clone().and("content-type", "multipart/form-data; boundary=b");
    let upload = upload.and("x-atlassian-token", "no-check");
    upload.send(Method::POST, &format!("{path}/attachments"), form.into()).await.unwrap().expect(200);
    let last = world.control.get("/_sim/webhooks").await.expect(200)["last"].clone();
    assert_eq!(world.ada.delete(&path).await.status, 204);
    let sent = world.control.get(&format!("/_sim/webhooks?since={last}")).await.expect(200);
    let told: Vec<(&str, &str)> = sent["webhooks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (&one["event"], &one["headers"]["x-atlassian-webhook-flow"]))
        .map(|(event, flow)| (event.as_str().unwrap(), flow.as_str().unwrap()))
        .collect();
    assert_eq!(
        told,
        [
            ("issuelink_deleted", "Secondary"),
            ("jira:issue_deleted", "Primary"),
            ("worklog_deleted", "Secondary"),
            ("attachment_deleted", "Secondary"),
        ]
    );
}

#[tokio::test]
async fn a_redirect_is_neither_followed_nor_repeated() {
    let mut receiver = Receiver::start().await;
    receiver.answer(&[302]);
    let world = hooked(CLOUD, target(&receiver.url)).await;
    world.make("one").await;
    receiver.next().await;
    let sent = attempted(&world, 1, 1).await;
    assert_eq!((sent["fate"].as_str(), sent["attempts"][0]["status"].as_u64()), (Some("failed"), Some(302)));
    assert!(receiver.is_empty());
}

#[tokio::test]
async fn a_receiver_has_twenty_seconds() {
    let mut receiver = Receiver::start().await;
    receiver.answer(&[0]);
    let world = hooked(CLOUD, target(&receiver.url)).await;
    freeze(&world).await;
    world.make("one").await;
    let first = receiver.next().await;
    pass(&world, 20_000).await;
    let sent = attempted(&world, 1, 1).await;
    assert_eq!((sent["fate"].as_str(), sent["attempts"][0].get("status")), (Some("queued"), None));
    pass(&world, 15 * 60_000).await;
    let again = receiver.next().await;
    assert_eq!(again.header("x-atlassian-webhook-retry"), Some("1"));
    let identifier =
        |got: &crate::receiver::Got| got.header("x-atlassian-webhook-identifier").unwrap().to_owned();
    assert_eq!(identifier(&first), identifier(&again));
    assert_eq!(attempted(&world, 1, 2).await["fate"], "delivered");
}

#[tokio::test]
async fn a_webhook_that_is_too_large_is_not_sent() {
    let mut receiver = Receiver::start().await;
    let world = hooked(CLOUD, target(&receiver.url)).await;
    set(&world, json!({"webhooks": {"max_bytes": 20_000}})).await;
    let mut large = issue("large");
    large["fields"]["description"] = "x".repeat(20_000).into();
    world.ada.post("/rest/api/2/issue", large).await.expect(201);
    world.make("small").await;
    assert_eq!(receiver.next().await.body["issue"]["fields"]["summary"], "small");
    let sent = world.control.get("/_sim/webhooks").await.expect(200);
    assert_eq!(
        (sent["webhooks"][0]["fate"].as_str(), &sent["webhooks"][0]["attempts"]),
        (Some("too_large"), &json!([]))
    );
}

#[tokio::test]
async fn several_webhooks_can_be_under_way_at_once() {
    let mut receiver = Receiver::start().await;
    receiver.answer(&[0, 0, 200]);
    let world = hooked(CLOUD, target(&receiver.url)).await;
    set(&world, json!({"webhooks": {"at_once": {"primary": 2, "secondary": 1}}})).await;
    let key = world.make("one").await;
    world.make("two").await;
    world.make("three").await;
    let held = [receiver.next().await, receiver.next().await];
    let titles: BTreeSet<String> =
        held.iter().map(|got| got.body["issue"]["fields"]["summary"].as_str().unwrap().to_owned()).collect();
    assert_eq!(titles, BTreeSet::from(["one".to_owned(), "two".to_owned()]));
    // The primary lane is full, the secondary one is not.
    let path = format!("/rest/api/2/issue/{key}");
    world.control.post("/_sim/hooks", json!({"blocked": true})).await.expect(200);
    world.ada.post(&format!("{path}/comment"), json!({"body": "x"})).await.expect(201);
    world.control.post("/_sim/hooks", json!({"blocked": false})).await.expect(200);
    world.ada.delete(&path).await;
    let got = receiver.next().await;
    assert_eq!((got.event(), got.header("x-atlassian-webhook-flow")), ("comment_deleted", Some("Secondary")));
}

/// The order in which webhooks of ten issues arrive when each is late by up to half a minute.
async fn disorder(seed: u64) -> Vec<String> {
    let mut receiver = Receiver::start().await;
    let options =
        bowline_sim::jira::Options { seed, webhook: Some(target(&receiver.url)), ..Default::default() };
    let world = super::start_with(options).await;
    freeze(&world).await;
    set(&world, json!({"webhooks": {"late_ms": {"primary": 30_000, "secondary": 900_000}}})).await;
    for number in 0..10 {
        world.make(&number.to_string()).await;
    }
    let sent = world.control.get("/_sim/webhooks").await.expect(200);
    assert_eq!(sent["waiting"], 10, "the clock stands still, so nothing is due");
    pass(&world, 30_000).await;
    let mut titles = Vec::new();
    for _ in 0..10 {
        titles.push(receiver.next().await.body["issue"]["fields"]["summary"].as_str().unwrap().to_owned());
    }
    titles
}

#[tokio::test]
async fn late_webhooks_lose_their_order_the_same_way_every_time() {
    let first = disorder(1).await;
    let in_order: Vec<String> = (0..10).map(|number| number.to_string()).collect();
    assert_ne!(first, in_order);
    assert_eq!(first.iter().cloned().collect::<BTreeSet<_>>(), in_order.into_iter().collect());
    assert_eq!(disorder(1).await, first);
    assert_ne!(disorder(2).await, first);
}

#[tokio::test]
async fn a_lost_acknowledgement_brings_a_webhook_again() {
    let mut receiver = Receiver::start().await;
    let world = hooked(CLOUD, target(&receiver.url)).await;
    freeze(&world).await;
    set(&world, json!({"webhooks": {"twice": 1.0}})).await;
    world.make("one").await;
    let first = receiver.next().await;
    attempted(&world, 1, 1).await;
    pass(&world, 15 * 60_000).await;
    let again = receiver.next().await;
    assert_eq!((again.header("x-atlassian-webhook-retry"), &again.raw), (Some("1"), &first.raw));
    assert_eq!(
        again.header("x-atlassian-webhook-identifier"),
        first.header("x-atlassian-webhook-identifier")
    );
    assert_eq!(attempted(&world, 1, 2).await["fate"], "delivered", "twice is not for ever");
}

#[tokio::test]
async fn as_in_life_is_one_switch() {
    let mut receiver = Receiver::start().await;
    let world = hooked(CLOUD, target(&receiver.url)).await;
    freeze(&world).await;
    set(&world, json!({"webhooks": true})).await;
    let key = world.make("one").await;
    let path = format!("/rest/api/2/issue/{key}");
    world.ada.post(&format!("{path}/comment"), json!({"body": "x"})).await.expect(201);
    world.ada.delete(&path).await;
    pass(&world, 30_000).await;
    let mut flows: Vec<String> = Vec::new();
    for _ in 0..3 {
        flows.push(receiver.next().await.header("x-atlassian-webhook-flow").unwrap().to_owned());
    }
    assert_eq!(flows, ["Primary", "Primary", "Primary"]);
    pass(&world, 900_000).await;
    assert_eq!(receiver.next().await.event(), "comment_deleted");
    set(&world, json!({"webhooks": false})).await;
    world.make("at once").await;
    assert_eq!(receiver.next().await.event(), "jira:issue_created");
    let wrong = json!({"webhooks": {"faster": true}});
    assert_eq!(world.control.post("/_sim/settings", wrong).await.status, 400);
}

#[tokio::test]
async fn addresses_name_what_happened() {
    for (face, issue_id) in [(CLOUD, "{issue.id}"), (DC, "${issue.id}")] {
        let mut receiver = Receiver::start().await;
        let world = world(face).await;
        let url = format!("{}?key={{issue.key}}&id={issue_id}&project=${{project.key}}", receiver.url);
        let events = ["jira:issue_created", "jira:version_created"];
        let body = json!({"name": "named", "url": url, "events": events});
        world.admin.post("/rest/webhooks/1.0/webhook", body).await.expect(201);
        let made = world.ada.post("/rest/api/2/issue", issue("x")).await.expect(201);
        let got = receiver.next().await;
        let told =
            format!("key={}&id={}&project=ACME", made["key"].as_str().unwrap(), made["id"].as_str().unwrap());
        assert!(got.uri.query().unwrap().starts_with(&told), "{}", got.uri);
        assert_eq!(got.uri.query().unwrap().ends_with("&user_id=ada&user_key=JIRAUSER10101"), face == DC);
    }
}

#[tokio::test]
async fn a_newer_data_center_signs_when_its_configuration_says_so() {
    let mut receiver = Receiver::start().await;
    let world = world(DC).await;
    let base = "/rest/jira-webhook/1.0/webhooks";
    let body = json!({
        "id": null, "name": "ours", "url": receiver.url, "events": ["jira:issue_created"], "active": true, "scopeType": "global",
        "configuration": {"SECRET": "s3cret", "EXCLUDE_BODY": "false", "FILTERS": "{\"issue-related-events-section\": \"project = ACME\"}"},
    });
    assert_eq!(world.ada.post(base, body.clone()).await.status, 403);
    assert_eq!(world.control.get(base).await.status, 401);
    let made = world.admin.post(base, body.clone()).await.expect(201);
    assert!(made["id"].is_u64() && !made.to_string().contains("s3cret"), "{made}");
    assert_eq!((made["active"].as_bool(), &made["events"]), (Some(true), &json!(["jira:issue_created"])));
    let older = world.admin.get("/rest/webhooks/1.0/webhook").await.expect(200);
    assert_eq!(
        older[0]["filters"]["issue-related-events-section"], "project = ACME",
        "one list, two resources"
    );
    world.make("signed").await;
    let got = receiver.next().await;
    let hex = got.header("x-hub-signature").unwrap().strip_prefix("sha256=").unwrap();
    let tag: Vec<u8> =
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect();
    hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, b"s3cret"), &got.raw, &tag).unwrap();
    assert_eq!(got.header("x-atlassian-webhook-identifier"), None);
    let path = format!("{base}/{}", made["id"]);
    let wrong = json!({"configuration": {"FILTERS": {"issue-related-events-section": "foo = 1"}}});
    assert_eq!(world.admin.put(&path, wrong).await.status, 400);
    let bare = json!({"configuration": {"SECRET": "", "EXCLUDE_BODY": "true"}});
    let changed = world.admin.put(&path, bare).await.expect(200);
    assert_eq!(
        (changed["configuration"]["EXCLUDE_BODY"].as_str(), &changed["name"]),
        (Some("true"), &json!("ours"))
    );
    world.make("bare").await;
    let got = receiver.next().await;
    assert!(got.raw.is_empty() && got.header("x-hub-signature").is_none());
    assert_eq!(world.admin.get(&format!("{base}?event=comment_created")).await.expect(200), json!([]));
    assert_eq!(world.admin.get(&path).await.expect(200)["id"], made["id"]);
    world.admin.put(&path, json!({"active": false})).await.expect(200);
    world.make("nobody hears").await;
    assert_eq!(world.control.get("/_sim/webhooks").await.expect(200)["last"], 2);
    assert_eq!(world.admin.delete(&path).await.status, 204);
    assert_eq!(world.admin.get(&path).await.status, 404);
    for face in [CLOUD, Deployment::Server] {
        assert_eq!(super::world(face).await.admin.post(base, body.clone()).await.status, 404);
    }
}

#[tokio::test]
async fn a_refused_change_of_a_webhook_changes_nothing() {
    for face in [CLOUD, DC, Deployment::Server] {
        let world = world(face).await;
        let base = "/rest/webhooks/1.0/webhook";
        let body = json!({"name": "a", "url": "https://example.com/x", "events": ["jira:issue_created"]});
        let made = world.admin.post(base, body).await.expect(201);
        let path = made["self"].as_str().unwrap().strip_prefix(world.running.url()).unwrap().to_owned();
        for wrong in [
            json!({"url": "ftp://example.com"}),
            json!({"name": "b", "filters": {"issue-related-events-section": "project ="}}),
        ] {
            assert_eq!(world.admin.put(&path, wrong).await.status, 400);
        }
        assert_eq!(world.admin.get(&path).await.expect(200), made);
        let older = json!({"excludeIssueDetails": true, "jqlFilter": "project = OPS"});
        let changed = world.admin.put(&path, older).await.expect(200);
        assert_eq!((changed["excludeBody"].as_bool(), changed["name"].as_str()), (Some(true), Some("a")));
        assert_eq!(changed["filters"]["issue-related-events-section"], "project = OPS");
        assert_eq!(world.admin.post(base, json!({"name": "b"})).await.status, 400);
    }
}
