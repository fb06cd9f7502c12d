//! People and the server itself.

use serde::{Deserialize, Serialize};

use super::{Extra, Member};

/// A person. Cloud identifies by `accountId` alone, Data Center by `name` (may be renamed) and `key` (stable).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the vendor's names")]
pub struct User {
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub account_id: Member<String>,
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub name: Member<String>,
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub key: Member<String>,
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub display_name: Member<String>,
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub time_zone: Member<String>,
    #[serde(flatten)]
    pub extra: Extra,
}

impl User {
    /// What identifies the person on their own Jira: the account id if there is one, else the name.
    pub fn id(&self) -> Option<&str> {
        self.account_id.text().or(self.name.text()).filter(|id| !id.is_empty())
    }
}

/// `GET serverInfo`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the vendor's names")]
pub struct ServerInfo {
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub base_url: Member<String>,
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub version: Member<String>,
    /// `Cloud`, `Server` or `Data Center`.
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub deployment_type: Member<String>,
    #[serde(flatten)]
    pub extra: Extra,
}
