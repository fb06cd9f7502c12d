//! Webhook intake: who is let in, what is kept, what is answered.

use std::convert::Infallible;

use axum::body::Body;
use bowline_core::port::{Vault, WorkQueue};
use bowline_core::{SignedDuration, Timestamp};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};

use crate::house::{Answer, Call, House};

const UPDATED: &str = r#"{"webhookEvent":"jira:issue_updated","timestamp":1795341600000,"issue":{"id":"10001",
"key":"ACME-1","fields":{"updated":"2026-11-22T10:00:00.000+0000","project":{"key":"ACME"},
"issuetype":{"name":"Story"}}},"changelog":{"items":[{"field":"summary"}]}}"#;

/// `X-Hub-Signature` of a body.
fn signature(secret: &str, body: &[u8]) -> String {
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, secret.as_bytes());
    let tag = aws_lc_rs::hmac::sign(&key, body);
    let hex: String = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256={hex}")
}

/// A Jira Cloud connection as its webhook sender sees it.
struct Sender {
    path: String,
    secret: String,
}

impl Sender {
    async fn new(house: &House) -> Self {
        let made = house.jira("default").await;
        let secret = made["webhook"]["secret"].as_str().unwrap().to_owned();
        Self { path: House::hook(&made), secret }
    }

    fn call<'a>(&self, house: &'a House, body: impl AsRef<[u8]>) -> Call<'a> {
        let body = Bytes::copy_from_slice(body.as_ref());
        let signature = signature(&self.secret, &body);
        house
            .call("POST", &self.path)
            .without("authorization")
            .header("x-hub-signature", &signature)
            .body(body)
    }
}

async fn inbox(house: &House) -> Vec<Value> {
    let page = house.call("GET", "/api/v1/inbox").send().await.status(200).json();
    page["items"].as_array().unwrap().clone()
}

