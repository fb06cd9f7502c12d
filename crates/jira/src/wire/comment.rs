//! Comments.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Extra, Id, Member, Property, User};

/// A comment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the vendor's names")]
pub struct Comment {
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub id: Member<Id>,
    /// The comment's own address; holds the issue's id, which a Data Center webhook tells nowhere else.
    #[serde(default, rename = "self", skip_serializing_if = "Member::is_absent")]
    pub self_url: Member<String>,
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub author: Member<User>,
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub update_author: Member<User>,
    /// ADF on REST version 3, wiki markup on version 2 and in every webhook.
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub body: Member<Value>,
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub created: Member<String>,
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub updated: Member<String>,
    /// Only this role or group may see it.
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub visibility: Member<Value>,
    /// `false` on an internal comment of a service project.
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub jsd_public: Member<bool>,
    /// Only with `expand=properties`.
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub properties: Member<Vec<Property>>,
    #[serde(flatten)]
    pub extra: Extra,
}

impl Comment {
    /// The id of the issue it belongs to, out of its address: `…/issue/10013/comment/10082`.
    pub fn issue_id(&self) -> Option<&str> {
        issue_in_address(self.self_url.text()?)
    }

    /// A property by its key.
    pub fn property(&self, key: &str) -> Option<&Value> {
        self.properties.get()?.iter().find(|property| property.key == key).map(|property| &property.value)
    }
}

/// The issue's id in the address of something that belongs to it.
pub(crate) fn issue_in_address(address: &str) -> Option<&str> {
    let (_, rest) = address.rsplit_once("/issue/")?;
    rest.split('/').next().filter(|id| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()))
}
