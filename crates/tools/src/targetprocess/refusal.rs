//! What can go wrong in a call, and what it asks of a worker.

use bowline_core::Failure;
use bowline_core::code::{AUTH_FORBIDDEN, TOOL_BAD_ANSWER, TOOL_NOT_FOUND, TOOL_REFUSED};
use bowline_core::failure::Words;
use http::StatusCode;
use serde_json::Value as Json;

use crate::split::{Complaint, after_write};

/// Why a call brought nothing.
pub(crate) enum Error {
    /// It failed on the way.
    Failed(Failure),
    /// Targetprocess refused.
    Refused(StatusCode, String),
    /// It accepted, but the answer is not of the documented shape.
    Unreadable,
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// What an error body says: `{"Status":"BadRequest","Message":"…"}`, or text. An HTML page says nothing useful.
pub(crate) fn said(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let message = serde_json::from_str::<Json>(&text).ok();
    let message =
        message.and_then(|it| it.get("Message").or_else(|| it.get("message"))?.as_str().map(str::to_owned));
    message
        .unwrap_or_else(|| if text.trim_start().starts_with('<') { String::new() } else { text.into_owned() })
}

/// A failed read, or a failed write that cannot be split.
pub(crate) fn failure(error: Error) -> Failure {
    match error {
        Error::Failed(failure) => failure,
        Error::Unreadable => Failure::park(TOOL_BAD_ANSWER),
        Error::Refused(status, said) => {
            let failure = match status {
                StatusCode::FORBIDDEN => Failure::park(AUTH_FORBIDDEN),
                StatusCode::NOT_FOUND => Failure::park(TOOL_NOT_FOUND),
                _ => Failure::park(TOOL_REFUSED),
            };
            failure.with_words(Words::new(said))
        }
    }
}

/// A failed write that cannot be split. An answer that cannot be read follows a write that was carried out.
pub(crate) fn write_failure(error: Error) -> Failure {
    let carried_out = matches!(error, Error::Unreadable);
    let failure = failure(error);
    if carried_out { after_write(failure) } else { failure }
}

/// What was said about the fields of a write; or the failure, if it is not about fields. Targetprocess names no
/// field: it speaks in sentences.
pub(crate) fn complaint(error: Error) -> Result<Complaint, Failure> {
    match error {
        Error::Refused(StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY, said) => {
            Ok(Complaint { sentences: vec![said], ..Complaint::default() })
        }
        other => Err(write_failure(other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_is_taken_out_of_json_and_pages_are_left_out() {
        assert_eq!(said(br#"{"Status":"BadRequest","Message":"Name is required"}"#), "Name is required");
        assert_eq!(said(b"plain"), "plain");
        assert_eq!(said(b" <html>"), "");
        assert_eq!(said(b"{\"Status\":1}"), "{\"Status\":1}");
    }
}
