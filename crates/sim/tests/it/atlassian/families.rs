//! Refresh tokens: rotation, leeway, reuse, idle and absolute ends, and what people do meanwhile.

use serde_json::{Value, json};

use super::{DAY, SYNC, World, world};
use crate::client::Client;

async fn lives(world: &World, tokens: &Value) -> bool {
    world.bearer(tokens).get("/me").await.status == 200
}

#[tokio::test]
async fn a_used_token_works_for_ten_minutes_and_then_ends_everything() {
    let world = world().await;
    let first = world.tokens("ada", 0, SYNC).await;
    let second = world.refresh(&first).await.expect(200);
    world.pass(599);
    let third = world.refresh(&first).await.expect(200);
    assert_ne!(second["refresh_token"], third["refresh_token"]);
    for tokens in [&first, &second, &third] {
        assert!(lives(&world, tokens).await);
    }
    world.pass(1);
    assert!(
        !lives(&world, &first).await && lives(&world, &second).await,
        "the old access token ends as well"
    );
    let refused = world.refresh(&first).await.expect(403);
    let told = json!({"error": "invalid_grant", "error_description": "Unknown or invalid refresh token."});
    assert_eq!(refused, told);
    assert!(!lives(&world, &third).await);
    assert_eq!(world.refresh(&third).await.expect(403), told);
}

#[tokio::test]
async fn ninety_idle_days_and_a_year_end_a_family() {
    let world = world().await;
    let idle = world.tokens("ada", 0, SYNC).await;
    let mut used = world.tokens("ada", 0, SYNC).await;
    assert!(lives(&world, &used).await);
    world.pass(3_600);
    assert!(!lives(&world, &used).await, "an access token lives an hour");
    for _ in 0..4 {
        world.pass(89 * DAY);
        used = world.refresh(&used).await.expect(200);
    }
    assert_eq!(world.refresh(&idle).await.status, 403);
    world.pass(9 * DAY);
    assert_eq!(world.refresh(&used).await.status, 403);
    world.set(json!({"rules": {"absolute_days": 700, "idle_days": 700}})).await;
    world.refresh(&used).await.expect(200);
}

#[tokio::test]
async fn what_a_person_does_ends_what_they_allowed() {
    let world = world().await;
    let tokens = world.tokens("ada", 0, SYNC).await;
    world.set(json!({"account": {"user": "ada", "active": false}})).await;
    assert!(!lives(&world, &tokens).await);
    assert_eq!(world.refresh(&tokens).await.expect(403)["error"], "invalid_grant");
    let site = Client::basic(world.atlassian.sites()[0].running().url(), "ada@example.com", "token-ada");
    assert_eq!(site.get("/rest/api/3/myself").await.status, 401, "the account is one for all sites");
    world.set(json!({"account": {"user": "ada", "active": true}})).await;
    let tokens = world.refresh(&tokens).await.expect(200);
    world.set(json!({"account": {"user": "ada", "password_changed": true}})).await;
    assert!(lives(&world, &tokens).await, "until its end");
    assert_eq!(world.refresh(&tokens).await.expect(403)["error"], "invalid_grant");
    let (ada, bob) = (world.tokens("ada", 0, SYNC).await, world.tokens("bob", 0, SYNC).await);
    assert_eq!(world.set(json!({"revoke": {"user": "ada", "app": "bowline"}})).await["revoked"], 1);
    assert!(!lives(&world, &ada).await && lives(&world, &bob).await);
    let revoked = json!({"error": "unauthorized_client", "error_description": "refresh_token is invalid"});
    assert_eq!(world.refresh(&ada).await.expect(403), revoked);
}

