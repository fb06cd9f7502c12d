//! Boards, sprints and epics.

use serde::{Deserialize, Serialize};

use super::{Extra, Id, Member};

/// A board.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the vendor's names")]
pub struct Board {
    pub id: Id,
    pub name: String,
    /// `scrum`, `kanban` or `simple`.
    #[serde(default, rename = "type", skip_serializing_if = "Member::is_absent")]
    pub kind: Member<String>,
    #[serde(flatten)]
    pub extra: Extra,
}

/// A sprint.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the vendor's names")]
pub struct Sprint {
    pub id: Id,
    pub name: String,
    /// `future`, `active` or `closed`.
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub state: Member<String>,
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub start_date: Member<String>,
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub end_date: Member<String>,
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub goal: Member<String>,
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub origin_board_id: Member<Id>,
    #[serde(flatten)]
    pub extra: Extra,
}

/// An epic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the vendor's names")]
pub struct Epic {
    pub id: Id,
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub key: Member<String>,
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub name: Member<String>,
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub summary: Member<String>,
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub done: Member<bool>,
    #[serde(flatten)]
    pub extra: Extra,
}
