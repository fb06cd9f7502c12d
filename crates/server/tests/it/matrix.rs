//! Who may call what: every route with no token, a wrong one, one that lacks the scope, one that has it alone, and
//! the admin's.

use std::collections::BTreeMap;

use bowline_server::{Scope, routes};

use crate::house::{Call, House};

/// The scope of every route, written down a second time: a route that is new or has moved to another scope fails
/// here until somebody has thought about it.
const TABLE: &[(&str, &str)] = &[
    ("GET /api/v1/activity", "sync:read"),
    ("GET /api/v1/app/installs", "app:read"),
    ("GET /api/v1/app/migration", "app:read"),
    ("POST /api/v1/app/pairings", "connections:write"),
    ("POST /api/v1/app/untie", "connections:write"),
    ("DELETE /api/v1/app/installs/{client_key}", "app:write"),
    ("GET /api/v1/connections", "connections:read"),
    ("POST /api/v1/connections", "connections:write"),
    ("GET /api/v1/connections/{connection}", "connections:read"),
    ("PATCH /api/v1/connections/{connection}", "connections:write"),
    ("DELETE /api/v1/connections/{connection}", "connections:write"),
    ("POST /api/v1/connections/{connection}/test", "connections:write"),
    ("POST /api/v1/connections/{connection}/rotate-hook", "connections:write"),
    ("POST /api/v1/connections/{connection}/authorize", "connections:write"),
    ("GET /api/v1/connections/{connection}/scopes", "connections:read"),
    ("GET /api/v1/connections/{connection}/limits", "connections:read"),
    ("GET /api/v1/connections/{connection}/delegations", "connections:read"),
    ("POST /api/v1/connections/{connection}/delegations", "connections:write"),
    ("DELETE /api/v1/connections/{connection}/delegations/{person}", "connections:write"),
    ("GET /api/v1/credentials", "connections:read"),
    ("GET /api/v1/oauth-clients", "connections:read"),
    ("POST /api/v1/oauth-clients", "connections:write"),
    ("DELETE /api/v1/oauth-clients/{oauth_client}", "connections:write"),
    ("GET /api/v1/grants", "connections:read"),
    ("GET /api/v1/grants/{grant}", "connections:read"),
    ("POST /api/v1/grants/{grant}/renew", "connections:write"),
    ("DELETE /api/v1/grants/{grant}", "connections:write"),
    ("GET /api/v1/events", "sync:read"),
    ("GET /api/v1/findings", "errors:read"),
    ("GET /api/v1/findings/{finding}", "errors:read"),
    ("POST /api/v1/findings/{finding}/retry", "errors:resolve"),
    ("POST /api/v1/findings/{finding}/resolve", "errors:resolve"),
    ("GET /api/v1/inbox", "events:read"),
    ("GET /api/v1/inbox/{delivery}", "events:read"),
    ("GET /api/v1/keys", "keys:read"),
    ("GET /api/v1/keys/export", "keys:read"),
    ("POST /api/v1/keys/rotate", "keys:rotate"),
    ("POST /api/v1/keys/verify", "keys:read"),
    ("GET /api/v1/profiles", "profiles:read"),
    ("POST /api/v1/profiles", "profiles:write"),
    ("POST /api/v1/profiles/check", "profiles:read"),
    ("GET /api/v1/profiles/{profile}", "profiles:read"),
    ("PUT /api/v1/profiles/{profile}", "profiles:write"),
    ("DELETE /api/v1/profiles/{profile}", "profiles:write"),
    ("POST /api/v1/profiles/{profile}/pause", "profiles:write"),
    ("POST /api/v1/profiles/{profile}/resume", "profiles:write"),
    ("POST /api/v1/session-links", "system:write"),
    ("GET /api/v1/shares", "items:read"),
    ("POST /api/v1/shares", "items:write"),
    ("POST /api/v1/shares/connect", "items:write"),
    ("GET /api/v1/shares/{share}", "items:read"),
    ("POST /api/v1/shares/{share}/unlink", "items:write"),
    ("POST /api/v1/shares/{share}/sync", "sync:run"),
    ("GET /api/v1/status", "sync:read"),
    ("GET /api/v1/tenants", "tenants:read"),
    ("POST /api/v1/tenants", "tenants:write"),
    ("GET /api/v1/tokens", "tokens:read"),
    ("POST /api/v1/tokens", "tokens:write"),
    ("DELETE /api/v1/tokens/{token}", "tokens:write"),
];

/// A path with something in place of each variable part.
pub(crate) fn concrete(path: &str) -> String {
    path.split('/')
        .map(|part| if part.starts_with('{') { "unknown" } else { part })
        .collect::<Vec<_>>()
        .join("/")
}

