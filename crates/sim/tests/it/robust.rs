//! No request, however odd, is answered with a 5xx or not at all.

use bytes::Bytes;
use http::Method;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::client::{Client, encode};
use crate::jira::{CLOUD, world};

/// Names that mean something somewhere.
const NAMES: &[&str] = &[
    "fields",
    "update",
    "summary",
    "description",
    "priority",
    "labels",
    "project",
    "issuetype",
    "transition",
    "id",
    "key",
    "name",
    "comment",
    "body",
    "properties",
    "value",
    "visibility",
    "type",
    "add",
    "set",
    "remove",
    "jql",
    "issueIdsOrKeys",
    "expand",
    "customfield_10013",
    "customfield_10014",
    "content",
    "version",
    "events",
    "url",
    "filters",
    "issueUpdates",
    "assignee",
];
const TEXTS: &[&str] = &[
    "ACME",
    "Story",
    "doc",
    "1",
    "10000",
    "ada",
    "",
    "x y",
    "\u{0}",
    "2020-01-01",
    "role",
    "Administrators",
    "10003",
];

fn body() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-3_i64..11_000).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        proptest::sample::select(TEXTS).prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::vec((proptest::sample::select(NAMES), inner), 0..6)
                .prop_map(|pairs| pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()),
        ]
    })
}

/// Sends what is drawn; nothing may be answered with a 5xx or not at all.
pub(crate) fn check(
    cases: u32,
    strategy: impl Strategy<Value = (Method, String, Bytes)>,
    client: &Client,
    runtime: &Runtime,
) {
    let rng_seed = RngSeed::Fixed(1);
    let mut runner =
        TestRunner::new(Config { cases, rng_seed, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&strategy, |(method, path, body)| {
        let answer = runtime.block_on(client.send(method, &path, body));
        let status = answer.map_err(|error| TestCaseError::fail(error.to_string()))?.status;
        prop_assert!(status < 500, "{status}");
        Ok(())
    });
    outcome.unwrap();
}

#[test]
fn jira_survives_odd_bodies_and_queries() {
    let runtime = Runtime::new().unwrap();
    let world = runtime.block_on(world(CLOUD));
    let paths = [
        "/rest/api/3/issue",
        "/rest/api/2/issue",
        "/rest/api/3/issue/ACME-1",
        "/rest/api/2/issue/10001",
        "/rest/api/3/issue/bulk",
        "/rest/api/3/issue/bulkfetch",
        "/rest/api/3/issue/ACME-2/comment",
        "/rest/api/2/issue/ACME-2/comment/10000",
        "/rest/api/3/issue/ACME-3/transitions",
        "/rest/api/2/issue/ACME-4/properties/p",
        "/rest/api/3/search/jql",
        "/rest/webhooks/1.0/webhook",
        "/_sim/edit",
        "/_sim/settings",
    ];
    let writes = (
        proptest::sample::select(vec![Method::POST, Method::PUT]),
        proptest::sample::select(paths.to_vec()),
        body(),
    )
        .prop_map(|(method, path, body)| (method, path.to_owned(), Bytes::from(body.to_string())));
    check(400, writes, &world.admin, &runtime);
    let raw = proptest::collection::vec(any::<u8>(), 0..60)
        .prop_map(|bytes| (Method::POST, "/rest/api/3/issue".to_owned(), bytes.into()));
    check(60, raw, &world.admin, &runtime);
    let searches = "\\PC{0,60}".prop_map(|text| {
        (Method::GET, format!("/rest/api/3/search/jql?jql={}", encode(&text)), Bytes::new())
    });
    check(100, searches, &world.ada, &runtime);
    let odd = ("[a-z0-9%/&?=.-]{0,30}", "[a-zA-Z,*-]{0,20}").prop_map(|(tail, fields)| {
        (
            Method::GET,
            format!("/rest/api/3/issue/ACME-1{tail}?fields={fields}&startAt=99999999999999999999"),
            Bytes::new(),
        )
    });
    check(100, odd, &world.ada, &runtime);
    runtime.block_on(async {
        assert_eq!(world.ada.get("/rest/api/3/myself").await.status, 200);
        world.ada.post("/rest/api/3/issue", json!({"fields": {"project": {"key": "ACME"}, "issuetype": {"name": "Bug"}, "summary": "alive"}})).await.expect(201);
    });
}
