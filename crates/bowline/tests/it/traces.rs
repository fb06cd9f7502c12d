//! A trace goes through the whole service: from a webhook or a request of the API, through work that is stored, to the calls
//! of the tools.

use serde_json::{Value, json};

use crate::house::{Hook, Kind, Tool, World};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

fn headers(trace: &str) -> [(String, String); 2] {
    let parent = format!("00-{trace}-b7ad6b7169203331-01");
    [("traceparent".to_owned(), parent), ("tracestate".to_owned(), "rojo=00f067aa0ba902b7".to_owned())]
}

/// The headers of what was asked of a tool in a trace, oldest first, with the method and path.
async fn asked(tool: &Tool, trace: &str) -> Vec<(String, Value)> {
    let page = tool.get("requests").await;
    let mut found = Vec::new();
    for request in page["requests"].as_array().unwrap().iter().rev().take(150).rev() {
        let request = tool.get(&format!("requests/{}", request["id"])).await;
        let headers = request["asked"]["headers"].clone();
        if headers["traceparent"].as_str().is_some_and(|parent| parent.contains(trace)) {
            let text = |name: &str| request[name].as_str().unwrap().to_owned();
            found.push((format!("{} {}", text("method"), text("path")), headers));
        }
    }
    found
}

async fn is_carried_through(kind: Kind) {
    let extra = [
        ("BOWLINE_NET__ELASTIC_TRACEPARENT", "true"),
        ("BOWLINE_NET__CLIENT_IP", "203.0.113.7"),
        ("BOWLINE_SYNC__SWEEP_EVERY", "1h"),
    ];
    let world = World::new(kind, &extra).await;
    let (issue, story) = world.share("left", &world.stories().await[0]).await;
    world.service.settled().await;
    // The tool tells of the edit itself only once we have told of it, with a trace.
    world.jira.post("hooks", &json!({"blocked": true})).await;
    world.jira.edit(json!({"as": "ada", "item": issue, "fields": {"summary": "Told with a trace"}})).await;
    let id = world.jira.item(&issue).await["id"].as_str().unwrap().to_owned();
    let body = json!({"webhookEvent": "jira:issue_updated", "issue": {"id": id}});
    let hook = Hook::of(&world.service, &world.jira_hook);
    let sent = headers(TRACE);
    let sent: Vec<(&str, &str)> = sent.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(hook.post(body.to_string(), &sent).await.unwrap().status, 204);
    world.targetprocess.until(&story, |item| item["title"] == "Told with a trace").await;

    let (reads, writes) = (asked(&world.jira, TRACE).await, asked(&world.targetprocess, TRACE).await);
    assert!(
        reads.iter().any(|(what, _)| what.starts_with("GET ")),
        "the issue was read in the trace: {reads:#?}"
    );
    assert!(
        writes.iter().any(|(what, _)| what.starts_with("POST ")),
        "the story was written in it: {writes:#?}"
    );
    let mut steps: Vec<&str> = Vec::new();
    for (_, headers) in reads.iter().chain(&writes) {
        let parent = headers["traceparent"].as_str().unwrap();
        steps.push(&parent[36..52]);
        assert!(parent.ends_with("-01"), "whoever records it, goes on recording: {parent}");
        assert_eq!(headers["tracestate"], format!("bowline={},rojo=00f067aa0ba902b7", &parent[36..52]));
        assert_eq!(headers["elastic-apm-traceparent"], parent);
        assert_eq!(headers["client-ip"], "203.0.113.7");
    }
    let all = steps.len();
    steps.sort_unstable();
    steps.dedup();
    assert_eq!((steps.len(), steps.contains(&"b7ad6b7169203331")), (all, false), "each is a step of its own");

    // A request of the API that calls by itself; a trace that is not valid is not passed on.
    let test = async |parent: &str| {
        let bearer = format!("Bearer {}", world.service.token());
        let headers = [("authorization", bearer.as_str()), ("traceparent", parent)];
        let url = format!("{}/api/v1/connections/jira/test", world.service.url);
        assert_eq!(crate::house::http("POST", &url, &headers, "").await.unwrap().status, 200);
    };
    let other = "1bf7651916cd43dd8448eb211c80319d";
    test(&format!("00-{other}-b7ad6b7169203331-00")).await;
    test(&format!("00-{}-b7ad6b7169203331-00", other.to_uppercase())).await;
    // A sweep may have followed by then: it belongs to the request that woke it.
    let calls = asked(&world.jira, other).await;
    let asked_who = calls.iter().filter(|(what, _)| what.ends_with("/myself")).count();
    assert_eq!(asked_who, 1, "one of the two traces is none: {calls:#?}");
    let told = world.service.told();
    assert!(!told.contains("rojo"), "what others say to each other is not ours to log");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trace_is_carried_from_a_webhook_to_the_calls_that_it_causes() {
    is_carried_through(Kind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trace_is_carried_from_a_webhook_to_the_calls_that_it_causes_with_postgresql() {
    is_carried_through(Kind::Postgres).await;
}
