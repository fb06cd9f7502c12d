//! Open findings, one row for each cause.

use bowline_core::Timestamp;
use bowline_core::finding::Finding;
use serde::Serialize;

use super::Names;
use crate::live::words;

#[derive(Debug, Serialize)]
pub(super) struct FindingRow {
    id: String,
    title: String,
    subject: Option<String>,
    /// The profile and the connection, by name.
    places: Vec<String>,
    hits: Option<String>,
    remedy: Option<&'static str>,
    code: String,
    at: Timestamp,
}

impl Names<'_> {
    pub(super) fn finding_row(&self, finding: &Finding) -> FindingRow {
        let cause = &finding.cause;
        let connection = cause.connection.and_then(|id| self.connection(id)).map(|row| row.name.clone());
        let profile = cause.profile.and_then(|id| self.profile(id)).map(str::to_owned);
        FindingRow {
            id: finding.id.to_string(),
            title: cause.code.title().to_owned(),
            subject: cause.subject.clone(),
            places: [profile, connection].into_iter().flatten().collect(),
            hits: (finding.open > 0).then(|| words::count(finding.open, "item", "items")),
            remedy: cause.code.find().map(|entry| entry.remedy),
            code: cause.code.to_string(),
            at: finding.last_at,
        }
    }
}
