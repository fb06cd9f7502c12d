//! Data Center's OAuth 2.0 provider: consent in a browser, codes, rotation, scopes, service accounts.

use bowline_sim::jira::{Deployment, Options};
use http::Method;
use serde_json::{Value, json};

use super::{CLOUD, DC, World, issue, start_with, world};
use crate::browser::{Browser, Place};
use crate::client::{Client, Reply, encode};

const BACK: &str = "http://127.0.0.1:9/authorize/callback";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const SECOND: i64 = 1_000;

async fn set(world: &World, change: Value) -> Value {
    world.control.post("/_sim/settings", json!({"oauth2": change})).await.expect(200)
}

async fn pass(world: &World, ms: i64) {
    world.control.post("/_sim/clock", json!({"advance_ms": ms})).await.expect(200);
}

/// A Data Center whose clock stands still.
async fn still() -> World {
    start_with(Options { deployment: DC, frozen: true, ..Options::default() }).await
}

fn ask(more: &str) -> String {
    format!(
        "/rest/oauth2/latest/authorize?client_id=bowline&redirect_uri={}&response_type=code&state=a%26b{more}",
        encode(BACK)
    )
}

async fn sign_in(browser: &mut Browser, page: &Place, name: &str) -> Place {
    assert!(page.page().contains("os_username"), "{}", page.page());
    browser.submit(page, &[("os_username", name), ("os_password", name)]).await
}

/// Somebody consents to a scope; where their browser is sent.
async fn consent(world: &World, name: &str, more: &str) -> Place {
    let mut browser = Browser::new(world.running.url());
    let page = browser.open(&ask(more)).await;
    let page = sign_in(&mut browser, &page, name).await;
    browser.submit(&page, &[("decision", "allow")]).await
}

async fn post(world: &World, form: &[(&str, &str)]) -> Reply {
    let body: Vec<String> = form.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
    let client =
        world.control.clone().and("content-type", "application/x-www-form-urlencoded; charset=UTF-8");
    client.send(Method::POST, "/rest/oauth2/latest/token", body.join("&").into()).await.unwrap()
}

const CLIENT: [(&str, &str); 2] = [("client_id", "bowline"), ("client_secret", "secret-bowline")];

async fn exchange(world: &World, code: &str, more: &[(&str, &str)]) -> Reply {
    let form = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", BACK)];
    post(world, &[&CLIENT[..], &form, more].concat()).await
}

async fn refresh(world: &World, token: &str) -> Reply {
    let form = [("grant_type", "refresh_token"), ("refresh_token", token), ("redirect_uri", BACK)];
    post(world, &[&CLIENT[..], &form].concat()).await
}

/// The tokens of somebody's consent to a scope.
async fn tokens(world: &World, name: &str, scope: &str) -> Value {
    let code = consent(world, name, &format!("&scope={scope}")).await.value("code").unwrap();
    exchange(world, &code, &[]).await.expect(200)
}

