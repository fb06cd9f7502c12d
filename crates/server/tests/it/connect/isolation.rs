//! Two sites, two tenants: neither's calls reach the other's things, whatever they say.

use serde_json::json;

use super::{connection, connections, installed, tenant_of};
use crate::house::atlassian::{Site, call};
use crate::house::{DOCUMENT, House};

#[tokio::test]
async fn a_site_speaks_for_itself_alone() {
    let (house, acme) = installed().await;
    let mut evil = Site::new("evil");
    evil.lifecycle(&house, "installed").await.status(204);
    let before = (connection(&house, &acme).await, connection(&house, &evil).await);

    // A body of the other site under a token of its own.
    for event in ["installed", "uninstalled"] {
        let target = format!("/connect/{event}");
        let token = evil.signed_by_atlassian(&evil.claims(&house, "POST", &target));
        call(&house, "POST", &target, Some(&token)).json(acme.body(event)).answer().await.status(403);
    }
    let token = evil.signed(&evil.claims(&house, "POST", "/connect/disabled"));
    call(&house, "POST", "/connect/disabled", Some(&token))
        .json(acme.body("disabled"))
        .answer()
        .await
        .status(403);
    // The other's name under its own secret.
    let mut claims = evil.claims(&house, "POST", "/connect/disabled");
    claims["iss"] = json!(acme.client_key);
    let token = evil.signed(&claims);
    call(&house, "POST", "/connect/disabled", Some(&token))
        .json(acme.body("disabled"))
        .answer()
        .await
        .status(401);
    assert_eq!((connection(&house, &acme).await, connection(&house, &evil).await), before);

    // The other's address: two sites of one address stay two.
    evil.base_url.clone_from(&acme.base_url);
    evil.lifecycle(&house, "installed").await.status(204);
    let tenants = (tenant_of(&house, &acme).await, tenant_of(&house, &evil).await);
    assert_ne!(tenants.0, tenants.1);
    assert_eq!(connection(&house, &acme).await, before.0);
}

#[tokio::test]
async fn shares_profiles_and_deliveries_of_another_site_are_unknown() {
    let (house, acme) = House::installed_with(|options| options.panel_ties = true).await;
    let evil = Site::new("evil");
    evil.lifecycle(&house, "installed").await.status(204);
    let tenant = tenant_of(&house, &acme).await;
    house.tp(&tenant).await;
    let document = json!({ "document": DOCUMENT.replace("\"jira\"", "\"acme\"") });
    house.call("POST", "/api/v1/profiles").tenant(&tenant).json(document).send().await.status(201);
    house.tools.has_id("10001", "ACME-1", "Story");
    for account in ["ada", "mallory"] {
        house.atlassian.lets(account, &["BROWSE_PROJECTS", "EDIT_ISSUES", "ADMINISTER_PROJECTS"]);
    }
    let path = "/connect/context/share";
    acme.context(&house, "POST", path, "ada").json(json!({"profile": "stories"})).answer().await.status(202);
    let state = "/connect/context/state";
    let share = acme.context(&house, "GET", state, "ada").answer().await.json()["shares"][0]["id"].clone();

    let seen = evil.context(&house, "GET", state, "mallory").answer().await.status(200).json();
    assert_eq!((&seen["shares"], &seen["profiles"]), (&json!([]), &json!([])));
    for what in ["sync", "unlink"] {
        let path = format!("/connect/context/{what}");
        let call = evil.context(&house, "POST", &path, "mallory").json(json!({ "share": share }));
        call.answer().await.status(404);
    }
    for (what, ask) in [
        ("share", json!({"profile": "stories"})),
        ("connect", json!({"profile": "stories", "item": "WEB-1"})),
    ] {
        let path = format!("/connect/context/{what}");
        evil.context(&house, "POST", &path, "mallory").json(ask).answer().await.status(404);
    }
    evil.bound(&house, "POST", "/connect/webhook").body("{").answer().await.status(204);
    let inbox = house.call("GET", "/api/v1/inbox").tenant(&tenant).send().await.json();
    assert_eq!(inbox["items"], json!([]));
    assert_eq!(connections(&house, "default").await.len(), 0);
}
