//! The vendor's JSON, with the vendor's names. Unknown members are kept in `extra`, so that a body that was read
//! can be printed again without loss.
//!
//! Lenient where Jira itself wavers: identifiers may be numbers or strings ([`Id`]), and a member may be absent,
//! null or there ([`Member`]).

mod attachment;
mod comment;
mod field;
mod id;
mod issue;
mod member;
mod project;
mod transition;
mod user;

pub use attachment::{Attachment, AttachmentLimits};
pub use comment::Comment;
pub(crate) use comment::issue_in_address;
pub use field::{Field, FieldMeta, JsonType, Priority};
pub use id::Id;
pub use issue::{BulkIssues, Change, Changelog, Created, History, Issue, Property};
pub use member::Member;
pub use project::{IssueType, IssueTypeStatuses, Permission, Permissions, Project, Status, StatusCategory};
pub use transition::{Transition, Transitions};
pub use user::{ServerInfo, User};

/// Members that no type here names, as they were found.
pub type Extra = serde_json::Map<String, serde_json::Value>;
