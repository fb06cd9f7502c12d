//! Webhooks that apps register for themselves.

use std::time::Duration;

use bowline_sim::jira::Options;
use serde_json::{Value, json};

use super::{CLOUD, DC, World, issue, start_with, world};
use crate::client::Reply;
use crate::receiver::Receiver;

const HOOKS: &str = "/rest/api/3/webhook";
const DAY: i64 = 86_400_000;
/// 2030-03-17 17:46:40 UTC.
const START: i64 = 1_900_000_000_000;

async fn set(world: &World, change: Value) {
    world.control.post("/_sim/settings", change).await.expect(200);
}

async fn pass(world: &World, ms: i64) {
    world.control.post("/_sim/clock", json!({"advance_ms": ms})).await.expect(200);
}

/// A Jira whose clock stands still, where the calls of these people are an app's.
async fn app(kind: &str, users: &[&str]) -> World {
    let world = world(CLOUD).await;
    world.control.post("/_sim/clock", json!({"freeze": true})).await.expect(200);
    world.control.post("/_sim/clock", json!({"set": START})).await.expect(200);
    set(&world, json!({"app": {"key": "sync", "kind": kind, "users": users}})).await;
    world
}

fn hook(jql: &str, events: &[&str]) -> Value {
    json!({"jqlFilter": jql, "events": events})
}

async fn register(world: &World, url: &str, webhooks: &[Value]) -> Vec<Value> {
    let answer = world.ada.post(HOOKS, json!({"url": url, "webhooks": webhooks})).await.expect(200);
    answer["webhookRegistrationResult"].as_array().unwrap().clone()
}

fn id(result: &Value) -> u64 {
    result["createdWebhookId"].as_u64().expect("an id")
}

