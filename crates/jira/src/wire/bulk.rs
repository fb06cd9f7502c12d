//! Many issues at once: created, changed, and their histories.

use serde::{Deserialize, Serialize};

use super::{Created, Extra, History, Id, Member};

/// Answer to a creation of many: it may have succeeded for some.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the vendor's names")]
pub struct CreatedIssues {
    #[serde(default)]
    pub issues: Vec<Created>,
    #[serde(default)]
    pub errors: Vec<NotCreated>,
}

/// Why one of many was not created.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the vendor's names")]
pub struct NotCreated {
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub status: Member<u16>,
    /// `errorMessages` and `errors`, as in any refusal.
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub element_errors: Member<Extra>,
    /// Which of those that were asked for, counted from 0.
    pub failed_element_number: usize,
    #[serde(flatten)]
    pub extra: Extra,
}

/// A change of many issues that Cloud carries out in its own time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the vendor's names")]
pub struct SubmittedChange {
    pub task_id: String,
}

/// How far such a change is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the vendor's names")]
pub struct ChangeProgress {
    pub task_id: String,
    /// `ENQUEUED`, `RUNNING`, `COMPLETE`, `FAILED`, `CANCEL_REQUESTED`, `CANCELLED` or `DEAD`.
    pub status: String,
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub progress_percent: Member<u8>,
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub total_issue_count: Member<u64>,
    /// Those it was done to, by id.
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub processed_accessible_issues: Member<Vec<Id>>,
    /// What went wrong, by id.
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub failed_accessible_issues: Member<Extra>,
    #[serde(flatten)]
    pub extra: Extra,
}

impl ChangeProgress {
    /// Whether nothing more will happen.
    pub fn is_over(&self) -> bool {
        !matches!(self.status.as_str(), "ENQUEUED" | "RUNNING" | "CANCEL_REQUESTED")
    }
}

/// The history of one issue among many.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the vendor's names")]
pub struct IssueHistories {
    pub issue_id: Id,
    #[serde(default)]
    pub change_histories: Vec<History>,
    #[serde(flatten)]
    pub extra: Extra,
}
