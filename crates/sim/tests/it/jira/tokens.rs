//! Secrets that stand for people: API tokens, personal access tokens, and ways in that are shut.

use bowline_sim::jira::Deployment;
use http::Method;
use serde_json::{Value, json};

use super::{CLOUD, DC, World, issue, world};
use crate::client::Client;

const PATS: &str = "/rest/pat/latest/tokens";
const DAY: i64 = 86_400_000;

async fn set(world: &World, change: Value) -> Value {
    world.control.post("/_sim/settings", change).await.expect(200)
}

async fn pass(world: &World, ms: i64) {
    world.control.post("/_sim/clock", json!({"advance_ms": ms})).await.expect(200);
}

async fn stop_clock(world: &World) {
    world.control.post("/_sim/clock", json!({"freeze": true})).await.expect(200);
    world.control.post("/_sim/clock", json!({"set": 1_900_000_000_000_i64})).await.expect(200);
}

fn ada(world: &World, secret: &str) -> Client {
    Client::basic(world.running.url(), "ada@example.com", secret)
}

fn bearer(world: &World, secret: &str) -> Client {
    Client::anonymous(world.running.url()).with(format!("Bearer {secret}"))
}

async fn make(world: &World, token: Value) -> String {
    let made = set(world, json!({"token": {"make": token}})).await;
    made["token"]["secret"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_wrong_token_makes_nobody_of_a_caller_on_cloud() {
    let world = world(CLOUD).await;
    let wrong = ada(&world, "wrong");
    let found = wrong.get("/rest/api/3/search/jql?jql=project=ACME").await;
    assert_eq!(found.headers["x-seraph-loginreason"], "AUTHENTICATED_FAILED");
    assert_eq!(found.expect(200)["issues"], json!([]));
    assert_eq!(wrong.get("/rest/api/3/issue/ACME-1").await.status, 404);
    assert_eq!(wrong.get("/rest/api/3/myself").await.status, 401);
    assert_eq!(wrong.post("/rest/api/3/issue", issue("x")).await.status, 401);
    assert!(!world.control.get("/rest/api/3/serverInfo").await.headers.contains_key("x-seraph-loginreason"));
    set(&world, json!({"login": {"failed": "refused"}})).await;
    assert_eq!(wrong.get("/rest/api/3/search/jql?jql=project=ACME").await.status, 401);
}

#[tokio::test]
async fn a_data_center_may_drop_a_wrong_bearer_as_well() {
    let world = world(DC).await;
    let wrong = bearer(&world, "nonsense");
    assert_eq!(wrong.get("/rest/api/2/search").await.status, 401);
    set(&world, json!({"login": {"failed": "anonymous"}})).await;
    let found = wrong.get("/rest/api/2/search").await;
    assert_eq!(found.headers["x-ausername"], "anonymous");
    assert_eq!(found.expect(200)["total"], 0);
    let password = Client::basic(world.running.url(), "ada", "wrong");
    assert_eq!(password.get("/rest/api/2/search").await.status, 401, "passwords are refused all the same");
}

#[tokio::test]
async fn a_scoped_token_is_for_the_gateway() {
    let world = world(CLOUD).await;
    for kind in ["scoped", "service"] {
        let wanted = json!({"user": "ada", "kind": kind, "scopes": ["read:jira-work"]});
        let secret = make(&world, wanted).await;
        let answer = ada(&world, &secret).get("/rest/api/3/search/jql?jql=project=ACME").await;
        assert_eq!(answer.headers["x-seraph-loginreason"], "AUTHENTICATED_FAILED");
        assert_eq!(answer.status, 401, "not even as nobody");
    }
    for wrong in [
        json!({"user": "ada", "kind": "scoped"}),
        json!({"user": "ada", "kind": "api", "scopes": ["read:jira-work"]}),
        json!({"user": "ada", "kind": "personal"}),
        json!({"user": "eve", "kind": "api"}),
    ] {
        let wrong = json!({"token": {"make": wrong}});
        assert_eq!(world.control.post("/_sim/settings", wrong).await.status, 400);
    }
}

#[tokio::test]
async fn an_api_token_lives_a_year_unless_it_is_ended() {
    let world = world(CLOUD).await;
    stop_clock(&world).await;
    let me = "/rest/api/3/myself";
    let year = make(&world, json!({"user": "ada", "kind": "api"})).await;
    let week = make(&world, json!({"user": "ada", "kind": "api", "days": 7, "secret": "week"})).await;
    assert!(year.starts_with("ATATT3x") && week == "week");
    assert_eq!(ada(&world, &year).get(me).await.expect(200)["emailAddress"], "ada@example.com");
    let bob = Client::basic(world.running.url(), "bob@example.com", &year);
    assert_eq!(bob.get(me).await.status, 401, "another's token");
    pass(&world, 7 * DAY - 1).await;
    assert_eq!(ada(&world, "week").get(me).await.status, 200);
    pass(&world, 1).await;
    assert_eq!(ada(&world, "week").get(me).await.status, 401);
    pass(&world, 358 * DAY).await;
    assert_eq!(ada(&world, &year).get(me).await.status, 401);
    assert_eq!(world.ada.get(me).await.status, 200, "the ready-made one has no end");
    set(&world, json!({"token": {"end": {"secret": "token-ada", "in_ms": 1_000}}})).await;
    assert_eq!(world.ada.get(me).await.status, 200);
    pass(&world, 1_000).await;
    assert_eq!(world.ada.get(me).await.status, 401);
    set(&world, json!({"token": {"revoke": "token-bob"}})).await;
    assert_eq!(world.bob.get(me).await.status, 401);
    let none = json!({"token": {"revoke": "token-eve"}});
    assert_eq!(world.control.post("/_sim/settings", none).await.status, 400);
}

#[tokio::test]
async fn who_was_shut_out_comes_in_again_with_the_same_token() {
    for face in [CLOUD, DC] {
        let world = world(face).await;
        let me = "/rest/api/2/myself";
        set(&world, json!({"account": {"user": "ada", "active": false}})).await;
        let answer = world.ada.get("/rest/api/2/serverInfo").await;
        assert_eq!((answer.status, world.bob.get(me).await.status), (401, 200));
        assert_eq!(answer.headers["x-seraph-loginreason"], "AUTHENTICATED_FAILED");
        set(&world, json!({"account": {"user": "ada", "active": true}})).await;
        assert_eq!(world.ada.get(me).await.status, 200);
    }
    let world = world(CLOUD).await;
    set(&world, json!({"login": {"tokens_disabled": true}})).await;
    assert_eq!(world.ada.get("/rest/api/3/project").await.status, 401);
}

#[tokio::test]
async fn a_site_tells_everybody_its_cloud_id() {
    let cloud = world(CLOUD).await;
    let info = cloud.control.get("/_edge/tenant_info").await.expect(200);
    let id = info["cloudId"].as_str().unwrap();
    assert_eq!(id.split('-').map(str::len).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
    assert_eq!(world(CLOUD).await.control.get("/_edge/tenant_info").await.expect(200), info);
    assert_eq!(world(DC).await.control.get("/_edge/tenant_info").await.status, 404);
}

#[tokio::test]
async fn a_personal_token_is_shown_once_and_ends_when_it_should() {
    for face in [DC, Deployment::Server] {
        let world = world(face).await;
        stop_clock(&world).await;
        let wanted = json!({"name": "sync", "expirationDuration": 90});
        let made = world.ada.post(PATS, wanted).await.expect(201);
        assert_eq!(made["createdAt"], "2030-03-17T17:46:40.000+00:00");
        assert_eq!(made["expiringAt"], "2030-06-15T17:46:40.000+00:00");
        let secret = made["rawToken"].as_str().unwrap();
        let token = bearer(&world, secret);
        assert_eq!(token.get("/rest/api/2/myself").await.expect(200)["name"], "ada");
        let password = Client::basic(world.running.url(), "ada", secret);
        assert_eq!(password.get("/rest/api/2/myself").await.status, 401, "it is no password");
        let list = token.get("/rest/pat/1.0/tokens").await.expect(200);
        assert_eq!(list.as_array().unwrap().len(), 1);
        assert_eq!((list[0]["name"].as_str(), &list[0]["id"]), (Some("sync"), &made["id"]));
        assert!(list[0].get("rawToken").is_none() && list[0]["lastAccessedAt"].is_string());
        assert_eq!(world.bob.get(PATS).await.expect(200), json!([]));
        pass(&world, 90 * DAY).await;
        assert_eq!(token.get("/rest/api/2/myself").await.status, 401);
        let which = format!("{PATS}/{}", made["id"]);
        assert_eq!(world.bob.delete(&which).await.status, 404);
        assert_eq!(world.ada.delete(&which).await.status, 204);
        assert_eq!(world.ada.get(PATS).await.expect(200), json!([]));
        assert_eq!(world.control.get(PATS).await.status, 401);
    }
}

#[tokio::test]
async fn a_token_can_make_its_successor_and_be_revoked_by_it() {
    let world = world(DC).await;
    let old = world.ada.post(PATS, json!({"name": "old"})).await.expect(201);
    assert!(old.get("expiringAt").is_none());
    let first = bearer(&world, old["rawToken"].as_str().unwrap());
    let new = first.post(PATS, json!({"name": "new"})).await.expect(201);
    let second = bearer(&world, new["rawToken"].as_str().unwrap());
    assert_eq!(second.delete(&format!("{PATS}/{}", old["id"])).await.status, 204);
    assert_eq!(first.get("/rest/api/2/myself").await.status, 401);
    assert_eq!(second.get("/rest/api/2/myself").await.status, 200);
}

#[tokio::test]
async fn administrators_bound_personal_tokens() {
    let world = world(DC).await;
    let post = async |body: Value| world.ada.post(PATS, body).await.status;
    for wrong in [
        json!({}),
        json!([]),
        json!({"name": ""}),
        json!({"name": "x".repeat(41)}),
        json!({"name": "x", "expirationDuration": 0}),
        json!({"name": "x", "expirationDuration": 366}),
        json!({"name": "x", "expirationDuration": "soon"}),
    ] {
        assert_eq!(post(wrong.clone()).await, 400, "{wrong}");
    }
    for number in 0..10 {
        assert_eq!(post(json!({"name": number.to_string()})).await, 201);
    }
    assert_eq!(post(json!({"name": "one too many"})).await, 400);
    set(&world, json!({"personal_tokens": {"per_user": 11, "max_days": 30, "eternal": false}})).await;
    assert_eq!(post(json!({"name": "for ever"})).await, 400);
    assert_eq!(post(json!({"name": "long", "expirationDuration": 31})).await, 400);
    assert_eq!(post(json!({"name": "short", "expirationDuration": 30})).await, 201);
}

#[tokio::test]
async fn passwords_can_be_switched_off() {
    let world = world(DC).await;
    set(&world, json!({"login": {"basic_disabled": true}})).await;
    let answer = world.ada.get("/rest/api/2/myself").await;
    assert!(!answer.headers.contains_key("x-seraph-loginreason"));
    assert_eq!(
        answer.expect(403),
        json!({"message": "Basic Authentication has been disabled on this instance."})
    );
    let session = json!({"username": "ada", "password": "ada"});
    assert_eq!(world.control.post("/rest/auth/1/session", session).await.status, 403);
    assert_eq!(bearer(&world, "pat-ada").get("/rest/api/2/myself").await.status, 200);
}

#[tokio::test]
async fn the_login_page_lifts_the_captcha() {
    let world = world(DC).await;
    let wrong = Client::basic(world.running.url(), "ada", "wrong");
    for _ in 0..3 {
        wrong.get("/rest/api/2/myself").await;
    }
    assert_eq!(world.ada.get("/rest/api/2/myself").await.status, 403);
    let browser = world.control.clone().and("content-type", "application/x-www-form-urlencoded");
    let submit =
        async |form: &'static str| browser.send(Method::POST, "/login.jsp", form.into()).await.unwrap();
    assert_eq!(browser.get("/login.jsp").await.status, 200);
    let barred = submit("os_username=ada&os_password=ada").await;
    assert_eq!(barred.headers["x-seraph-loginreason"], "AUTHENTICATION_DENIED");
    let mistyped = submit("os_username=ada&os_password=ado&os_captcha=seen").await;
    assert_eq!(mistyped.headers["x-seraph-loginreason"], "AUTHENTICATED_FAILED");
    let entered = submit("os_username=ada&os_password=ada&os_captcha=seen").await;
    assert_eq!(entered.status, 302);
    let cookie = entered.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let session = world.control.clone().and("cookie", &cookie);
    assert_eq!(session.get("/rest/api/2/myself").await.expect(200)["name"], "ada");
    assert_eq!(world.ada.get("/rest/api/2/myself").await.status, 200);
}
