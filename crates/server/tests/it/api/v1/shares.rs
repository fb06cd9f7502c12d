//! Shares over the API.

use std::time::Duration;

use bowline_core::failure::Words;
use bowline_core::work::Lane;
use bowline_core::{Failure, code};
use serde_json::{Value, json};

use crate::house::{DOCUMENT, House};

async fn create(house: &House, ask: Value) -> crate::house::Answer {
    house.call("POST", "/api/v1/shares").json(ask).send().await
}

fn wish(item: &str) -> Value {
    json!({ "profile": "stories", "side": "left", "item": item })
}

#[tokio::test]
async fn an_item_is_shared_once() {
    let house = House::new().await;
    let profile = house.profile("default").await;
    let rings = house.bell.rings();
    let share = house.share("default", "ACME-1").await;
    assert_eq!(house.bell.rings(), rings + 1);
    assert_eq!(
        (&share["state"], &share["origin"], &share["source"]),
        (&json!("intended"), &json!("hand"), &json!("left"))
    );
    assert_eq!(share["left"]["key"], "ACME-1");
    assert_eq!(share["right"]["key"], Value::Null);
    assert_eq!(share["profile"], profile["id"]);
    let again = create(&house, wish("ACME-1")).await.status(409);
    assert_eq!(again.problem(), "sync.already_shared");
    assert_eq!(again.json()["share"], share["id"]);
}

#[tokio::test]
async fn a_dry_run_says_what_would_be_and_writes_nothing() {
    let house = House::new().await;
    house.profile("default").await;
    house.tools.has("ACME-1", "Story");
    house.tools.has("WEB-1", "UserStory");
    let mut ask = wish("ACME-1");
    ask["dry_run"] = json!(true);
    assert_eq!(create(&house, ask).await.status(200).json()["left"]["key"], "ACME-1");
    let ask = json!({ "profile": "stories", "left": "ACME-1", "right": "WEB-1", "dry_run": true });
    house.call("POST", "/api/v1/shares/connect").json(ask).send().await.status(200);
    let listed = house.call("GET", "/api/v1/shares").send().await.status(200).json();
    assert_eq!(listed["items"], json!([]));
}

#[tokio::test]
async fn two_items_that_exist_are_connected() {
    let house = House::new().await;
    house.profile("default").await;
    house.tools.has("ACME-1", "Story");
    house.tools.has("WEB-1", "UserStory");
    let ask = json!({ "profile": "stories", "left": "ACME-1", "right": "WEB-1" });
    let connect = || house.call("POST", "/api/v1/shares/connect").json(ask.clone()).send();
    let share = connect().await.status(201).json();
    assert_eq!((&share["state"], &share["origin"]), (&json!("created"), &json!("connect")));
    assert_eq!((&share["left"]["key"], &share["right"]["key"]), (&json!("ACME-1"), &json!("WEB-1")));
    assert_eq!(connect().await.status(409).problem(), "sync.already_shared");
    let shown = house.call("GET", &format!("/api/v1/shares/{}", share["id"].as_str().unwrap())).send().await;
    assert_eq!(shown.status(200).json()["last_activity"]["deed"], "connected");
}

#[tokio::test]
async fn a_wish_that_cannot_be_granted_says_why_in_our_own_words() {
    let house = House::new().await;
    house.profile("default").await;
    house.tools.has("OPS-1", "Story");
    house.tools.has("ACME-2", "Epic");
    assert_eq!(create(&house, wish("ACME-404")).await.status(422).problem(), "tool.not_found");
    let unrouted = create(&house, wish("OPS-1")).await.status(422);
    assert_eq!(unrouted.problem(), "sync.not_routed");
    assert!(unrouted.json()["reasons"][0].as_str().unwrap().contains("OPS"));
    assert_eq!(create(&house, wish("ACME-2")).await.status(422).problem(), "sync.no_type_mapping");

    let words = Words::new("the vendor says: a title nobody may see");
    for (failure, status, retry) in [
        (Failure::wait(code::AUTH_REJECTED), 502, ""),
        (Failure::park(code::TOOL_REFUSED), 502, ""),
        (Failure::throttled(Duration::from_secs(30)), 503, "30"),
        (Failure::retry(code::NET_TIMEOUT, bowline_core::failure::Executed::No), 503, "10"),
    ] {
        let code = failure.code.to_string();
        house.tools.find_fails(Some(failure.with_words(words.clone())));
        let answer = create(&house, wish("ACME-1")).await.status(status);
        assert_eq!((answer.problem(), answer.header("retry-after")), (code, retry));
        assert!(!answer.text().contains("nobody may see"));
    }
}

