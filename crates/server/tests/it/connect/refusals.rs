//! What an operator sees of a refused install, and that nobody else sees it; and that no secret is seen by anybody.

use serde_json::json;

use super::{installed, installs};
use crate::house::atlassian::{APP, BASE, Site, call};
use crate::house::{House, logged};

#[tokio::test]
async fn a_refused_install_is_explained_to_the_operator_and_to_nobody_else() {
    let house = House::new().await;
    let site = Site::new("acme");
    let target = "/connect/installed";
    let mut elsewhere = site.claims(&house, "POST", target);
    elsewhere["aud"] = json!(["https://inside.example/connect"]);
    let mut rewritten = site.claims(&house, "POST", target);
    rewritten["qsh"] = json!("0".repeat(64));
    let mut answers = Vec::new();
    for claims in [&elsewhere, &rewritten] {
        let token = site.signed_by_atlassian(claims);
        let call = call(&house, "POST", target, Some(&token)).json(site.body("installed"));
        answers.push(call.answer().await.status(401).text());
    }
    assert_eq!(answers[0], answers[1]);
    assert!(!answers[0].contains("inside.example"), "{answers:?}");
    let seen = installs(&house).await;
    assert_eq!(
        (&seen["enabled"], &seen["app_key"], &seen["base_url"]),
        (&json!(true), &json!(APP), &json!(BASE))
    );
    let [hash, audience] = seen["refusals"].as_array().unwrap().as_slice() else { panic!("{seen}") };
    assert_eq!(audience["expected"], BASE);
    assert_eq!(audience["found"], json!(["https://inside.example/connect"]));
    assert_eq!((&hash["call"], &hash["status"]), (&json!("installed"), &json!(401)));
    assert_eq!(hash["claimed_hash"], json!("0".repeat(64)));
    assert_eq!(hash["canonical"], json!(["POST&/installed&"]));
    assert!(logged().contains("https://inside.example/connect"), "the log says it as well");
    assert!(!logged().contains("POST&/installed"), "a query belongs to no log");
}

#[tokio::test]
async fn where_the_app_is_switched_off_what_is_installed_is_still_seen() {
    use bowline_connect::installation::{
        Change, ClientKey, Installation, Installations as _, Product, Scheme, State,
    };
    let house = House::without_app().await;
    call(&house, "GET", "/connect/atlassian-connect.json", None).answer().await.status(404);
    let at = bowline_core::Timestamp::UNIX_EPOCH;
    let installation = Installation {
        client_key: ClientKey::parse("key-of-acme").unwrap(),
        product: Product::Jira,
        base_url: "https://acme.atlassian.net".to_owned(),
        display_url: None,
        secret: None,
        previous: None,
        state: State::Uninstalled,
        scheme: Scheme::Signed,
        oauth_client_id: None,
        forge_installation: None,
        entitlement_id: None,
        installed_at: at,
        changed_at: at,
    };
    let sites = &house.app_sites;
    sites.commit(Change { installation, expected: None, used: None }, at).await.unwrap();
    let seen = installs(&house).await;
    assert_eq!((&seen["enabled"], &seen["sites"][0]["client_key"]), (&json!(false), &json!("key-of-acme")));
}

#[tokio::test]
async fn neither_secrets_nor_tokens_come_out_anywhere() {
    let (house, site) = installed().await;
    let mut out = String::new();
    let path = "/connect/page/issue?issue=10001";
    let token = site.signed(&site.claims(&house, "GET", path));
    let answer = call(&house, "GET", &format!("{path}&jwt={token}"), None).answer().await.status(200);
    out.push_str(&answer.text());
    // The same token, at another address.
    let answer = call(&house, "GET", &format!("{path}2&jwt={token}"), None).answer().await.status(401);
    out.push_str(&answer.text());
    let mut short = site.body("installed");
    short["sharedSecret"] = json!("canary-too-short");
    let claims = site.claims(&house, "POST", "/connect/installed");
    let signed = site.signed_by_atlassian(&claims);
    let answer = call(&house, "POST", "/connect/installed", Some(&signed)).json(short).answer().await;
    out.push_str(&answer.status(400).text());
    for path in ["/api/v1/app/installs", "/metrics", "/connect/atlassian-connect.json"] {
        let answer = house.call("GET", path).answer().await.status(200);
        out.push_str(&answer.text());
    }
    let log = logged();
    assert!(log.contains("a site's lifecycle call is done"), "the log is really captured");
    for canary in [site.secret.as_str(), &token, &signed, "canary-too-short"] {
        assert!(!out.contains(canary), "in an answer");
        assert!(!log.contains(canary), "in the log");
    }
}
