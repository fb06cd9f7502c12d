//! The host of Forge apps, as remotes meet it.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bowline_sim::atlassian::{Atlassian, Options, start};
use serde_json::{Value, json};

use crate::client::Client;
use crate::receiver::{Got, Receiver};

const APP: &str = "ari:cloud:ecosystem::app/8db33809-1f32-48bb-8c52-5877dab48107";
/// An instant that tokens are made at, in seconds.
const NOW: i64 = 1_800_000_000;

struct World {
    atlassian: Atlassian,
    control: Client,
    remote: Receiver,
}

/// An Atlassian whose clock stands still and that calls nobody by itself, and an app that is registered and installed nowhere.
async fn world() -> World {
    let world = lively_world().await;
    world.control.post("/_sim/forge/rules", json!({"hourly": false})).await.expect(200);
    world
}

/// One that calls every hour.
async fn lively_world() -> World {
    let options = Options { issues: 6, seed: 1, now: Some(NOW * 1_000), frozen: true, ..Options::default() };
    let atlassian = start(options, "127.0.0.1:0".parse().unwrap()).await.unwrap();
    let control = Client::anonymous(atlassian.url());
    let world = World { atlassian, control, remote: Receiver::start().await };
    let remote = world.remote.url.trim_end_matches("/hook");
    let app = json!({"id": APP, "remote": remote, "events_path": "/hook", "hourly_path": "/hook", "user_token": true});
    world.control.post("/_sim/forge/apps", app).await.expect(200);
    world
}

impl World {
    async fn change(&self, what: &str, more: Value) -> Value {
        let mut body = json!({"app": APP, "site": "acme"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.control.post(&format!("/_sim/forge/{what}"), body).await.expect(200)
    }

    fn site(&self) -> Client {
        Client::anonymous(self.atlassian.sites()[0].running().url())
    }

    fn pass(&self, seconds: u64) {
        self.atlassian.clock().advance(Duration::from_secs(seconds));
    }

    /// Waits until the site's first webhook has so many attempts: only once an answer has been noted is there a repetition.
    async fn attempted(&self, attempts: usize) {
        let tried = |sent: &Value| sent["webhooks"][0]["attempts"].as_array().map_or(0, Vec::len);
        while tried(&self.site().get("/_sim/webhooks").await.expect(200)) < attempts {
            tokio::task::yield_now().await;
        }
    }

    fn api(&self, token: &str) -> Client {
        let base = format!("{}/ex/jira/{}", self.atlassian.url(), self.atlassian.sites()[0].cloud_id());
        Client::anonymous(&base).with(format!("Bearer {token}"))
    }
}

/// What a token says, and whether the key set has the key that it names.
fn claims(got: &Got) -> Value {
    let token = got.header("authorization").unwrap().strip_prefix("Bearer ").unwrap();
    let part = |at: usize| -> Value {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(at).unwrap()).unwrap()).unwrap()
    };
    assert_eq!(part(0)["alg"], "RS256");
    part(1)
}

#[tokio::test]
async fn an_install_is_told_with_both_tokens_and_repeated_with_others() {
    let mut world = world().await;
    world.remote.answer(&[401, 503, 302]);
    let installed = world.change("install", json!({"as": "admin"})).await;
    let first = world.remote.next().await;
    let payload = &first.body["payload"];
    assert_eq!(
        (&payload["eventType"], payload.get("retryContext")),
        (&json!("avi:forge:installed:app"), None)
    );
    let said = claims(&first);
    assert_eq!((&said["iss"], &said["aud"]), (&json!("forge/invocation-token"), &json!(APP)));
    assert_eq!(said["app"]["installationId"], installed["installation"]);
    assert_eq!((said["exp"].as_i64(), said["iat"].as_i64()), (Some(NOW + 25), Some(NOW)));
    assert!(said.get("principal").is_none() && first.header("x-forge-oauth-user").is_none());
    assert!(first.header("x-b3-traceid").is_some() && first.header("x-b3-spanid").is_some());
    for (number, reason) in [
        (1, "INVALID_FORGE_INVOCATION_TOKEN"),
        (2, "INVALID_REMOTE_INVOCATION_ERROR"),
        (3, "INVALID_REMOTE_INVOCATION_ERROR"),
    ] {
        world.attempted(number).await;
        world.pass(60);
        let again = world.remote.next().await;
        let context = json!({"retryCount": number, "retryReason": reason, "retryData": null});
        assert_eq!(again.body["payload"]["retryContext"], context);
        assert_ne!(claims(&again)["jti"], said["jti"]);
    }
    world.attempted(4).await;
    world.pass(60);
    assert!(world.remote.is_empty(), "what was answered well is not repeated");
}

