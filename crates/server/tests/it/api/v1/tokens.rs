//! Tokens over the API.

use bowline_core::SignedDuration;
use serde_json::json;

use crate::house::House;

#[tokio::test]
async fn a_token_is_shown_once_works_and_is_revoked_at_once() {
    let house = House::new().await;
    let ask = json!({ "name": "ci", "scopes": ["sync:read"] });
    let made = house.call("POST", "/api/v1/tokens").json(ask).send().await.status(201).json();
    let token = made["token"].as_str().unwrap();
    assert!(token.starts_with("bwl_"));
    let listed = house.call("GET", "/api/v1/tokens").send().await.status(200);
    assert_eq!(listed.json()["items"][0]["id"], made["id"]);
    assert!(!listed.text().contains(token));

    let status = || house.call("GET", "/api/v1/status").token(token).send();
    status().await.status(200);
    let path = format!("/api/v1/tokens/{}", made["id"].as_str().unwrap());
    house.call("DELETE", &path).send().await.status(204);
    assert_eq!(status().await.status(401).problem(), "api.unauthorized");
    house.call("DELETE", &path).send().await.status(404);
}

#[tokio::test]
async fn a_token_with_an_end_ends() {
    let house = House::new().await;
    let ask = json!({ "name": "ci", "scopes": ["sync:read"], "days": 1 });
    let made = house.call("POST", "/api/v1/tokens").json(ask).send().await.status(201).json();
    let status = || house.call("GET", "/api/v1/status").token(made["token"].as_str().unwrap()).send();
    house.clock.advance(SignedDuration::from_hours(23));
    status().await.status(200);
    house.clock.advance(SignedDuration::from_hours(1));
    status().await.status(401);
}

#[tokio::test]
async fn scopes_of_the_admin_and_unknown_ones_cannot_be_given() {
    let house = House::new().await;
    for scopes in
        [json!([]), json!(["tenants:write"]), json!(["tokens:write"]), json!(["sync:read", "sync:*"])]
    {
        let ask = json!({ "name": "ci", "scopes": scopes });
        let answer = house.call("POST", "/api/v1/tokens").json(ask).send().await.status(400).json();
        assert!(answer["grantable"].as_array().unwrap().contains(&json!("sync:read")));
    }
    for name in ["", &"x".repeat(61)] {
        let ask = json!({ "name": name, "scopes": ["sync:read"] });
        house.call("POST", "/api/v1/tokens").json(ask).send().await.status(400);
    }
    for days in [json!(0), json!(-1), json!("one"), json!(70_000)] {
        let ask = json!({ "name": "ci", "scopes": ["sync:read"], "days": days });
        house.call("POST", "/api/v1/tokens").json(ask).send().await.status(400);
    }
}

#[tokio::test]
async fn tokens_are_listed_page_by_page_even_with_equal_names() {
    let house = House::new().await;
    for _ in 0..3 {
        house.token("default", &["sync:read"]).await;
    }
    let (mut after, mut seen) = (String::new(), 0);
    loop {
        let path = format!("/api/v1/tokens?limit=2{after}");
        let page = house.call("GET", &path).send().await.status(200).json();
        seen += page["items"].as_array().unwrap().len();
        let Some(next) = page["next"].as_str() else { break };
        after = format!("&after={next}");
    }
    assert_eq!(seen, 3);
}
