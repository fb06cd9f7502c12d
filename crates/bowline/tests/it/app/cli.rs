//! `bowline app`, `bowline debug qsh`, `bowline debug jwt`.

use serde_json::{Value, json};

use crate::house::bowline;

fn lines(what: &str, lines: &[Value]) -> Vec<Value> {
    let input: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let said = bowline(&["debug", what], &[], &input).ok();
    said.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn the_descriptor_is_printed_from_the_configuration_alone() {
    let environment = [("BOWLINE_CONNECT__BASE_URL", "https://sync.acme.example/connect")];
    let json = bowline(&["app", "descriptor", "--json"], &environment, "").ok().json();
    assert_eq!(json["baseUrl"], "https://sync.acme.example/connect");
    assert_eq!(json["key"], "bowline");
    let environment = [("BOWLINE_SERVER__PUBLIC_URL", "http://sync.acme.example")];
    bowline(&["app", "descriptor"], &environment, "").exit(2).says(&["/baseUrl", "connect.base_url"]);
    let environment = [("BOWLINE_CONNECT__BASE_URL", "https://sync.acme.example/elsewhere")];
    bowline(&["app", "descriptor"], &environment, "").exit(2).says(&["connect.base_url"]);
}

#[test]
fn hashes_are_those_of_the_page_that_explains_them() {
    let ask = |direction: &str, url: &str, base_url: &str| json!({"method": "get", "url": url, "base_url": base_url, "direction": direction});
    let said = lines(
        "qsh",
        &[
            ask(
                "jira-to-app",
                "https://app.example/connect/page?b=2&a=x%20y&a=w&jwt=t",
                "https://app.example/connect",
            ),
            ask(
                "app-to-jira",
                "https://acme.atlassian.net/wiki/a%20b?q=1",
                "https://acme.atlassian.net/wiki",
            ),
            ask("jira-to-app", "https://app.example/connect/a%20b", "https://app.example/connect"),
            json!({
                "method": "POST", "url": "/connect/x", "base_url": "https://app.example/connect",
                "direction": "jira-to-app", "form": {"a": ["2", "1"], "b": "ü"},
            }),
            ask("app-to-jira", "https://evil.example/x", "https://acme.atlassian.net"),
            ask("sideways", "https://a.example/x", "https://a.example"),
            json!({"method": "GET"}),
        ],
    );
    let canonical: Vec<&Value> = said[..4].iter().map(|said| &said["canonical"]).collect();
    assert_eq!(
        canonical,
        ["GET&/page&a=w,x%20y&b=2", "GET&/a%20b&q=1", "GET&/a b&", "POST&/x&a=1,2&b=%C3%BC"]
    );
    // sha256 of `GET&/page&a=w,x%20y&b=2`, by `sha256sum`.
    assert_eq!(said[0]["qsh"], "1d3a328e027ce0a7476a6f1c423c5d3382df68f48f479232cdf2faf4f9796269");
    assert!(said[4..].iter().all(|said| said["error"].is_string() && said.get("qsh").is_none()), "{said:#?}");
}

#[test]
fn a_token_is_judged_by_the_algorithm_that_was_asked_for() {
    let secret = "0123456789abcdef0123456789abcdef";
    let token =
        signed(&json!({"iss": "site", "iat": 1_700_000_000, "exp": 1_700_000_180, "qsh": "h"}), secret);
    let ask = |changes: Value| {
        let mut line = json!({"token": token, "secret": secret, "alg": "HS256", "now": 1_700_000_100});
        line.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        line
    };
    let said = lines(
        "jwt",
        &[
            ask(json!({})),
            ask(json!({"expect": {"iss": "site", "qsh": "h"}})),
            ask(json!({"expect": {"iss": "other"}})),
            ask(json!({"expect": {"aud": "https://app.example"}})),
            ask(json!({"now": 1_700_009_999})),
            ask(json!({"secret": "f".repeat(32)})),
            ask(json!({"secret": "short"})),
            ask(json!({"alg": "RS256", "public_key_pem": "nonsense"})),
            ask(json!({"alg": "none"})),
            ask(json!({"token": "a.b"})),
            json!({"alg": "HS256"}),
        ],
    );
    assert_eq!((&said[0]["ok"], &said[0]["claims"]["iss"]), (&json!(true), &json!("site")));
    assert_eq!(said[1]["ok"], true);
    for said in &said[2..10] {
        assert!(said["ok"] == false && said["reason"].is_string(), "{said}");
    }
    assert!(said[10]["error"].is_string());
    assert!(!said.iter().any(|said| said.to_string().contains(secret)), "{said:#?}");
}

fn signed(claims: &Value, secret: &str) -> String {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let signed = format!("{}.{}", part(r#"{"alg":"HS256"}"#), part(&claims.to_string()));
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, secret.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(aws_lc_rs::hmac::sign(&key, signed.as_bytes())))
}
