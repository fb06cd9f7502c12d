//! Malformed requests at every route of each face: refused with Jira's status and in Jira's shape, never with a 5xx,
//! and never with a connection that just ends.

mod bad;
mod route;

use bowline_sim::jira::Deployment;
use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream;
use http::Method;
use serde_json::{Value, json};

use self::bad::{ODD_IDS, ODD_QUERIES, bodies, broken};
use self::route::{Route, routes};
use super::{CLOUD, DC, World, attach, world};
use crate::client::{Client, Reply};

/// How many requests are open at once.
const AT_ONCE: usize = 8;

/// Makes what a fresh world lacks, and keeps all of it to come back to.
async fn prepared(face: Deployment) -> World {
    let world = world(face).await;
    let epic = json!({"fields": {"project": {"key": "ACME"}, "issuetype": {"name": "Epic"}, "summary": "e"}});
    assert_eq!(world.admin.post("/rest/api/2/issue", epic).await.expect(201)["key"], "ACME-81");
    let link = json!({"object": {"url": "https://a.example", "title": "a"}});
    world.admin.post("/rest/api/2/issue/ACME-1/remotelink", link).await.expect(201);
    world.admin.post("/rest/api/2/issue/ACME-1/worklog", json!({"timeSpent": "1h"})).await.expect(201);
    let link = json!({"type": {"name": "Blocks"}, "inwardIssue": {"key": "ACME-1"}, "outwardIssue": {"key": "ACME-2"}});
    assert_eq!(world.admin.post("/rest/api/2/issueLink", link).await.status, 201);
    attach(&world.admin, "ACME-1", &[("a.txt", "text/plain", b"x")]).await.expect(200);
    let hook = json!({"name": "h", "url": "http://127.0.0.1:9/h", "events": ["jira:issue_created"]});
    world.admin.post("/rest/webhooks/1.0/webhook", hook).await.expect(201);
    world.control.post("/_sim/snapshots/prepared", json!({})).await.expect(200);
    world
}

/// What Cloud has removed is gone, whatever is sent.
const GONE: &[&str] = &["/rest/api/3/search", "/rest/api/3/search/id", "/rest/api/3/expression/eval"];

/// A request, and what must come of it.
struct Case {
    what: String,
    method: Method,
    path: String,
    body: Bytes,
    media: &'static str,
    expected: Option<u16>,
}

fn cases(route: &Route) -> Vec<Case> {
    let case = |what: String, path: String, body: Bytes| Case {
        what,
        method: route.method.clone(),
        path,
        body,
        media: "application/json",
        expected: None,
    };
    let (path, body) = (route.known(), if route.reads_json { "{}" } else { "" });
    let mut all: Vec<Case> = Vec::new();
    if route.template.contains('{') {
        let about = ["/issue/{issue}", "/project/{project}"].iter().any(|part| route.template.contains(part));
        let expected = (about && route.method == Method::GET).then_some(404);
        let odd = ODD_IDS
            .iter()
            .map(|id| Case { expected, ..case(format!("id {id}"), route.path(|_| id), body.into()) });
        all.extend(odd);
    }
    all.extend(
        ODD_QUERIES
            .iter()
            .map(|query| case(format!("query {query}"), format!("{path}?{query}"), body.into())),
    );
    if route.method == Method::POST || route.method == Method::PUT {
        all.extend(bodies().into_iter().map(|(what, body)| case(format!("body {what}"), path.clone(), body)));
        let expected = route.reads_json.then_some(400);
        all.extend(
            broken()
                .into_iter()
                .map(|(what, body)| Case { expected, ..case(format!("body {what}"), path.clone(), body) }),
        );
        let expected = (!route.reads_others()).then_some(415);
        for media in ["application/xml", "text/plain", "application/x-www-form-urlencoded", "nonsense"] {
            let one = case(format!("body of type {media}"), path.clone(), "{}".into());
            all.push(Case { media, expected, ..one });
        }
    }
    if GONE.contains(&&*route.template) {
        all.iter_mut().for_each(|case| case.expected = Some(410));
    }
    all
}