#[test]
fn every_route_needs_the_scope_that_is_written_down_for_it() {
    let written: BTreeMap<String, String> =
        TABLE.iter().map(|(route, scope)| ((*route).to_owned(), (*scope).to_owned())).collect();
    let real: BTreeMap<String, String> = routes()
        .into_iter()
        .map(|route| (format!("{} {}", route.method, route.path), route.scope.to_owned()))
        .collect();
    assert_eq!(real, written);
}

#[test]
fn the_readme_lists_every_route_with_its_scope() {
    let readme = include_str!("../../README.md");
    for route in routes() {
        let star = if route.scope.parse::<Scope>().unwrap().is_grantable() { "" } else { "*" };
        let row = format!("| {} `{}` | `{}`{star} |", route.method, route.path, route.scope);
        assert!(readme.contains(&row), "{row}");
    }
}

#[tokio::test]
async fn without_a_valid_token_every_route_answers_alike() {
    let house = House::new().await;
    let wrong = format!("Bearer bwl_{}", "A".repeat(43));
    for route in routes() {
        let call =
            || house.call(&route.method, &concrete(route.path)).header("content-type", "application/json");
        let none = call().without("authorization").send().await.status(401);
        assert_eq!(none.header("www-authenticate"), "Bearer realm=\"bowline\"");
        for value in [wrong.as_str(), "Bearer", "Bearer x", "Basic YTpi", &house.admin] {
            let answer = call().header("authorization", value).send().await.status(401);
            assert_eq!(answer.without_id(), none.without_id(), "{} {}", route.method, route.path);
        }
    }
}

#[tokio::test]
async fn exactly_the_written_scope_opens_a_route() {
    let house = House::new().await;
    let grantable: Vec<&str> =
        Scope::ALL.into_iter().filter(|scope| scope.is_grantable()).map(Scope::word).collect();
    for route in routes() {
        let call = |token: &str| {
            let (path, token) = (concrete(route.path), token.to_owned());
            let (house, method) = (&house, route.method.clone());
            async move {
                let call = house.call(&method, &path).token(&token);
                let response = call.header("content-type", "application/json").open().await;
                // Streams have no end; the status is all that matters.
                response.status().as_u16()
            }
        };
        let others: Vec<&str> = grantable.iter().copied().filter(|scope| *scope != route.scope).collect();
        let without = house.token("default", &others).await;
        assert_eq!(call(&without).await, 403, "{} {}", route.method, route.path);
        if grantable.contains(&route.scope) {
            let with = house.token("default", &[route.scope]).await;
            assert!(!matches!(call(&with).await, 401 | 403), "{} {}", route.method, route.path);
        }
        let admin = house.admin.clone();
        assert!(!matches!(call(&admin).await, 401 | 403 | 500), "{} {}", route.method, route.path);
    }
}

#[tokio::test]
async fn a_missing_scope_is_named() {
    let house = House::new().await;
    let token = house.token("default", &["sync:read"]).await;
    let answer = house.call("GET", "/api/v1/shares").token(&token).send().await.status(403);
    assert_eq!((answer.problem().as_str(), &answer.json()["scope"]), ("api.forbidden", &"items:read".into()));
}

#[tokio::test]
async fn the_admin_chooses_a_tenant_and_nobody_else_does() {
    let house = House::new().await;
    house.jira("other").await;
    let count =
        async |call: Call<'_>| call.send().await.status(200).json()["items"].as_array().unwrap().len();
    let list = || house.call("GET", "/api/v1/connections");
    assert_eq!(count(list()).await, 0, "the default tenant");
    assert_eq!(count(list().tenant("other")).await, 1);
    list().tenant("nobody").send().await.status(404);

    let token = house.token("other", &["connections:read"]).await;
    assert_eq!(count(list().token(&token)).await, 1, "its own tenant, without being told");
    assert_eq!(count(list().token(&token).tenant("other")).await, 1);
    let real = list().token(&token).tenant("default").send().await.status(403);
    let unreal = list().token(&token).tenant("nobody").send().await.status(403);
    assert_eq!(real.without_id(), unreal.without_id());
}

#[tokio::test]
async fn before_there_is_a_tenant_the_admin_can_make_one() {
    let house = House::with(|options| options.tenant = "first".to_owned()).await;
    house.call("GET", "/api/v1/status").send().await.status(404);
    house
        .call("POST", "/api/v1/tenants")
        .json(serde_json::json!({ "name": "first" }))
        .send()
        .await
        .status(201);
    house.call("GET", "/api/v1/status").send().await.status(200);
}