#[tokio::test]
async fn the_apps_token_opens_its_own_site_until_it_ends_or_the_app_is_gone() {
    let mut world = world().await;
    world.change("install", json!({})).await;
    let token = world.remote.next().await.header("x-forge-oauth-system").unwrap().to_owned();
    let me = world.api(&token).get("/rest/api/3/myself").await.expect(200);
    assert_eq!(me["accountType"], "app");
    let other = format!("{}/ex/jira/{}", world.atlassian.url(), world.atlassian.sites()[1].cloud_id());
    let other = Client::anonymous(&other).with(format!("Bearer {token}"));
    assert_eq!(other.get("/rest/api/3/myself").await.status, 403);
    world.pass(7_199);
    world.api(&token).get("/rest/api/3/myself").await.expect(200);
    world.pass(1);
    world.api(&token).get("/rest/api/3/myself").await.expect(401);
    let made = world.change("tick", json!({})).await;
    let token = made["request"]["headers"]["x-forge-oauth-system"].as_str().unwrap().to_owned();
    world.api(&token).get("/rest/api/3/myself").await.expect(200);
    world.change("uninstall", json!({})).await;
    world.api(&token).get("/rest/api/3/myself").await.expect(401);
    world.remote.next().await;
    assert!(world.remote.is_empty(), "nobody is told");
}

#[tokio::test]
async fn edits_are_told_in_forges_words_and_the_apps_own_are_not() {
    let mut world = world().await;
    world.change("install", json!({})).await;
    let token = world.remote.next().await.header("x-forge-oauth-system").unwrap().to_owned();
    let edit = json!({"as": "ada", "item": "ACME-1", "fields": {"summary": "Edited"}});
    world.site().post("/_sim/edit", edit).await.expect(200);
    let told = world.remote.next().await;
    let event = &told.body["payload"];
    assert_eq!(event["eventType"], "avi:jira:updated:issue");
    assert_eq!(
        (&event["issue"]["fields"]["summary"], &event["selfGenerated"]),
        (&json!("Edited"), &json!(false))
    );
    assert_eq!(event["timestamp"], (NOW * 1_000).to_string());
    let comment = json!({"as": "ada", "item": "ACME-1", "comment": "Hello"});
    world.site().post("/_sim/edit", comment).await.expect(200);
    let told = world.remote.next().await;
    assert_eq!(told.body["payload"]["eventType"], "avi:jira:commented:issue");
    assert!(told.body["payload"]["comment"]["id"].is_string());
    let own = json!({"fields": {"summary": "By the app"}});
    world.api(&token).put("/rest/api/3/issue/ACME-1", own).await.expect(204);
    assert!(world.remote.is_empty());
}

