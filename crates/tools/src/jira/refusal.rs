//! What Jira's errors ask of a worker.

use bowline_core::code::{AUTH_FORBIDDEN, TOOL_BAD_ANSWER, TOOL_NOT_FOUND, TOOL_REFUSED};
use bowline_core::failure::{Executed, Words};
use bowline_core::{Failure, FieldName};
use bowline_jira::{Error, Refusal};
use http::StatusCode;

use crate::split::{Complaint, after_write};

/// A failed read, or a failed write that cannot be split.
pub(crate) fn failure(error: Error) -> Failure {
    match error {
        Error::Failed(failure) => failure,
        Error::Unreadable { .. } | Error::Endless { .. } | Error::OtherLength { .. } => {
            Failure::park(TOOL_BAD_ANSWER)
        }
        Error::Refused { status, refusal, .. } => {
            let failure = match status {
                StatusCode::FORBIDDEN => Failure::park(AUTH_FORBIDDEN),
                StatusCode::NOT_FOUND | StatusCode::GONE => Failure::park(TOOL_NOT_FOUND),
                // Two writers at once: the next look decides anew.
                StatusCode::CONFLICT => Failure::retry(TOOL_REFUSED, Executed::No),
                _ => Failure::park(TOOL_REFUSED),
            };
            failure.with_words(Words::new(refusal.words()))
        }
    }
}

/// A failed write that cannot be split. An answer that cannot be read follows a write that was carried out.
pub(crate) fn write_failure(error: Error) -> Failure {
    let carried_out = matches!(error, Error::Unreadable { .. });
    let failure = failure(error);
    if carried_out { after_write(failure) } else { failure }
}

/// What Jira said about the fields of a write; or the failure, if it is not about fields.
///
/// 403 on the whole is a missing permission and never split; 403 that names fields is about these fields.
pub(crate) fn complaint(error: Error) -> Result<Complaint, Failure> {
    match error {
        Error::Refused { status, refusal, .. } if is_about_fields(status, &refusal) => {
            let named =
                refusal.fields.into_iter().map(|(field, said)| (FieldName::new(field), said)).collect();
            Ok(Complaint { named, sentences: refusal.messages })
        }
        other => Err(write_failure(other)),
    }
}

fn is_about_fields(status: StatusCode, refusal: &Refusal) -> bool {
    match status {
        StatusCode::BAD_REQUEST | StatusCode::PAYLOAD_TOO_LARGE | StatusCode::UNPROCESSABLE_ENTITY => true,
        StatusCode::FORBIDDEN => !refusal.fields.is_empty(),
        _ => false,
    }
}
