//! Tokens and their claims.

use std::sync::LazyLock;

use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bowline_connect::installation::Product;
use bowline_connect::jose::Compact;
use bowline_connect::qsh::{BasePath, CONTEXT, Incoming};
use bowline_connect::token::Class;
use bowline_connect::verify::HostTokens;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue, Method};
use url::Url;

use super::world::{BASE, FORGE, FORGE_APP, NOW, SITE, host_tokens, now, one_site, secret, signed_by_forge};

/// Any text as a token. One that is taken apart is no other way of writing the same, and no two secrets fit it.
pub(super) fn compact(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(token) = Compact::parse(text) else { return };
    let parts: Vec<&str> = text.split('.').collect();
    assert_eq!(parts.len(), 3);
    assert_eq!(URL_SAFE_NO_PAD.encode(token.unverified()), parts[1]);
    let fits = ["s", "t"].map(|letter| token.verify_hs256(&secret(letter)).is_ok());
    assert_ne!(fits, [true, true]);
    assert!(!fits.contains(&true) || token.header().alg == "HS256");
}

static TOKENS: LazyLock<HostTokens> = LazyLock::new(|| host_tokens(one_site()));

/// Any claims, signed by the site. What is taken names the site, is of one class, and is good now.
pub(super) fn claims(data: &[u8]) {
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
    let signed = format!("{header}.{}", URL_SAFE_NO_PAD.encode(data));
    let tag = sign(&Key::new(HMAC_SHA256, "s".repeat(40).as_bytes()), signed.as_bytes());
    let token = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag));
    let mut headers = HeaderMap::new();
    headers.insert(AUTHORIZATION, HeaderValue::from_str(&format!("JWT {token}")).unwrap());
    let base = BasePath::of(BASE).unwrap();
    let request = Incoming::parse(&Method::GET, "/connect/page?issue=1", &base).unwrap();
    let verified =
        [Class::UrlBound, Class::Context].map(|class| now(TOKENS.verify(class, &headers, &request)));
    assert!(verified.iter().filter(|one| one.is_ok()).count() <= 1, "a token of both classes");
    for (at, one) in verified.into_iter().enumerate() {
        let Ok(caller) = one else { continue };
        assert_eq!(caller.claims.iss, SITE);
        assert!(caller.claims.exp > NOW - 31 && caller.claims.iat <= NOW + 30);
        assert!(caller.claims.exp > caller.claims.iat && caller.claims.exp - caller.claims.iat <= 3_600);
        assert_eq!(caller.claims.qsh == CONTEXT, at == 1);
        let _ = caller.claims.account_id();
    }
}

/// Any claims, signed by Forge. What is taken is for this app, has a name, and leads to the gateway or nowhere.
pub(super) fn forge(data: &[u8]) {
    let token = signed_by_forge(data);
    let mut headers = HeaderMap::new();
    headers.insert(AUTHORIZATION, HeaderValue::from_str(&format!("Bearer {token}")).unwrap());
    let invoked = match now(FORGE.verify(&headers)) {
        Ok(invoked) => invoked,
        Err(why) => return assert!(!why.to_string().contains(&token)),
    };
    let invocation = invoked.invocation;
    assert_eq!(invocation.app.id, FORGE_APP);
    assert!(!invocation.jti.is_empty() && !invocation.app.installation_id.is_empty());
    let gateway = Url::parse("https://api.atlassian.com").unwrap();
    for product in [Product::Jira, Product::Confluence] {
        let url = invocation.api_base_url(product, &gateway);
        assert!(url.is_none_or(|url| url.origin() == gateway.origin() && url.username().is_empty()));
    }
    let _ = invocation.cloud_id();
}