/// What is wrong with an answer.
fn wrong(case: &Case, reply: &Reply) -> Option<String> {
    let says = || String::from_utf8_lossy(&reply.body).chars().take(200).collect::<String>();
    if reply.status >= 500 {
        return Some(format!("{}: {}", reply.status, says()));
    }
    if let Some(expected) = case.expected.filter(|expected| *expected != reply.status) {
        return Some(format!("{} instead of {expected}: {}", reply.status, says()));
    }
    (reply.status >= 400 && !is_refusal(&case.path, reply))
        .then(|| format!("{} is no refusal of Jira's: {}", reply.status, says()))
}

/// Jira's refusals are lists of messages and of errors by field, those of the server before it a message and a status;
/// bulk operations, tasks and the cleaner of queries of Cloud have shapes of their own in its document.
fn is_refusal(path: &str, reply: &Reply) -> bool {
    let Ok(body) = serde_json::from_slice::<Value>(&reply.body) else { return false };
    let own = body["errorMessages"].is_array() && body["errors"].is_object();
    let bulk = path.contains("/bulk/") && body["errors"][0]["message"].is_string();
    let task = path.contains("/task/") && body[0].is_string();
    let cleaner = path.contains("/jql/pdcleaner") && body.is_string();
    own || bulk || task || cleaner || body["message"].is_string() && body["status-code"] == reply.status
}

async fn send(client: &Client, case: &Case) -> Result<Reply, String> {
    let client = client.clone().and("content-type", case.media).and("x-atlassian-token", "no-check");
    client.send(case.method.clone(), &case.path, case.body.clone()).await.map_err(|error| error.to_string())
}

/// Sends all cases of a route; says what was wrong.
async fn tried(world: &World, cases: Vec<Case>) -> (usize, Vec<String>) {
    let count = cases.len();
    let answers = stream::iter(cases).map(|case| async move {
        let reply = send(&world.admin, &case).await;
        let changed = case.method != Method::GET && reply.as_ref().is_ok_and(|reply| reply.status < 300);
        let wrong = match &reply {
            Err(error) => Some(format!("no answer: {error}")),
            Ok(reply) => wrong(&case, reply),
        };
        (changed, wrong.map(|wrong| format!("{} {}: {}: {wrong}", case.method, case.path, case.what)))
    });
    let answers: Vec<_> = answers.buffer_unordered(AT_ONCE).collect().await;
    if answers.iter().any(|(changed, _)| *changed) {
        world.control.post("/_sim/snapshots/prepared/restore", json!({})).await.expect(200);
    }
    (count, answers.into_iter().filter_map(|(_, wrong)| wrong).collect())
}

async fn sweep(face: Deployment, least: usize) {
    let world = prepared(face).await;
    let routes = routes(&world).await;
    assert!(routes.len() > least, "{} routes", routes.len());
    let (mut count, mut found) = (0, Vec::new());
    for route in &routes {
        let (sent, wrong) = tried(&world, cases(route)).await;
        count += sent;
        found.extend(wrong);
    }
    assert_eq!(world.ada.get("/rest/api/2/myself").await.status, 200);
    let shown: Vec<&String> = found.iter().take(400).collect();
    assert!(found.is_empty(), "{} of {count} requests went wrong: {shown:#?}", found.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_malformed_request_is_too_much_for_cloud() {
    sweep(CLOUD, 450).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_malformed_request_is_too_much_for_data_center() {
    sweep(DC, 300).await;
}

#[tokio::test]
async fn a_method_that_a_path_does_not_have_is_405() {
    for face in [CLOUD, DC] {
        let world = world(face).await;
        let routes = routes(&world).await;
        for route in &routes {
            let path = route.known();
            let others = [Method::GET, Method::POST, Method::PUT, Method::DELETE, Method::PATCH];
            for method in others {
                if routes.iter().any(|one| one.method == method && one.known() == path) {
                    continue;
                }
                let reply = world.admin.send(method.clone(), &path, Bytes::new()).await.unwrap();
                assert_eq!(reply.json()["status-code"], 405, "{method} {path}");
                assert_eq!(reply.status, 405, "{method} {path}");
            }
        }
    }
}
