//! What Cloud says about queries.

use serde::{Deserialize, Serialize};

use super::{Extra, Id, Member};

/// A query, taken apart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the vendor's names")]
pub struct ParsedQuery {
    pub query: String,
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub structure: Member<Extra>,
    /// Why it cannot be read; empty if it can.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<String>,
    #[serde(flatten)]
    pub extra: Extra,
}

/// Which issues one query finds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the vendor's names")]
pub struct QueryMatches {
    #[serde(default)]
    pub matched_issues: Vec<Id>,
    #[serde(default)]
    pub errors: Vec<String>,
}

/// A person's old names beside their account id, for moving from a Data Center.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the vendor's names")]
pub struct MigratedUser {
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub username: Member<String>,
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub key: Member<String>,
    /// `unknown` for somebody who is not there.
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub account_id: Member<String>,
}
