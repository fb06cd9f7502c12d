//! `bowline audit credentials` and `bowline connection scopes`: whose every credential is, what it may do, when it ends.

use serde_json::{Value, json};

use crate::house::{Database, Folder, Kind, Service, Tool, World, bowline, environment};

fn of<'a>(audit: &'a Value, kind: &str) -> &'a Value {
    let all = audit.as_array().unwrap();
    all.iter().find(|one| one["kind"] == kind).unwrap_or_else(|| panic!("no {kind}: {audit:#}"))
}

#[expect(clippy::disallowed_methods, reason = "the service has the same clock")]
fn now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_audit_names_every_credential_with_its_owner_and_end() {
    let world = World::bare(Kind::Sqlite, &[("BOWLINE_GRANTS__LOOK_EVERY", "100ms")]).await;
    world.service.ok("POST", "/api/v1/connections/jira/test", &json!({})).await;
    let client = json!({"name": "app", "provider": "atlassian_cloud", "client_id": "c", "secret": "s"});
    world.service.ok("POST", "/api/v1/oauth-clients", &client).await;
    let cloud = json!({
        "name": "cloud", "tool": "jira_cloud", "base_url": "https://acme.example", "oauth_client": "app",
    });
    world.service.ok("POST", "/api/v1/connections", &cloud).await;
    let path = "/api/v1/credentials";
    let used = |audit: &Value| !of(&audit["items"], "api_token")["used_at"].is_null();
    world.service.until(path, used).await;
    let audit = world.cli(&["audit", "credentials", "--json"], "").ok().json();
    let token = of(&audit, "api_token");
    assert_eq!((&token["connections"], &token["expiry"]), (&json!(["jira"]), &json!("assumed")), "{token:#}");
    assert!(token["owner"].is_string() && token["expires_at"].is_string(), "{token:#}");
    assert_eq!(of(&audit, "access_token")["expiry"], "unknown");
    assert_eq!(
        (&of(&audit, "grant")["state"], &of(&audit, "grant")["connections"]),
        (&json!("pending"), &json!(["cloud"]))
    );
    assert_eq!(of(&audit, "oauth_client")["owner"], "c");
    assert_eq!(&audit[0], token, "what ends comes first");
    assert!(!audit.to_string().contains("token-admin"));
    let table = world.cli(&["audit", "credentials"], "").ok().out;
    assert!(table.contains("api_token") && table.contains("jira"), "{table}");

    // A person knows better when it ends, and is told when that is near.
    let day = (now() + jiff::SignedDuration::from_hours(50)).to_string();
    world.cli(&["connection", "update", "jira", "--expires", &day[..10]], "").ok();
    let told = |page: &Value| page["items"].to_string().contains("auth.credential_ending");
    world.service.until("/api/v1/findings", told).await;
    let audit = world.cli(&["audit", "credentials", "--json"], "").ok().json();
    let token = of(&audit, "api_token");
    assert_eq!(
        (&token["expiry"], &token["expires_at"]),
        (&json!("entered"), &json!(format!("{}T00:00:00Z", &day[..10])))
    );
    // Another one takes its place: the finding is over.
    world
        .cli(
            &["connection", "update", "jira", "--secret-file", "-", "--expires", "2099-01-01"],
            "token-admin",
        )
        .ok();
    world.service.until("/api/v1/findings", |page| !told(page)).await;
    world.cli(&["connection", "update", "jira", "--expires", "2001-01-01"], "").exit(1).says(&["past"]);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_personal_access_token_that_ends_soon_is_replaced_by_itself() {
    let (folder, database) = (Folder::new(), Database::create(Kind::Sqlite).await);
    let jira = Tool::start(&["jira", "--deployment", "dc"]);
    // ada:ada
    let headers = [("authorization", "Basic YWRhOmFkYQ=="), ("content-type", "application/json")];
    let url = format!("{}/rest/pat/latest/tokens", jira.url);
    let body = json!({"name": "by hand", "expirationDuration": 10}).to_string();
    let made = crate::house::http("POST", &url, &headers, body).await.unwrap().body;
    let more = [("BOWLINE_GRANTS__LOOK_EVERY", "200ms"), ("BOWLINE_GRANTS__REPLACE_AHEAD", "336h")];
    let service = Service::start(folder.path(), &environment(&folder, &database, &more));
    let connection = json!({
        "name": "dc", "tool": "jira_dc", "base_url": jira.url,
        "sign_in": {"method": "personal_access_token"}, "secret": made["rawToken"],
    });
    service.ok("POST", "/api/v1/connections", &connection).await;
    let far = (now() + jiff::SignedDuration::from_hours(60 * 24)).to_string();
    let is_replaced = |page: &Value| {
        let ends = of(&page["items"], "personal_access_token")["expires_at"].as_str().map(str::to_owned);
        ends.is_some_and(|ends| ends > far)
    };
    service.until("/api/v1/credentials", is_replaced).await;
    let tokens = crate::house::http("GET", &url, &headers, "").await.unwrap().body;
    let mut names: Vec<&str> =
        tokens.as_array().unwrap().iter().map(|token| token["name"].as_str().unwrap()).collect();
    names.sort_unstable();
    assert!(matches!(names[..], [ours, "by hand"] if ours.starts_with("Bowline ")), "{names:?}");
    assert_eq!(service.ok("POST", "/api/v1/connections/dc/test", &json!({})).await["ok"], true);
    let audit = service.get("/api/v1/credentials").await;
    assert_eq!(of(&audit["items"], "personal_access_token")["expiry"], "told");
    assert_eq!(service.get("/api/v1/findings").await["items"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_scopes_of_a_connection_follow_from_its_profiles() {
    let world = World::new(Kind::Sqlite, &[]).await;
    let view = world.cli(&["connection", "scopes", "jira", "--json"], "").ok().json();
    assert_eq!(view["classic"], json!(["read:jira-user", "read:jira-work", "write:jira-work"]));
    assert_eq!((&view["profiles"], &view["granted"]), (&json!(["stories"]), &Value::Null));
    assert!(view["granular"].as_array().unwrap().contains(&json!("write:issue:jira")));
    let text = world.cli(&["connection", "scopes", "jira"], "").ok().out;
    assert!(text.contains("classic     read:jira-user") && text.contains("granted     not known"), "{text}");
    world.cli(&["connection", "scopes", "targetprocess"], "").exit(5).says(&["no scopes"]);
    world.end().await;
    let said = bowline(&["audit", "--help"], &[], "").ok().out;
    assert!(said.contains("credentials"), "{said}");
}
