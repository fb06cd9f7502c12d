//! Atlassian's own interoperability vectors for the query string hash.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bowline_connect::qsh::{BasePath, Incoming, outgoing};
use http::Method;
use serde_json::Value;
use url::{Position, Url};

fn vectors() -> Vec<Value> {
    let all: Value = serde_json::from_str(include_str!("../vectors/signed_urls.json")).unwrap();
    all["tests"].as_array().unwrap().clone()
}

/// The base URL of the app, which is no part of what is hashed.
fn base(vector: &Value) -> String {
    format!("https://example.com{}", vector["addonBaseUrl"].as_str().unwrap_or_default())
}

/// The hash that Atlassian's signer put into the token of the URL.
fn claimed(url: &Url) -> String {
    let (_, token) = url.query_pairs().find(|(name, _)| name == "jwt").unwrap();
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
    serde_json::from_slice::<Value>(&claims).unwrap()["qsh"].as_str().unwrap().to_owned()
}

#[test]
fn every_url_that_atlassian_signed_has_the_canonical_form_and_hash_that_atlassian_says() {
    let vectors = vectors();
    assert_eq!(vectors.len(), 40);
    for vector in vectors {
        let name = &vector["name"];
        let text = vector["signedUrl"].as_str().unwrap();
        let url = Url::parse(text).unwrap();
        let target = text.strip_prefix("https://example.com").unwrap();
        let base = BasePath::of(&base(&vector)).unwrap();
        let incoming = Incoming::parse(&Method::GET, target, &base).unwrap();
        assert_eq!(incoming.forms()[0].as_str(), vector["canonicalUrl"].as_str().unwrap(), "{name}");
        assert!(incoming.matches(&claimed(&url)), "{name}");
    }
}

#[test]
fn what_we_would_send_has_the_same_hash() {
    for vector in vectors() {
        let site = Url::parse(&base(&vector)).unwrap();
        let url = Url::parse(vector["signedUrl"].as_str().unwrap()).unwrap();
        let sent = outgoing(&Method::GET, &url, &site).unwrap();
        assert_eq!(sent.qsh().as_str(), claimed(&url), "{} {}", vector["name"], &url[Position::BeforePath..]);
    }
}
