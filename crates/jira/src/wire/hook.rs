//! Webhooks that an app registers for itself (Cloud).

use serde::{Deserialize, Serialize};

use super::{Extra, Id, Member};

/// A webhook to register.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the vendor's names")]
pub struct NewHook {
    /// `jira:issue_updated`, `comment_created`, …
    pub events: Vec<String>,
    pub jql_filter: String,
    /// Only changes of these fields.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub field_ids_filter: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub issue_property_keys_filter: Vec<String>,
}

/// What came of one registration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the vendor's names")]
pub struct HookRegistration {
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub created_webhook_id: Member<Id>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<String>,
}

/// A registered webhook. It ends 30 days after it was made or refreshed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the vendor's names")]
pub struct Hook {
    pub id: Id,
    #[serde(default)]
    pub events: Vec<String>,
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub jql_filter: Member<String>,
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub expiration_date: Member<String>,
    #[serde(flatten)]
    pub extra: Extra,
}

/// A delivery that Cloud has given up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the vendor's names")]
pub struct FailedHook {
    /// The delivery's own id, the same at each try (`X-Atlassian-Webhook-Identifier`).
    pub id: Id,
    pub url: String,
    /// When the last try failed, in milliseconds since 1970.
    pub failure_time: i64,
    /// The body as text; absent after a while.
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub body: Member<String>,
    #[serde(flatten)]
    pub extra: Extra,
}
