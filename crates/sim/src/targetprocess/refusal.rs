//! Refusals in Targetprocess's shape. Only the status is dependable; the text is for people.

use http::StatusCode;
use serde_json::json;

use crate::frame::answer::Answer;

/// Why Targetprocess does not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) message: String,
}

impl Refusal {
    /// A status and its reason.
    pub(crate) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into() }
    }

    /// 400 and its reason.
    pub(crate) fn bad(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    /// 404 for a resource.
    pub(crate) fn missing(kind: &str, id: impl std::fmt::Display) -> Self {
        Self::new(StatusCode::NOT_FOUND, format!("{kind} with Id {id} not found."))
    }

    /// 400 for a body that is not JSON.
    pub(crate) fn not_json(_: serde_json::Error) -> Self {
        Self::bad("The request's body is not valid JSON.")
    }
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        let status = refusal.status.canonical_reason().unwrap_or_default().replace(' ', "");
        Self::json(
            refusal.status,
            &json!({
                "Status": status,
                "Message": refusal.message,
                "Type": "RestException",
                "ErrorId": "00000000-0000-4000-8000-000000000000",
            }),
        )
    }
}
