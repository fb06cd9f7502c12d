//! Fields: what there is, and what a create screen demands.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Extra, Id, Member};

/// A field of the site.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the vendor's names")]
pub struct Field {
    pub id: String,
    #[serde(default)]
    pub name: String,
    /// Absent for a few system fields (`issuekey`, `thumbnail`).
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub schema: Member<JsonType>,
    #[serde(flatten)]
    pub extra: Extra,
}

/// What a field holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JsonType {
    /// `string`, `number`, `date`, `datetime`, `user`, `option`, `array`, `priority`, …
    #[serde(rename = "type", default)]
    pub kind: String,
    /// For arrays: what the elements are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items: Option<String>,
    /// For system fields: their own name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// For custom fields: their type's full name, ending in `:textarea`, `:select`, ….
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom: Option<String>,
}

/// A field on a create or transition screen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the vendor's names")]
pub struct FieldMeta {
    /// The field's id. Create metadata names it here; a transition's fields are keyed by it.
    #[serde(default)]
    pub field_id: String,
    /// The same, as older Data Center releases name it.
    #[serde(default)]
    pub key: String,
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub required: bool,
    #[serde(default)]
    pub has_default_value: bool,
    #[serde(default)]
    pub schema: JsonType,
    #[serde(default)]
    pub allowed_values: Vec<Value>,
    #[serde(flatten)]
    pub extra: Extra,
}

impl FieldMeta {
    /// The field's id, wherever it stands.
    pub fn id(&self) -> &str {
        if self.field_id.is_empty() { &self.key } else { &self.field_id }
    }
}

/// A priority.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the vendor's names")]
pub struct Priority {
    pub id: Id,
    pub name: String,
    #[serde(flatten)]
    pub extra: Extra,
}

/// How an issue came to its end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the vendor's names")]
pub struct Resolution {
    pub id: Id,
    pub name: String,
    #[serde(flatten)]
    pub extra: Extra,
}
