//! Secrets and item texts, followed through everything: they must not come out in any answer, log line or metric.

use bowline_core::failure::Words;
use bowline_core::{Failure, code};
use serde_json::json;

use crate::house::{House, logged};

#[tokio::test]
async fn no_secret_and_no_item_text_comes_out_anywhere() {
    let house = House::new().await;
    let (secret, hook, header, text) =
        ("canary-credential-1f6e", "canary-hmac-77aa", "canary-header-90bc", "canary text of an item 5d3c");
    let mut out = String::new();
    let ask = json!({
        "name": "jira", "tool": "jira_cloud", "base_url": "https://acme.example",
        "sign_in": { "method": "api_token", "email": "bot@acme.example" },
        "secret": secret, "webhook_secret": hook, "header": { "name": "x-hook", "token": header },
    });
    let made = house.call("POST", "/api/v1/connections").json(ask.clone()).send().await.status(201);
    let path = House::hook(&made.json());
    let token = path.rsplit('/').next().unwrap().to_owned();
    out.push_str(&made.text().replace(&token, "shown once"));

    // Secrets in the wrong place, in the wrong shape, twice.
    for (field, value) in [
        ("name", json!([secret])),
        ("tool", json!(secret)),
        ("secret", json!([secret])),
        (secret, json!(1)),
        ("sign_in", json!({ "method": secret })),
        ("settings", json!({ "x": [secret] })),
        ("base_url", json!(secret)),
        ("base_url", json!(format!("https://user:{secret}@acme.example"))),
        ("header", json!({ secret: secret })),
    ] {
        let mut ask = ask.clone();
        ask[field] = value;
        out.push_str(&house.call("POST", "/api/v1/connections").json(ask).send().await.status(400).text());
    }
    for query in ["limit", "after", secret] {
        out.push_str(&house.call("GET", &format!("/api/v1/shares?{query}={secret}")).send().await.text());
    }
    out.push_str(&house.call("GET", &format!("/api/v1/shares/{secret}")).send().await.text());
    out.push_str(&house.call("GET", "/api/v1/shares").token(secret).send().await.text());

    // A tool that quotes an item, a delivery that holds one, a page that shows both.
    house.tp("default").await;
    let document = json!({ "document": crate::house::DOCUMENT });
    house.call("POST", "/api/v1/profiles").json(document).send().await.status(201);
    house.tools.find_fails(Some(Failure::park(code::TOOL_REFUSED).with_words(Words::new(text))));
    let wish = json!({ "profile": "stories", "side": "left", "item": "ACME-1" });
    out.push_str(&house.call("POST", "/api/v1/shares").json(wish).send().await.text());
    for body in [format!("{text} is no json"), format!(r#"{{"webhookEvent":"{text}"}}"#)] {
        let call = house.call("POST", &path).without("authorization").header("x-hook", header);
        let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, hook.as_bytes());
        let tag = aws_lc_rs::hmac::sign(&key, body.as_bytes());
        let hex: String = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        let answer = call.header("x-hub-signature", &format!("sha256={hex}")).body(body).send().await;
        out.push_str(&answer.status(204).text());
    }
    for path in
        ["/api/v1/connections", "/api/v1/profiles", "/api/v1/status", "/api/v1/activity", "/", "/metrics"]
    {
        out.push_str(&house.call("GET", path).send().await.status(200).text());
    }

    let log = logged();
    assert!(log.contains("/hooks/{connection}/{token}"), "the log is really captured");
    for canary in [secret, hook, header, &token, &house.admin] {
        assert!(!out.contains(canary), "{canary} in an answer");
        assert!(!log.contains(canary), "{canary} in the log");
    }
    assert!(!log.contains("canary text"), "an item's text in the log");
    assert!(!out.contains(&format!("{text} is no json")), "a parked body in an answer");
}
