//! Tenants over the API.

use serde_json::json;

use crate::house::House;

#[tokio::test]
async fn a_tenant_is_made_once_and_listed_by_name() {
    let house = House::new().await;
    let make = || house.call("POST", "/api/v1/tenants").json(json!({ "name": "acme" })).send();
    assert_eq!(make().await.status(201).json()["name"], "acme");
    assert_eq!(make().await.status(409).problem(), "api.conflict");
    let listed = house.call("GET", "/api/v1/tenants").send().await.status(200).json();
    let names: Vec<&str> =
        listed["items"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["acme", "default", "other"]);
}

#[tokio::test]
async fn lists_go_on_where_a_page_ended() {
    let house = House::new().await;
    let first = house.call("GET", "/api/v1/tenants?limit=1").send().await.status(200).json();
    assert_eq!(first["items"][0]["name"], "default");
    let next = format!("/api/v1/tenants?limit=1&after={}", first["next"].as_str().unwrap());
    let second = house.call("GET", &next).send().await.status(200).json();
    assert_eq!(second["items"][0]["name"], "other");
    assert!(second["next"].is_null());
}

#[tokio::test]
async fn names_that_would_need_quoting_are_refused() {
    let house = House::new().await;
    for name in ["", "Acme", "a b", "a/b", "ä", &"x".repeat(61)] {
        let ask = json!({ "name": name });
        let answer = house.call("POST", "/api/v1/tenants").json(ask).send().await.status(400);
        assert_eq!(answer.problem(), "api.bad_request");
    }
}