/// Waits until as many webhooks as these have reached their end.
async fn settled(world: &World, count: usize) -> Vec<Value> {
    loop {
        let sent = world.control.get("/_sim/webhooks").await.expect(200);
        let all = sent["webhooks"].as_array().unwrap();
        if all.len() >= count && sent["waiting"] == 0 {
            return all.clone();
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn only_apps_have_webhooks_of_their_own() {
    let world = app("oauth", &["ada"]).await;
    let words = |reply: Reply| reply.expect(403)["errorMessages"][0].as_str().unwrap().to_owned();
    let body =
        json!({"url": "https://example.com/x", "webhooks": [hook("project = ACME", &["comment_created"])]});
    assert_eq!(words(world.admin.post(HOOKS, body.clone()).await), "Only apps can access this resource.");
    assert_eq!(words(world.bob.get(HOOKS).await), "Only apps can access this resource.");
    assert_eq!(world.bob.put(&format!("{HOOKS}/refresh"), json!({"webhookIds": [1]})).await.status, 403);
    assert_eq!(
        words(world.ada.get(&format!("{HOOKS}/failed")).await),
        "Only Connect apps can access this resource."
    );
    assert_eq!(world.control.post(HOOKS, body.clone()).await.status, 401);
    let made = world.ada.post("/rest/api/2/webhook", body).await.expect(200);
    let made = id(&made["webhookRegistrationResult"][0]);
    assert_eq!(world.ada.get("/rest/api/2/webhook").await.expect(200)["values"][0]["id"], made);
    let refreshed = world.ada.put("/rest/api/2/webhook/refresh", json!({"webhookIds": [made]})).await;
    assert!(refreshed.expect(200)["expirationDate"].is_string());
    assert_eq!(super::world(DC).await.ada.get("/rest/api/2/webhook").await.status, 404);
}

#[tokio::test]
async fn what_cannot_be_registered_is_told_in_its_place() {
    let world = app("oauth", &["ada"]).await;
    let events = &["jira:issue_created"][..];
    let wrong = [
        hook("watchCount = 1", events),
        hook("project is not EMPTY", events),
        hook("summary ~ x AND project = ACME", events),
        hook("cf[10010] = x", events),
        hook("project = ACME ORDER BY created", events),
        hook("project = NONE", events),
        hook("project =", events),
        hook("", events),
        hook("project = ACME", &["jira:issue_exploded"]),
        hook("project = ACME", &[]),
        json!({"events": events}),
        json!("none"),
    ];
    let results = register(&world, "https://example.com/x", &wrong).await;
    let said: Vec<&str> = results.iter().map(|one| one["errors"][0].as_str().unwrap()).collect();
    assert_eq!(said[0], "The clause watchCount is unsupported");
    assert_eq!(said[1], "Operator is not is unsupported");
    assert_eq!(said[2], "The clause summary is unsupported");
    assert_eq!(said[3], "The clause cf[10010] is unsupported");
    assert_eq!(said[5], "The value 'NONE' does not exist for the field 'project'.");
    assert_eq!(said[8], "The event jira:issue_exploded is unsupported");
    assert!(results.iter().all(|one| one.get("createdWebhookId").is_none()));
    let right = [
        hook("project != null", events),
        hook("issueKey in (ACME-1, ACME-2) OR status = Done AND reporter != currentUser()", events),
        hook("issue.property[sync].on = 1 AND type not in (Bug)", events),
        hook("assignee = ada", events),
    ];
    let results = register(&world, "https://example.com/x", &right).await;
    // People are named by account id on Cloud.
    assert!(results[3]["errors"][0].is_string(), "{results:?}");
    assert!(results[..3].iter().all(|one| one["createdWebhookId"].is_u64()), "{results:?}");
    for body in [
        json!({}),
        json!({"url": "nowhere", "webhooks": []}),
        json!({"url": "https://example.com/x"}),
        json!([]),
    ] {
        assert_eq!(world.ada.post(HOOKS, body.clone()).await.status, 400, "{body}");
    }
}

#[tokio::test]
async fn an_app_is_called_once_and_told_which_webhooks_matched() {
    let mut receiver = Receiver::start().await;
    let world = app("oauth", &["ada"]).await;
    let results = register(
        &world,
        &receiver.url,
        &[
            hook("project = ACME", &["jira:issue_created"]),
            hook("project = OPS", &["jira:issue_created"]),
            hook("issuetype = Story", &["jira:issue_created", "jira:issue_deleted"]),
        ],
    )
    .await;
    let key = world.make("one").await;
    let got = receiver.next().await;
    assert_eq!(got.body["matchedWebhookIds"], json!([id(&results[0]), id(&results[2])]));
    assert_eq!((got.event(), &got.body["issue"]["key"]), ("jira:issue_created", &json!(key)));
    assert_eq!(
        (got.header("x-hub-signature"), got.header("x-atlassian-webhook-flow")),
        (None, Some("Primary"))
    );
    assert!(got.header("x-atlassian-webhook-identifier").is_some());
    world.ada.delete(&format!("/rest/api/3/issue/{key}")).await;
    assert_eq!(receiver.next().await.body["matchedWebhookIds"], json!([id(&results[2])]));
    assert_eq!(settled(&world, 2).await.len(), 2);
}

#[tokio::test]
async fn filters_choose_fields_and_properties() {
    let mut receiver = Receiver::start().await;
    let world = app("oauth", &["ada"]).await;
    let fields = json!({
        "jqlFilter": "project = ACME", "events": ["jira:issue_updated"], "fieldIdsFilter": ["summary", "customfield_10010"],
    });
    let properties = json!({
        "jqlFilter": "project = ACME", "events": ["issue_property_set", "issue_property_deleted"],
        "issuePropertyKeysFilter": ["sync"],
    });
    let all = hook("project = ACME", &["issue_property_set"]);
    let results = register(&world, &receiver.url, &[fields, properties, all]).await;
    let path = "/rest/api/3/issue/ACME-1";
    world.ada.put(path, json!({"fields": {"labels": ["quiet"]}})).await;
    world.ada.put(path, json!({"fields": {"customfield_10010": "loud"}})).await;
    let got = receiver.next().await;
    assert_eq!(got.body["matchedWebhookIds"], json!([id(&results[0])]));
    assert_eq!(got.body["changelog"]["items"][0]["field"], "Customer");
    world.ada.put(&format!("{path}/properties/other"), json!({"a": 1})).await;
    assert_eq!(receiver.next().await.body["matchedWebhookIds"], json!([id(&results[2])]));
    world.ada.put(&format!("{path}/properties/sync"), json!({"a": 1})).await;
    let got = receiver.next().await;
    assert_eq!(got.body["matchedWebhookIds"], json!([id(&results[1]), id(&results[2])]));
    assert_eq!(got.body["property"], json!({"key": "sync", "value": {"a": 1}}));
    assert_eq!(got.body["issue"]["key"], "ACME-1");
    world.ada.delete(&format!("{path}/properties/sync")).await;
    let got = receiver.next().await;
    assert_eq!((got.event(), &got.body["property"]), ("issue_property_deleted", &json!({"key": "sync"})));
    world.ada.delete(&format!("{path}/properties/sync")).await;
    assert_eq!(settled(&world, 4).await.len(), 4);
}

#[tokio::test]
async fn webhooks_of_apps_live_thirty_days() {
    let mut receiver = Receiver::start().await;
    let world = app("oauth", &["ada"]).await;
    let one = hook("project = ACME", &["jira:issue_created"]);
    let first = id(&register(&world, &receiver.url, std::slice::from_ref(&one)).await[0]);
    let list = world.ada.get(HOOKS).await.expect(200);
    assert_eq!(
        list["values"],
        json!([{
            "id": first, "jqlFilter": "project = ACME", "events": ["jira:issue_created"], "url": receiver.url,
            "expirationDate": "2030-04-16T17:46:40.000+0000",
        }])
    );
    assert_eq!((list["total"].as_u64(), list["isLast"].as_bool()), (Some(1), Some(true)));
    pass(&world, 29 * DAY).await;
    let second = id(&register(&world, &receiver.url, &[one]).await[0]);
    let ids = json!({"webhookIds": [first, 987_654_321]});
    let refreshed = world.ada.put(&format!("{HOOKS}/refresh"), ids).await.expect(200);
    assert_eq!(refreshed["expirationDate"], "2030-05-15T17:46:40.000+0000");
    pass(&world, 30 * DAY - 1).await;
    world.make("still told").await;
    assert_eq!(receiver.next().await.body["matchedWebhookIds"], json!([first, second]));
    pass(&world, 1).await;
    world.make("told nobody").await;
    assert_eq!(settled(&world, 1).await.len(), 1);
    assert_eq!(world.ada.get(HOOKS).await.expect(200)["total"], 0);
    world.ada.put(&format!("{HOOKS}/refresh"), json!({"webhookIds": [first]})).await.expect(200);
    assert_eq!(world.ada.get(HOOKS).await.expect(200)["total"], 0, "what is over stays over");
    assert_eq!(world.ada.put(&format!("{HOOKS}/refresh"), json!({})).await.status, 400);
}

#[tokio::test]
async fn an_app_has_five_webhooks_for_each_user_or_a_hundred() {
    let world = app("oauth", &["ada", "bob"]).await;
    let one = hook("project = ACME", &["jira:issue_created"]);
    let (url, six) = ("https://example.com/x", vec![one.clone(); 6]);
    let results = register(&world, url, &six).await;
    assert!(
        results[..5].iter().all(|one| one["createdWebhookId"].is_u64()) && results[5]["errors"].is_array()
    );
    let bobs = world.bob.post(HOOKS, json!({"url": url, "webhooks": [one]})).await.expect(200);
    let bobs = id(&bobs["webhookRegistrationResult"][0]);
    assert_eq!(world.bob.get(HOOKS).await.expect(200)["total"], 1);
    let ids = json!({"webhookIds": [id(&results[0]), bobs]});
    let gone = world.ada.send(http::Method::DELETE, HOOKS, ids.to_string().into()).await.unwrap();
    assert_eq!((gone.status, gone.body.is_empty()), (202, true));
    assert_eq!(world.ada.get(HOOKS).await.expect(200)["total"], 4);
    assert_eq!(world.bob.get(HOOKS).await.expect(200)["total"], 1, "another's is passed over");
    let none = world.ada.send(http::Method::DELETE, HOOKS, "{}".into()).await.unwrap();
    assert_eq!(none.status, 400);
    let other = register(&world, "https://example.com/y", std::slice::from_ref(&one)).await;
    assert!(other[0]["errors"][0].as_str().unwrap().starts_with("Only a single URL per app"), "{other:?}");

    let world = app("connect", &["ada", "bob"]).await;
    let results = register(&world, url, &vec![one.clone(); 101]).await;
    assert_eq!(results.iter().filter(|one| one["createdWebhookId"].is_u64()).count(), 100);
    let page = world.bob.get(&format!("{HOOKS}?startAt=90&maxResults=5")).await.expect(200);
    assert_eq!((page["total"].as_u64(), page["values"].as_array().unwrap().len()), (Some(100), 5));
    set(&world, json!({"app": {"key": "sync", "kind": null}})).await;
    let base =
        json!({"key": "near", "kind": "connect", "users": ["ada"], "base_url": "https://example.com/app/"});
    set(&world, json!({"app": base})).await;
    assert_eq!(world.ada.get(HOOKS).await.expect(200)["total"], 0, "webhooks go with their app");
    for (url, status) in [("https://example.com/app/x", 200), ("https://example.com/apple", 400)] {
        let body = json!({"url": url, "webhooks": [one]});
        assert_eq!(world.ada.post(HOOKS, body).await.status, status, "{url}");
    }
}

#[tokio::test]
async fn an_app_is_told_what_its_user_may_see_and_its_owner_registered() {
    let mut receiver = Receiver::start().await;
    let world = app("oauth", &["ada"]).await;
    register(&world, &receiver.url, &[hook("project in (ACME, OPS)", &["jira:issue_created"])]).await;
    let denied = json!({"user": "ada", "project": "OPS", "right": "browse", "allowed": false});
    world.control.post("/_sim/settings", denied).await.expect(200);
    let mut hidden = issue("hidden");
    hidden["fields"]["project"]["key"] = "OPS".into();
    world.bob.post("/rest/api/3/issue", hidden).await.expect(201);
    world.make("seen").await;
    assert_eq!(receiver.next().await.body["issue"]["fields"]["summary"], "seen");
    let private = json!({"key": "sync", "kind": "oauth", "users": ["ada"], "owner": "bob"});
    set(&world, json!({"app": private})).await;
    world.make("not the owner's").await;
    let own = json!({"key": "sync", "kind": "oauth", "users": ["ada"], "owner": "ada"});
    set(&world, json!({"app": own})).await;
    world.make("the owner's").await;
    assert_eq!(receiver.next().await.body["issue"]["fields"]["summary"], "the owner's");
    assert_eq!(settled(&world, 2).await.len(), 2);
}

#[tokio::test]
async fn what_was_given_up_can_be_read_for_three_days() {
    let mut receiver = Receiver::start().await;
    let webhook_retry = Some(Duration::ZERO);
    let world = start_with(Options { webhook_retry, ..Options::default() }).await;
    world.control.post("/_sim/clock", json!({"freeze": true})).await.expect(200);
    world.control.post("/_sim/clock", json!({"set": START})).await.expect(200);
    set(&world, json!({"app": {"key": "sync", "kind": "connect", "users": ["ada"]}})).await;
    register(&world, &receiver.url, &[hook("project = ACME", &["jira:issue_created"])]).await;
    let mut identifiers = Vec::new();
    for number in 0..3 {
        receiver.answer(&[500; 6]);
        world.make(&number.to_string()).await;
        for _ in 0..5 {
            receiver.next().await;
        }
        let last = receiver.next().await;
        assert_eq!(last.header("x-atlassian-webhook-retry"), Some("5"));
        identifiers.push(last.header("x-atlassian-webhook-identifier").unwrap().to_owned());
        settled(&world, number + 1).await;
        // The second and the third fail at the same time.
        pass(&world, if number == 0 { 1_000 } else { 0 }).await;
    }
    receiver.answer(&[404]);
    world.make("refused, not given up").await;
    settled(&world, 4).await;
    let failed = format!("{HOOKS}/failed");
    let page = world.ada.get(&failed).await.expect(200);
    let values = page["values"].as_array().unwrap();
    assert_eq!(values.iter().map(|one| one["id"].as_str().unwrap()).collect::<Vec<_>>(), identifiers);
    assert_eq!((values[0]["failureTime"].as_i64(), &values[0]["url"]), (Some(START), &json!(receiver.url)));
    let body: Value = serde_json::from_str(values[0]["body"].as_str().unwrap()).unwrap();
    assert_eq!(body["webhookEvent"], "jira:issue_created");
    let first = world.ada.get(&format!("{failed}?maxResults=1")).await.expect(200);
    assert_eq!(first["values"].as_array().unwrap().len(), 1);
    let next = first["next"].as_str().unwrap().strip_prefix(world.running.url()).unwrap().to_owned();
    let second = world.ada.get(&next).await.expect(200);
    assert_eq!(second["values"].as_array().unwrap().len(), 2, "those of one instant stay together");
    let last = second["next"].as_str().unwrap().strip_prefix(world.running.url()).unwrap().to_owned();
    let empty = world.ada.get(&last).await.expect(200);
    assert_eq!((empty["values"].clone(), empty.get("next")), (json!([]), None));
    assert_eq!(world.ada.get(&format!("{failed}?after=soon")).await.status, 400);
    pass(&world, 3 * DAY - 1_000).await;
    assert_eq!(world.ada.get(&failed).await.expect(200)["values"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_trace_comes_back_in_the_webhooks_of_its_call() {
    let mut receiver = Receiver::start().await;
    let world = app("connect", &["ada"]).await;
    register(&world, &receiver.url, &[hook("project = ACME", &["jira:issue_created"])]).await;
    let traced = |client: &crate::client::Client| client.clone().and("x-atlassian-webhook-trace", "run 7");
    traced(&world.ada).post("/rest/api/3/issue", issue("traced")).await.expect(201);
    assert_eq!(receiver.next().await.header("x-atlassian-webhook-trace"), Some("run 7"));
    let person = json!({"as": "bob", "create": issue("by hand")["fields"]});
    world.control.post("/_sim/edit", person).await.expect(200);
    assert_eq!(receiver.next().await.header("x-atlassian-webhook-trace"), None);
    traced(&world.bob).post("/rest/api/3/issue", issue("no app")).await.expect(201);
    assert_eq!(receiver.next().await.header("x-atlassian-webhook-trace"), None);
}
