//! The vendor's JSON, with the vendor's names. Unknown members are kept in `extra`, so that a body that was read
//! can be printed again without loss.
//!
//! Lenient where Jira itself wavers: identifiers may be numbers or strings ([`Id`]), and a member may be absent,
//! null or there ([`Member`]).

mod agile;
mod attachment;
mod bulk;
mod comment;
mod field;
mod hook;
mod id;
mod issue;
mod link;
mod member;
mod project;
mod query;
mod transition;
mod user;
mod workflow;
mod worklog;

pub use agile::{Board, Epic, Sprint};
pub use attachment::{Attachment, AttachmentLimits};
pub use bulk::{ChangeProgress, CreatedIssues, IssueHistories, NotCreated, SubmittedChange};
pub use comment::Comment;
pub(crate) use comment::issue_in_address;
pub use field::{Field, FieldMeta, JsonType, Priority, Resolution};
pub use hook::{FailedHook, Hook, HookRegistration, NewHook};
pub use id::Id;
pub use issue::{BulkIssues, Change, Changelog, Created, History, Issue, Property};
pub use link::LinkType;
pub use member::Member;
pub use project::{
    HierarchyLevel, IssueType, IssueTypeStatuses, Permission, Permissions, Project, Status, StatusCategory,
};
pub use query::{MigratedUser, ParsedQuery, QueryMatches};
pub use transition::{Transition, Transitions};
pub use user::{ServerInfo, User};
pub(crate) use workflow::ProjectsWorkflows;
pub use workflow::{Workflow, WorkflowScheme};
pub use worklog::{ChangedWorklog, Worklog};

/// Members that no type here names, as they were found.
pub type Extra = serde_json::Map<String, serde_json::Value>;
