//! Installing, and what an administrator does later.

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::app::{KEY, Token, hash};
use super::world;
use crate::client::Client;

/// Whether the key host's key of this name signed the token.
async fn is_signed_by_atlassian(identity: &Client, token: &Token) -> bool {
    let id = token.header["kid"].as_str().unwrap();
    let pem = identity.get(&format!("/{id}")).await;
    assert_eq!(pem.status, 200);
    let text = String::from_utf8(pem.body.to_vec()).unwrap();
    let body: String = text.lines().filter(|line| !line.starts_with('-')).collect();
    let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, STANDARD.decode(body).unwrap());
    token.header["alg"] == "RS256" && public.verify(token.signed.as_bytes(), &token.signature).is_ok()
}

#[tokio::test]
async fn an_install_is_signed_by_atlassian_and_what_follows_by_the_site() {
    let mut world = world().await;
    world.change("install", json!({})).await.expect(200);
    let installed = world.app.expect("/installed").await;
    let (token, body) = (installed.token.unwrap(), installed.body);
    assert!(is_signed_by_atlassian(&world.identity(), &token).await);
    assert_eq!(token.claims["aud"], json!([world.app.base]));
    assert_eq!(token.claims["iss"], body["clientKey"]);
    assert_eq!(token.claims["qsh"], hash("POST&/installed&"), "the path below the base URL");
    assert_eq!(token.claims["exp"].as_i64().unwrap() - token.claims["iat"].as_i64().unwrap(), 180);
    assert_eq!((&body["key"], &body["eventType"]), (&json!(KEY), &json!("installed")));
    assert_eq!((&body["baseUrl"], &body["productType"]), (&json!(world.url()), &json!("jira")));
    let secret = body["sharedSecret"].as_str().unwrap();
    assert!((64..=128).contains(&secret.len()));

    let enabled = world.app.expect("/enabled").await;
    assert!(enabled.token.unwrap().is_of(secret));
    assert_eq!(
        (enabled.body["eventType"].as_str(), enabled.body.get("sharedSecret")),
        (Some("enabled"), None)
    );

    let entry = world.entry("jira").await;
    assert_eq!((entry["state"].as_str(), entry["shared_secret"].as_str()), (Some("enabled"), Some(secret)));
    let calls = world.site.get("/_sim/connect/calls").await.expect(200);
    assert_eq!(calls["calls"][0]["answer"]["status"], 204);
    assert_eq!(calls["calls"][1]["event"], "enabled");
    assert_eq!(world.site.get("/_sim/connect/calls/1").await.expect(200), calls["calls"][0]);
}

#[tokio::test]
async fn an_install_that_is_not_answered_well_has_not_happened() {
    let mut world = world().await;
    for (status, is_success) in [(202, false), (401, false), (302, false), (500, false), (200, true)] {
        world.app.answer(&[status]);
        let reply = world.change("install", json!({})).await;
        world.app.expect("/installed").await;
        assert_eq!(reply.status, if is_success { 200 } else { 400 }, "{status}");
        if !is_success {
            assert_eq!(reply.json()["error"], format!("the app answered {status} to `installed`"));
            assert_eq!(reply.json()["made"][0]["answer"]["status"], status);
            assert_eq!(world.product("jira").await["apps"], json!([]));
        }
    }
    world.app.expect("/enabled").await;
    world.app.answer(&[201]);
    world.change("install", json!({"product": "confluence"})).await.expect(200);
    let body = world.app.expect("/installed").await.body;
    assert_eq!(body["baseUrl"], format!("{}/wiki", world.url()));
    assert_eq!(body["productType"], "confluence");
    let jira = world.product("jira").await["client_key"].clone();
    assert_ne!(body["clientKey"], jira, "each product is a site of its own to apps");
}

#[tokio::test]
async fn a_descriptor_that_breaks_a_rule_is_refused_before_anybody_is_called() {
    let world = world().await;
    world.app.set("/scopes", json!(["ACT_AS_USER", "EVERYTHING"]));
    let error = world.change("install", json!({})).await.expect(400)["error"].to_string();
    assert!(error.contains("/scopes: there is no scope `EVERYTHING`"), "{error}");
    assert!(error.contains("/modules/webhooks: webhooks need the scope READ"), "{error}");
    world.app.set("/scopes", json!(["READ"]));
    world.app.set("/modules/webhooks/0/filter", json!("nonsense = 5"));
    let error = world.change("install", json!({})).await.expect(400)["error"].to_string();
    assert!(error.contains("nonsense"), "{error}");
    assert!(world.app.is_quiet());
}

