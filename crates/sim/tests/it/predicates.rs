//! Fault rules that look at a request more closely, and those that strike by rate or by place in a list.

use bowline_sim::targetprocess::Options as Tp;
use http::Method;
use serde_json::{Value, json};

use crate::client::{Client, encode};
use crate::jira::{CLOUD, DC, World, issue, world};
use crate::targetprocess;

const TEAPOT: u16 = 418;

/// Adds a rule that answers with a teapot's status.
async fn teapot(world: &World, matching: Value) {
    let rule = json!({"match": matching, "do": {"kind": "status", "status": TEAPOT}});
    world.control.post("/_sim/faults", rule).await.expect(200);
}

async fn clear(world: &World) {
    world.control.delete("/_sim/faults").await.expect(200);
}

#[tokio::test]
async fn a_rule_can_ask_for_query_and_headers() {
    let world = world(CLOUD).await;
    teapot(&world, json!({"query": {"jql": "project = ACME**", "maxResults": "5"}})).await;
    let search = |jql: &str, max: u8| format!("/rest/api/3/search/jql?jql={}&maxResults={max}", encode(jql));
    assert_eq!(world.ada.get(&search("project = ACME", 5)).await.status, TEAPOT);
    assert_eq!(world.ada.get(&search("project = ACME", 6)).await.status, 200);
    assert_eq!(world.ada.get(&search("project = OPS", 5)).await.status, 200);
    clear(&world).await;
    teapot(&world, json!({"header": {"User-Agent": "importer/*", "X-Trace": true}})).await;
    let importer = world.ada.clone().and("user-agent", "importer/2");
    assert_eq!(importer.get("/rest/api/3/myself").await.status, 200);
    assert_eq!(importer.and("x-trace", "1").get("/rest/api/3/myself").await.status, TEAPOT);
}

#[tokio::test]
async fn a_rule_can_ask_who_calls_without_counting_a_login() {
    let world = world(DC).await;
    teapot(&world, json!({"caller": "ada"})).await;
    assert_eq!(world.ada.get("/rest/api/2/myself").await.status, TEAPOT);
    assert_eq!(world.bob.get("/rest/api/2/myself").await.status, 200);
    let token = world.control.clone().with("Bearer pat-ada".to_owned());
    assert_eq!(token.get("/rest/api/2/myself").await.status, TEAPOT);
    // Two wrong passwords are two, not four: the third one may still be right.
    let wrong = Client::basic(world.running.url(), "bob", "wrong");
    for _ in 0..2 {
        assert_eq!(wrong.get("/rest/api/2/myself").await.status, 401);
    }
    assert_eq!(world.bob.get("/rest/api/2/myself").await.status, 200);
    clear(&world).await;
    teapot(&world, json!({"caller": "anonymous"})).await;
    assert_eq!(world.control.get("/rest/api/2/serverInfo").await.status, TEAPOT);
    assert_eq!(world.ada.get("/rest/api/2/serverInfo").await.status, 200);
}

#[tokio::test]
async fn a_rule_can_ask_what_the_body_says_and_the_body_still_arrives() {
    let world = world(CLOUD).await;
    let places = json!([
        {"pointer": "/fields/project/key", "equals": "ACME"},
        {"pointer": "/fields/priority", "exists": true}
    ]);
    teapot(&world, json!({"method": "POST", "body": places})).await;
    let mut urgent = issue("urgent");
    urgent["fields"]["priority"] = json!({"name": "High"});
    assert_eq!(world.ada.post("/rest/api/3/issue", urgent).await.status, TEAPOT);
    let key = world.make("usual").await;
    assert_eq!(world.field(&key, "summary").await, "usual");
    // What is no JSON has nothing at any place.
    let odd = world.ada.send(Method::POST, "/rest/api/3/issue", "{".into()).await.unwrap();
    assert_eq!(odd.status, 400);
}

#[tokio::test]
async fn what_may_not_be_seen_is_404_in_the_words_for_it() {
    let jira = world(CLOUD).await;
    jira.control.post("/_sim/faults", json!({"do": {"kind": "hidden"}})).await.expect(200);
    let missing = jira.ada.get("/rest/api/3/issue/ACME-1").await.expect(404);
    clear(&jira).await;
    assert_eq!(missing, jira.ada.get("/rest/api/3/issue/ACME-9999").await.expect(404));
    jira.control.post("/_sim/faults", json!({"do": {"kind": "hidden"}})).await.expect(200);
    let missing = jira.ada.get("/rest/api/3/project/ACME").await.expect(404);
    assert_eq!(missing["errorMessages"][0], "No project could be found with key 'ACME'.");
    let tp = targetprocess::world(Tp::default()).await;
    tp.control().post("/_sim/faults", json!({"do": {"kind": "hidden"}})).await.expect(200);
    assert_eq!(tp.get("/api/v1/UserStories/1002", &[]).await.expect(404)["Status"], "NotFound");
}

