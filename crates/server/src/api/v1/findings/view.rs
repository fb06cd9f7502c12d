//! A finding as the API shows it: the cause, in the registry's words, and how much it hits.

use bowline_core::finding::{Finding, FindingState};
use bowline_core::{Code, ConnectionId, FindingId, ProfileId, Timestamp};
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct View {
    id: FindingId,
    code: Code,
    title: String,
    meaning: Option<&'static str>,
    remedy: Option<&'static str>,
    state: FindingState,
    connection: Option<ConnectionId>,
    profile: Option<ProfileId>,
    subject: Option<String>,
    /// How many entities it hits now.
    open: i64,
    /// How often it was noticed in all.
    seen: i64,
    first_at: Timestamp,
    last_at: Timestamp,
}

impl From<Finding> for View {
    fn from(finding: Finding) -> Self {
        let cause = finding.cause;
        let entry = cause.code.find();
        Self {
            id: finding.id,
            title: cause.code.title().to_owned(),
            meaning: entry.map(|entry| entry.meaning),
            remedy: entry.map(|entry| entry.remedy),
            code: cause.code,
            state: finding.state,
            connection: cause.connection,
            profile: cause.profile,
            subject: cause.subject,
            open: finding.open,
            seen: finding.seen,
            first_at: finding.first_at,
            last_at: finding.last_at,
        }
    }
}
