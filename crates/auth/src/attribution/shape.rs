//! What the body of an answer is, as far as it tells about the way in: JSON of one of the known shapes, a form, a page.

use bowline_core::port::OutboundAnswer;
use serde::Deserialize;
use serde_json::Value;

/// How much of a body is looked at: no error of a sign-in is longer.
const PREFIX: usize = 64 << 10;

/// The shape of a body.
pub(super) enum Shape<'a> {
    /// OAuth 2.0 (RFC 6749 section 5.2).
    OAuth(OAuthError),
    /// Atlassian's gateway: `{"code": 401, "message": "…"}`.
    Gateway {
        /// What it says.
        message: String,
    },
    /// Jira's own: `errorMessages` and `errors`, or `message` and `status-code`.
    Jira,
    /// A page for people.
    Page(&'a [u8]),
    /// Anything else, or nothing.
    Other,
}

/// The error of a token endpoint.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct OAuthError {
    pub(super) error: String,
    pub(super) error_description: String,
}

impl<'a> Shape<'a> {
    pub(super) fn of(answer: &'a OutboundAnswer) -> Self {
        let body = prefix(answer);
        if answer.is_page() {
            return Self::Page(body);
        }
        let Ok(Value::Object(fields)) = serde_json::from_slice::<Value>(body) else { return Self::Other };
        let has = |name: &str| fields.contains_key(name);
        let message = fields.get("message").and_then(Value::as_str);
        if fields.get("error").is_some_and(Value::is_string) {
            Self::OAuth(serde_json::from_slice(body).unwrap_or_default())
        } else if let (true, Some(message)) = (has("code"), message) {
            Self::Gateway { message: message.to_owned() }
        } else if has("errorMessages") || has("errors") || has("status-code") {
            Self::Jira
        } else {
            Self::Other
        }
    }

    /// Whether it is a page that has one of these texts.
    pub(super) fn has_words(&self, texts: &[&str]) -> bool {
        let Self::Page(body) = self else { return false };
        texts.iter().any(|text| body.windows(text.len()).any(|window| window == text.as_bytes()))
    }
}

/// The beginning of the body, which is all that is ever read of it here.
pub(super) fn prefix(answer: &OutboundAnswer) -> &[u8] {
    answer.body.get(..answer.body.len().min(PREFIX)).unwrap_or_default()
}

/// A list of names (of scopes, of parameters) that is safe to show: letters, digits and what names are made of.
pub(super) fn names(text: &str) -> Option<String> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b" :._-&/".contains(&byte);
    (!text.is_empty() && text.len() <= 300 && text.bytes().all(is_plain)).then(|| text.replace('&', ", "))
}