#[tokio::test]
async fn a_status_brings_a_body_and_headers_of_its_own() {
    let world = world(CLOUD).await;
    let page = json!({"kind": "status", "status": 502, "body": "<h1>Bad gateway</h1>"});
    world.control.post("/_sim/faults", json!({"times": 1, "do": page})).await.expect(200);
    let answer = world.ada.get("/rest/api/3/myself").await;
    assert_eq!((answer.status, &answer.body[..]), (502, &b"<h1>Bad gateway</h1>"[..]));
    assert!(answer.headers["content-type"].to_str().unwrap().starts_with("text/html"));
    let body = json!({"errorMessage": "Rate limit exceeded"});
    let headers = json!({"X-RateLimit-Remaining": "0"});
    let told = json!({"kind": "status", "status": 429, "retry_after": 7, "body": body, "headers": headers});
    world.control.post("/_sim/faults", json!({"times": 1, "do": told})).await.expect(200);
    let answer = world.ada.get("/rest/api/3/myself").await;
    assert_eq!(
        (&answer.headers["retry-after"], &answer.headers["x-ratelimit-remaining"]),
        (&"7".parse().unwrap(), &"0".parse().unwrap())
    );
    assert_eq!(answer.expect(429), body);
}

#[tokio::test]
async fn what_comes_too_fast_is_refused_until_the_clock_moves() {
    let world = world(DC).await;
    world.control.post("/_sim/clock", json!({"freeze": true})).await.expect(200);
    let rule = json!({"over": {"count": 3, "per_ms": 1000}, "do": {"kind": "status", "status": 429}});
    world.control.post("/_sim/faults", rule).await.expect(200);
    let mut statuses = Vec::new();
    for _ in 0..5 {
        statuses.push(world.ada.get("/rest/api/2/myself").await.status);
    }
    assert_eq!(statuses, [200, 200, 200, 429, 429]);
    world.control.post("/_sim/clock", json!({"advance_ms": 1000})).await.expect(200);
    assert_eq!(world.ada.get("/rest/api/2/myself").await.status, 200);
}

#[tokio::test]
async fn a_bulk_is_done_in_part() {
    let jira = world(CLOUD).await;
    let bulk = json!({"issueUpdates": [issue("a"), issue("b"), issue("c")]});
    let rule = json!({"times": 1, "do": {"kind": "partial_bulk", "message": "Not this one."}});
    jira.control.post("/_sim/faults", rule).await.expect(200);
    let made = jira.ada.post("/rest/api/3/issue/bulk", bulk.clone()).await.expect(201);
    assert_eq!(made["issues"].as_array().unwrap().len(), 2);
    assert_eq!(made["errors"][0]["failedElementNumber"], 1);
    assert_eq!(made["errors"][0]["elementErrors"]["errorMessages"], json!(["Not this one."]));
    assert_eq!(jira.ada.post("/rest/api/3/issue/bulk", bulk).await.expect(201)["errors"], json!([]));
    let rule = json!({"do": {"kind": "partial_bulk", "fail": [0]}});
    jira.control.post("/_sim/faults", rule).await.expect(200);
    let wanted = json!({"issueIdsOrKeys": ["ACME-1", "ACME-2"]});
    let found = jira.ada.post("/rest/api/3/issue/bulkfetch", wanted).await.expect(200);
    assert_eq!(
        (found["issues"][0]["key"].as_str(), found["issueErrors"][0]["id"].as_str()),
        (Some("ACME-2"), Some("ACME-1"))
    );

    let tp = targetprocess::world(Tp::default()).await;
    let rule = json!({"times": 1, "do": {"kind": "partial_bulk", "fail": [1]}});
    tp.control().post("/_sim/faults", rule).await.expect(200);
    let one = |name: &str| json!({"Name": name, "Project": {"Id": 100}});
    let answer = tp.post("/api/v1/Bugs/bulk", json!([one("done"), one("refused")])).await;
    assert_eq!(answer.status, 400);
    let made = tp.get("/api/v1/Bugs", &[("where", "Name eq 'done'")]).await.expect(200);
    assert_eq!(made["Items"].as_array().unwrap().len(), 1);
}
