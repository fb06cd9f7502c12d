//! Manifests: what Forge is asked for.

use bowline_connect::descriptor::{Builder, Scope, Webhook};
use bowline_connect::forge::{AppId, Manifest, ManifestError, Remote, RemoteApp, Tokens};
use bowline_connect::installation::Product;
use bowline_connect::lifecycle::Event;
use serde_json::{Value, json};

const APP: &str = "8db33809-1f32-48bb-8c52-5877dab48107";

fn remote(change: impl FnOnce(&mut RemoteApp<'_>)) -> Result<Value, ManifestError> {
    let app = AppId::parse(APP).unwrap();
    let mut remote = RemoteApp {
        app: &app,
        remote: Remote::Fixed("https://app.example/"),
        stores_user_data: false,
        scopes: &["write:jira-work", "read:jira-work"],
        tokens: Tokens { system: true, user: false },
        events: &["avi:jira:updated:issue"],
        events_path: "/forge/events",
        hourly_path: "/forge/hourly",
        modules: &[],
        resources: &[],
    };
    change(&mut remote);
    Manifest::remote(&remote).map(|manifest| manifest.json().clone())
}

#[test]
fn a_server_gets_its_events_without_its_own_and_a_fresh_token_every_hour() {
    let manifest = remote(|_| {}).unwrap();
    let auth = json!({"appSystemToken": {"enabled": true}, "appUserToken": {"enabled": false}});
    assert_eq!(
        manifest,
        json!({
            "app": {"id": format!("ari:cloud:ecosystem::app/{APP}"), "runtime": {"name": "nodejs22.x"}},
            "remotes": [{
                "key": "server", "baseUrl": "https://app.example", "operations": ["compute", "fetch"],
                "storage": {"inScopeEUD": false},
            }],
            "modules": {
                "endpoint": [
                    {"key": "events", "remote": "server", "route": {"path": "/forge/events"}, "auth": auth},
                    {"key": "hourly", "remote": "server", "route": {"path": "/forge/hourly"}, "auth": auth},
                ],
                "trigger": [
                    {"key": "lifecycle", "endpoint": "events",
                     "events": ["avi:forge:installed:app", "avi:forge:upgraded:app"]},
                    {"key": "product-events", "endpoint": "events", "events": ["avi:jira:updated:issue"],
                     "filter": {"ignoreSelf": true}},
                ],
                "scheduledTrigger": [{"key": "hourly-token", "endpoint": "hourly", "interval": "hour"}],
            },
            "permissions": {"scopes": ["read:app-system-token", "read:jira-work", "write:jira-work"]},
        })
    );
}

#[test]
fn a_server_that_each_customer_enters_is_asked_for_and_has_no_address() {
    let manifest = remote(|app| {
        app.remote =
            Remote::Configurable { name: "Server", description: "Yours", patterns: &["*.example.com"] };
        app.stores_user_data = true;
    })
    .unwrap();
    assert_eq!(
        manifest["remotes"],
        json!([{
            "key": "server", "operations": ["compute", "fetch", "storage"], "storage": {"inScopeEUD": true},
            "configurable": {"name": "Server", "description": "Yours", "supportedPatterns": ["*.example.com"]},
        }])
    );
    assert_eq!(manifest["permissions"]["external"], json!({"configurable": {"enabled": true}}));
}

#[test]
fn tokens_of_users_come_with_pages_only_and_bring_their_scope() {
    let manifest = remote(|app| {
        app.tokens = Tokens { system: false, user: true };
        app.events = &[];
    })
    .unwrap();
    assert_eq!(manifest["permissions"]["scopes"][0], "read:app-user-token");
    let users: Vec<&Value> = manifest["modules"]["endpoint"]
        .as_array()
        .unwrap()
        .iter()
        .map(|endpoint| &endpoint["auth"]["appUserToken"]["enabled"])
        .collect();
    assert_eq!(users, [false, false, true]);
    assert_eq!(manifest["modules"]["trigger"].as_array().unwrap().len(), 1);
}

#[test]
fn what_forge_would_refuse_is_refused() {
    assert_eq!(remote(|app| app.scopes = &[]), Err(ManifestError::NoProductScope));
    assert_eq!(remote(|app| app.events_path = "events"), Err(ManifestError::Path("events".to_owned())));
    assert_eq!(remote(|app| app.hourly_path = ""), Err(ManifestError::Path(String::new())));
    let plain = "http://app.example";
    assert_eq!(
        remote(|app| app.remote = Remote::Fixed(plain)),
        Err(ManifestError::Address(plain.to_owned()))
    );
    let none = remote(|app| {
        app.scopes = &[];
        app.tokens = Tokens::default();
    });
    assert_eq!(none.unwrap()["permissions"]["scopes"], json!([]));
}

#[test]
fn modules_of_ones_own_stand_beside_the_generated_ones() {
    let page = json!({"key": "panel", "title": "Link", "resource": "main"});
    let endpoint = json!({"key": "other", "remote": "server"});
    let modules = [("jira:issuePanel", page.clone()), ("endpoint", endpoint.clone())];
    let app = AppId::parse(APP).unwrap();
    let manifest = Manifest::remote(&RemoteApp {
        app: &app,
        remote: Remote::Fixed("https://app.example"),
        stores_user_data: false,
        scopes: &[],
        tokens: Tokens::default(),
        events: &[],
        events_path: "/e",
        hourly_path: "/h",
        modules: &modules,
        resources: &[("main", "src/panel.jsx")],
    })
    .unwrap();
    assert_eq!(manifest.json()["resources"], json!([{"key": "main", "path": "src/panel.jsx"}]));
    assert_eq!(manifest.json()["modules"]["jira:issuePanel"], json!([page]));
    assert_eq!(manifest.json()["modules"]["endpoint"][2], endpoint);
}

#[test]
fn a_connect_app_is_carried_as_it_is() {
    let (descriptor, _) =
        Builder::new(Product::Jira, "com.example.app", "Example", "https://app.example/connect")
            .lifecycle(Event::Installed, "/installed")
            .lifecycle(Event::Uninstalled, "/uninstalled")
            .lifecycle(Event::Enabled, "/enabled")
            .scopes(&[Scope::Read, Scope::ProjectAdmin, Scope::AccessEmailAddresses])
            .webhook(Webhook {
                event: "jira:issue_updated".to_owned(),
                path: "/w".to_owned(),
                filter: None,
                without_body: true,
            })
            .module("webItems", json!({"key": "item", "name": {"value": "x"}, "location": "y", "url": "/z"}))
            .build()
            .unwrap();
    let manifest = Manifest::connect(&AppId::parse(APP).unwrap(), &descriptor, Product::Jira).unwrap();
    assert_eq!(
        *manifest.json(),
        json!({
            "app": {
                "id": format!("ari:cloud:ecosystem::app/{APP}"),
                "connect": {"key": "com.example.app", "remote": "connect", "authentication": "jwt"},
                "runtime": {"name": "nodejs22.x"},
            },
            "remotes": [{"key": "connect", "baseUrl": "https://app.example/connect"}],
            "connectModules": {
                "jira:lifecycle": [{"key": "lifecycle-events", "installed": "/installed", "uninstalled": "/uninstalled"}],
                "jira:webhooks": [{
                    "key": "webhooks-1", "event": "jira:issue_updated", "url": "/w", "excludeBody": true,
                }],
                "jira:webItems": [{"key": "item", "name": {"value": "x"}, "location": "y", "url": "/z"}],
            },
            "permissions": {
                "scopes": ["read:connect-jira", "project-admin:connect-jira", "access-email-addresses:connect-jira"],
            },
        })
    );
    assert!(manifest.yaml().contains("connectModules:\n  jira:lifecycle:\n    - "), "{}", manifest.yaml());
}
