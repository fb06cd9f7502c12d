//! Deliveries over the API.

use serde_json::{Value, json};

use crate::house::House;

/// Two deliveries: one that is understood and one that is parked.
async fn deliveries(house: &House) -> (Value, Value) {
    let tp = house.tp("default").await;
    let deliver = |body: &'static [u8]| {
        let path = House::hook(&tp);
        async move { house.call("POST", &path).without("authorization").body(body).send().await.status(204) }
    };
    deliver(crate::house::STORY_UPDATED.as_bytes()).await;
    deliver(b"not json \xff at all").await;
    let page = house.call("GET", "/api/v1/inbox").send().await.status(200).json();
    (page["items"][1].clone(), page["items"][0].clone())
}

#[tokio::test]
async fn a_delivery_is_listed_as_it_was_understood() {
    let house = House::new().await;
    let (read, parked) = deliveries(&house).await;
    assert_eq!((&read["state"], &parked["state"]), (&json!("pending"), &json!("parked")));
    assert_eq!(read["about"]["id"], "7");
    assert!(read["entity"].as_str().unwrap().starts_with("item/con_"));
    assert!(parked["event"].is_null());
    assert!(parked["outcome"].is_string(), "it says why it was parked");
    let shown = house.call("GET", &format!("/api/v1/inbox/{}", read["id"].as_str().unwrap())).send().await;
    assert!(shown.status(200).json()["body"].is_null());
}

#[tokio::test]
async fn the_body_of_a_parked_delivery_is_opened_exactly() {
    let house = House::new().await;
    let (_, parked) = deliveries(&house).await;
    let path = format!("/api/v1/inbox/{}", parked["id"].as_str().unwrap());
    let shown = house.call("GET", &path).send().await.status(200).json();
    assert_eq!(shown["body"]["base64"], "bm90IGpzb24g/yBhdCBhbGw=");
    assert_eq!(shown["body"]["text"], "not json \u{fffd} at all");
}

#[tokio::test]
async fn deliveries_are_found_by_connection_and_state() {
    let house = House::new().await;
    deliveries(&house).await;
    house.jira("default").await;
    let count = |query: &'static str| {
        let house = &house;
        async move {
            let page = house.call("GET", &format!("/api/v1/inbox{query}")).send().await.status(200).json();
            page["items"].as_array().unwrap().len()
        }
    };
    assert_eq!(count("?state=parked").await, 1);
    assert_eq!(count("?connection=tp").await, 2);
    assert_eq!(count("?connection=jira").await, 0);
    assert_eq!(count("?limit=1").await, 1);
    for bad in ["?state=lost", "?limit=0", "?after=x", "?x=1"] {
        house.call("GET", &format!("/api/v1/inbox{bad}")).send().await.status(400);
    }
    house.call("GET", "/api/v1/inbox?connection=unknown").send().await.status(404);
}
