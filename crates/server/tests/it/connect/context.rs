//! What the panel's script may ask for, and for whom.

use serde_json::{Value, json};

use super::tenant_of;
use crate::house::atlassian::{Site, call};
use crate::house::{DOCUMENT, House};

const STATE: &str = "/connect/context/state";
const ALL: [&str; 3] = ["BROWSE_PROJECTS", "EDIT_ISSUES", "ADMINISTER_PROJECTS"];

/// A site with the profile `stories` over it and a Targetprocess, and the issue 10001 that is not shared yet.
async fn with_profile() -> (House, Site, String) {
    with_profile_of(true).await
}

async fn with_profile_of(panel_ties: bool) -> (House, Site, String) {
    let (house, site) = House::installed_with(|options| options.panel_ties = panel_ties).await;
    let tenant = tenant_of(&house, &site).await;
    house.tp(&tenant).await;
    let document = DOCUMENT.replace("\"jira\"", "\"acme\"");
    house
        .call("POST", "/api/v1/profiles")
        .tenant(&tenant)
        .json(json!({ "document": document }))
        .send()
        .await
        .status(201);
    house.tools.has_id("10001", "ACME-1", "Story");
    house.tools.has_id("77", "WEB-77", "UserStory");
    (house, site, tenant)
}

async fn state(house: &House, site: &Site, account: &str) -> Value {
    site.context(house, "GET", STATE, account).answer().await.status(200).json()
}

async fn post(house: &House, site: &Site, what: &str, account: &str, body: Value) -> u16 {
    let path = format!("/connect/context/{what}");
    site.context(house, "POST", &path, account).json(body).answer().await.code
}

#[tokio::test]
async fn an_issue_is_shared_looked_at_again_and_untied_from_its_panel() {
    let (house, site, _) = with_profile().await;
    house.atlassian.lets("ada", &ALL);
    let before = state(&house, &site, "ada").await;
    assert_eq!((&before["shares"], &before["profiles"]), (&json!([]), &json!(["stories"])));
    assert_eq!(before["may"], json!({"sync": true, "share": true, "unlink": true, "connect": true}));
    assert_eq!(post(&house, &site, "share", "ada", json!({"profile": "stories"})).await, 202);
    let shared = state(&house, &site, "ada").await;
    let share = shared["shares"][0].clone();
    assert_eq!((&share["profile"], &share["state"]), (&json!("stories"), &json!("intended")));
    assert_eq!(shared["profiles"], json!([]), "it is shared by every profile there is");
    let rings = house.bell.rings();
    assert_eq!(post(&house, &site, "sync", "ada", json!({"share": share["id"]})).await, 202);
    assert!(house.bell.rings() > rings);
    assert_eq!(post(&house, &site, "unlink", "ada", json!({"share": share["id"]})).await, 202);
    assert_eq!(state(&house, &site, "ada").await["shares"], json!([]));
    assert_eq!(post(&house, &site, "unlink", "ada", json!({"share": share["id"]})).await, 404);
}

#[tokio::test]
async fn an_issue_is_tied_to_an_item_that_exists() {
    let (house, site, _) = with_profile().await;
    house.atlassian.lets("ada", &ALL);
    assert_eq!(
        post(&house, &site, "connect", "ada", json!({"profile": "stories", "item": "WEB-77"})).await,
        202
    );
    let state = state(&house, &site, "ada").await;
    let there = &state["shares"][0]["counterpart"];
    assert_eq!((&there["key"], &there["tool"]), (&json!("WEB-77"), &json!("Targetprocess")));
}

#[tokio::test]
async fn whoever_ties_from_a_panel_is_held_to_the_routing_and_learns_nothing_of_the_other_side() {
    let (house, site, tenant) = with_profile().await;
    house.atlassian.lets("ada", &ALL);
    // A project that no routing names, an item of another type, one that is tied already, and none at all.
    house.tools.has_id("78", "SECRET-78", "UserStory");
    house.tools.has_id("79", "WEB-79", "Bug");
    house.tools.has_id("80", "WEB-80", "UserStory");
    house.tools.has_id("10080", "ACME-80", "Story");
    let tied = json!({"profile": "stories", "left": "ACME-80", "right": "WEB-80"});
    house.call("POST", "/api/v1/shares/connect").tenant(&tenant).json(tied).send().await.status(201);
    let tie = async |item: &str| {
        let path = "/connect/context/connect";
        let ask = json!({"profile": "stories", "item": item});
        let answer = site.context(&house, "POST", path, "ada").json(ask).answer().await.status(422);
        let mut problem = answer.json();
        problem.as_object_mut().unwrap().remove("request_id");
        problem
    };
    let unrouted = tie("SECRET-78").await;
    for item in ["WEB-79", "WEB-80", "WEB-81"] {
        assert_eq!(tie(item).await, unrouted, "{item}");
    }
    assert_eq!(state(&house, &site, "ada").await["shares"], json!([]));
    // The issue's own project has to be named as well: its administrator could be anybody who may make a project.
    house.tools.has_id("10001", "MINE-1", "Story");
    assert_eq!(tie("WEB-77").await, unrouted);
    // Who runs the service may tie what they like.
    let any = json!({"profile": "stories", "left": "MINE-1", "right": "SECRET-78"});
    house.call("POST", "/api/v1/shares/connect").tenant(&tenant).json(any).send().await.status(201);
}

