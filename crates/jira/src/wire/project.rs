//! Projects, their issue types and states, and what the account may do in them.

use std::collections::BTreeMap;

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

/// What the account may do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the vendor's names")]
pub struct Permissions {
    /// By the permission's key.
    pub permissions: BTreeMap<String, Permission>,
    #[serde(flatten)]
    pub extra: Extra,
}

/// One permission.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the vendor's names")]
pub struct Permission {
    pub have_permission: bool,
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

/// A level of a project's issue types.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the vendor's names")]
pub struct HierarchyLevel {
    /// 1 for epics, 0 for what they hold, -1 for subtasks.
    pub level: i64,
    pub name: String,
    #[serde(default)]
    pub issue_types: Vec<IssueType>,
    #[serde(flatten)]
    pub extra: Extra,
}
