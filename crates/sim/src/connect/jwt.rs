//! JSON Web Tokens as the host makes and reads them: HS256 with an installation's secret, RS256 with an install key.
//!
//! Written from RFC 7515 and RFC 7519; nothing here is shared with what apps use.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::keys::Key;

/// With what a token is signed.
#[derive(Clone, Copy)]
pub(crate) enum With<'a> {
    /// HS256.
    Secret(&'a str),
    /// RS256; the header names the key.
    Key(&'a Key),
    /// The algorithm `none`, which everybody must refuse.
    Nothing,
}

/// A signed token.
pub(crate) fn sign(claims: &Value, with: With<'_>) -> String {
    let header = match with {
        With::Secret(_) => json!({"typ": "JWT", "alg": "HS256"}),
        With::Key(key) => json!({"kid": key.id, "typ": "JWT", "alg": "RS256"}),
        With::Nothing => json!({"typ": "JWT", "alg": "none"}),
    };
    let signed = format!("{}.{}", part(&header), part(claims));
    let signature = match with {
        With::Secret(secret) => mac(secret, &signed),
        With::Key(key) => key.sign(signed.as_bytes()),
        With::Nothing => Vec::new(),
    };
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn mac(secret: &str, signed: &str) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    hmac::sign(&key, signed.as_bytes()).as_ref().to_vec()
}

/// A token that was taken apart and not yet believed.
#[derive(Clone, Debug)]
pub(crate) struct Token<'a> {
    signed: &'a str,
    signature: Vec<u8>,
    algorithm: String,
    /// What it says.
    pub(crate) claims: Value,
}

impl<'a> Token<'a> {
    /// Takes a token apart; `None` if it is none.
    pub(crate) fn read(text: &'a str) -> Option<Self> {
        let (signed, signature) = text.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let json = |part: &str| -> Option<Value> {
            let value: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()?;
            value.is_object().then_some(value)
        };
        let algorithm = json(header)?.get("alg")?.as_str()?.to_owned();
        Some(Self {
            signed,
            signature: URL_SAFE_NO_PAD.decode(signature).ok()?,
            algorithm,
            claims: json(claims)?,
        })
    }

    /// Whether it is signed with HS256 and this secret.
    pub(crate) fn is_of(&self, secret: &str) -> bool {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        self.algorithm == "HS256" && hmac::verify(&key, self.signed.as_bytes(), &self.signature).is_ok()
    }

    /// A claim that is a text; empty if there is none.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.claims.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// A claim that is a whole number: an instant in seconds.
    pub(crate) fn number(&self, name: &str) -> Option<i64> {
        self.claims.get(name).and_then(Value::as_i64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_rfc_is_read_and_believed_with_its_own_key_only() {
        // RFC 7515, appendix A.1.
        let text = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0\
                    dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let token = Token::read(text).unwrap();
        assert_eq!((token.text("iss"), token.number("exp")), ("joe", Some(1_300_819_380)));
        let key = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
        let key = hmac::Key::new(hmac::HMAC_SHA256, &URL_SAFE_NO_PAD.decode(key).unwrap());
        assert!(hmac::verify(&key, token.signed.as_bytes(), &token.signature).is_ok());
        assert!(!token.is_of("another secret"));
    }

    #[test]
    fn a_token_is_believed_with_its_secret_and_its_algorithm_only() {
        let claims = json!({"iss": "app"});
        let token = sign(&claims, With::Secret("s"));
        assert!(Token::read(&token).unwrap().is_of("s"));
        assert!(!Token::read(&token).unwrap().is_of("t"));
        let none = sign(&claims, With::Nothing);
        assert!(!Token::read(&none).unwrap().is_of(""));
        for wrong in ["", "a.b", "a.b.c", "..", "e30.e30.e30"] {
            assert!(Token::read(wrong).is_none(), "{wrong}");
        }
    }
}
