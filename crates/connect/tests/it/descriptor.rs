//! Descriptors: what is built, and what is wrong with those of others.

use bowline_connect::descriptor::{Builder, Level, Scope, Webhook, check};
use bowline_connect::installation::Product;
use bowline_connect::lifecycle::Event;
use serde_json::{Value, json};

fn builder() -> Builder {
    Builder::new(Product::Jira, "com.example.app", "Example", "https://app.example/connect/")
        .lifecycle(Event::Installed, "/installed")
        .lifecycle(Event::Uninstalled, "/uninstalled")
        .scopes(&[Scope::Write, Scope::Read, Scope::Read])
        .webhook(Webhook {
            event: "jira:issue_updated".to_owned(),
            path: "/webhook?issue={issue.id}".to_owned(),
            filter: Some("project = ACME".to_owned()),
            without_body: true,
        })
        .module(
            "webPanels",
            json!({
                "key": "panel", "name": {"value": "Link"}, "location": "atl.jira.view.issue.right.context",
                "url": "/page/panel?issue={issue.id}",
            }),
        )
}

#[test]
fn what_is_built_is_what_a_site_reads() {
    let (descriptor, warnings) = builder().build().unwrap();
    assert_eq!(warnings, []);
    assert_eq!(
        *descriptor.json(),
        json!({
            "key": "com.example.app",
            "name": "Example",
            "baseUrl": "https://app.example/connect",
            "authentication": {"type": "jwt"},
            "apiMigrations": {"signed-install": true, "context-qsh": true, "gdpr": true},
            "lifecycle": {"installed": "/installed", "uninstalled": "/uninstalled"},
            "scopes": ["READ", "WRITE"],
            "modules": {
                "webhooks": [{
                    "event": "jira:issue_updated", "url": "/webhook?issue={issue.id}", "excludeBody": true,
                    "filter": "project = ACME",
                }],
                "webPanels": [{
                    "key": "panel", "name": {"value": "Link"}, "location": "atl.jira.view.issue.right.context",
                    "url": "/page/panel?issue={issue.id}",
                }],
            },
        })
    );
}

/// What is wrong after one member was put in.
fn with(pointer: &str, value: Value) -> Vec<(String, Level)> {
    let mut descriptor = builder().build().unwrap().0.json().clone();
    match descriptor.pointer_mut(pointer) {
        Some(place) => *place = value,
        None => {
            let (parent, name) = pointer.rsplit_once('/').unwrap();
            descriptor.pointer_mut(parent).unwrap()[name] = value;
        }
    }
    check(&descriptor, Product::Jira).into_iter().map(|problem| (problem.pointer, problem.level)).collect()
}

#[test]
fn what_a_site_refuses_is_an_error_at_its_place() {
    for (pointer, value) in [
        ("/key", json!("a b")),
        ("/key", json!("a".repeat(65))),
        ("/key", json!(null)),
        ("/name", json!(" ")),
        ("/baseUrl", json!("http://app.example")),
        ("/baseUrl", json!("http://127.0.0.1.app.example")),
        ("/baseUrl", json!("ftp://127.0.0.1")),
        ("/baseUrl", json!("app.example")),
        ("/baseUrl", json!("https://app.example?x=1")),
        ("/authentication/type", json!("oauth")),
        ("/lifecycle/installed", json!("https://evil.example/installed")),
        ("/lifecycle/installed", json!("//evil.example/installed")),
        ("/lifecycle/installed", json!("/../installed")),
        ("/lifecycle/installed", json!("/in\\stalled")),
        ("/scopes/0", json!("ROOT")),
        ("/apiVersion", json!(0)),
        ("/apiVersion", json!("1")),
        ("/enableLicensing", json!("yes")),
        ("/apiMigrations/gdpr", json!("yes")),
        ("/modules/webhooks/0/url", json!("https://evil.example/webhook")),
        ("/modules/webPanels/0/url", json!("panel")),
        ("/modules/webPanels/0/key", json!("a/b")),
        ("/modules/webPanels/0", json!(1)),
    ] {
        let found = with(pointer, value.clone());
        assert!(found.contains(&(pointer.to_owned(), Level::Error)), "{pointer} {value} {found:?}");
    }
    let vendor = with("/vendor", json!({"name": "", "url": "app.example"}));
    let places: Vec<&str> = vendor.iter().map(|(pointer, _)| pointer.as_str()).collect();
    assert_eq!(places, ["/vendor/name", "/vendor/url"]);
}

