//! Refusals in Targetprocess's shape (developer hub, "Working with Custom Fields": the answer to an unknown property). Only the
//! status is dependable; the text is for people.

use http::StatusCode;
use serde_json::{Value, json};

use crate::frame::answer::Answer;
use crate::targetprocess::format;

/// Why Targetprocess does not do what was asked.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) message: String,
    /// The message with its data taken out, and the data.
    token: Option<(&'static str, Value)>,
}

impl Refusal {
    /// A status and its reason.
    pub(crate) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), token: None }
    }

    /// 400 and its reason.
    pub(crate) fn bad(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    /// 403 and its reason.
    pub(crate) fn forbidden(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, message)
    }

    /// 405: the API does not do that at all.
    pub(crate) fn not_allowed(what: impl std::fmt::Display) -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, format!("{what} is not allowed."))
    }

    /// 404 for a resource.
    pub(crate) fn missing(kind: &str, id: impl std::fmt::Display) -> Self {
        let data = json!({"entityKind": kind, "id": id.to_string()});
        let token = Some(("{entityKind} with Id {id} not found or access is forbidden.", data));
        let message = format!("{kind} with Id {id} not found or access is forbidden.");
        Self { status: StatusCode::NOT_FOUND, message, token }
    }

    /// 400 for a body that cannot be read.
    pub(crate) fn unreadable(what: &str) -> Self {
        Self::bad(format!("The request's body is not valid {what}."))
    }
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        let status = refusal.status.canonical_reason().unwrap_or_default().replace(' ', "");
        let (token, data) = match refusal.token {
            Some((token, data)) => (json!(token), data),
            None => (json!(refusal.message), json!({})),
        };
        let message = json!({"Token": token, "Data": data, "Value": refusal.message});
        let body = json!({
            "Status": status,
            "Message": refusal.message,
            "Type": "Presentational",
            "Details": {"Items": [{"Type": "Simple", "Message": message}]},
            "ErrorId": "00000000-0000-4000-8000-000000000000",
        });
        format::json(refusal.status, body.to_string())
    }
}
