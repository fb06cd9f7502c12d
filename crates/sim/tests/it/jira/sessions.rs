//! Sessions, the CAPTCHA, forged requests, and what anybody may see.

use bowline_sim::jira::{Deployment, Options};
use http::Method;
use serde_json::{Value, json};

use super::{CLOUD, DC, World, issue, start_with, world};
use crate::client::Client;

const SESSION: &str = "/rest/auth/1/session";

async fn sign_in(world: &World, name: &str, password: &str) -> crate::client::Reply {
    world.control.post(SESSION, json!({"username": name, "password": password})).await
}

fn with_cookie(world: &World, answer: &Value) -> Client {
    let value = answer["session"]["value"].as_str().unwrap();
    world.control.clone().and("cookie", &format!("other=1; JSESSIONID={value}"))
}

#[tokio::test]
async fn a_session_stands_for_a_password_until_it_is_closed() {
    for deployment in [DC, Deployment::Server] {
        let world = world(deployment).await;
        let answer = sign_in(&world, "ada", "ada").await;
        let cookie = answer.headers["set-cookie"].to_str().unwrap().to_owned();
        let answer = answer.expect(200);
        assert_eq!(answer["session"]["name"], "JSESSIONID");
        assert!(cookie.starts_with(&format!("JSESSIONID={};", answer["session"]["value"].as_str().unwrap())));
        assert_eq!(answer["loginInfo"]["loginCount"], 1);
        let ada = with_cookie(&world, &answer);
        assert_eq!(ada.get("/rest/api/2/myself").await.expect(200)["name"], "ada");
        assert_eq!(ada.get("/rest/auth/latest/session").await.expect(200)["name"], "ada");
        ada.post("/rest/api/2/issue", issue("by cookie")).await.expect(201);
        assert_eq!(ada.delete(SESSION).await.status, 204);
        let after = ada.get("/rest/api/2/serverInfo").await;
        assert_eq!(
            (after.status, &after.headers["x-seraph-loginreason"]),
            (401, &"AUTHENTICATED_FAILED".parse().unwrap())
        );
        assert_eq!(ada.delete(SESSION).await.status, 401);
        assert_eq!(ada.get(SESSION).await.status, 401);
        let again = ada.post(SESSION, json!({"username": "ada", "password": "ada"})).await;
        assert_eq!(again.status, 200, "the cookie of an ended session does not bar the way in");
    }
}

#[tokio::test]
async fn a_session_ends_when_nobody_uses_it() {
    let world = world(DC).await;
    world.control.post("/_sim/clock", json!({"freeze": true})).await.expect(200);
    let ada = with_cookie(&world, &sign_in(&world, "ada", "ada").await.expect(200));
    let pass = |hours: i64| world.control.post("/_sim/clock", json!({"advance_ms": hours * 3_600_000}));
    pass(4).await.expect(200);
    assert_eq!(ada.get("/rest/api/2/myself").await.status, 200);
    pass(4).await.expect(200);
    assert_eq!(ada.get("/rest/api/2/myself").await.status, 200);
    pass(6).await.expect(200);
    assert_eq!(ada.get("/rest/api/2/myself").await.status, 401);
}

#[tokio::test]
async fn a_wrong_login_says_so_and_malformed_ones_are_refused() {
    let world = world(DC).await;
    let wrong = sign_in(&world, "bob", "ada").await;
    assert_eq!(wrong.headers["x-seraph-loginreason"], "AUTHENTICATED_FAILED");
    assert_eq!(wrong.expect(401), json!({"errorMessages": ["Login failed"], "errors": {}}));
    for body in [
        json!({}),
        json!([]),
        json!({"username": 1, "password": null}),
        json!({"username": "nobody", "password": "x"}),
    ] {
        assert_eq!(world.control.post(SESSION, body).await.status, 401);
    }
    let broken = world.control.send(Method::POST, SESSION, "{".into()).await.unwrap();
    assert_eq!(broken.status, 400);
    assert_eq!(world.bob.delete("/rest/auth/1/websudo").await.status, 204);
    assert_eq!(world.control.delete("/rest/auth/1/websudo").await.status, 401);
}

#[tokio::test]
async fn cloud_tells_who_calls_and_opens_no_session() {
    let world = world(CLOUD).await;
    let me = world.ada.get(SESSION).await.expect(200);
    assert_eq!(me["accountId"], "712020:5f0c0000-0000-4000-8000-000000000002");
    assert_eq!(sign_in(&world, "ada", "ada").await.status, 405);
}

