//! What a connection shows before it comes to the tool, over the API.

use std::process::Command;

use serde_json::{Value, json};

use crate::house::House;

const PATH: &str = "/api/v1/connections";

/// A certificate and its key, made by openssl.
pub(super) fn certificate(name: &str) -> Value {
    // A folder of its own: tests that run at the same time use the same names.
    let folder = tempfile::tempdir().unwrap();
    let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "key.pem"];
    let new = ["req", "-x509", "-days", "100", "-subj", &format!("/CN={name}"), "-out", "cert.pem"];
    let made =
        Command::new("openssl").args([&new[..], &key[..]].concat()).current_dir(folder.path()).output();
    assert!(made.expect("openssl is installed").status.success());
    let text = |file: &str| std::fs::read_to_string(folder.path().join(file)).unwrap();
    json!({ "chain": text("cert.pem"), "key": text("key.pem") })
}

fn ask(more: &Value) -> Value {
    let mut ask = json!({
        "name": "dc", "tool": "jira_dc", "base_url": "https://api.example/jira", "browse_url": "https://jira.example",
        "sign_in": { "method": "personal_access_token" }, "secret": "pat-of-jira",
    });
    ask.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    ask
}

fn gate() -> Value {
    json!({
        "name": "gate", "provider": "gateway", "issuer": "https://sso.example/token", "api_url": "https://api.example",
        "client_id": "bowline", "secret": "secret-of-the-gate",
    })
}

#[tokio::test]
async fn what_is_shown_in_front_is_told_of_but_never_shown_again() {
    let house = House::new().await;
    let shown = certificate("bowline");
    let authorities = shown["chain"].clone();
    let more =
        json!({ "certificate": shown, "authorities": authorities, "gateway": {"key": "key-of-the-gate"} });
    let made = house.call("POST", PATH).json(ask(&more)).send().await.status(201).json();
    assert_eq!(made["transport"]["certificate"]["subject"], "CN=bowline");
    assert_eq!(made["transport"]["authorities"], true);
    assert_eq!(made["gateway"], json!({ "header": "x-api-key", "kind": "key", "grant": null }));
    let text = house.call("GET", "/api/v1/connections/dc").send().await.status(200).text();
    let private = shown["key"].as_str().unwrap().lines().nth(1).unwrap().to_owned();
    for hidden in ["key-of-the-gate", &private] {
        assert!(!text.contains(hidden) && !made.to_string().contains(hidden), "{hidden}");
    }
    let none = json!({ "certificate": null, "authorities": null, "gateway": null });
    let bare = house.call("PATCH", "/api/v1/connections/dc").json(none).send().await.status(200).json();
    assert_eq!(bare["transport"], json!({ "certificate": null, "authorities": false }));
    assert_eq!(bare["gateway"], Value::Null);
    house.call("DELETE", "/api/v1/connections/dc").send().await.status(204);
}

#[tokio::test]
async fn what_no_layer_can_use_is_refused_with_the_reason() {
    let house = House::new().await;
    let (one, other) = (certificate("one"), certificate("other"));
    let mixed = json!({ "chain": one["chain"], "key": other["key"] });
    let keyless = json!({ "chain": one["chain"], "key": one["chain"] });
    let bare = json!({ "chain": "nothing", "key": one["key"] });
    for (more, word) in [
        (json!({ "certificate": mixed }), "does not belong to the certificate"),
        (json!({ "certificate": keyless }), "no private key"),
        (json!({ "certificate": bare }), "no certificate"),
        (json!({ "authorities": "nothing" }), "no certificate"),
        (json!({ "gateway": {} }), "either `key` or `oauth_client`"),
        (json!({ "gateway": {"key": "k", "oauth_client": "gate"} }), "either `key` or `oauth_client`"),
        (json!({ "gateway": {"key": "two\nlines"} }), "on one line"),
        (json!({ "gateway": {"key": "k", "header": "authorization"} }), "`gateway.header`"),
        (json!({ "gateway": {"key": "k", "header": "Host"} }), "`gateway.header`"),
        (json!({ "gateway": {"key": "k", "header": "a b"} }), "`gateway.header`"),
    ] {
        let refused = house.call("POST", PATH).json(ask(&more)).send().await.status(400);
        assert!(refused.text().contains(word), "{word}: {}", refused.text());
    }
    let mut alone = ask(&json!({ "sign_in": {"method": "in_front"} }));
    alone.as_object_mut().unwrap().remove("secret");
    let refused = house.call("POST", PATH).json(alone).send().await.status(400);
    assert!(refused.text().contains("in_front"), "{}", refused.text());
}

