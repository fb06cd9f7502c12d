//! `POST /connect/webhook`: who is let in, and what is kept before the answer.

use serde_json::json;

use super::{connection, installed, tenant_of};
use crate::house::House;
use crate::house::atlassian::{Site, call};

const UPDATED: &str = r#"{"webhookEvent":"jira:issue_updated","timestamp":1795341600000,"issue":{"id":"10001",
"key":"ACME-1","fields":{"updated":"2026-11-22T10:00:00.000+0000","project":{"key":"ACME"},
"issuetype":{"name":"Story"}}},"changelog":{"items":[{"field":"summary"}]}}"#;
const PATH: &str = "/connect/webhook";

async fn inbox(house: &House, site: &Site) -> Vec<serde_json::Value> {
    let page =
        house.call("GET", "/api/v1/inbox").tenant(&tenant_of(house, site).await).send().await.status(200);
    page.json()["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn what_a_site_tells_is_kept_and_looked_into() {
    let (house, site) = installed().await;
    let rings = house.bell.rings();
    site.bound(&house, "POST", PATH).body(UPDATED).answer().await.status(204);
    let kept = inbox(&house, &site).await;
    assert_eq!((kept.len(), &kept[0]["event"]), (1, &json!("jira:issue_updated")));
    assert_eq!(kept[0]["connection"], connection(&house, &site).await["id"]);
    assert!(house.bell.rings() > rings);
}

#[tokio::test]
async fn what_cannot_be_read_is_parked_and_not_sent_again() {
    let (house, site) = installed().await;
    site.bound(&house, "POST", PATH).body("canary that is no json").answer().await.status(204);
    let kept = inbox(&house, &site).await;
    assert_eq!(kept[0]["state"], "parked");
}

#[tokio::test]
async fn who_does_not_prove_to_be_the_site_is_turned_away_alike() {
    let (house, site) = installed().await;
    let claims = site.claims(&house, "POST", PATH);
    let mut context = claims.clone();
    context["qsh"] = json!("context-qsh");
    let elsewhere = site.claims(&house, "POST", "/connect/webhook?issue=1");
    let mut old = claims.clone();
    (old["iat"], old["exp"]) = (json!(1_000), json!(1_100));
    let stranger = Site { client_key: "nobody".to_owned(), ..site.clone() };
    let guessing = Site { secret: "g".repeat(40), ..site.clone() };
    let tokens = [
        None,
        Some("nonsense".to_owned()),
        Some(site.signed(&context)),
        Some(site.signed(&elsewhere)),
        Some(site.signed(&old)),
        Some(guessing.signed(&claims)),
        Some(stranger.signed(&stranger.claims(&house, "POST", PATH))),
        Some(site.signed_by_atlassian(&claims)),
    ];
    let mut answers = Vec::new();
    for token in tokens {
        let answer = call(&house, "POST", PATH, token.as_deref()).body(UPDATED).answer().await.status(401);
        answers.push(answer.text());
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert_eq!(inbox(&house, &site).await.len(), 0);
}

#[tokio::test]
async fn what_is_not_durable_is_not_answered_as_taken() {
    let (house, site) = installed().await;
    let call = site.bound(&house, "POST", PATH).body(UPDATED);
    house.commits.break_now();
    call.answer().await.status(503);
    assert_eq!(inbox(&house, &site).await.len(), 0);
}

#[tokio::test]
async fn a_site_that_is_gone_or_is_no_jira_leaves_nothing_behind() {
    let (house, site) = installed().await;
    site.lifecycle(&house, "uninstalled").await.status(204);
    site.bound(&house, "POST", PATH).body(UPDATED).answer().await.status(401);
    let mut wiki = Site::new("wiki");
    wiki.product = "confluence";
    wiki.lifecycle(&house, "installed").await.status(204);
    wiki.bound(&house, "POST", PATH).body(UPDATED).answer().await.status(204);
    assert_eq!(inbox(&house, &wiki).await.len(), 0);
}