#[tokio::test]
async fn too_many_wrong_passwords_bring_the_captcha_until_somebody_solves_it() {
    let world = world(DC).await;
    let wrong = Client::basic(world.running.url(), "ada", "wrong");
    for _ in 0..3 {
        let answer = wrong.get("/rest/api/2/myself").await;
        assert_eq!(
            (answer.status, answer.headers["x-seraph-loginreason"].to_str().unwrap()),
            (401, "AUTHENTICATED_FAILED")
        );
    }
    let answer = world.ada.get("/rest/api/2/myself").await;
    assert_eq!(answer.status, 403, "the right password is not looked at");
    assert_eq!(answer.headers["x-seraph-loginreason"], "AUTHENTICATION_DENIED");
    let login = format!("CAPTCHA_CHALLENGE; login-url={}/login.jsp", world.running.url());
    assert_eq!(answer.headers["x-authentication-denied-reason"], login.as_str());
    assert_eq!(sign_in(&world, "ada", "ada").await.status, 403);
    let token = Client::anonymous(world.running.url()).with("Bearer pat-ada".to_owned());
    assert_eq!(token.get("/rest/api/2/myself").await.status, 200, "tokens are not passwords");
    assert_eq!(world.bob.get("/rest/api/2/myself").await.status, 200);
    world.control.post("/_sim/settings", json!({"login": {"reset": "ada"}})).await.expect(200);
    assert_eq!(world.ada.get("/rest/api/2/myself").await.status, 200);
    world.control.post("/_sim/settings", json!({"login": {"attempts": 0}})).await.expect(200);
    for _ in 0..5 {
        assert_eq!(wrong.get("/rest/api/2/myself").await.status, 401);
    }
    assert_eq!(world.control.post("/_sim/settings", json!({"login": {"reset": "eve"}})).await.status, 400);
}

#[tokio::test]
async fn a_form_of_another_site_is_refused() {
    let world = world(DC).await;
    let send = |client: Client| async move {
        client
            .send(Method::POST, "/rest/api/2/issue", issue("forged").to_string().into())
            .await
            .unwrap()
            .status
    };
    let form = world.ada.clone().and("content-type", "multipart/form-data; boundary=x");
    assert_eq!(send(form.clone()).await, 403);
    assert_ne!(send(form.and("x-atlassian-token", "no-check")).await, 403);
    let browser = world.ada.clone().and("user-agent", "Mozilla/5.0");
    assert_eq!(send(browser.clone().and("origin", "https://elsewhere.example")).await, 403);
    assert_eq!(send(browser.and("origin", world.running.url())).await, 201);
}

#[tokio::test]
async fn anybody_may_look_at_a_public_project_and_change_nothing() {
    for deployment in [CLOUD, DC] {
        let world = world(deployment).await;
        let open = |allowed: bool| {
            world.control.post("/_sim/settings", json!({"public": {"project": "ACME", "allowed": allowed}}))
        };
        open(true).await.expect(200);
        let nobody = &world.control;
        assert_eq!(nobody.get("/rest/api/2/issue/ACME-1").await.expect(200)["key"], "ACME-1");
        assert_eq!(nobody.get("/rest/api/2/issue/OPS-1").await.status, 404);
        let projects = nobody.get("/rest/api/2/project").await.expect(200);
        assert_eq!(projects.as_array().unwrap().len(), 1);
        assert_eq!(nobody.put("/rest/api/2/issue/ACME-1", issue("x")).await.status, 401);
        open(false).await.expect(200);
        assert_eq!(nobody.get("/rest/api/2/issue/ACME-1").await.status, 404);
    }
}

#[tokio::test]
async fn everything_is_below_the_context_path_and_links_name_it() {
    let options = Options { deployment: DC, context: "/jira/".to_owned(), ..Options::default() };
    let world = start_with(options).await;
    assert!(world.running.url().ends_with("/jira"), "{}", world.running.url());
    let issue = world.ada.get("/rest/api/2/issue/ACME-1").await.expect(200);
    assert_eq!(
        issue["self"],
        format!("{}/rest/api/2/issue/{}", world.running.url(), issue["id"].as_str().unwrap())
    );
    let signed = json!({"username": "ada", "password": "ada"});
    let session = world.control.post("/rest/auth/1/session", signed).await;
    assert!(session.headers["set-cookie"].to_str().unwrap().contains("; Path=/jira;"));
    world.control.get("/_sim/state").await.expect(200);
    assert_eq!(world.ada.get("/rest/api/2/nothing").await.expect(404)["status-code"], 404);
    let outside = Client::basic(&format!("http://{}", world.running.address()), "ada", "ada");
    assert_eq!(outside.get("/rest/api/2/myself").await.status, 404);
}
