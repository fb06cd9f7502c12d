//! Problems: every error this crate answers with, as a problem document (RFC 9457).
//!
//! A problem holds a code of the registry and a sentence made here, never what a vendor, a database or a caller
//! said. Handlers return it; `envelope` writes it out, so that the request id is in it and the shape is the same
//! everywhere.

use std::borrow::Cow;

use axum::response::{IntoResponse, Response};
use bowline_core::port::{SealError, StoreError};
use bowline_core::{Code, code};
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// When to try again after the database did not answer, in seconds: it comes back by itself or not at all.
const STORE_AWAY: u32 = 5;

/// Why a request was not granted.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    pub(crate) status: StatusCode,
    code: Code,
    detail: Cow<'static, str>,
    more: Map<String, Value>,
    retry_after: Option<u32>,
    /// Whether two of these must be equal byte for byte, so that the request id stays in its header.
    alike: bool,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, code: Code, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { status, code, detail: detail.into(), more: Map::new(), retry_after: None, alike: false }
    }

    /// A request that is not understood.
    pub(crate) fn bad_request(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code::API_BAD_REQUEST, detail)
    }

    /// Nothing of that id or name in the caller's tenant; another tenant's things look exactly the same.
    pub(crate) fn not_found(what: &str) -> Self {
        let detail = format!("There is no such {what} in this tenant.");
        Self::new(StatusCode::NOT_FOUND, code::API_NOT_FOUND, detail)
    }

    /// What exists stands in the way.
    pub(crate) fn conflict(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::CONFLICT, code::API_CONFLICT, detail)
    }

    /// Not now; the caller may try again after so many seconds.
    pub(crate) fn unavailable(detail: impl Into<Cow<'static, str>>, seconds: u32) -> Self {
        let mut problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, code::API_UNAVAILABLE, detail);
        problem.retry_after = Some(seconds);
        problem
    }

    /// A defect of ours. What it was is in the log, under the request id.
    pub(crate) fn defect() -> Self {
        let detail = "Something failed inside Bowline; the log says what, under the request id.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, code::API_INTERNAL, detail)
    }

    /// The same, with a member of its own.
    #[must_use]
    pub(crate) fn with(mut self, name: &str, value: impl Serialize) -> Self {
        self.more.insert(name.to_owned(), serde_json::to_value(value).unwrap_or_default());
        self
    }

    /// The same, after so many seconds at the earliest.
    #[must_use]
    pub(crate) const fn after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// The same, without the request id in its body.
    #[must_use]
    pub(crate) const fn alike(mut self) -> Self {
        self.alike = true;
        self
    }

    /// A problem for an answer that the router made by itself.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => {
                Self::new(status, code::API_NOT_FOUND, "Nothing is served at this address.")
            }
            StatusCode::METHOD_NOT_ALLOWED => {
                let detail = "This address does not know the method; the Allow header names those it knows.";
                Self::new(status, code::API_BAD_REQUEST, detail)
            }
            status if status.is_client_error() => {
                Self::new(status, code::API_BAD_REQUEST, "The request is not understood.")
            }
            _ => Self::defect(),
        }
    }

    /// The document as an answer.
    pub(crate) fn answer(&self, request_id: &str) -> Response {
        let mut body = Map::new();
        let entry = self.code.find();
        body.insert("type".into(), json!(format!("urn:bowline:problem:{}", self.code)));
        body.insert("title".into(), json!(self.code.title()));
        body.insert("status".into(), json!(self.status.as_u16()));
        body.insert("detail".into(), json!(self.detail));
        body.insert("code".into(), json!(self.code));
        body.insert("remedy".into(), json!(entry.map(|entry| entry.remedy)));
        if !self.alike {
            body.insert("request_id".into(), json!(request_id));
        }
        body.extend(self.more.clone());
        let mut response = (self.status, Value::Object(body).to_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// Hands the problem to `envelope`, which writes it out.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound("page") => Self::bad_request("`after` is not where a page ended."),
            StoreError::NotFound(what) => Self::not_found(what),
            StoreError::Conflict("revision") => Self::conflict(
                "It was changed or deleted meanwhile. Read it again, and repeat what is still wanted.",
            ),
            StoreError::Conflict(_) => Self::conflict("What exists stands in the way."),
            StoreError::LostLease | StoreError::Unavailable(_) | StoreError::Unreadable(_) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "the database did not do what was asked"
                );
                Self::unavailable("The database does not answer.", STORE_AWAY)
            }
        }
    }
}

impl From<SealError> for Problem {
    fn from(error: SealError) -> Self {
        match error {
            SealError::Store(error) => error.into(),
            SealError::Away(_) => {
                tracing::error!(error = &error as &dyn std::error::Error, "a key cannot be opened now");
                let detail = "What holds the key-encryption key does not answer.";
                let mut problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, code::SEAL_KEY_AWAY, detail);
                problem.retry_after = Some(STORE_AWAY);
                problem
            }
            SealError::Corrupt(_) | SealError::NoKey => {
                tracing::error!(error = &error as &dyn std::error::Error, "a sealed value cannot be used");
                let detail =
                    "A sealed value cannot be made or opened; the log says why, under the request id.";
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, code::SEAL_CORRUPT, detail)
            }
        }
    }
}