#[tokio::test]
async fn a_gateways_token_is_for_the_gateway_of_its_registration() {
    let house = House::new().await;
    let mut homeless = gate();
    homeless.as_object_mut().unwrap().remove("api_url");
    let clients = "/api/v1/oauth-clients";
    house.call("POST", clients).json(homeless).send().await.status(400);
    house.call("POST", clients).json(gate()).send().await.status(201);
    let behind = json!({ "gateway": {"oauth_client": "gate"} });
    let mut elsewhere = ask(&behind);
    elsewhere["base_url"] = json!("https://evil.example/jira");
    let refused = house.call("POST", PATH).json(elsewhere).send().await.status(400);
    assert!(refused.text().contains("api_url"), "{}", refused.text());
    let made = house.call("POST", PATH).json(ask(&behind)).send().await.status(201).json();
    assert_eq!(
        (&made["gateway"]["header"], &made["gateway"]["kind"]),
        (&json!("x-gateway-authorization"), &json!("token"))
    );
    let grant = made["gateway"]["grant"].as_str().unwrap();
    // A grant that a gateway is shown serves its connection.
    house.call("DELETE", &format!("/api/v1/grants/{grant}")).send().await.status(409);
    let free = json!({ "name": "tp", "tool": "targetprocess", "base_url": "https://api.example/tp",
        "sign_in": {"method": "access_token"}, "secret": "t", "gateway": {"oauth_client": "gate"} });
    let made = house.call("POST", PATH).json(free).send().await.status(201).json();
    assert_eq!(made["gateway"]["header"], "authorization");
    let back = json!({ "sign_in": {"method": "basic", "user": "ada"}, "secret": "x" });
    let refused = house.call("PATCH", "/api/v1/connections/tp").json(back).send().await.status(400);
    assert!(refused.text().contains("Authorization"), "{}", refused.text());
}

#[tokio::test]
async fn a_stored_key_is_not_sent_to_another_origin() {
    let house = House::new().await;
    let more = json!({ "gateway": {"key": "key-of-the-gate"} });
    house.call("POST", PATH).json(ask(&more)).send().await.status(201);
    let patch = |body: Value| house.call("PATCH", "/api/v1/connections/dc").json(body).send();
    let there = json!({ "base_url": "https://evil.example/jira", "secret": "pat-of-jira" });
    let refused = patch(there.clone()).await.status(400);
    assert!(refused.text().contains("`gateway`"), "{}", refused.text());
    patch(json!({ "base_url": "https://api.example/other" })).await.status(200);
    let mut with = there;
    with["gateway"] = json!({ "key": "another" });
    patch(with).await.status(200);
}

#[tokio::test]
async fn a_stored_credential_is_shown_to_nobody_whom_other_authorities_vouch_for() {
    let house = House::new().await;
    let (one, other) = (certificate("one")["chain"].clone(), certificate("other")["chain"].clone());
    let more = json!({ "authorities": one, "gateway": {"key": "key-of-the-gate"} });
    house.call("POST", PATH).json(ask(&more)).send().await.status(201);
    let patch = |body: Value| house.call("PATCH", "/api/v1/connections/dc").json(body).send();
    for short in [
        json!({ "authorities": other }),
        json!({ "authorities": other, "secret": "pat-of-jira" }),
        json!({ "authorities": other, "gateway": {"key": "k"} }),
    ] {
        let refused = patch(short.clone()).await.status(400);
        assert!(refused.text().contains("`authorities`"), "{short}: {}", refused.text());
    }
    // The same again, or none, is no new trust.
    patch(json!({ "authorities": one })).await.status(200);
    let all = json!({ "authorities": other, "secret": "pat-of-jira", "gateway": {"key": "k"} });
    patch(all).await.status(200);
    let bare = patch(json!({ "authorities": null })).await.status(200).json();
    assert_eq!(bare["transport"]["authorities"], false);
    patch(json!({ "authorities": one })).await.status(400);
}

#[tokio::test]
async fn a_grant_is_not_shown_to_them_either_but_a_new_one_is() {
    let house = House::new().await;
    for name in ["app", "other"] {
        let client = json!({
            "name": name, "provider": "jira_oauth2", "issuer": "https://api.example/jira", "client_id": name,
            "secret": "secret-of-the-app",
        });
        house.call("POST", "/api/v1/oauth-clients").json(client).send().await.status(201);
    }
    let mut made = ask(&json!({ "oauth_client": "app" }));
    for field in ["sign_in", "secret"] {
        made.as_object_mut().unwrap().remove(field);
    }
    let made = house.call("POST", PATH).json(made).send().await.status(201).json();
    let patch = |body: Value| house.call("PATCH", "/api/v1/connections/dc").json(body).send();
    let authorities = certificate("one")["chain"].clone();
    let same = json!({ "authorities": authorities, "sign_in": made["sign_in"] });
    for short in [json!({ "authorities": authorities }), same] {
        assert!(patch(short).await.status(400).text().contains("`oauth_client`"));
    }
    let both = json!({ "oauth_client": "other", "secret": "x" });
    assert!(patch(both).await.status(400).text().contains("neither"));
    house.call("POST", "/api/v1/oauth-clients").json(gate()).send().await.status(201);
    patch(json!({ "oauth_client": "gate" })).await.status(400);
    let anew = json!({ "authorities": authorities, "oauth_client": "other" });
    let changed = patch(anew).await.status(200).json();
    assert_ne!(changed["sign_in"]["grant"], made["sign_in"]["grant"]);
    // Nobody had consented to the one before.
    let grants = house.call("GET", "/api/v1/grants").send().await.status(200).json();
    assert_eq!(grants["items"].as_array().unwrap().len(), 1);
    assert_eq!(grants["items"][0]["id"], changed["sign_in"]["grant"]);
}