#[tokio::test]
async fn a_page_calls_for_somebody_and_a_spoiled_call_is_spoiled_in_one_way() {
    let mut world = world().await;
    world.change("install", json!({})).await;
    world.remote.next().await;
    let page = json!({"as": "ada", "path": "/hook", "body": {"code": "x"}});
    let made = world.change("page", page).await;
    let got = world.remote.next().await;
    assert_eq!((made["answer"]["status"].as_u64(), &got.body), (Some(200), &json!({"code": "x"})));
    assert!(claims(&got)["principal"].is_string() && got.header("x-forge-oauth-user").is_some());
    for (spoil, member) in
        [("audience", "aud"), ("issuer", "iss"), ("jti", "jti"), ("exp", "exp"), ("label", "icLabel")]
    {
        world.change("send", json!({"path": "/hook", "spoil": spoil})).await;
        let spoiled = claims(&world.remote.next().await);
        world.change("send", json!({"path": "/hook"})).await;
        let genuine = claims(&world.remote.next().await);
        let differs: Vec<&str> = ["aud", "iss", "exp", "iat", "nbf", "app", "icLabel"]
            .into_iter()
            .filter(|name| spoiled.get(name) != genuine.get(name))
            .collect();
        assert!(differs == [member] || (member == "jti" && differs.is_empty()), "{spoil}: {differs:?}");
        assert_eq!(spoiled.get("jti").is_none(), spoil == "jti");
    }
    world.change("send", json!({"path": "/hook", "spoil": "large"})).await;
    assert!(world.remote.next().await.header("authorization").unwrap().len() > 31 << 10);
    world.change("send", json!({"path": "/hook", "spoil": "token"})).await;
    assert!(world.remote.next().await.header("authorization").is_none());
}

#[tokio::test]
async fn the_key_set_has_what_calls_are_signed_with_and_goes_on_having_it() {
    let mut world = world().await;
    let set = world.control.get("/.well-known/jwks.json").await.expect(200);
    let key = &set["keys"][0];
    assert_eq!((&key["kty"], &key["alg"], &key["e"]), (&json!("RSA"), &json!("RS256"), &json!("AQAB")));
    world.change("install", json!({})).await;
    let token = world.remote.next().await.header("authorization").unwrap().to_owned();
    let header = token.strip_prefix("Bearer ").unwrap().split('.').next().unwrap();
    let header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap();
    assert_eq!(header["kid"], key["kid"]);
    world.control.post("/_sim/forge/rules", json!({"rotate": true})).await.expect(200);
    let set = world.control.get("/.well-known/jwks.json").await.expect(200);
    assert_eq!((set["keys"].as_array().unwrap().len(), &set["keys"][0]), (2, key));
    for wrong in [
        json!({"app": "nobody", "site": "acme"}),
        json!({"app": APP, "site": "nowhere"}),
        json!({"app": APP}),
    ] {
        let refused = world.control.post("/_sim/forge/tick", wrong).await;
        assert_eq!(refused.status, 400);
    }
}

#[tokio::test]
async fn every_installation_is_called_once_an_hour_of_the_simulators_clock() {
    let mut world = lively_world().await;
    world.change("install", json!({})).await;
    world.change("install", json!({"site": "globex"})).await;
    for _ in 0..2 {
        assert_eq!(world.remote.next().await.body["payload"]["eventType"], "avi:forge:installed:app");
    }
    world.pass(3_599);
    assert!(world.remote.is_empty());
    world.pass(1);
    let mut called = Vec::new();
    for _ in 0..2 {
        let got = world.remote.next().await;
        assert!(
            got.header("x-forge-oauth-system").is_some() && got.body == json!({"payload": {}}),
            "{got:?}"
        );
        called.push(claims(&got)["app"]["installationId"].as_str().unwrap().to_owned());
    }
    called.sort_unstable();
    called.dedup();
    assert_eq!(called.len(), 2, "each of them");
    // Days at once are one call of each that is there still.
    world.change("uninstall", json!({"site": "globex"})).await;
    world.pass(48 * 3_600);
    world.remote.next().await;
    world.pass(3_599);
    assert!(world.remote.is_empty());
    let made = world.control.get("/_sim/forge/calls").await.expect(200);
    let kinds: Vec<_> = made["calls"].as_array().unwrap().iter().map(|call| call["kind"].clone()).collect();
    assert!(kinds.iter().all(|kind| kind == "hourly"), "{kinds:?}");
    // Switched off it stays quiet, and what a test asks for is made all the same.
    world.control.post("/_sim/forge/rules", json!({"hourly": false})).await.expect(200);
    world.pass(10 * 3_600);
    world.change("tick", json!({})).await;
    world.remote.next().await;
    assert!(world.remote.is_empty());
}
