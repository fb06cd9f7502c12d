//! Webhooks that an app registers for itself.

use std::time::Duration;

use bowline_core::connection::ToolKind;
use bowline_jira::wire::{Id, NewHook};
use bowline_net::plain::Plain;
use bowline_sim::atlassian;
use bytes::Bytes;
use futures_util::TryStreamExt as _;
use http::header::{CONTENT_TYPE, LOCATION};
use http::{Request, Response, StatusCode};
use serde_json::{Value, json};

use super::Place;

const BACK: &str = "http://127.0.0.1:9/authorize/callback";
const SCOPES: &str = "read:jira-work manage:jira-webhook";

async fn post(plain: &Plain, url: &str, kind: &str, body: String) -> Response<Bytes> {
    let request = Request::post(url).header(CONTENT_TYPE, kind).body(Bytes::from(body)).unwrap();
    plain.send(request).await.unwrap()
}

/// Ada consents, as a person does on the page; gives the site's address behind the gateway, and the header.
async fn consented(identity: &str, cloud_id: &str) -> (String, String) {
    let plain = Plain::new(Duration::from_secs(20)).unwrap();
    let form = [
        ("audience", "api.atlassian.com"),
        ("client_id", "bowline"),
        ("scope", SCOPES),
        ("redirect_uri", BACK),
        ("state", "s"),
        ("response_type", "code"),
        ("account", "ada"),
        ("site", cloud_id),
        ("decision", "accept"),
    ];
    let form: Vec<String> =
        form.iter().map(|(name, value)| format!("{name}={}", value.replace(' ', "+"))).collect();
    let decide = format!("{identity}/authorize");
    let sent = post(&plain, &decide, "application/x-www-form-urlencoded", form.join("&")).await;
    let location = sent.headers()[LOCATION].to_str().unwrap();
    let code = location.split("code=").nth(1).unwrap().split('&').next().unwrap();
    let ask = json!({
        "grant_type": "authorization_code", "client_id": "bowline", "client_secret": "secret-bowline",
        "code": code, "redirect_uri": BACK,
    });
    let given = post(&plain, &format!("{identity}/oauth/token"), "application/json", ask.to_string()).await;
    let given: Value = serde_json::from_slice(given.body()).unwrap();
    let token = given["access_token"].as_str().unwrap();
    (format!("{identity}/ex/jira/{cloud_id}"), format!("Bearer {token}"))
}

#[tokio::test]
async fn an_app_registers_refreshes_and_removes_its_webhooks() {
    let running = atlassian::start(atlassian::Options::default(), ([127, 0, 0, 1], 0).into()).await.unwrap();
    let (url, authorization) = consented(running.url(), running.sites()[0].cloud_id()).await;
    let place = Place::at(ToolKind::JiraCloud, "cloud", &url, &authorization);
    let jira = place.jira();
    let hook = |jql: &str| NewHook {
        events: vec!["jira:issue_updated".to_owned()],
        jql_filter: jql.to_owned(),
        ..NewHook::default()
    };
    let hooks = [hook("project = ACME"), hook("nonsense ~~ ("), hook("project = OPS")];
    let made = jira.register_hooks("https://app.example/hook", &hooks).await.unwrap();
    let ids: Vec<Id> = made.iter().filter_map(|one| one.created_webhook_id.get().cloned()).collect();
    assert_eq!((made.len(), ids.len(), made[1].errors.is_empty()), (3, 2, false), "{made:?}");
    assert!(!jira.refresh_hooks(&ids).await.unwrap().is_empty());
    let all: Vec<_> = jira.hooks().try_collect().await.unwrap();
    assert_eq!(all.len(), 2);
    // What was given up is told to Connect apps alone.
    assert!(jira.failed_hooks().try_collect::<Vec<_>>().await.unwrap_err().is(StatusCode::FORBIDDEN));
    jira.delete_hooks(&ids).await.unwrap();
    assert!(jira.hooks().try_collect::<Vec<_>>().await.unwrap().is_empty());
}
