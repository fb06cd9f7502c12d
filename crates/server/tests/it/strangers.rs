//! Another tenant's things: for every route, in every place that takes an id or a name, they look exactly like
//! things that do not exist, and nothing happens to them.

use bowline_core::{FindingId, TenantId};
use bowline_server::{Scope, routes};
use serde_json::{Value, json};

use crate::house::{DOCUMENT, House};

/// What the other tenant has.
struct Theirs {
    tenant: TenantId,
    /// By the name of the variable part of a path.
    ids: Vec<(&'static str, Vec<String>)>,
    share: Value,
}

async fn theirs(house: &House) -> Theirs {
    let profile = house.profile("other").await;
    let share = house.share("other", "ACME-1").await;
    let tenant = house.tenant("other").await;
    let finding: FindingId = house.finding(tenant, &profile, &share).await;
    house.line(tenant, &share, 1_000).await;
    let tp = house.call("GET", "/api/v1/connections/tp").tenant("other").send().await.json();
    let rotated =
        house.call("POST", "/api/v1/connections/tp/rotate-hook").tenant("other").send().await.json();
    house.call("POST", &House::hook(&rotated)).without("authorization").body("{").send().await.status(204);
    let inbox = house.call("GET", "/api/v1/inbox").tenant("other").send().await.json();
    house.token("other", &["sync:read"]).await;
    let tokens = house.call("GET", "/api/v1/tokens").tenant("other").send().await.json();
    let (client, grant) = house.grant("other").await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let ids = vec![
        ("{oauth_client}", vec![client, "app".to_owned()]),
        ("{grant}", vec![grant]),
        ("{connection}", vec![text(&tp["id"]), "tp".to_owned()]),
        ("{profile}", vec![text(&profile["id"]), "stories".to_owned()]),
        ("{share}", vec![text(&share["id"])]),
        ("{finding}", vec![finding.to_string()]),
        ("{delivery}", vec![text(&inbox["items"][0]["id"])]),
        ("{token}", vec![text(&tokens["items"][0]["id"])]),
    ];
    Theirs { tenant, ids, share }
}

/// Everything the other tenant can see of itself.
async fn snapshot(house: &House) -> String {
    let mut all = String::new();
    for route in routes().iter().filter(|route| route.method == "GET" && !route.path.contains('{')) {
        if !matches!(route.path, "/api/v1/events" | "/api/v1/tenants") {
            let answer = house.call("GET", route.path).tenant("other").send().await.status(200);
            // How much waits is counted over all tenants.
            let mut told = answer.json();
            told.as_object_mut().unwrap().remove("work");
            all.push_str(&told.to_string());
        }
    }
    all
}

fn everything() -> Vec<&'static str> {
    Scope::ALL.into_iter().filter(|scope| scope.is_grantable()).map(Scope::word).collect()
}

/// Something of the right shape that nobody has.
fn unknown(id: &str) -> String {
    match id.split_once('_') {
        Some((prefix, _)) => format!("{prefix}_{}", "0".repeat(32)),
        None => "nobodys".to_owned(),
    }
}

/// A body that is fine for its route, so that only the id can be at fault.
fn body(method: &str, path: &str) -> Value {
    match (method, path) {
        ("PUT", "/api/v1/profiles/{profile}") => json!({ "document": DOCUMENT }),
        _ => json!({}),
    }
}

#[tokio::test]
async fn another_tenants_ids_in_a_path_are_unknown() {
    let house = House::new().await;
    let theirs = theirs(&house).await;
    let token = house.token("default", &everything()).await;
    let admin = house.admin.clone();
    let before = snapshot(&house).await;
    // A site's client key is nobody's but the operator's, in whichever tenant it is.
    let in_tenant = |path: &str| path.contains('{') && !path.contains("{client_key}");
    let (mut routes_tried, varied) = (0, routes().into_iter().filter(|route| in_tenant(route.path)));
    for route in varied {
        let (part, ids) = theirs
            .ids
            .iter()
            .find(|(part, _)| route.path.contains(part))
            .expect("every variable part is tried");
        routes_tried += 1;
        for id in ids {
            for token in [&token, &admin] {
                let call = |id: &str| {
                    // Whoever is asked about: the connection is not known.
                    let path = route.path.replace(part, id).replace("{person}", "ada");
                    house.call(&route.method, &path).token(token).json(body(&route.method, route.path)).send()
                };
                let may = token == &admin || route.scope.parse::<Scope>().unwrap().is_grantable();
                let expected = if may { 404 } else { 403 };
                let real = call(id).await.status(expected);
                let unreal = call(&unknown(id)).await.status(expected);
                let malformed = call("not-an-id").await.status(expected);
                assert_eq!(real.without_id(), unreal.without_id(), "{} {}", route.method, route.path);
                assert_eq!(real.without_id(), malformed.without_id(), "{} {}", route.method, route.path);
            }
        }
    }
    assert!(routes_tried >= 17, "{routes_tried}");
    assert_eq!(snapshot(&house).await, before, "nothing happened to them");
}

#[tokio::test]
async fn another_tenants_ids_in_a_query_a_body_or_a_header_are_unknown() {
    let house = House::new().await;
    let theirs = theirs(&house).await;
    let token = house.token("default", &everything()).await;
    let before = snapshot(&house).await;
    let id = |part: &str| theirs.ids.iter().find(|(known, _)| *known == part).unwrap().1.clone();
    for name in id("{profile}") {
        for (path, ask) in [
            ("/api/v1/shares", json!({ "profile": name, "side": "left", "item": "ACME-1" })),
            ("/api/v1/shares/connect", json!({ "profile": name, "left": "ACME-1", "right": "WEB-1" })),
        ] {
            house.call("POST", path).token(&token).json(ask).send().await.status(404);
        }
        house.call("GET", &format!("/api/v1/shares?profile={name}")).token(&token).send().await.status(404);
    }
    for name in id("{connection}") {
        house.call("GET", &format!("/api/v1/inbox?connection={name}")).token(&token).send().await.status(404);
    }
    // A document that names their connections.
    let ask = json!({ "document": DOCUMENT });
    house.call("POST", "/api/v1/profiles").token(&token).json(ask).send().await.status(422);
    // Where their pages end, ours go on with nothing.
    let share = theirs.share["id"].as_str().unwrap();
    for path in [format!("/api/v1/shares?after={share}"), "/api/v1/shares?item=ACME-1".to_owned()] {
        let page = house.call("GET", &path).token(&token).send().await.status(200).json();
        assert_eq!(page["items"], json!([]), "{path}");
    }
    let tenant = theirs.tenant.to_string();
    house.call("GET", "/api/v1/shares").token(&token).tenant("other").send().await.status(403);
    house.call("GET", "/api/v1/shares").token(&token).tenant(&tenant).send().await.status(403);
    assert_eq!(snapshot(&house).await, before);
}