#[tokio::test]
async fn an_update_keeps_the_secret_and_a_new_key_replaces_it() {
    let mut world = world().await;
    let first = world.install("jira").await;
    world.app.set("/name", json!("Another name"));
    world.change("update", json!({})).await.expect(200);
    let body = world.app.expect("/installed").await.body;
    world.app.expect("/enabled").await;
    let second = world.entry("jira").await;
    assert_eq!((&body["sharedSecret"], &second["name"]), (&first["shared_secret"], &json!("Another name")));

    // A new secret counts only once the app has taken it.
    world.app.answer(&[500]);
    world.change("rekey", json!({})).await.expect(400);
    world.app.expect("/installed").await;
    assert_eq!(world.entry("jira").await["shared_secret"], first["shared_secret"]);
    world.change("rekey", json!({})).await.expect(200);
    let body = world.app.expect("/installed").await.body;
    let third = world.entry("jira").await;
    assert_ne!(third["shared_secret"], first["shared_secret"]);
    assert_eq!(body["sharedSecret"], third["shared_secret"]);
    let (path, canonical) = ("/rest/api/3/myself", "GET&/rest/api/3/myself&");
    assert_eq!(world.signed(&first, canonical).get(path).await.status, 401);
    world.signed(&third, canonical).get(path).await.expect(200);
}

#[tokio::test]
async fn a_disabled_and_an_uninstalled_app_are_shut_out_and_come_back() {
    let mut world = world().await;
    let entry = world.install("jira").await;
    let secret = entry["shared_secret"].as_str().unwrap().to_owned();
    let (path, canonical) = ("/rest/api/3/myself", "GET&/rest/api/3/myself&");
    world.change("disable", json!({})).await.expect(200);
    assert!(world.app.expect("/disabled").await.token.unwrap().is_of(&secret));
    assert_eq!(world.signed(&entry, canonical).get(path).await.status, 401);
    // What the app answers changes nothing.
    world.app.answer(&[500]);
    world.change("enable", json!({})).await.expect(200);
    world.app.expect("/enabled").await;
    world.signed(&entry, canonical).get(path).await.expect(200);

    world.change("uninstall", json!({})).await.expect(200);
    let token = world.app.expect("/uninstalled").await.token.unwrap();
    assert!(is_signed_by_atlassian(&world.identity(), &token).await);
    assert_eq!(world.entry("jira").await["state"], "uninstalled");
    assert_eq!(world.signed(&entry, canonical).get(path).await.status, 401);
    assert_eq!(world.change("enable", json!({})).await.status, 400);
    let again = world.install("jira").await;
    assert_ne!(again["shared_secret"], entry["shared_secret"]);
    assert_eq!(again["account_id"], entry["account_id"], "the app's account is the same");
}

#[tokio::test]
async fn the_old_scheme_is_unsigned_at_first_and_then_signed_with_the_secret_before() {
    let mut world = world().await;
    world.change("scheme", json!({"legacy": true})).await.expect(200);
    world.change("install", json!({})).await.expect(200);
    let first = world.app.expect("/installed").await;
    assert!(first.token.is_none());
    world.app.expect("/enabled").await;
    let secret = first.body["sharedSecret"].as_str().unwrap();
    for deed in ["rekey", "uninstall", "install"] {
        let before = world.entry("jira").await["shared_secret"].as_str().unwrap().to_owned();
        world.change(deed, json!({})).await.expect(200);
        let path = if deed == "uninstall" { "/uninstalled" } else { "/installed" };
        assert!(world.app.expect(path).await.token.unwrap().is_of(&before), "{deed}");
        if deed != "uninstall" {
            world.app.expect("/enabled").await;
            assert_ne!(world.entry("jira").await["shared_secret"], secret);
        }
    }
}