async fn findings(house: &House) -> Vec<String> {
    let page = house.call("GET", "/api/v1/findings").send().await.status(200).json();
    page["items"].as_array().unwrap().iter().map(|row| row["code"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_signed_delivery_is_durable_work_and_the_bell_rings() {
    let house = House::new().await;
    let sender = Sender::new(&house).await;
    let (rings, due) = (house.bell.rings(), house.store.depth(Timestamp::MAX).await.unwrap().due);
    let answer = sender.call(&house, UPDATED).send().await.status(204);
    assert!(answer.body.is_empty());
    assert_eq!(house.bell.rings(), rings + 1);
    assert_eq!(house.store.depth(Timestamp::MAX).await.unwrap().due, due + 1);
    let rows = inbox(&house).await;
    assert_eq!(
        (rows.len(), &rows[0]["event"], &rows[0]["state"]),
        (1, &json!("jira:issue_updated"), &json!("pending"))
    );
}

#[tokio::test]
async fn a_repeated_delivery_is_kept_once() {
    let house = House::new().await;
    let sender = Sender::new(&house).await;
    for _ in 0..3 {
        let call = sender.call(&house, UPDATED).header("x-atlassian-webhook-identifier", "delivery-1");
        call.send().await.status(204);
    }
    assert_eq!(inbox(&house).await.len(), 1);
}

#[tokio::test]
async fn every_wrong_proof_is_refused_with_the_same_bytes() {
    let house = House::new().await;
    let sender = Sender::new(&house).await;
    let connection = sender.path.split('/').nth(2).unwrap().to_owned();
    let token = sender.path.split('/').nth(3).unwrap().to_owned();
    let other = Sender::new_in(&house, "other").await;
    let other_connection = other.path.split('/').nth(2).unwrap();
    let unknown = format!("con_{}", "0".repeat(32));
    let signed = |path: String| {
        let call = house.call("POST", &path).without("authorization");
        call.header("x-hub-signature", &signature(&sender.secret, UPDATED.as_bytes())).body(UPDATED)
    };
    let path = |connection: &str, token: &str| format!("/hooks/{connection}/{token}");
    let unsigned = || house.call("POST", &sender.path).without("authorization").body(UPDATED);
    let wrong: Vec<(&str, Call<'_>)> = vec![
        ("unknown connection", signed(path(&unknown, &token))),
        ("no connection at all", signed(path("jira", &token))),
        ("wrong token", signed(path(&connection, &"A".repeat(43)))),
        ("another tenant's connection", signed(path(other_connection, &token))),
        ("escapes that are no text", signed(path(&connection, "%ff%fe"))),
        ("no signature", unsigned()),
        ("wrong secret", unsigned().header("x-hub-signature", &signature("x", UPDATED.as_bytes()))),
        ("other body", unsigned().header("x-hub-signature", &signature(&sender.secret, b"{}"))),
        ("weaker method", unsigned().header("x-hub-signature", "sha1=0000")),
        ("not hex", unsigned().header("x-hub-signature", &format!("sha256={}", "z".repeat(64)))),
    ];
    let mut bodies = Vec::new();
    for (name, call) in wrong {
        let answer: Answer = call.send().await.status(401);
        let mut headers: Vec<String> = answer
            .headers
            .iter()
            .filter(|(header, _)| header.as_str() != "x-request-id")
            .map(|(header, value)| format!("{header}: {value:?}"))
            .collect();
        headers.sort();
        bodies.push((name, answer.body, headers));
    }
    for (name, body, headers) in &bodies {
        assert_eq!((body, headers), (&bodies[0].1, &bodies[0].2), "{name}");
    }
    assert!(inbox(&house).await.is_empty());
}

impl Sender {
    async fn new_in(house: &House, tenant: &str) -> Self {
        let made = house.jira(tenant).await;
        Self { path: House::hook(&made), secret: made["webhook"]["secret"].as_str().unwrap().to_owned() }
    }
}

#[tokio::test]
async fn an_unknown_sender_is_refused_before_its_body_is_read() {
    let house = House::new().await;
    let endless = Body::from_stream(stream::pending::<Result<Bytes, Infallible>>());
    let path = format!("/hooks/con_{}/{}", "0".repeat(32), "A".repeat(43));
    house.call("POST", &path).body(endless).send().await.status(401);
}

#[tokio::test]
async fn a_demanded_header_is_a_proof_of_its_own() {
    let house = House::new().await;
    let ask = json!({
        "name": "tp", "tool": "targetprocess", "base_url": "https://tp.example",
        "sign_in": { "method": "access_token" }, "secret": "s", "header": { "name": "X-Hook", "token": "open-sesame" },
    });
    let made = house.call("POST", "/api/v1/connections").json(ask).send().await.status(201).json();
    let body = crate::house::STORY_UPDATED;
    let call = || house.call("POST", &House::hook(&made)).without("authorization").body(body);
    call().send().await.status(401);
    call().header("x-hook", "sesame").send().await.status(401);
    call().header("x-hook", "open-sesame").send().await.status(204);
}

#[tokio::test]
async fn what_cannot_be_read_is_parked_with_a_finding_and_answered_204() {
    let house = House::new().await;
    let sender = Sender::new(&house).await;
    for body in
        [&b"\xff\xfe{}"[..], b"", b"[]", b"{\"webhookEvent\":", b"{\"webhookEvent\":\"jira:issue_updated\"}"]
    {
        sender.call(&house, body).send().await.status(204);
    }
    let rows = inbox(&house).await;
    assert!(rows.len() == 5 && rows.iter().all(|row| row["state"] == "parked"), "{rows:?}");
    assert_eq!(findings(&house).await, ["intake.unreadable"]);
}

#[tokio::test]
async fn an_event_of_an_unknown_kind_is_ignored_aloud() {
    let house = House::new().await;
    let sender = Sender::new(&house).await;
    sender.call(&house, r#"{"webhookEvent":"jira:weather_changed"}"#).send().await.status(204);
    assert_eq!(inbox(&house).await[0]["state"], "ignored");
    assert_eq!(findings(&house).await, ["intake.unknown_event"]);
    sender.call(&house, r#"{"webhookEvent":"sprint_started"}"#).send().await.status(204);
    assert_eq!(findings(&house).await.len(), 1, "a sprint is nothing to worry about");
}

#[tokio::test]
async fn a_body_above_the_cap_is_refused_and_a_sweep_finds_what_it_was_about() {
    let house = House::new().await;
    let sender = Sender::new(&house).await;
    let due = house.store.depth(Timestamp::MAX).await.unwrap();
    let body = vec![b' '; (25 << 20) + 1];
    let answer = sender.call(&house, &body).send().await.status(413);
    assert_eq!(answer.problem(), "intake.too_large");
    assert_eq!(findings(&house).await, ["intake.too_large"]);
    assert_eq!(house.store.depth(Timestamp::MAX).await.unwrap().due, due.due, "the sweep was due already");

    let mut fitting = UPDATED.as_bytes().to_vec();
    fitting.resize(25 << 20, b' ');
    sender.call(&house, &fitting).send().await.status(204);
}

#[tokio::test]
async fn a_body_that_says_it_is_small_and_is_not_is_refused_as_well() {
    let house = House::with(|options| options.hook_body = 1_000).await;
    let sender = Sender::new(&house).await;
    let chunks = (0..20).map(|_| Ok::<_, Infallible>(Bytes::from_static(&[b' '; 100])));
    let call = house.call("POST", &sender.path).without("authorization");
    let answer = call.body(Body::from_stream(stream::iter(chunks))).send().await.status(413);
    assert_eq!(answer.problem(), "intake.too_large");
}

#[tokio::test]
async fn while_the_database_is_away_senders_are_told_to_come_again() {
    let house = House::new().await;
    let sender = Sender::new(&house).await;
    house.commits.break_now();
    let answer = sender.call(&house, UPDATED).send().await.status(503);
    assert_eq!((answer.problem().as_str(), answer.header("retry-after")), ("api.unavailable", "2"));
    let answer = sender.call(&house, b"unreadable").send().await.status(503);
    assert_eq!(answer.header("retry-after"), "2");
    assert!(inbox(&house).await.is_empty());
    house.store.close().await;
    let answer = sender.call(&house, UPDATED).send().await.status(503);
    assert_eq!(answer.header("retry-after"), "2");
    assert!(!answer.text().contains("disk"), "what the database said stays in the log");
}

#[tokio::test]
async fn more_deliveries_at_once_than_allowed_are_shed() {
    let house = House::with(|options| options.hooks_at_once = 1).await;
    let sender = Sender::new(&house).await;
    let (send, receive) = tokio::sync::oneshot::channel::<()>();
    let slow = Body::from_stream(stream::once(async move {
        receive.await.unwrap();
        Ok::<_, Infallible>(Bytes::from_static(UPDATED.as_bytes()))
    }));
    let first = sender.call(&house, UPDATED).body(slow).send();
    let second = async {
        // The first one holds its turn as soon as it was polled.
        let answer = sender.call(&house, UPDATED).send().await.status(503);
        assert_eq!(answer.header("retry-after"), "2");
        send.send(()).unwrap();
    };
    let (first, ()) = tokio::join!(first, second);
    first.status(204);
    sender.call(&house, UPDATED).send().await.status(204);
}

/// A body that begins and does not end before `end` is sent.
fn slow(begin: usize, end: tokio::sync::oneshot::Receiver<()>) -> Body {
    let begin = stream::iter([Ok::<_, Infallible>(Bytes::from(vec![b' '; begin]))]);
    Body::from_stream(begin.chain(stream::once(async move {
        end.await.unwrap();
        Ok(Bytes::from_static(UPDATED.as_bytes()))
    })))
}

#[tokio::test]
async fn one_connection_takes_neither_all_places_nor_all_memory() {
    let house = House::with(|options| {
        (options.hooks_at_once, options.hooks_of_one) = (4, 2);
        (options.all_bodies, options.hook_body) = (64 << 10, 16 << 10);
    })
    .await;
    let (greedy, modest) = (Sender::new(&house).await, Sender::new_in(&house, "other").await);
    let padded = |length: usize| [vec![b' '; length], UPDATED.as_bytes().to_vec()].concat();
    // Memory: a quarter of all.
    let (end, ended) = tokio::sync::oneshot::channel();
    let first = greedy.call(&house, padded(10 << 10)).body(slow(10 << 10, ended)).send();
    let others = async {
        greedy.call(&house, padded(10 << 10)).send().await.status(503);
        modest.call(&house, padded(10 << 10)).send().await.status(204);
        end.send(()).unwrap();
    };
    let (first, ()) = tokio::join!(first, others);
    first.status(204);
    // Places.
    let (ends, waits): (Vec<_>, Vec<_>) = (0..2).map(|_| tokio::sync::oneshot::channel()).unzip();
    let many = waits.into_iter().map(|wait| greedy.call(&house, UPDATED).body(slow(0, wait)).send());
    let others = async {
        greedy.call(&house, UPDATED).send().await.status(503);
        modest.call(&house, UPDATED).send().await.status(204);
        ends.into_iter().for_each(|end| end.send(()).unwrap());
    };
    let (many, ()) = tokio::join!(futures_util::future::join_all(many), others);
    many.into_iter().for_each(|answer| drop(answer.status(204)));
    greedy.call(&house, UPDATED).send().await.status(204);
}

#[tokio::test]
async fn deliveries_take_no_room_from_the_api() {
    let house = House::with(|options| options.all_bodies = 4_096).await;
    let sender = Sender::new(&house).await;
    let (end, ended) = tokio::sync::oneshot::channel();
    let first = sender.call(&house, UPDATED).body(slow(4_000, ended)).send();
    let other = async {
        let ask = json!({ "document": " ".repeat(2_000) });
        house.call("POST", "/api/v1/profiles/check").json(ask).send().await.status(200);
        end.send(()).unwrap();
    };
    tokio::join!(first, other);
}

#[tokio::test]
async fn a_delivery_id_of_any_length_is_an_id() {
    let house = House::new().await;
    let sender = Sender::new(&house).await;
    let deliver = async |id: &str| {
        let call = sender.call(&house, UPDATED).header("x-atlassian-webhook-identifier", id);
        call.send().await.status(204);
    };
    for id in ["a".repeat(9_000), "a".repeat(9_000), format!("{}b", "a".repeat(8_999))] {
        deliver(&id).await;
    }
    let rows = inbox(&house).await;
    assert_eq!(rows.len(), 2, "{rows:?}");
    assert!(rows.iter().all(|row| row["state"] == "pending"), "{rows:?}");
}

#[tokio::test]
async fn bodies_that_do_not_fit_into_memory_together_are_shed() {
    let house = House::with(|options| options.all_bodies = 4_096).await;
    let sender = Sender::new(&house).await;
    sender.call(&house, vec![b' '; 5_000]).send().await.status(503);
    sender.call(&house, UPDATED).send().await.status(204);
}

#[tokio::test]
async fn a_secret_whose_row_is_gone_lets_nobody_in() {
    let house = House::new().await;
    let sender = Sender::new(&house).await;
    let tenant = house.tenant("default").await;
    let connection = bowline_core::port::Registry::connections(&house.store, tenant).await.unwrap().remove(0);
    let hmac = connection.intake.hmac.unwrap();
    assert!(house.store.secret(tenant, hmac).await.unwrap().is_some());
    house.write(tenant, vec![bowline_core::commit::Change::DropSecret(hmac)]).await;
    sender.call(&house, UPDATED).send().await.status(401);
    house.call("POST", &sender.path).without("authorization").body(UPDATED).send().await.status(401);
}

#[tokio::test]
async fn only_post_is_known_there() {
    let house = House::new().await;
    let sender = Sender::new(&house).await;
    for method in ["GET", "PUT", "DELETE"] {
        let answer = house.call(method, &sender.path).send().await.status(405);
        assert_eq!(answer.header("allow"), "POST");
    }
}

#[tokio::test]
async fn a_token_that_ended_is_as_good_as_none() {
    let house = House::new().await;
    let tp = house.tp("default").await;
    let old = House::hook(&tp);
    house.call("POST", "/api/v1/connections/tp/rotate-hook").send().await.status(200);
    let body = crate::house::STORY_UPDATED;
    let deliver = || house.call("POST", &old).without("authorization").body(body).send();
    deliver().await.status(204);
    house.clock.advance(SignedDuration::from_hours(24));
    deliver().await.status(401);
}
