//! While the app is switched off: a site that removes it may say so, and nothing else is there.

use serde_json::json;

use super::{connection, installed, installs};
use crate::house::atlassian::call;

#[tokio::test]
async fn a_site_that_removes_the_app_while_it_is_switched_off_is_heard() {
    let (house, site) = installed().await;
    let house = house.switched_off();
    assert_eq!(connection(&house, &site).await["health"]["state"], "unknown");
    site.lifecycle(&house, "uninstalled").await.status(204);
    let seen = installs(&house).await;
    assert_eq!((&seen["enabled"], &seen["sites"][0]["state"]), (&json!(false), &json!("uninstalled")));
    assert_eq!(connection(&house, &site).await["health"]["code"], "auth.app_uninstalled");
}

#[tokio::test]
async fn what_does_not_prove_it_is_refused_as_ever() {
    let (house, site) = installed().await;
    let house = house.switched_off();
    let target = "/connect/uninstalled";
    let unsigned = call(&house, "POST", target, None).json(site.body("uninstalled")).answer().await;
    let token = site.signed(&site.claims(&house, "POST", target));
    let by_secret = call(&house, "POST", target, Some(&token)).json(site.body("uninstalled")).answer().await;
    assert_eq!((unsigned.code, by_secret.code), (401, 401));
    assert_eq!(unsigned.text(), by_secret.text());
    assert_eq!(installs(&house).await["sites"][0]["state"], "enabled");
}

#[tokio::test]
async fn nothing_else_is_there() {
    let (house, site) = installed().await;
    let house = house.switched_off();
    for event in ["installed", "enabled", "disabled"] {
        site.lifecycle(&house, event).await.status(404);
    }
    for (method, path) in [
        ("GET", "/connect/atlassian-connect.json"),
        ("GET", "/connect/page/issue"),
        ("POST", "/connect/webhook"),
        ("GET", "/connect/assets/panel.js"),
        ("GET", "/connect/context/state"),
    ] {
        site.bound(&house, method, path).answer().await.status(404);
    }
}