#[tokio::test]
async fn a_renamed_site_keeps_its_key_and_an_imported_one_does_not() {
    let mut world = world().await;
    let before = world.install("jira").await;
    let key = world.product("jira").await["client_key"].clone();
    let (old, port) = (world.url().to_owned(), world.url().rsplit_once(':').unwrap().1.to_owned());
    let new = format!("http://localhost:{port}");
    world.change("rename", json!({"base_url": new})).await.expect(200);
    let body = world.app.expect("/installed").await.body;
    world.app.expect("/enabled").await;
    assert_eq!((&body["baseUrl"], &body["clientKey"]), (&json!(new), &key));
    assert_eq!(body["sharedSecret"], before["shared_secret"]);
    // The old address leads to the new one.
    let moved = world.site.get("/_edge/tenant_info?a=b").await;
    assert_eq!(
        (moved.status, moved.headers["location"].to_str().unwrap()),
        (302, &*format!("{new}/_edge/tenant_info?a=b"))
    );
    assert_eq!(Client::anonymous(&new).get("/_edge/tenant_info").await.status, 200);
    world.change("rename", json!({"base_url": old, "quiet": true})).await.expect(200);
    assert!(world.app.is_quiet());
    assert_eq!(world.site.get("/_edge/tenant_info").await.status, 200);

    world.change("import", json!({})).await.expect(200);
    let body = world.app.expect("/installed").await.body;
    assert_eq!(body["baseUrl"], json!(old));
    assert_ne!(body["clientKey"], key);
    assert_ne!(body["oauthClientId"], before["oauth_client_id"]);
    assert_ne!(body["sharedSecret"], before["shared_secret"]);
}

#[tokio::test]
async fn install_keys_are_turned_over_and_come_with_other_ends_of_lines() {
    let mut world = world().await;
    let identity = world.identity();
    let keys = async |change: serde_json::Value| {
        let answer = identity.post("/_sim/settings", json!({"install_keys": change})).await.expect(200);
        answer["install_key"].as_str().unwrap().to_owned()
    };
    let first = keys(json!({})).await;
    let second = keys(json!({"rotate": true, "crlf": true})).await;
    assert_ne!(first, second);
    let pem = identity.get(&format!("/{second}")).await;
    assert!(pem.body.starts_with(b"-----BEGIN PUBLIC KEY-----\r\n"));
    assert_eq!(identity.get(&format!("/{first}")).await.status, 200, "it may still be asked for");
    world.change("install", json!({})).await.expect(200);
    let token = world.app.expect("/installed").await.token.unwrap();
    assert_eq!(token.header["kid"], second);
    assert!(is_signed_by_atlassian(&identity, &token).await);
    let third = keys(json!({"forget": true})).await;
    assert_eq!(identity.get(&format!("/{second}")).await.status, 404);
    assert_eq!(identity.get(&format!("/{third}")).await.status, 200);
    for none in ["/nothing", "/00000000-0000-4000-8000-000000000000"] {
        assert_eq!(identity.get(none).await.status, 404);
    }
}

#[tokio::test]
async fn a_spoiled_call_is_wrong_in_the_way_that_was_asked_for() {
    let mut world = world().await;
    let identity = world.identity();
    for spoil in
        ["signature", "key_id", "algorithm", "confusion", "audience", "issuer", "expired", "query", "body"]
    {
        world.app.answer(&[401]);
        world.change("install", json!({"spoil": spoil})).await.expect(400);
        let got = world.app.expect("/installed").await;
        let (token, body) = (got.token.unwrap(), got.body);
        let claims = &token.claims;
        let right = [
            ("aud", claims["aud"] == json!([world.app.base])),
            ("iss", claims["iss"] == world.product("jira").await["client_key"]),
            ("exp", claims["exp"].as_i64().unwrap() > super::NOW),
            ("qsh", claims["qsh"] == hash("POST&/installed&")),
            ("body", claims["iss"] == body["clientKey"] || spoil == "issuer"),
            ("alg", token.header["alg"] == "RS256"),
        ];
        let wrong: Vec<&str> = right.iter().filter(|(_, right)| !right).map(|(name, _)| *name).collect();
        let expected: &[&str] = match spoil {
            "audience" => &["aud"],
            "issuer" => &["iss"],
            "expired" => &["exp"],
            "query" => &["qsh"],
            "body" => &["body"],
            "algorithm" | "confusion" => &["alg"],
            _ => &[],
        };
        assert_eq!(wrong, expected, "{spoil}");
        if spoil == "signature" {
            assert!(!is_signed_by_atlassian(&identity, &token).await);
        } else if spoil == "key_id" {
            let id = token.header["kid"].as_str().unwrap();
            assert_eq!(identity.get(&format!("/{id}")).await.status, 404);
        }
    }
}
