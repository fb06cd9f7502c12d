//! Calls of apps to the site: as themselves, and in the name of a user.

use bytes::Bytes;
use http::Method;
use serde_json::{Value, json};

use super::app::{KEY, hash, jwt};
use super::{World, world};
use crate::client::{Client, Reply, encode};

const MYSELF: (&str, &str) = ("/rest/api/3/myself", "GET&/rest/api/3/myself&");

/// A text as Jira takes it.
fn said() -> Value {
    let text = json!({"type": "paragraph", "content": [{"type": "text", "text": "Said."}]});
    json!({"type": "doc", "version": 1, "content": [text]})
}

#[tokio::test]
async fn an_app_calls_as_itself() {
    let mut world = world().await;
    let entry = world.install("jira").await;
    let me = world.signed(&entry, MYSELF.1).get(MYSELF.0).await.expect(200);
    assert_eq!((&me["accountId"], &me["accountType"]), (&entry["account_id"], &json!("app")));
    assert_eq!(me["displayName"], "An app");
    // The raw path is hashed, and parameters in their order.
    let canonical = "GET&/rest/api/3/issue/ACME%2D1&fields=status,summary&properties=a%20b";
    let app = world.signed(&entry, canonical);
    app.get("/rest/api/3/issue/ACME%2D1?properties=a+b&fields=summary&fields=status").await.expect(200);
    let body = json!({"body": said()});
    let app = world.signed(&entry, "POST&/rest/api/3/issue/ACME-1/comment&");
    let comment = app.post("/rest/api/3/issue/ACME-1/comment", body).await.expect(201);
    assert_eq!(comment["author"]["accountId"], entry["account_id"]);
    // In the query as well, but not in both places.
    let token = jwt(&world.claims(MYSELF.1), entry["shared_secret"].as_str().unwrap());
    let path = format!("{}?jwt={token}", MYSELF.0);
    world.site.get(&path).await.expect(200);
    assert_eq!(world.site.clone().with(format!("JWT {token}")).get(&path).await.status, 401);
}

#[tokio::test]
async fn a_token_that_is_not_right_is_refused() {
    let mut world = world().await;
    let entry = world.install("jira").await;
    let secret = entry["shared_secret"].as_str().unwrap().to_owned();
    let now = super::NOW;
    let right = world.claims(MYSELF.1);
    let with = |name: &str, value: Value| {
        let mut claims = right.clone();
        claims[name] = value;
        claims
    };
    let without = |name: &str| {
        let mut claims = right.clone();
        claims.as_object_mut().unwrap().remove(name);
        claims
    };
    let call = async |claims: &Value, secret: &str| {
        let token = jwt(claims, secret);
        world.site.clone().with(format!("JWT {token}")).get(MYSELF.0).await.status
    };
    assert_eq!(call(&right, &secret).await, 200);
    assert_eq!(call(&right, "another secret").await, 401);
    for (what, claims) in [
        ("another app", with("iss", json!("com.example.other"))),
        ("another request", with("qsh", json!(hash("GET&/rest/api/3/issue&")))),
        ("a page's token", with("qsh", json!("context-qsh"))),
        ("over", json!({"iss": KEY, "iat": now - 211, "exp": now - 31, "qsh": right["qsh"]})),
        ("not begun", json!({"iss": KEY, "iat": now + 31, "exp": now + 60, "qsh": right["qsh"]})),
        ("too long", with("exp", json!(now + 181))),
        ("no text", with("exp", json!("never"))),
        ("no exp", without("exp")),
        ("no iat", without("iat")),
        ("no qsh", without("qsh")),
    ] {
        assert_eq!(call(&claims, &secret).await, 401, "{what}");
    }
    let garbled = world.site.clone().with("JWT nonsense".to_owned()).get(MYSELF.0).await;
    assert_eq!(garbled.status, 401);
    // GET with a body: CHANGE-2328.
    let app = world.signed(&entry, MYSELF.1);
    let reply = app.send(Method::GET, MYSELF.0, Bytes::from_static(b"{}")).await.unwrap();
    assert_eq!(reply.status, 403);
}