#[tokio::test]
async fn by_default_nobody_ties_from_a_panel() {
    let (house, site, _) = with_profile_of(false).await;
    house.atlassian.lets("ada", &ALL);
    assert_eq!(state(&house, &site, "ada").await["may"]["connect"], json!(false));
    let tie = json!({"profile": "stories", "item": "WEB-77"});
    assert_eq!(post(&house, &site, "connect", "ada", tie).await, 403);
    assert_eq!(state(&house, &site, "ada").await["shares"], json!([]));
}

#[tokio::test]
async fn the_site_says_each_time_what_a_person_may() {
    let (house, site, _) = with_profile().await;
    let share = json!({"profile": "stories"});
    let tie = json!({"profile": "stories", "item": "WEB-77"});
    // Nobody has said anything of Bob.
    site.context(&house, "GET", STATE, "bob").answer().await.status(403);
    assert_eq!(post(&house, &site, "share", "bob", share.clone()).await, 403);
    house.atlassian.lets("bob", &["BROWSE_PROJECTS"]);
    let may = state(&house, &site, "bob").await["may"].clone();
    assert_eq!(may, json!({"sync": false, "share": false, "unlink": false, "connect": false}));
    assert_eq!(post(&house, &site, "share", "bob", share.clone()).await, 403);
    // Who may edit and not see is a mistake of the site, and no way in.
    house.atlassian.lets("bob", &["EDIT_ISSUES", "ADMINISTER_PROJECTS"]);
    assert_eq!(post(&house, &site, "share", "bob", share.clone()).await, 403);
    house.atlassian.lets("bob", &["BROWSE_PROJECTS", "EDIT_ISSUES"]);
    assert_eq!(
        post(&house, &site, "connect", "bob", tie).await,
        403,
        "that is for who administers the project"
    );
    assert_eq!(post(&house, &site, "share", "bob", share).await, 202);
    house.atlassian.lets("bob", &[]);
    site.context(&house, "GET", STATE, "bob").answer().await.status(403);
    // Nobody who cannot be asked about may do anything.
    house.atlassian.away.store(true, std::sync::atomic::Ordering::SeqCst);
    site.context(&house, "GET", STATE, "ada").answer().await.status(503);
}

#[tokio::test]
async fn only_a_context_token_in_the_header_counts_and_for_its_own_issue() {
    let (house, site, _) = with_profile().await;
    house.atlassian.lets("ada", &ALL);
    call(&house, "GET", STATE, None).answer().await.status(401);
    site.bound(&house, "GET", STATE).answer().await.status(401);
    let mut claims = site.claims(&house, "GET", STATE);
    (claims["qsh"], claims["sub"]) = (json!("context-qsh"), json!("ada"));
    let token = site.signed(&claims);
    call(&house, "GET", &format!("{STATE}?jwt={token}"), None).answer().await.status(401);
    // Without a context of its own the token is for whichever issue the person may see.
    call(&house, "GET", STATE, Some(&token)).answer().await.status(400);
    call(&house, "GET", &format!("{STATE}?issue=10001"), Some(&token)).answer().await.status(200);
    // With one it is for that.
    site.context(&house, "GET", &format!("{STATE}?issue=10002"), "ada").answer().await.status(403);
    for body in [json!({}), json!([]), json!({"profile": 7})] {
        assert_eq!(post(&house, &site, "share", "ada", body).await, 400);
    }
    assert_eq!(post(&house, &site, "share", "ada", json!({"profile": "nobodys"})).await, 404);
}

#[tokio::test]
async fn the_site_is_asked_by_a_call_that_is_signed_for_it() {
    let (house, site, _) = with_profile().await;
    house.atlassian.lets("ada", &ALL);
    state(&house, &site, "ada").await;
    let asked = house.atlassian.asked.lock().unwrap().clone();
    let (url, shown) = asked.last().unwrap();
    assert_eq!(url, "https://acme.atlassian.net/rest/api/3/permissions/check");
    assert!(shown.starts_with("JWT "), "{shown}");
}
