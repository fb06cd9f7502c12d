//! The ways to sign in elsewhere than at a Data Center: Jira Cloud and Targetprocess.

use serde_json::{Value, json};

use super::combinations::How::{Patch, Set};
use super::combinations::{Combination, End, account, broken, plain};
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
    let revoke = vec![json!({"revoke": {"user": "ada", "app": "bowline"}}), json!({"hours": 9})];
    let other = vec![json!({"app": {"id": "bowline-service", "secret": "another"}}), json!({"hours": 9})];
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
            ..plain(
                "Cloud OAuth 2.0 (3LO)",
                at(site, json!({})),
                ends(),
                vec![vec![broken("application", "revoked", Set(At::Cloud, revoke, Vec::new(), None))]],
            )
        },
        Combination {
            client: Some(service),
            ..plain(
                "Cloud service account",
                at(&gateway, json!({})),
                ends(),
                vec![vec![broken("application", "wrong", Set(At::Cloud, other, Vec::new(), None))]],
            )
        },
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