#[tokio::test]
async fn scopes_are_those_of_the_descriptor() {
    let mut world = world().await;
    world.app.set("/modules/webhooks", json!([]));
    for (scopes, read, write, delete) in [
        (json!(["READ"]), 200, 403, 403),
        (json!(["WRITE"]), 200, 204, 403),
        (json!(["DELETE"]), 200, 204, 204),
    ] {
        world.app.set("/scopes", scopes.clone());
        let entry = world.install("jira").await;
        let issue = "/rest/api/3/issue/ACME-2";
        let app = |method: &str| world.signed(&entry, &format!("{method}&{issue}&"));
        assert_eq!(app("GET").get(issue).await.status, read, "{scopes}");
        let change = json!({"fields": {"summary": "by an app"}});
        assert_eq!(app("PUT").put(issue, change).await.status, write, "{scopes}");
        let gone = app("DELETE").delete(issue).await;
        assert_eq!(gone.status, delete, "{scopes}");
        if delete == 403 {
            assert_eq!(gone.json()["message"], "Request not in an authorized API scope");
        }
        let hooks = "/rest/webhooks/1.0/webhook";
        let app = world.signed(&entry, &format!("GET&{hooks}&"));
        assert_eq!(app.get(hooks).await.status, 403, "what no app may call");
    }
}

#[tokio::test]
async fn an_app_keeps_properties_that_nobody_else_reaches() {
    let mut world = world().await;
    let entry = world.install("jira").await;
    let path = format!("/rest/atlassian-connect/1/addons/{KEY}/properties/is-configured");
    let at = |method: &str| world.signed(&entry, &format!("{method}&{path}&"));
    assert_eq!(at("GET").get(&path).await.status, 404);
    at("PUT").put(&path, json!({"yes": true})).await.expect(201);
    at("PUT").put(&path, json!({"yes": false})).await.expect(200);
    assert_eq!(
        at("GET").get(&path).await.expect(200),
        json!({"key": "is-configured", "value": {"yes": false}})
    );
    let all = path.trim_end_matches("/is-configured");
    let keys = world.signed(&entry, &format!("GET&{all}&")).get(all).await.expect(200);
    assert_eq!(keys["keys"][0]["key"], "is-configured");
    assert_eq!(world.ada.get(&path).await.status, 401);
    let long = format!("{all}/{}", "k".repeat(128));
    let app = world.signed(&entry, &format!("PUT&{long}&"));
    assert_eq!(app.put(&long, json!(1)).await.status, 400);
    let own = all.trim_end_matches("/properties");
    assert_eq!(world.signed(&entry, &format!("GET&{own}&")).get(own).await.expect(200)["key"], KEY);
    assert_eq!(at("DELETE").delete(&path).await.status, 204);
    assert_eq!(at("DELETE").delete(&path).await.status, 404);
}

const ADA: &str = "712020:5f0c0000-0000-4000-8000-000000000002";

impl World {
    fn assertion(&self, entry: &Value) -> Value {
        let now = self.atlassian.clock().now() / 1_000;
        json!({
            "iss": format!("urn:atlassian:connect:clientid:{}", entry["oauth_client_id"].as_str().unwrap()),
            "sub": format!("urn:atlassian:connect:useraccountid:{ADA}"),
            "tnt": self.url(), "aud": self.atlassian.url(), "iat": now, "exp": now + 60,
        })
    }

    async fn ask(&self, entry: &Value, assertion: &Value, more: &str) -> Reply {
        let assertion = jwt(assertion, entry["shared_secret"].as_str().unwrap());
        let grant = encode("urn:ietf:params:oauth:grant-type:jwt-bearer");
        let body = format!("grant_type={grant}&assertion={assertion}{more}");
        let client = self.identity().and("content-type", "application/x-www-form-urlencoded");
        client.send(Method::POST, "/oauth2/token", body.into()).await.unwrap()
    }

    fn bearer(&self, told: &Value) -> Client {
        self.site.clone().with(format!("Bearer {}", told["access_token"].as_str().unwrap()))
    }
}