#[tokio::test]
async fn shares_are_found_by_profile_state_and_item() {
    let house = House::new().await;
    let profile = house.profile("default").await;
    let first = house.share("default", "ACME-1").await;
    let second = house.share("default", "ACME-2").await;
    let list = |query: String| {
        let house = &house;
        async move {
            let page = house.call("GET", &format!("/api/v1/shares{query}")).send().await.status(200).json();
            let items = page["items"].as_array().unwrap().clone();
            items.into_iter().map(|row| row["id"].clone()).collect::<Vec<_>>()
        }
    };
    let (first, second) = (first["id"].clone(), second["id"].clone());
    assert_eq!(list(String::new()).await, [second.clone(), first.clone()]);
    assert_eq!(list("?item=ACME-1".into()).await, [first]);
    assert_eq!(list("?state=intended&profile=stories".into()).await.len(), 2);
    assert_eq!(list(format!("?profile={}", profile["id"].as_str().unwrap())).await.len(), 2);
    assert!(list("?state=active".into()).await.is_empty());
    assert_eq!(list("?limit=1".into()).await, [second]);
    for bad in ["?state=lost", "?limit=0", "?limit=1001", "?limit=x", "?after=nowhere", "?colour=red"] {
        house.call("GET", &format!("/api/v1/shares{bad}")).send().await.status(400);
    }
    house.call("GET", "/api/v1/shares?profile=unknown").send().await.status(404);
}

#[tokio::test]
async fn a_share_is_untied_once_and_then_has_nothing_to_sync() {
    let house = House::new().await;
    house.profile("default").await;
    let share = house.share("default", "ACME-1").await;
    let path = format!("/api/v1/shares/{}", share["id"].as_str().unwrap());
    house.call("POST", &format!("{path}/sync")).send().await.status(202);
    assert_eq!(
        house.call("POST", &format!("{path}/unlink")).send().await.status(200).json()["state"],
        "unlinked"
    );
    house.call("POST", &format!("{path}/unlink")).send().await.status(200);
    house.call("POST", &format!("{path}/sync")).send().await.status(409);
    let lines = house.call("GET", "/api/v1/activity").send().await.status(200).json();
    assert_eq!(lines["items"].as_array().unwrap().len(), 1, "untied once, told once");
}

#[tokio::test]
async fn asking_to_look_now_makes_interactive_work() {
    let house = House::new().await;
    house.profile("default").await;
    let share = house.share("default", "ACME-1").await;
    house.finish_work().await;
    let path = format!("/api/v1/shares/{}/sync", share["id"].as_str().unwrap());
    house.call("POST", &path).send().await.status(202);
    let claims = house.finish_work().await;
    assert_eq!(claims.len(), 1);
    assert_eq!(claims[0].lane, Lane::Interactive);
    assert_eq!(claims[0].entity.to_string(), format!("share/{}", share["id"].as_str().unwrap()));
}

#[tokio::test]
async fn bodies_that_are_no_wish_are_refused() {
    let house = House::new().await;
    house.profile("default").await;
    for (path, body) in [
        ("/api/v1/shares", json!({ "profile": "stories", "side": "up", "item": "ACME-1" })),
        ("/api/v1/shares", json!({ "profile": "stories", "side": "left" })),
        ("/api/v1/shares", json!({ "profile": "stories", "side": "left", "item": 1 })),
        ("/api/v1/shares/connect", json!({ "profile": "stories", "left": "ACME-1" })),
        ("/api/v1/shares/connect", json!([DOCUMENT])),
    ] {
        house.call("POST", path).json(body).send().await.status(400);
    }
    let unknown = json!({ "profile": "unknown", "side": "left", "item": "ACME-1" });
    assert_eq!(create(&house, unknown).await.status(404).problem(), "api.not_found");
}
