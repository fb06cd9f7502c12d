//! Making a token.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bowline_core::secret::Secret;
use http::HeaderValue;
use serde::Serialize;

use super::Error;
use super::secret::SharedSecret;

/// A token that was made here. It cannot be printed.
#[derive(Clone, Debug)]
pub struct Signed(Secret);

impl Signed {
    /// The token itself; call this only where it leaves.
    pub fn expose(&self) -> &str {
        self.0.expose_text()
    }

    /// `JWT <token>` for the header `Authorization`, marked as sensitive.
    pub fn authorization(&self) -> Result<HeaderValue, http::header::InvalidHeaderValue> {
        let mut value = HeaderValue::from_str(&format!("JWT {}", self.expose()))?;
        value.set_sensitive(true);
        Ok(value)
    }
}

/// Signs claims by HMAC with SHA-256. Fails only for claims that are no JSON object.
pub fn sign_hs256(claims: &impl Serialize, secret: &SharedSecret) -> Result<Signed, Error> {
    let claims = serde_json::to_vec(claims).map_err(|_| Error::Json("claims"))?;
    if !claims.starts_with(b"{") {
        return Err(Error::Json("claims"));
    }
    let mut token = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(claims, &mut token);
    let tag = secret.sign(token.as_bytes());
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(tag, &mut token);
    Ok(Signed(Secret::from(token)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::jose::Compact;

    #[test]
    fn what_is_signed_verifies_with_that_secret_only() {
        let secret = |byte: &str| SharedSecret::new(Secret::from(byte.repeat(32))).unwrap();
        let token = sign_hs256(&json!({"iss": "app"}), &secret("a")).unwrap();
        let compact = Compact::parse(token.expose()).unwrap();
        assert_eq!(compact.verify_hs256(&secret("a")).unwrap(), br#"{"iss":"app"}"#);
        assert_eq!(compact.verify_hs256(&secret("b")), Err(Error::Signature));
        assert_eq!(sign_hs256(&json!(["iss"]), &secret("a")).err(), Some(Error::Json("claims")));
        let header = token.authorization().unwrap();
        assert!(header.is_sensitive() && header.to_str().unwrap().starts_with("JWT eyJ"));
        assert!(!format!("{token:?}").contains("eyJ"));
    }
}
