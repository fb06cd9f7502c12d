//! The life of an installation, and the connection that stands for it.

use serde_json::json;

use super::{connection, connections, installed, installs, tenant_of};
use crate::house::House;
use crate::house::atlassian::{BASE, Site, call};

#[tokio::test]
async fn the_descriptor_is_served_to_whoever_asks() {
    let house = House::new().await;
    let answer = call(&house, "GET", "/connect/atlassian-connect.json", None).answer().await.status(200);
    assert_eq!(answer.header("content-type"), "application/json; charset=utf-8");
    let json = answer.json();
    assert_eq!((&json["key"], &json["baseUrl"]), (&json!("bowline"), &json!(BASE)));
}

#[tokio::test]
async fn an_installed_site_is_a_connection_in_a_tenant_of_its_own() {
    let (house, site) = installed().await;
    let connection = connection(&house, &site).await;
    assert_eq!(connection["name"], "acme");
    assert_eq!(connection["tool"], "jira_cloud");
    assert_eq!(connection["base_url"], json!(site.base_url));
    assert_eq!(connection["sign_in"]["method"], "connect");
    assert_eq!(connections(&house, "default").await.len(), 0);
    assert!(tenant_of(&house, &site).await.starts_with("acme-"));
}

#[tokio::test]
async fn sites_join_the_tenant_that_is_set() {
    let house = House::with_app(bowline_connect::lifecycle::Legacy::Off, Some("default")).await;
    for name in ["acme", "apex"] {
        Site::new(name).lifecycle(&house, "installed").await.status(204);
    }
    let names: Vec<_> =
        connections(&house, "default").await.into_iter().map(|one| one["name"].clone()).collect();
    assert_eq!(names, ["acme", "apex"]);
}

#[tokio::test]
async fn a_site_goes_through_its_life_and_its_connection_waits_and_wakes() {
    let (house, mut site) = installed().await;
    let health = async || connection(&house, &Site::new("acme")).await["health"].clone();
    assert_eq!(health().await["state"], "unknown");
    site.lifecycle(&house, "disabled").await.status(204);
    assert_eq!(health().await["code"], "auth.app_disabled");
    site.lifecycle(&house, "enabled").await.status(204);
    assert_eq!(health().await["state"], "unknown");
    site.lifecycle(&house, "uninstalled").await.status(204);
    assert_eq!(health().await["code"], "auth.app_uninstalled");
    // Signed by a secret that counts no more.
    site.lifecycle(&house, "enabled").await.status(401);
    let before = connection(&house, &site).await["id"].clone();
    site.secret = format!("another-{}", "y".repeat(40));
    site.base_url = "https://renamed.atlassian.net".to_owned();
    site.lifecycle(&house, "installed").await.status(204);
    let after = connection(&house, &site).await;
    assert_eq!((&after["id"], &after["health"]["state"]), (&before, &json!("unknown")));
    assert_eq!(after["base_url"], "https://renamed.atlassian.net");
    site.lifecycle(&house, "disabled").await.status(204);
    let findings = house.call("GET", "/api/v1/findings").tenant(&tenant_of(&house, &site).await).send().await;
    let codes: Vec<_> =
        findings.json()["items"].as_array().unwrap().iter().map(|row| row["code"].clone()).collect();
    assert_eq!(codes, ["auth.app_disabled"], "what is over is resolved");
}

#[tokio::test]
async fn a_change_of_its_settings_does_not_wake_a_connection_whose_app_is_gone() {
    let (house, site) = installed().await;
    let tenant = tenant_of(&house, &site).await;
    site.lifecycle(&house, "uninstalled").await.status(204);
    for ask in [json!({}), json!({"settings": {"page": "10"}})] {
        house.call("PATCH", "/api/v1/connections/acme").tenant(&tenant).json(ask).send().await.status(200);
        let health = connection(&house, &site).await["health"].clone();
        assert_eq!(health["code"], "auth.app_uninstalled", "{health}");
    }
}

#[tokio::test]
async fn a_confluence_is_kept_and_is_no_connection() {
    let house = House::new().await;
    let mut site = Site::new("acme");
    (site.product, site.base_url) = ("confluence", "https://acme.atlassian.net/wiki".to_owned());
    site.lifecycle(&house, "installed").await.status(204);
    assert_eq!(connections(&house, &tenant_of(&house, &site).await).await.len(), 0);
    assert_eq!(installs(&house).await["sites"][0]["product"], "confluence");
}

#[tokio::test]
async fn a_call_is_good_once_and_with_another_body_it_changes_nothing() {
    let house = House::new().await;
    let site = Site::new("acme");
    let token = site.signed_by_atlassian(&site.claims(&house, "POST", "/connect/installed"));
    let send = async |site: &Site| {
        let call = call(&house, "POST", "/connect/installed", Some(&token));
        call.json(site.body("installed")).answer().await.code
    };
    assert_eq!((send(&site).await, send(&site).await), (204, 204));
    let evil = Site { base_url: "https://evil.atlassian.net".to_owned(), ..site.clone() };
    assert_eq!(send(&evil).await, 401);
    assert_eq!(connection(&house, &site).await["base_url"], json!(site.base_url));
    // The secret is the one of the call that counted.
    site.lifecycle(&house, "disabled").await.status(204);
}

#[tokio::test]
async fn what_the_database_does_not_take_is_not_answered_as_done() {
    let house = House::new().await;
    let site = Site::new("acme");
    house.commits.break_now();
    let answer = site.lifecycle(&house, "installed").await.status(503);
    assert_eq!(answer.header("retry-after"), "30");
    assert_eq!(installs(&house).await["sites"], json!([]));
}

#[tokio::test]
async fn while_the_key_host_is_away_an_administrator_can_try_again() {
    let (house, site) = (House::new().await, Site::new("acme"));
    house.atlassian.away.store(true, std::sync::atomic::Ordering::SeqCst);
    site.lifecycle(&house, "installed").await.status(503);
    house.atlassian.away.store(false, std::sync::atomic::Ordering::SeqCst);
    site.lifecycle(&house, "installed").await.status(204);
}

#[tokio::test]
async fn what_stands_for_a_site_is_changed_by_the_site_alone() {
    let (house, site) = installed().await;
    let tenant = tenant_of(&house, &site).await;
    let path = "/api/v1/connections/acme";
    for ask in [
        json!({"base_url": "https://evil.example", "same_site": true}),
        json!({"sign_in": {"method": "api_token", "email": "a@b.example"}, "secret": "x"}),
        json!({"secret": "x"}),
    ] {
        house.call("PATCH", path).tenant(&tenant).json(ask).send().await.status(409);
    }
    house
        .call("PATCH", path)
        .tenant(&tenant)
        .json(json!({"settings": {"page": "10"}}))
        .send()
        .await
        .status(200);
    let id = connection(&house, &site).await["sign_in"]["installation"].clone();
    for secret in [json!(null), json!("x")] {
        let mut ask = json!({
            "name": "mine", "tool": "jira_cloud", "base_url": "https://acme.atlassian.net",
            "sign_in": {"method": "connect", "installation": id},
        });
        if !secret.is_null() {
            ask["secret"] = secret;
        }
        house.call("POST", "/api/v1/connections").tenant(&tenant).json(ask).send().await.status(400);
    }
    house.call("DELETE", path).tenant(&tenant).send().await.status(204);
    // The site still has what it shares with the app.
    site.lifecycle(&house, "disabled").await.status(204);
    site.lifecycle(&house, "installed").await.status(204);
    assert_eq!(connection(&house, &site).await["name"], "acme");
}