#[tokio::test]
async fn an_app_acts_for_a_user_with_a_token_that_ends() {
    let mut world = world().await;
    let entry = world.install("jira").await;
    let told = world.ask(&entry, &world.assertion(&entry), "").await.expect(200);
    assert_eq!((&told["expires_in"], &told["token_type"]), (&json!(900), &json!("Bearer")));
    let as_ada = world.bearer(&told);
    assert_eq!(as_ada.get(MYSELF.0).await.expect(200)["accountId"], ADA);
    let body = json!({"body": said()});
    let comment = as_ada.post("/rest/api/3/issue/ACME-1/comment", body).await.expect(201);
    assert_eq!(comment["author"]["accountId"], ADA);
    assert_eq!(as_ada.delete("/rest/api/3/issue/ACME-1").await.status, 403, "the app has no DELETE");
    assert_eq!(as_ada.get("/wiki/api/v2/pages").await.status, 401, "it is for Jira");
    let narrow = world.ask(&entry, &world.assertion(&entry), "&scope=READ").await.expect(200);
    let edit = json!({"fields": {"summary": "x"}});
    assert_eq!(world.bearer(&narrow).put("/rest/api/3/issue/ACME-1", edit).await.status, 403);
    world.pass(901);
    assert_eq!(as_ada.get(MYSELF.0).await.status, 401);
}

#[tokio::test]
async fn an_assertion_that_is_not_right_gets_no_token() {
    let mut world = world().await;
    let entry = world.install("jira").await;
    let now = super::NOW;
    for (name, value, code) in [
        ("aud", json!(format!("{}/", world.atlassian.url())), "invalid_grant"),
        ("aud", json!("https://auth.atlassian.io"), "invalid_grant"),
        ("iss", json!("urn:atlassian:connect:clientid:stale"), "invalid_client"),
        ("sub", json!("urn:atlassian:connect:useraccountid:nobody"), "invalid_grant"),
        ("sub", entry["account_id"].clone(), "invalid_grant"),
        ("tnt", json!("https://elsewhere.example.com"), "invalid_grant"),
        ("exp", json!(now - 31), "invalid_grant"),
    ] {
        let mut assertion = world.assertion(&entry);
        assertion[name] = value.clone();
        let reply = world.ask(&entry, &assertion, "").await;
        assert_eq!((reply.status, reply.json()["error"].as_str()), (400, Some(code)), "{name}: {value}");
    }
    let mut other = entry.clone();
    other["shared_secret"] = json!("another secret");
    assert_eq!(world.ask(&other, &world.assertion(&entry), "").await.status, 400);
    let wide = world.ask(&entry, &world.assertion(&entry), "&scope=ADMIN").await;
    assert_eq!(wide.expect(400)["error"], "invalid_scope");
    world.app.set("/scopes", json!(["READ"]));
    let entry = world.install("jira").await;
    let reply = world.ask(&entry, &world.assertion(&entry), "").await;
    assert_eq!(reply.expect(403)["error"], "unauthorized_client");
}

#[tokio::test]
async fn an_app_asks_what_anybody_may_and_its_page_asks_for_whoever_looks() {
    let mut world = world().await;
    let entry = world.install("jira").await;
    let bob = world.ada.get("/rest/api/3/user/search?query=bob").await.expect(200)[0]["accountId"].clone();
    let asked = json!([{"permissions": ["EDIT_ISSUES", "ADMINISTER_PROJECTS"], "issues": [10_000]}]);
    let body = json!({"accountId": bob, "projectPermissions": asked});
    let path = "/rest/api/3/permissions/check";
    let told = world.signed(&entry, "POST&/rest/api/3/permissions/check&").post(path, body.clone()).await;
    let told = told.expect(200);
    assert_eq!(
        told["projectPermissions"][0],
        json!({"permission": "EDIT_ISSUES", "projects": [], "issues": [10_000]})
    );
    assert_eq!(told["projectPermissions"][1]["issues"], json!([]));
    // As `AP.request` does it.
    let html = world.site.get(&format!("/_sim/connect/page/jira/{KEY}/panel?as=ada")).await.body;
    let html = String::from_utf8(html.to_vec()).unwrap();
    let frame = html.split_once("id=\"frame\">").unwrap().1.split_once("</script>").unwrap().0;
    let frame: Value = serde_json::from_str(frame).unwrap();
    let page = world.site.clone().with(format!("Bearer {}", frame["user_token"].as_str().unwrap()));
    assert_eq!(page.post(path, body).await.status, 403);
}
