//! Issues, their history and their properties.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Extra, Id, Member, User};
use crate::time;

/// An issue, as far as it was asked for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the vendor's names")]
pub struct Issue {
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub id: Member<Id>,
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub key: Member<String>,
    /// By field id.
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub fields: Member<Extra>,
    /// By property key; only those asked for.
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub properties: Member<Extra>,
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub changelog: Member<Changelog>,
    #[serde(flatten)]
    pub extra: Extra,
}

impl Issue {
    /// A field's JSON; `None` if it is absent or null.
    pub fn field(&self, name: &str) -> Option<&Value> {
        self.fields.get()?.get(name).filter(|value| !value.is_null())
    }

    /// A field's JSON, null if it is empty; `None` if the answer does not have it.
    pub fn told(&self, name: &str) -> Option<&Value> {
        self.fields.get()?.get(name)
    }

    /// When it was last changed (`fields.updated`).
    pub fn updated(&self) -> Option<Timestamp> {
        time::parse(self.field("updated")?.as_str()?)
    }

    /// The key of its project (`fields.project.key`).
    pub fn project_key(&self) -> Option<&str> {
        self.field("project")?.get("key")?.as_str()
    }

    /// The name of its type (`fields.issuetype.name`).
    pub fn type_name(&self) -> Option<&str> {
        self.field("issuetype")?.get("name")?.as_str()
    }
}

/// The history of an issue: `items` in a webhook, `histories` in a REST answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the vendor's names")]
pub struct Changelog {
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub id: Member<Id>,
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub items: Member<Vec<Change>>,
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub histories: Member<Vec<History>>,
    /// How many entries there are in all; Cloud returns the newest 100 with an issue.
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub total: Member<u64>,
    #[serde(flatten)]
    pub extra: Extra,
}

/// One entry of a history: what one person changed at one moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the vendor's names")]
pub struct History {
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub author: Member<User>,
    /// A text; a number of seconds in the example of Cloud's bulk fetch of changelogs.
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub created: Member<Value>,
    #[serde(default)]
    pub items: Vec<Change>,
    #[serde(flatten)]
    pub extra: Extra,
}

impl History {
    /// When it was.
    pub fn at(&self) -> Option<Timestamp> {
        match self.created.get()? {
            Value::Number(seconds) => Timestamp::from_second(seconds.as_i64()?).ok(),
            text => time::parse(text.as_str()?),
        }
    }
}

/// One changed field. `from`, `to` and the strings for people stay in `extra`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the vendor's names")]
pub struct Change {
    /// The name people see (`Fix Version`), or the id for most system fields.
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub field: Member<String>,
    /// Cloud only.
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub field_id: Member<String>,
    #[serde(flatten)]
    pub extra: Extra,
}

/// Answer to a create.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the vendor's names")]
pub struct Created {
    pub id: Id,
    pub key: String,
}

/// Answer to a bulk fetch. Issues that cannot be seen are in `issueErrors` of `extra`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the vendor's names")]
pub struct BulkIssues {
    #[serde(default)]
    pub issues: Vec<Issue>,
    #[serde(flatten)]
    pub extra: Extra,
}

/// A property of an issue or a comment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the vendor's names")]
pub struct Property {
    pub key: String,
    pub value: Value,
}
