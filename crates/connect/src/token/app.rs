//! Tokens that the app makes for its calls to the site.

use http::Method;
use jiff::Timestamp;
use serde::Serialize;
use url::Url;

use crate::jose::{SharedSecret, Signed, sign_hs256};
use crate::qsh::{self, outgoing};

/// How long a token of ours is good, in seconds: what Atlassian allows at most.
pub const APP_TOKEN_SECONDS: i64 = 180;

#[derive(Serialize)]
struct AppClaims<'a> {
    iss: &'a str,
    iat: i64,
    exp: i64,
    qsh: &'a str,
}

/// A token for one call of the app to the site whose base URL is `base_url`, made anew for every attempt.
///
/// `url` is the whole URL as it will be sent. A URL outside the base URL is refused: a token never leaves for another host.
pub fn app_token(
    app_key: &str,
    secret: &SharedSecret,
    method: &Method,
    url: &Url,
    base_url: &Url,
    now: Timestamp,
) -> Result<Signed, qsh::Error> {
    let hash = outgoing(method, url, base_url)?.qsh();
    let iat = now.as_second();
    let claims = AppClaims { iss: app_key, iat, exp: iat + APP_TOKEN_SECONDS, qsh: hash.as_str() };
    // Claims of this shape are always an object.
    sign_hs256(&claims, secret).map_err(|_| qsh::Error::Url)
}

#[cfg(test)]
mod tests {
    use bowline_core::secret::Secret;
    use serde_json::Value;

    use super::*;
    use crate::jose::Compact;

    #[test]
    fn a_call_is_signed_for_three_minutes_and_for_this_site_only() {
        let secret = SharedSecret::new(Secret::from("s".repeat(40))).unwrap();
        let site = Url::parse("https://acme.atlassian.net/wiki").unwrap();
        let token = |url: &str| {
            let url = Url::parse(url).unwrap();
            let now = Timestamp::from_second(1_000).unwrap();
            app_token("my.app", &secret, &Method::GET, &url, &site, now)
        };
        let signed = token("https://acme.atlassian.net/wiki/rest/api/space?limit=1").unwrap();
        let compact = Compact::parse(signed.expose()).unwrap();
        let claims: Value = serde_json::from_slice(compact.verify_hs256(&secret).unwrap()).unwrap();
        // sha256 of `GET&/rest/api/space&limit=1`.
        let hash = outgoing(
            &Method::GET,
            &Url::parse("https://other.example/rest/api/space?limit=1").unwrap(),
            &Url::parse("https://other.example").unwrap(),
        );
        assert_eq!(
            claims,
            serde_json::json!({
                "iss": "my.app", "iat": 1_000, "exp": 1_180, "qsh": hash.unwrap().qsh().as_str()
            })
        );
        for url in [
            "https://evil.example/wiki/x",
            "https://acme.atlassian.net/rest",
            "http://acme.atlassian.net/wiki/x",
        ] {
            assert_eq!(token(url).err(), Some(qsh::Error::Outside), "{url}");
        }
    }
}
