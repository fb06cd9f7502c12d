//! Times that people logged.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Extra, Id, Member, User};

/// A worklog.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the vendor's names")]
pub struct Worklog {
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub id: Member<Id>,
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub issue_id: Member<Id>,
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub author: Member<User>,
    /// ADF on version 3, wiki markup on version 2.
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub comment: Member<Value>,
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub started: Member<String>,
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub time_spent_seconds: Member<i64>,
    #[serde(flatten)]
    pub extra: Extra,
}

/// A worklog that was changed or removed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the vendor's names")]
pub struct ChangedWorklog {
    pub worklog_id: Id,
    /// In milliseconds since 1970.
    pub updated_time: i64,
    #[serde(flatten)]
    pub extra: Extra,
}
