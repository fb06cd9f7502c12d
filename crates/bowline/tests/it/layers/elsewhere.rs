//! The ways to sign in elsewhere than at a Data Center: Jira Cloud and Targetprocess.

use serde_json::{Value, json};

use super::combinations::How::{Ended, Mended, Narrow, Patch, Set};
use super::combinations::{Break, Combination, End, account, broken, oauth1, plain};
use super::scene::{At, Scene};

/// Jira Cloud.
pub(super) fn cloud(scene: &Scene) -> Vec<Combination> {
    let site = scene.cloud.sites()[0].running().url();
    let at = |base: &str, more: Value| {
        let mut ask = json!({ "tool": "jira_cloud", "base_url": base });
        ask.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        ask
    };
    let token = |secret: &str| json!({ "sign_in": {"method": "api_token", "email": "ada@example.com"}, "secret": secret });
    let secret = |bad: &str, good: &str| Patch(json!({ "secret": bad }), json!({ "secret": good }));
    let gateway = format!("{}/ex/jira/{}", scene.cloud.url(), scene.cloud.sites()[0].cloud_id());
    let app = json!({
        "provider": "atlassian_cloud", "client_id": "bowline", "secret": "secret-bowline",
    });
    let service = json!({
        "provider": "atlassian_service", "client_id": "bowline-service", "secret": "secret-bowline-service",
    });
    let link = json!({ "provider": "jira_oauth1", "issuer": site, "client_id": "cloud" });
    let ends = || vec![End::Pass("access token", At::Cloud, 2)];
    vec![
        plain(
            "Cloud API token, at the site",
            at(site, token("token-ada")),
            vec![],
            vec![vec![
                broken("application", "wrong", secret("token-of-nobody", "token-ada")),
                broken("application", "expired", secret("token-ended", "token-ada")),
                broken("application", "revoked", account(At::Cloud)),
            ]],
        ),
        plain(
            "Cloud API token with scopes, found out by itself",
            at(site, token("scoped-token-ada")),
            vec![],
            vec![vec![
                broken("application", "wrong", secret("token-of-nobody", "scoped-token-ada")),
                broken("application", "revoked", account(At::Cloud)),
                broken("application", "scope", secret("scoped-token-narrow", "scoped-token-ada")),
            ]],
        ),
        Combination {
            client: Some(app),
            consent: vec![vec![("account", "ada"), ("site", "acme"), ("decision", "accept")]],
            ..plain("Cloud OAuth 2.0 (3LO)", at(site, json!({})), ends(), vec![consent_breaks()])
        },
        Combination {
            client: Some(link),
            consent: vec![vec![("account", "ada"), ("approve", "Allow")]],
            ..plain(
                "Cloud OAuth 1.0a",
                at(site, json!({})),
                vec![End::Renew("OAuth 1.0a token")],
                vec![oauth1(At::Site, "cloud")],
            )
        },
        Combination {
            client: Some(service),
            ..plain("Cloud service account", at(&gateway, json!({})), ends(), vec![service_breaks()])
        },
    ]
}

/// An app, and the access token that it got before has ended.
fn app(id: &str, more: (&str, Value)) -> Vec<Value> {
    let mut app = json!({ "id": id });
    app[more.0] = more.1;
    vec![json!({ "app": app }), json!({"hours": 9})]
}

/// OAuth 2.0 (3LO).
fn consent_breaks() -> Vec<Break> {
    let secret = |secret: &str| app("bowline", ("secret", json!(secret)));
    let revoke = vec![json!({"revoke": {"user": "ada", "app": "bowline"}}), json!({"hours": 9})];
    let less = &["offline_access", "read:jira-user", "read:jira-work"];
    vec![
        broken("application", "wrong", Set(At::Cloud, secret("another"), secret("secret-bowline"), None)),
        // A refresh token that nobody uses for ninety days is over.
        broken("application", "expired", Ended(At::Cloud, vec![json!({"hours": 91 * 24})], Vec::new())),
        broken("application", "revoked", Ended(At::Cloud, revoke, Vec::new())),
        broken("application", "scope", Narrow(less)),
    ]
}

/// A service account.
fn service_breaks() -> Vec<Break> {
    let of = |more| app("bowline-service", more);
    let secret = |secret: &str| of(("secret", json!(secret)));
    let all = ["read:jira-user", "read:jira-work", "write:jira-work", "manage:jira-webhook"];
    // What the token in hand may do was said when it was got.
    let again = [of(("scopes", json!(all))), vec![json!({"renew": true})]].concat();
    // A token that was got while the account was away lives longer than nine hours.
    let scopes = |scopes: &[&str]| [of(("scopes", json!(scopes))), vec![json!({"hours": 9})]].concat();
    let active =
        |active: bool| vec![json!({"account": {"user": "robot", "active": active}}), json!({"hours": 9})];
    vec![
        broken(
            "application",
            "wrong",
            Set(At::Cloud, secret("another"), secret("secret-bowline-service"), None),
        ),
        broken("application", "expired", Mended(At::Cloud, vec![json!({"hours": 4})])),
        broken("application", "revoked", Set(At::Cloud, active(false), active(true), None)),
        broken("application", "scope", Set(At::Cloud, scopes(&["write:jira-work"]), again, None)),
    ]
}

/// Targetprocess.
pub(super) fn targetprocess(scene: &Scene) -> Vec<Combination> {
    let at = |sign_in: Value, secret: &str| {
        json!({
            "tool": "targetprocess", "base_url": scene.targetprocess.url(), "sign_in": sign_in, "secret": secret,
        })
    };
    let secret = |bad: &str, good: &str| Patch(json!({ "secret": bad }), json!({ "secret": good }));
    let service = &scene.service_token;
    let taken = |on: bool| vec![json!({"tokens": {"ada": on}})];
    vec![
        plain(
            "Targetprocess access token",
            at(json!({"method": "access_token"}), "token-ada"),
            vec![],
            vec![vec![
                broken("application", "wrong", secret("token-of-nobody", "token-ada")),
                broken("application", "revoked", Set(At::Targetprocess, taken(false), taken(true), None)),
            ]],
        ),
        plain(
            "Targetprocess service token",
            at(json!({"method": "service_token"}), service),
            vec![],
            vec![vec![broken("application", "wrong", secret("bm9ib2R5", service))]],
        ),
        plain(
            "Targetprocess basic",
            at(json!({"method": "basic", "user": "ada"}), "ada"),
            vec![],
            vec![vec![broken("application", "wrong", secret("not-this", "ada"))]],
        ),
        plain(
            "Targetprocess session cookie",
            at(json!({"method": "session", "user": "ada"}), "ada"),
            vec![End::Pass("session", At::Targetprocess, 15 * 24)],
            vec![vec![broken("application", "wrong", secret("not-this", "ada"))]],
        ),
    ]
}