#[tokio::test]
async fn a_lost_answer_is_made_up_for_within_the_leeway_only() {
    let world = world().await;
    let tokens = world.tokens("ada", 0, SYNC).await;
    let drop = json!({"match": {"path": "/oauth/token"}, "times": 1, "do": {"kind": "done_then_reset"}});
    world.control.post("/_sim/faults", drop.clone()).await.expect(200);
    let body = super::with(json!({"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}));
    let lost = world.control.send(http::Method::POST, "/oauth/token", body.to_string().into()).await;
    assert!(lost.is_err());
    let tokens = world.refresh(&tokens).await.expect(200);
    world.set(json!({"rules": {"leeway_seconds": 0}})).await;
    world.control.post("/_sim/faults", drop).await.expect(200);
    let body = super::with(json!({"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}));
    assert!(world.control.send(http::Method::POST, "/oauth/token", body.to_string().into()).await.is_err());
    assert_eq!(world.refresh(&tokens).await.expect(403)["error"], "invalid_grant");
    let busy = json!({"match": {"path": "/oauth/token"}, "times": 1,
        "do": {"kind": "status", "status": 429, "retry_after": 7}});
    world.control.post("/_sim/faults", busy).await.expect(200);
    assert_eq!(world.refresh(&tokens).await.headers["retry-after"], "7");
}

#[tokio::test]
async fn tokens_are_good_for_what_they_were_made_for_only() {
    let world = world().await;
    let tokens = world.tokens("ada", 0, SYNC).await;
    let crossed = json!({"access_token": tokens["refresh_token"], "refresh_token": tokens["access_token"]});
    assert!(!lives(&world, &crossed).await);
    assert_eq!(world.refresh(&crossed).await.status, 403);
    world.set(json!({"app": {"id": "other", "secret": "s", "scopes": ["read:me"]}})).await;
    let stolen = json!({"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"],
        "client_id": "other", "client_secret": "s"});
    assert_eq!(world.token(stolen).await.expect(403)["error"], "invalid_grant");
    world.refresh(&tokens).await.expect(200);
}

#[tokio::test]
async fn thousands_of_families_are_made_at_once_and_each_is_its_own() {
    let world = world().await;
    let wanted = json!({"app": "bowline", "user": "ada", "site": "acme", "count": 5_000,
        "scopes": ["offline_access", "read:me", "read:jira-work"]});
    let made = world.set(json!({"families": wanted})).await;
    let families = made["families"].as_array().unwrap();
    let state = world.control.get("/_sim/state").await.expect(200);
    assert_eq!((families.len(), &state["counts"]["live"]), (5_000, &json!(5_000)));
    world.refresh(&families[17]).await.expect(200);
    world.pass(600);
    assert_eq!(world.refresh(&families[17]).await.status, 403);
    let neighbour = world.refresh(&families[18]).await.expect(200);
    assert!(lives(&world, &neighbour).await);
    assert_eq!(world.control.get("/_sim/item/17").await.expect(200)["state"], "reused");
    let page = world.control.get("/_sim/items?q=ada&max=2").await.expect(200);
    assert_eq!((&page["total"], page["items"].as_array().unwrap().len()), (&json!(5_000), 2));
    world.control.post("/_sim/snapshots/start/restore", Value::Null).await.expect(200);
    assert_eq!(world.control.get("/_sim/state").await.expect(200)["counts"]["items"], 0);
    assert_eq!(world.refresh(&neighbour).await.status, 403);
}

#[tokio::test]
async fn it_shows_itself_in_a_browser_as_the_others_do() {
    let world = world().await;
    world.tokens("ada", 0, SYNC).await;
    for tab in ["", "/items", "/items/0", "/setup", "/faults", "/clock"] {
        let page = world.control.get(&format!("/_sim/page{tab}")).await;
        assert_eq!(page.status, 200, "{tab}");
    }
    let about = world.control.get("/_sim/about").await.expect(200);
    assert_eq!((&about["title"], about["people"].as_array().unwrap().len()), (&json!("Atlassian"), 4));
    for wrong in [
        json!({"account": {"user": "eve", "active": true}}),
        json!({"app": {"id": "new"}}),
        json!({"site": {"site": "none", "name": "x"}}),
        json!({"surprise": 1}),
    ] {
        assert_eq!(world.control.post("/_sim/settings", wrong).await.status, 400);
    }
    assert_eq!(world.control.post("/_sim/edit", json!({})).await.status, 400);
}
