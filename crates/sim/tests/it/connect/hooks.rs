//! Webhooks of descriptors.

use serde_json::json;

use super::app::hash;
use super::world;

fn edit(item: &str, summary: &str) -> serde_json::Value {
    json!({"as": "bob", "item": item, "fields": {"summary": summary}})
}

#[tokio::test]
async fn an_app_is_told_of_the_issues_that_its_filter_has_with_a_token_for_this_url() {
    let mut world = world().await;
    let entry = world.install("jira").await;
    world.site.post("/_sim/edit", edit("OPS-1", "not told")).await.expect(200);
    world.site.post("/_sim/edit", edit("ACME-1", "told")).await.expect(200);
    let got = world.app.expect("/hook/issue").await;
    assert_eq!(got.query, "key=ACME-1&a=b");
    assert_eq!(got.body["webhookEvent"], "jira:issue_updated");
    assert_eq!(got.body["issue"]["fields"]["summary"], "told");
    let token = got.token.unwrap();
    assert!(token.is_of(entry["shared_secret"].as_str().unwrap()));
    assert_eq!(token.claims["qsh"], hash("POST&/hook/issue&a=b&key=ACME-1"));
    assert_eq!(token.claims["iss"], world.product("jira").await["client_key"]);
    assert_eq!(token.claims["sub"], "712020:5f0c0000-0000-4000-8000-000000000003");

    world.change("disable", json!({})).await.expect(200);
    world.app.expect("/disabled").await;
    world.site.post("/_sim/edit", edit("ACME-1", "nobody hears")).await.expect(200);
    world.change("enable", json!({})).await.expect(200);
    world.app.expect("/enabled").await;
    world.site.post("/_sim/edit", edit("ACME-1", "heard")).await.expect(200);
    assert_eq!(world.app.expect("/hook/issue").await.body["issue"]["fields"]["summary"], "heard");
}

#[tokio::test]
async fn each_attempt_is_signed_anew() {
    let mut world = world().await;
    let entry = world.install("jira").await;
    world.app.answer(&[500]);
    world.site.post("/_sim/edit", edit("ACME-1", "again")).await.expect(200);
    let first = world.app.expect("/hook/issue").await;
    assert!(!first.headers.contains_key("x-atlassian-webhook-retry"));
    // Only once the answer has been noted is there a retry to wait for.
    let mut webhooks = json!({});
    while webhooks["webhooks"][0]["attempts"][0]["status"] != 500 {
        webhooks = world.site.get("/_sim/webhooks?wait_ms=50").await.expect(200);
    }
    world.pass(900);
    let second = world.app.expect("/hook/issue").await;
    assert_eq!(second.headers["x-atlassian-webhook-retry"], "1");
    let (first, second) = (first.token.unwrap().claims, second.token.unwrap());
    assert!(second.is_of(entry["shared_secret"].as_str().unwrap()));
    assert_eq!(second.claims["iat"].as_i64().unwrap() - first["iat"].as_i64().unwrap(), 900);
}

#[tokio::test]
async fn what_an_app_registers_at_run_time_is_signed_as_well() {
    let mut world = world().await;
    let entry = world.install("jira").await;
    let hook = json!({
        "url": format!("{}/dynamic", world.app.base),
        "webhooks": [{"events": ["comment_created"], "jqlFilter": "project = ACME"}],
    });
    let app = world.signed(&entry, "POST&/rest/api/3/webhook&");
    app.post("/rest/api/3/webhook", hook).await.expect(200);
    world.site.post("/_sim/edit", json!({"as": "bob", "item": "ACME-1", "comment": "x"})).await.expect(200);
    let mut paths = Vec::new();
    for _ in 0..2 {
        let got = world.app.next().await;
        assert!(got.token.unwrap().is_of(entry["shared_secret"].as_str().unwrap()));
        paths.push(got.path);
    }
    paths.sort();
    assert_eq!(paths, ["/dynamic", "/hook/comment"]);
}

#[tokio::test]
async fn a_test_calls_the_app_as_the_host_and_spoils_the_token() {
    let mut world = world().await;
    let entry = world.install("jira").await;
    let secret = entry["shared_secret"].as_str().unwrap();
    world.app.answer(&[204, 401]);
    let body = json!({"app": super::KEY, "below": "/hook/issue?key=X", "body": {"webhookEvent": "x"}});
    let sent = world.site.post("/_sim/connect/send", body.clone()).await.expect(200);
    assert_eq!(sent["answer"]["status"], 204);
    let got = world.app.expect("/hook/issue").await;
    assert!(got.token.unwrap().is_of(secret));
    let mut spoiled = body;
    spoiled["spoil"] = json!("signature");
    let sent = world.site.post("/_sim/connect/send", spoiled).await.expect(200);
    assert_eq!(sent["answer"]["status"], 401);
    assert!(!world.app.expect("/hook/issue").await.token.unwrap().is_of(secret));
}