#[tokio::test]
async fn nobodys_tokens_are_shown_by_another_connection_to_whom_its_own_authorities_vouch_for() {
    let house = House::new().await;
    let (one, other) = (certificate("one")["chain"].clone(), certificate("other")["chain"].clone());
    let client = json!({
        "name": "app", "provider": "jira_service", "issuer": "https://api.example/jira", "client_id": "app",
        "secret": "secret-of-the-app",
    });
    house.call("POST", "/api/v1/oauth-clients").json(client).send().await.status(201);
    let with = |name: &str, more: Value| {
        let mut ask = ask(&more);
        ask.as_object_mut().unwrap().remove("secret");
        ask["name"] = json!(name);
        ask
    };
    let mut first = with("first", json!({ "oauth_client": "app", "authorities": one }));
    first.as_object_mut().unwrap().remove("sign_in");
    let made = house.call("POST", PATH).json(first).send().await.status(201).json();
    let calls = |name: &str, authorities: &Value| {
        with(name, json!({ "sign_in": made["sign_in"], "authorities": authorities }))
    };
    let refused = house.call("POST", PATH).json(calls("evil", &other)).send().await.status(400);
    assert!(refused.text().contains("vouch"), "{}", refused.text());
    house.call("POST", PATH).json(calls("same", &one)).send().await.status(201);
    house.call("POST", PATH).json(calls("none", &Value::Null)).send().await.status(201);
    // Nor by one that had its own before.
    let own = ask(&json!({ "name": "own", "authorities": other }));
    house.call("POST", PATH).json(own).send().await.status(201);
    let take = json!({ "sign_in": made["sign_in"] });
    let taken = house.call("PATCH", "/api/v1/connections/own").json(take.clone()).send().await.status(400);
    assert!(taken.text().contains("vouch"), "{}", taken.text());
    let bare = json!({ "sign_in": made["sign_in"], "authorities": null });
    house.call("PATCH", "/api/v1/connections/own").json(bare).send().await.status(200);
}

#[tokio::test]
async fn a_gateways_grant_stays_while_another_connection_calls_with_it() {
    let house = House::new().await;
    house.call("POST", "/api/v1/oauth-clients").json(gate()).send().await.status(201);
    let behind = json!({ "gateway": {"oauth_client": "gate"} });
    let grants = async || house.call("GET", "/api/v1/grants").send().await.json()["items"].clone();
    let made = house.call("POST", PATH).json(ask(&behind)).send().await.status(201).json();
    let first = made["gateway"]["grant"].clone();
    let patch = |body: Value| house.call("PATCH", "/api/v1/connections/dc").json(body).send();
    let changed = patch(behind.clone()).await.status(200).json();
    let all = grants().await;
    assert_eq!((all.as_array().unwrap().len(), &all[0]["id"]), (1, &changed["gateway"]["grant"]));
    assert_ne!(first, all[0]["id"]);
    // It serves another connection by itself as well: that one calls with it when the gateway goes.
    let mut own = ask(&json!({ "name": "own", "sign_in": {"method": "grant", "grant": all[0]["id"]} }));
    own.as_object_mut().unwrap().remove("secret");
    house.call("POST", PATH).json(own).send().await.status(201);
    patch(json!({ "gateway": null })).await.status(200);
    assert_eq!(grants().await.as_array().unwrap().len(), 1);
    house.call("DELETE", "/api/v1/connections/own").send().await.status(204);
    assert_eq!(grants().await, json!([]));
}

#[tokio::test]
async fn an_installation_for_strangers_takes_no_authorities() {
    let house = House::with(|options| options.own_authorities = false).await;
    let authorities = certificate("one")["chain"].clone();
    let given = ask(&json!({ "authorities": authorities }));
    assert!(
        house.call("POST", PATH).json(given).send().await.status(400).text().contains("deployment.trust")
    );
    house.call("POST", PATH).json(ask(&json!({ "authorities": null }))).send().await.status(201);
    let patch = |body: Value| house.call("PATCH", "/api/v1/connections/dc").json(body).send();
    let all = json!({ "authorities": authorities, "secret": "pat-of-jira" });
    assert!(patch(all).await.status(400).text().contains("deployment.trust"));
    patch(json!({ "authorities": null })).await.status(200);
}

#[tokio::test]
async fn another_tenants_gateway_client_is_not_found() {
    let house = House::new().await;
    house.call("POST", "/api/v1/oauth-clients").json(gate()).send().await.status(201);
    let behind = ask(&json!({ "gateway": {"oauth_client": "gate"} }));
    house.call("POST", PATH).tenant("other").json(behind).send().await.status(404);
}
