//! What is signed: a request, as far as the signature covers it, and what belongs to one sending of it.

use std::fmt::Write as _;

use bowline_core::port::{Clock, Entropy};
use bytes::Bytes;
use http::Uri;
use http::header::CONTENT_TYPE;

use super::error::Error;
use super::seen::SeenAs;

/// Nonce and time of one attempt. Both are part of the signature, so a repeated attempt needs new ones: a provider
/// refuses a nonce that it has seen (`nonce_used`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Text that no other attempt of this consumer at this time has.
    pub nonce: String,
    /// Seconds since 1970.
    pub timestamp: i64,
}

impl Attempt {
    /// A nonce of 128 random bits, and now.
    pub fn fresh(clock: &dyn Clock, entropy: &dyn Entropy) -> Self {
        let mut random = [0; 16];
        entropy.fill(&mut random);
        let mut nonce = String::with_capacity(32);
        for byte in random {
            // Writing to a text cannot fail. Hexadecimal, because some providers take nothing but letters and digits.
            let _ = write!(nonce, "{byte:02x}");
        }
        Self { nonce, timestamp: clock.now().as_second() }
    }
}

/// A protocol parameter that only some requests have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Extra {
    /// Where the browser is sent after consent, or `oob`: asking for a request token.
    Callback(String),
    /// What the browser brought back: asking for an access token.
    Verifier(String),
    /// What an access token is renewed with (OAuth Session extension; Data Center gives it with each token).
    SessionHandle(String),
}

impl Extra {
    pub(super) fn pair(&self) -> (&'static str, &str) {
        match self {
            Self::Callback(value) => ("oauth_callback", value),
            Self::Verifier(value) => ("oauth_verifier", value),
            Self::SessionHandle(value) => ("oauth_session_handle", value),
        }
    }
}

/// A request, as far as its signature covers it.
#[derive(Clone, Debug)]
pub struct Call<'a> {
    pub(super) method: &'a http::Method,
    /// Where it is sent.
    pub(super) url: &'a Uri,
    /// What is signed instead, if the provider knows itself under another address.
    pub(super) seen: Option<Uri>,
    pub(super) form: Option<&'a [u8]>,
    pub(super) extras: Vec<Extra>,
}

impl<'a> Call<'a> {
    /// A request without a form body. The URL is absolute, as it is sent.
    pub const fn new(method: &'a http::Method, url: &'a Uri) -> Self {
        Self { method, url, seen: None, form: None, extras: Vec::new() }
    }

    /// What of an HTTP request is signed: its body only if it is a form. Neither JSON nor multipart bodies are signed.
    pub fn of(request: &'a http::Request<Bytes>) -> Self {
        let call = Self::new(request.method(), request.uri());
        let mut kinds = request.headers().get_all(CONTENT_TYPE).iter();
        match (kinds.next(), kinds.next()) {
            (Some(kind), None) if kind.to_str().is_ok_and(is_form) => call.with_form(request.body()),
            _ => call,
        }
    }

    /// The same, with a body of the type `application/x-www-form-urlencoded`.
    #[must_use]
    pub const fn with_form(mut self, body: &'a [u8]) -> Self {
        self.form = Some(body);
        self
    }

    /// The same, with one more protocol parameter.
    #[must_use]
    pub fn with(mut self, extra: Extra) -> Self {
        self.extras.push(extra);
        self
    }

    /// The same, signed for the address under which the provider knows itself.
    pub fn seen_as(mut self, seen: &SeenAs) -> Result<Self, Error> {
        self.seen = Some(seen.of(self.url)?);
        Ok(self)
    }
}

/// Whether a body of this type is signed: only `application/x-www-form-urlencoded` is, whatever its parameters.
pub fn is_form(content_type: &str) -> bool {
    let kind = content_type.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::{SystemClock, SystemEntropy};

    #[test]
    fn no_two_attempts_share_a_nonce_and_each_has_128_bits() {
        let (one, other) =
            (Attempt::fresh(&SystemClock, &SystemEntropy), Attempt::fresh(&SystemClock, &SystemEntropy));
        assert_ne!(one.nonce, other.nonce);
        assert_eq!(one.nonce.len(), 32);
        assert!(one.nonce.bytes().all(|byte| byte.is_ascii_hexdigit()));
        assert!(one.timestamp > 1_600_000_000);
    }

    #[test]
    fn only_one_type_of_body_is_a_form() {
        for kind in ["application/x-www-form-urlencoded", "Application/X-WWW-Form-URLencoded ; charset=UTF-8"]
        {
            assert!(is_form(kind), "{kind}");
        }
        for kind in
            ["", "application/json", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded2"]
        {
            assert!(!is_form(kind), "{kind}");
        }
    }
}
