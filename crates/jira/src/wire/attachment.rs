//! Files on issues.

use serde::{Deserialize, Serialize};

use super::{Extra, Id, Member, User};

/// A file on an issue; of the file itself only what is told about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the vendor's names")]
pub struct Attachment {
    pub id: Id,
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub filename: Member<String>,
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub author: Member<User>,
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub created: Member<String>,
    /// In bytes.
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub size: Member<u64>,
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub mime_type: Member<String>,
    /// Where a browser gets it. Calls are never sent there: it is what an answer says, not what a connection says.
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub content: Member<String>,
    #[serde(flatten)]
    pub extra: Extra,
}

/// Whether files may be attached, and how large they may be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the vendor's names")]
pub struct AttachmentLimits {
    pub enabled: bool,
    /// In bytes.
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub upload_limit: Member<u64>,
    #[serde(flatten)]
    pub extra: Extra,
}
