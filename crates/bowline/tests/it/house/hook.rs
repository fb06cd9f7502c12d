//! A webhook's sender: it knows the address and the proofs that were shown when the connection was made.

use aws_lc_rs::hmac;
use bytes::Bytes;
use serde_json::Value;

use super::{Answer, Service, http};

/// What a tool would know.
#[derive(Clone, Debug)]
pub(crate) struct Hook {
    /// Where it posts to.
    pub(crate) url: String,
    /// What it signs bodies with, as Jira Cloud does.
    pub(crate) secret: Option<String>,
    /// The header it sends along, as Targetprocess does.
    pub(crate) header: Option<(String, String)>,
}

impl Hook {
    /// Out of the `webhook` of a new connection; the service may have moved to another port since.
    pub(crate) fn of(service: &Service, shown: &Value) -> Self {
        let text = |pointer: &str| shown.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        let url = text("/url").unwrap();
        let url = format!("{}/hooks/{}", service.url, url.split_once("/hooks/").unwrap().1);
        Self { url, secret: text("/secret"), header: text("/header/name").zip(text("/header/token")) }
    }

    /// The id of the connection, as it stands in the address.
    pub(crate) fn connection(&self) -> &str {
        self.url.rsplit('/').nth(1).unwrap()
    }

    /// The secret part of the address.
    pub(crate) fn token(&self) -> &str {
        self.url.rsplit('/').next().unwrap()
    }

    /// Posts a body with its proofs; `None` if nobody answers.
    pub(crate) async fn post(&self, body: impl Into<Bytes>, more: &[(&str, &str)]) -> Option<Answer> {
        let body = body.into();
        let signature = self.secret.as_ref().map(|secret| sign(secret, &body));
        let mut headers = vec![("content-type", "application/json")];
        headers.extend(signature.as_deref().map(|signature| ("x-hub-signature", signature)));
        headers.extend(self.header.as_ref().map(|(name, token)| (name.as_str(), token.as_str())));
        headers.extend(more);
        http("POST", &self.url, &headers, body).await
    }
}

/// `X-Hub-Signature` of a body: HMAC-SHA-256 over its raw bytes.
fn sign(secret: &str, body: &[u8]) -> String {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), body);
    tag.as_ref().iter().fold("sha256=".to_owned(), |text, byte| format!("{text}{byte:02x}"))
}
