//! What holds for every answer, whatever was asked. The rest of it is checked with each call of every test.

use bowline_server::routes;

use crate::house::House;
use crate::matrix::concrete;

#[tokio::test]
async fn unknown_addresses_and_methods_are_problems() {
    let house = House::new().await;
    for path in
        ["/nowhere", "/api/v1/nowhere", "/api", "/hooks", "/hooks/a", "/hooks/a/b/c", "//", "/%2e%2e/etc"]
    {
        assert_eq!(house.call("GET", path).send().await.status(404).problem(), "api.not_found", "{path}");
    }
    for route in routes() {
        let answer = house.call("TRACE", &concrete(route.path)).send().await.status(405);
        assert!(answer.header("allow").contains(&route.method), "{}", answer.header("allow"));
    }
}

#[tokio::test]
async fn every_route_with_a_body_refuses_what_is_no_json() {
    let house = House::new().await;
    let document: serde_json::Value = serde_json::from_str(bowline_server::openapi()).unwrap();
    house.profile("default").await;
    let mut tried = 0;
    for route in routes() {
        let described = &document["paths"][route.path][route.method.to_lowercase()];
        if described.get("requestBody").is_none() {
            continue;
        }
        tried += 1;
        let path = route.path.replace("{connection}", "jira").replace("{profile}", "stories");
        let call = || house.call(&route.method, &path);
        call().body("{}").send().await.status(415);
        for body in ["", "{", "nul", "\u{feff}{}", "[1]", "\"text\"", "{\"a\":1,\"a\":2}"] {
            let sent =
                call().header("content-type", "application/json; charset=utf-8").body(body).send().await;
            assert_eq!(sent.status(400).problem(), "api.bad_request", "{} {path} {body:?}", route.method);
        }
        let deep = "[".repeat(100_000);
        call().header("content-type", "application/json").body(deep).send().await.status(400);
    }
    assert_eq!(tried, 15);
}

#[tokio::test]
async fn a_body_above_the_limit_is_a_problem() {
    let house = House::with(|options| options.api_body = 100).await;
    let ask = serde_json::json!({ "name": "x".repeat(200) });
    let answer = house.call("POST", "/api/v1/tenants").json(ask).send().await.status(413);
    assert_eq!(answer.problem(), "api.too_large");
}

#[tokio::test]
async fn while_the_database_is_away_the_api_says_so() {
    let house = House::new().await;
    house.store.close().await;
    for route in routes().iter().filter(|route| route.method == "GET") {
        let answer = house.call("GET", &concrete(route.path)).send().await.status(503);
        assert_eq!((answer.problem().as_str(), answer.header("retry-after")), ("api.unavailable", "5"));
    }
}

#[tokio::test]
async fn request_ids_differ_and_a_caller_cannot_choose_one() {
    let house = House::new().await;
    let ask = || house.call("GET", "/api/v1/nowhere").header("x-request-id", "mine").send();
    let (one, other) = (ask().await, ask().await);
    assert_ne!(one.header("x-request-id"), other.header("x-request-id"));
    assert_eq!(one.json()["request_id"], one.header("x-request-id"));
}

#[tokio::test]
async fn behind_tls_browsers_are_told_to_stay_there() {
    let plain = House::new().await;
    assert_eq!(plain.call("GET", "/livez").send().await.header("strict-transport-security"), "");
    let house = House::with(|options| options.public_url = "https://bowline.example".to_owned()).await;
    let answer = house.call("GET", "/livez").send().await;
    assert!(answer.header("strict-transport-security").starts_with("max-age=31536000"));
}

#[tokio::test]
async fn a_handler_that_panics_is_a_problem_and_the_next_request_is_served() {
    let house = House::new().await;
    house.jira("default").await;
    house.tools.probe_panics();
    let test = || house.call("POST", "/api/v1/connections/jira/test").send();
    let answer = test().await.status(500);
    assert!(!answer.text().contains("as the test wants it"));
    test().await.status(200);
}
