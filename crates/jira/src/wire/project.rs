//! Projects, their issue types and states.

use serde::{Deserialize, Serialize};

use super::{Extra, Id, Member};

/// A project.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the vendor's names")]
pub struct Project {
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub id: Member<Id>,
    pub key: String,
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub name: Member<String>,
    #[serde(flatten)]
    pub extra: Extra,
}

/// An issue type, as create metadata lists it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the vendor's names")]
pub struct IssueType {
    pub id: Id,
    pub name: String,
    #[serde(default)]
    pub subtask: bool,
    #[serde(flatten)]
    pub extra: Extra,
}

/// The states that issues of one type can be in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the vendor's names")]
pub struct IssueTypeStatuses {
    pub id: Id,
    pub name: String,
    #[serde(default)]
    pub statuses: Vec<Status>,
    #[serde(flatten)]
    pub extra: Extra,
}

/// A state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the vendor's names")]
pub struct Status {
    pub id: Id,
    pub name: String,
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub status_category: Member<StatusCategory>,
    #[serde(flatten)]
    pub extra: Extra,
}

/// How far along a state is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the vendor's names")]
pub struct StatusCategory {
    /// `new`, `indeterminate`, `done` or `undefined`.
    pub key: String,
    #[serde(flatten)]
    pub extra: Extra,
}
