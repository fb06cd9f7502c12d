//! What came of a call, and how it is answered.

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, Response, StatusCode};

use crate::installation::{ClientKey, StoreError};
use crate::token::Refusal;

/// What became of the row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed {
    /// A first install, or one after the app was gone.
    Installed,
    /// An update of an installed app, perhaps with another secret.
    Updated,
    /// The app is gone.
    Uninstalled,
    /// It was switched on.
    Enabled,
    /// It was switched off.
    Disabled,
    /// Nothing: a repetition, or an uninstall of what is not installed.
    Nothing,
}

/// A call that was carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// Of which site.
    pub client_key: ClientKey,
    /// What became of the row.
    pub changed: Changed,
    /// The administrator's account id, if the token says it.
    pub by: Option<String>,
}

/// Why a call that is proved, or that need not be, is not allowed all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Forbidden {
    /// The token is one site's, the body another's.
    #[error("the body has another client key than the token")]
    ClientKey,
    /// It is for another app.
    #[error("the body has another app key than ours")]
    AppKey,
    /// The rules of the legacy scheme.
    #[error("the call does not prove that it may change this installation")]
    Unproved,
}

/// What came of a lifecycle call. Its details are for operators; [`Outcome::answer`] tells the caller no more than a status.
#[derive(Debug)]
pub enum Outcome {
    /// Carried out, and durable: 204.
    Done(Done),
    /// Not authenticated: 401.
    Refused(Refusal),
    /// Authenticated as somebody who may not: 403.
    Forbidden(Forbidden),
    /// Authenticated, but not to be understood; what is wrong: 400.
    Malformed(&'static str),
    /// The key host cannot be asked, so that nobody knows: 503, the administrator can try again.
    Away(String),
    /// The store failed: 503.
    Failed(StoreError),
}

impl Outcome {
    /// The status of the answer.
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::Done(_) => StatusCode::NO_CONTENT,
            Self::Refused(_) => StatusCode::UNAUTHORIZED,
            Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::Malformed(_) => StatusCode::BAD_REQUEST,
            Self::Away(_) | Self::Failed(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// The answer. All answers of one status are the same, byte for byte.
    pub fn answer(&self, app_key: &str) -> Response<Bytes> {
        answer(self.status(), app_key)
    }
}

/// An answer that says no more than its status (RFC 9457).
pub(crate) fn answer(status: StatusCode, app_key: &str) -> Response<Bytes> {
    let body = if status == StatusCode::NO_CONTENT {
        Bytes::new()
    } else {
        let title = status.canonical_reason().unwrap_or_default();
        Bytes::from(format!(r#"{{"type":"about:blank","title":"{title}","status":{}}}"#, status.as_u16()))
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if status != StatusCode::NO_CONTENT {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    }
    if status == StatusCode::UNAUTHORIZED {
        let realm: String = app_key.chars().filter(|letter| !"\"\\".contains(*letter)).collect();
        if let Ok(value) = HeaderValue::from_str(&format!("JWT realm=\"{realm}\"")) {
            headers.insert(WWW_AUTHENTICATE, value);
        }
    }
    if status == StatusCode::SERVICE_UNAVAILABLE {
        headers.insert(RETRY_AFTER, HeaderValue::from_static("30"));
    }
    response
}
