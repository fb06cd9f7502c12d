//! What strangers may cost.

use std::time::Duration;

use axum::body::Body;
use futures_util::stream;

use super::installs;
use crate::house::House;
use crate::house::atlassian::{Site, call};

/// A body that begins and never ends.
fn endless() -> Body {
    use futures_util::StreamExt as _;
    let begun = stream::iter([Ok::<_, std::io::Error>(bytes::Bytes::from_static(b"{"))]);
    Body::from_stream(begun.chain(stream::pending()))
}

#[tokio::test]
async fn a_lifecycle_call_whose_body_never_ends_is_given_up() {
    let house = House::with(|options| options.read_within = Duration::from_millis(20)).await;
    for event in ["installed", "uninstalled", "enabled", "disabled"] {
        let call = call(&house, "POST", &format!("/connect/{event}"), None).body(endless());
        let answer = tokio::time::timeout(Duration::from_secs(60), call.answer()).await;
        answer.expect("it holds its connection for ever").status(408);
    }
}

#[tokio::test]
async fn a_body_above_the_limit_and_one_that_broke_off_are_told_apart() {
    let house = House::new().await;
    let large = call(&house, "POST", "/connect/installed", None).body("x".repeat((64 << 10) + 1));
    large.answer().await.status(413);
    let broken = stream::iter([Err::<bytes::Bytes, _>(std::io::Error::other("gone"))]);
    call(&house, "POST", "/connect/installed", None)
        .body(Body::from_stream(broken))
        .answer()
        .await
        .status(400);
}

#[tokio::test]
async fn a_lifecycle_call_that_the_database_keeps_waiting_is_told_to_come_again() {
    let house = House::with(|options| options.store_within = Duration::from_millis(20)).await;
    house.commits.stall();
    let site = Site::new("acme");
    let answer = tokio::time::timeout(Duration::from_secs(60), site.lifecycle(&house, "installed")).await;
    answer.expect("it holds its connection for ever").status(503);
    assert_eq!(installs(&house).await["sites"], serde_json::json!([]));
}

#[tokio::test]
async fn callers_beyond_those_that_fit_are_told_to_come_again_before_anybody_is_looked_up() {
    let house = House::with(|options| options.sites_at_once = 0).await;
    let site = Site::new("acme");
    for (method, path) in [
        ("POST", "/connect/webhook"),
        ("GET", "/connect/page/issue"),
        ("GET", "/connect/context/state"),
        ("POST", "/connect/context/sync"),
        ("POST", "/connect/installed"),
    ] {
        for token in [None, Some(site.signed(&site.claims(&house, method, path)))] {
            let answer = call(&house, method, path, token.as_deref()).answer().await.status(503);
            assert_eq!(answer.header("retry-after"), "2", "{path}");
        }
    }
    assert_eq!(installs(&house).await["refusals"], serde_json::json!([]), "nobody was looked at");
    // The places are given back.
    let (house, site) = House::installed_with(|options| options.sites_at_once = 1).await;
    for _ in 0..3 {
        call(&house, "POST", "/connect/webhook", Some("nonsense")).answer().await.status(401);
        site.bound(&house, "POST", "/connect/webhook").body("{}").answer().await.status(204);
    }
}
