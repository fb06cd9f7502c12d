//! The canonical work item: what is left of an issue or a user story once the vendor's format is taken off.
//!
//! Adapters (`tools`) make these; `sync` and `mapping` see nothing else. Which fields exist and what they are
//! called is the tool's business: a field keeps the tool's own name (`summary`, `EntityState`).

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::ShareId;
use crate::value::Value;

/// Which end of a profile or a share: the words of the profile document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The profile's first connection.
    Left,
    /// The profile's second connection.
    Right,
}

impl Side {
    /// Both, in a fixed order.
    pub const BOTH: [Self; 2] = [Self::Left, Self::Right];

    /// The opposite end.
    pub const fn other(self) -> Self {
        match self {
            Self::Left => Self::Right,
            Self::Right => Self::Left,
        }
    }

    /// The word used in documents, columns and messages.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Right => "right",
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A field as its own tool names it: `summary`, `customfield_10010`, `EntityState`, `CustomFields.Risk`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FieldName(String);

impl FieldName {
    /// Wraps a name as written in a profile or by an adapter.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FieldName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for FieldName {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}

/// A tool's own version of an item: larger is newer, equal is the same content.
///
/// Jira: `updated` as epoch milliseconds. Targetprocess: `EntityVersion`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Version(pub i64);

/// Where an item is: enough to read and write it again. Stored with a share; holds no content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Locator {
    /// The tool's stable id: Jira's numeric issue id, a Targetprocess entity id. Never the key.
    pub id: String,
    /// The item's type as the tool names it: `Story`, `UserStory`.
    pub kind: String,
    /// What people call it: `ACME-7`; equal to `id` where the tool has no keys. May change.
    pub key: String,
    /// The project that holds it, as the tool names it: `ACME`, `Web shop`.
    pub scope: String,
    /// Where a person can open it.
    pub url: String,
}

/// A work item as read from a tool at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Where it is.
    pub at: Locator,
    /// The tool's version of exactly this content.
    pub version: Version,
    /// When the tool last changed it, by the tool's clock.
    pub updated_at: Timestamp,
    /// The fields that were asked for. A field that is empty in the tool is [`Value::Null`]; one that the tool did not
    /// tell, or told in a way that cannot be read, is absent.
    pub fields: BTreeMap<FieldName, Value>,
    /// When each field last changed, by the tool's clock; filled only if asked for and known.
    pub changed_at: BTreeMap<FieldName, Timestamp>,
    /// The share that made this item, read from the marker we left in it.
    pub marker: Option<ShareId>,
}

impl Item {
    /// The value of a field; [`Value::Null`] if it was not read.
    pub fn value(&self, field: &FieldName) -> &Value {
        self.fields.get(field).unwrap_or(&Value::Null)
    }
}

/// A way out of an item's present state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What to send to take it: a Jira transition id, a Targetprocess entity state id.
    pub id: String,
    /// The state it leads to, by the tool's id.
    pub to_id: String,
    /// The state it leads to, by name.
    pub to_name: String,
    /// How far along that state is: tells which unexplored states may lie between two others.
    pub phase: Phase,
    /// Fields that must be supplied to take it.
    pub required: Vec<FieldName>,
    /// Fields that its screen accepts; a field not listed is refused by the tool.
    pub accepted: Vec<FieldName>,
}

/// How far along a state is; Jira calls it the status category.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Nothing done yet.
    New,
    /// Being worked on.
    Underway,
    /// Finished.
    Done,
}