#[test]
fn what_must_be_there_is_missed() {
    let mut descriptor = builder().build().unwrap().0.json().clone();
    descriptor["lifecycle"] = json!({});
    descriptor["scopes"] = json!(["ACT_AS_USER"]);
    descriptor["modules"]["webPanels"] = json!({"key": "panel"});
    descriptor["modules"]["generalPages"] = json!([{"key": "panel", "name": {"value": "x"}, "url": "/x"}]);
    let errors: Vec<String> = check(&descriptor, Product::Jira)
        .into_iter()
        .filter(|problem| problem.level == Level::Error)
        .map(|problem| problem.pointer)
        .collect();
    let mut expected = [
        "/lifecycle/installed",
        "/scopes",
        "/modules/webPanels/location",
        "/modules/webPanels/name",
        "/modules/webPanels/url",
    ]
    .map(str::to_owned)
    .to_vec();
    // One of the two has the key of the other; which of them is named follows the order of kinds.
    let twin = errors.iter().find(|pointer| pointer.ends_with("/key")).unwrap().clone();
    expected.push(twin);
    expected.sort();
    let mut errors = errors;
    errors.sort();
    assert_eq!(errors, expected);
    assert_eq!(check(&json!([]), Product::Jira).len(), 1);
}

#[test]
fn what_is_doubtful_is_a_warning() {
    for (pointer, value) in [
        ("/baseUrl", json!("https://app.example/connect/")),
        ("/baseUrl", json!("http://127.0.0.1:3000/connect")),
        ("/baseUrl", json!("http://localhost:3000")),
        ("/baseUrl", json!("http://[::1]:3000")),
        ("/modulez", json!({})),
        ("/lifecycle/updated", json!("/updated")),
        ("/scopes/1", json!("READ")),
        ("/apiMigrations/signed-install", json!(false)),
        ("/apiMigrations/other", json!(true)),
        ("/modules/confluenceThemes", json!([])),
        ("/modules/webPanels/0/colour", json!("red")),
    ] {
        assert_eq!(with(pointer, value), [(pointer.to_owned(), Level::Warning)]);
    }
}

#[test]
fn a_descriptor_with_errors_is_not_built() {
    let problems = builder().lifecycle(Event::Enabled, "enabled").build().unwrap_err();
    assert!(problems.iter().any(|problem| problem.pointer == "/lifecycle/enabled"));
}

#[test]
fn a_link_may_lead_elsewhere_and_a_page_may_not() {
    let link =
        json!([{"key": "l", "name": {"value": "x"}, "location": "x", "url": "https://elsewhere.example"}]);
    assert_eq!(with("/modules/webItems", link), []);
    let page = json!([{"key": "p", "name": {"value": "x"}, "url": "https://elsewhere.example"}]);
    assert_eq!(
        with("/modules/generalPages", page),
        [("/modules/generalPages/0/url".to_owned(), Level::Error)]
    );
}

#[test]
fn an_address_of_this_machine_need_not_be_encrypted_and_no_other_may_be() {
    let found = |base_url: &str| {
        let builder = Builder::new(Product::Jira, "app", "App", base_url);
        let built = builder.lifecycle(Event::Installed, "/installed").build();
        built.map(|(_, doubts)| doubts.len()).map_err(|problems| problems[0].pointer.clone())
    };
    for base_url in ["http://127.0.0.1:7700/connect", "http://localhost:1", "http://[::1]:1/x"] {
        assert_eq!(found(base_url), Ok(1), "{base_url}");
    }
    for base_url in
        ["http://127.0.0.1.evil.example", "http://localhost.example", "ftp://127.0.0.1", "http://10.0.0.1"]
    {
        assert_eq!(found(base_url), Err("/baseUrl".to_owned()), "{base_url}");
    }
}