fn bearer(world: &World, tokens: &Value) -> Client {
    let token = tokens["access_token"].as_str().unwrap();
    Client::anonymous(world.running.url()).with(format!("Bearer {token}"))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

#[tokio::test]
async fn somebody_signs_in_consents_and_a_client_acts_for_them() {
    let world =
        start_with(Options { deployment: DC, context: "/jira".to_owned(), ..Options::default() }).await;
    let mut browser = Browser::new(world.running.url());
    let page = browser
        .open(&ask(&format!("&scope=WRITE&code_challenge={CHALLENGE}&code_challenge_method=S256")))
        .await;
    let page = sign_in(&mut browser, &page, "ada").await;
    assert!(
        page.page().contains("Ada Byron") && page.page().contains("WRITE") && !page.page().contains("ADMIN")
    );
    let back = browser.submit(&page, &[("decision", "allow")]).await;
    assert!(back.outside().starts_with(BACK));
    assert_eq!(back.value("state").as_deref(), Some("a&b"));
    let code = back.value("code").unwrap();
    let refused = exchange(&world, &code, &[]).await.expect(400);
    assert_eq!(refused["error"], "invalid_grant", "the verifier is missing");
    let page = browser
        .open(&ask(&format!("&scope=WRITE&code_challenge={CHALLENGE}&code_challenge_method=S256")))
        .await;
    assert!(page.page().contains("id=\"allow\""), "the session goes on");
    let code = browser.submit(&page, &[("decision", "allow")]).await.value("code").unwrap();
    let tokens = exchange(&world, &code, &[("code_verifier", VERIFIER)]).await.expect(200);
    assert_eq!((&tokens["token_type"], &tokens["expires_in"]), (&json!("bearer"), &json!(3600)));
    let ada = bearer(&world, &tokens);
    let me = ada.get("/rest/api/2/myself").await;
    assert_eq!(me.headers["x-ausername"], "ada");
    assert_eq!(me.expect(200)["name"], "ada");
    ada.post("/rest/api/2/issue", issue("by OAuth 2.0")).await.expect(201);
    assert_eq!(
        exchange(&world, &code, &[("code_verifier", VERIFIER)]).await.status,
        400,
        "a code is used once"
    );
}

#[tokio::test]
async fn refusals_lead_back_with_an_error_and_wrong_requests_lead_nowhere() {
    let world = still().await;
    let mut browser = Browser::new(world.running.url());
    for (more, error) in [
        ("&scope=read:jira-work", "invalid_scope"),
        ("", "invalid_scope"),
        ("&scope=READ&code_challenge=x&code_challenge_method=S512", "invalid_request"),
    ] {
        let back = browser.open(&ask(more)).await;
        assert_eq!(
            (back.value("error").as_deref(), back.value("state").as_deref()),
            (Some(error), Some("a&b"))
        );
    }
    let implicit = browser.open(&ask("&scope=READ").replace("=code", "=token")).await;
    assert_eq!(implicit.value("error").as_deref(), Some("unsupported_response_type"));
    for wrong in [
        ask("&scope=READ").replace("client_id=bowline", "client_id=other"),
        ask("&scope=READ").replace(&encode(BACK), &encode("https://attacker.example/x")),
        "/plugins/servlet/oauth2/consent?ticket=none".to_owned(),
    ] {
        let page = browser.open(&wrong).await;
        let Place::Page(_, reply) = &page else { panic!("sent to {}", page.outside()) };
        assert_eq!(reply.status, 400, "{wrong}");
    }
    let page = browser.open(&ask("&scope=READ")).await;
    let page = sign_in(&mut browser, &page, "ada").await;
    let back = browser.submit(&page, &[("decision", "deny")]).await;
    assert_eq!(back.value("error").as_deref(), Some("access_denied"));
    let again = browser.submit(&page, &[("decision", "allow")]).await;
    assert!(again.page().contains("decided already"));
    let page = browser.open(&ask("&scope=READ")).await;
    pass(&world, 600 * SECOND).await;
    assert!(browser.submit(&page, &[("decision", "allow")]).await.page().contains("too long"));
}

#[tokio::test]
async fn a_code_lives_ten_seconds_and_is_its_clients() {
    let world = still().await;
    let code = async || consent(&world, "ada", "&scope=READ").await.value("code").unwrap();
    let first = code().await;
    pass(&world, 10 * SECOND).await;
    exchange(&world, &first, &[]).await.expect(200);
    let second = code().await;
    pass(&world, 10 * SECOND + 1).await;
    assert_eq!(exchange(&world, &second, &[]).await.expect(400)["error"], "invalid_grant");
    set(
        &world,
        json!({"client": {"id": "other", "secret": "s", "redirects": ["http://o/x"], "scope": "READ"}}),
    )
    .await;
    let third = code().await;
    let other = [("client_id", "other"), ("client_secret", "s")];
    let form = [("grant_type", "authorization_code"), ("code", &*third), ("redirect_uri", BACK)];
    assert_eq!(post(&world, &[&other[..], &form].concat()).await.expect(400)["error"], "invalid_grant");
    set(&world, json!({"code_seconds": 600})).await;
    let fourth = code().await;
    pass(&world, 600 * SECOND).await;
    exchange(&world, &fourth, &[]).await.expect(200);
}

#[tokio::test]
async fn the_token_resource_reads_forms_only_and_blames_the_client_by_name() {
    let world = world(DC).await;
    let body = json!({"grant_type": "refresh_token", "client_id": "bowline"});
    let told = world.control.post("/rest/oauth2/latest/token", body).await.expect(500);
    assert!(text(&told["message"]).contains("@FormParam"), "{told}");
    let wrong = [("client_id", "bowline"), ("client_secret", "no"), ("grant_type", "refresh_token")];
    assert_eq!(post(&world, &wrong).await.expect(401)["error"], "invalid_client");
    assert_eq!(post(&world, &CLIENT).await.expect(400)["error"], "invalid_request");
    let implicit = [&CLIENT[..], &[("grant_type", "password")]].concat();
    assert_eq!(post(&world, &implicit).await.expect(400)["error"], "unsupported_grant_type");
    set(&world, json!({"validate_secret": false})).await;
    assert_eq!(post(&world, &wrong).await.expect(400)["error"], "invalid_grant");
    for face in [CLOUD, Deployment::Server] {
        let other = super::world(face).await;
        assert_eq!(post(&other, &CLIENT).await.status, 404);
    }
}

#[tokio::test]
async fn refreshing_rotates_without_leeway_and_wants_the_redirect_uri() {
    let world = still().await;
    let first = tokens(&world, "ada", "READ").await;
    let bare = [("grant_type", "refresh_token"), ("refresh_token", text(&first["refresh_token"]))];
    let refused = post(&world, &[&CLIENT[..], &bare].concat()).await.expect(400);
    assert_eq!(refused, json!({"error": "invalid_grant"}), "it does not say why");
    let second = refresh(&world, text(&first["refresh_token"])).await.expect(200);
    assert_eq!(refresh(&world, text(&first["refresh_token"])).await.expect(400)["error"], "invalid_grant");
    for pair in [&first, &second] {
        assert_eq!(bearer(&world, pair).get("/rest/api/2/myself").await.status, 200);
    }
    pass(&world, 3_600 * SECOND).await;
    let over = bearer(&world, &second).get("/rest/api/2/myself").await;
    assert_eq!(over.status, 401);
    pass(&world, 89 * 86_400 * SECOND).await;
    let third = refresh(&world, text(&second["refresh_token"])).await.expect(200);
    pass(&world, 90 * 86_400 * SECOND).await;
    assert_eq!(refresh(&world, text(&third["refresh_token"])).await.status, 400);
    set(&world, json!({"leeway_seconds": 5, "redirect_uri_on_refresh": false})).await;
    let first = tokens(&world, "ada", "READ").await;
    refresh(&world, text(&first["refresh_token"])).await.expect(200);
    pass(&world, 4_999).await;
    refresh(&world, text(&first["refresh_token"])).await.expect(200);
    pass(&world, 1).await;
    assert_eq!(refresh(&world, text(&first["refresh_token"])).await.status, 400);
}

#[tokio::test]
async fn a_scope_bounds_what_a_person_may_do_and_gives_no_more() {
    let world = world(DC).await;
    let group = json!({"name": "made-by-oauth"});
    for (scope, edit, setup) in [("READ", 403, 403), ("WRITE", 201, 403), ("ADMIN", 201, 201)] {
        let admin = bearer(&world, &tokens(&world, "admin", scope).await);
        assert_eq!(admin.get("/rest/api/2/issue/ACME-1").await.status, 200);
        assert_eq!(admin.post("/rest/api/2/search", json!({"jql": "project = ACME"})).await.status, 200);
        assert_eq!(admin.post("/rest/api/2/issue", issue(scope)).await.status, edit, "{scope}");
        assert_eq!(
            admin.get("/rest/webhooks/1.0/webhook").await.status,
            if setup == 201 { 200 } else { 403 }
        );
        assert_eq!(admin.post("/rest/api/2/group", group.clone()).await.status, setup, "{scope}");
    }
    let ada = bearer(&world, &tokens(&world, "ada", "SYSTEM_ADMIN").await);
    assert_eq!(
        ada.post("/rest/api/2/group", json!({"name": "other"})).await.status,
        403,
        "Ada is no administrator"
    );
    set(&world, json!({"scope_named": true})).await;
    let reader = bearer(&world, &tokens(&world, "ada", "READ").await);
    let refused = reader.post("/rest/api/2/issue", issue("x")).await;
    assert_eq!(refused.headers["www-authenticate"], "Bearer error=\"insufficient_scope\", scope=\"WRITE\"");
}

#[tokio::test]
async fn a_service_account_needs_nobodys_consent() {
    let world = still().await;
    let mint = async |scope: &str| {
        let form = [("client_id", "bowline-service"), ("client_secret", "secret-bowline-service")];
        post(&world, &[&form[..], &[("grant_type", "client_credentials"), ("scope", scope)]].concat()).await
    };
    let minted = mint("READ WRITE").await.expect(200);
    assert!(minted.get("refresh_token").is_none());
    let service = bearer(&world, &minted);
    let made = service.post("/rest/api/2/issue", issue("by a service")).await.expect(201);
    let path = format!("/rest/api/2/issue/{}", text(&made["key"]));
    assert_eq!(service.get(&path).await.expect(200)["fields"]["reporter"]["name"], "bob");
    assert_eq!(service.get("/rest/agile/1.0/board").await.status, 403, "only /rest/api/2");
    assert_eq!(mint("ADMIN").await.expect(400)["error"], "invalid_scope");
    let people = [&CLIENT[..], &[("grant_type", "client_credentials"), ("scope", "READ")]].concat();
    assert_eq!(post(&world, &people).await.expect(400)["error"], "unauthorized_client");
    pass(&world, 3_600 * SECOND).await;
    assert_eq!(service.get("/rest/api/2/myself").await.status, 401);
}

#[tokio::test]
async fn what_was_given_can_be_taken_back() {
    let world = still().await;
    let (ada, bob) = (tokens(&world, "ada", "READ").await, tokens(&world, "bob", "READ").await);
    assert_eq!(set(&world, json!({"revoke": {"user": "ada", "client": "bowline"}})).await["revoked"], 2);
    assert_eq!(bearer(&world, &ada).get("/rest/api/2/myself").await.status, 401);
    assert_eq!(refresh(&world, text(&ada["refresh_token"])).await.status, 400);
    assert_eq!(bearer(&world, &bob).get("/rest/api/2/myself").await.status, 200);
    let account = json!({"account": {"user": "bob", "active": false}});
    world.control.post("/_sim/settings", account).await.expect(200);
    assert_eq!(bearer(&world, &bob).get("/rest/api/2/myself").await.status, 401, "somebody who was shut out");
    set(&world, json!({"client": {"id": "bowline"}})).await;
    assert_eq!(refresh(&world, text(&bob["refresh_token"])).await.expect(401)["error"], "invalid_client");
    let none = json!({"oauth2": {"revoke": {"user": "eve"}}});
    assert_eq!(world.control.post("/_sim/settings", none).await.status, 400);
}
