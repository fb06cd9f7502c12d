//! The ways out of an issue's present state.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Extra, FieldMeta, Id, Status};

/// Answer to a listing of transitions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the vendor's names")]
pub struct Transitions {
    #[serde(default)]
    pub transitions: Vec<Transition>,
}

/// One way out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the vendor's names")]
pub struct Transition {
    pub id: Id,
    #[serde(default)]
    pub name: String,
    pub to: Status,
    /// The fields of its screen by field id; only with `expand=transitions.fields`.
    #[serde(default)]
    pub fields: BTreeMap<String, FieldMeta>,
    /// Cloud: `false` if a condition stands in the way.
    #[serde(default)]
    pub is_available: Option<bool>,
    #[serde(flatten)]
    pub extra: Extra,
}
