//! Webhook bodies. One type for all of them: which members are there depends on the event, the vendor's list
//! grows, and whatever is not named here is kept.
//!
//! What an event means for sync is `tools::jira::hint`'s business.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::wire::{Changelog, Comment, Extra, Id, Issue, Member, Project, User};

/// A webhook body of any event.
///
/// Parsing and printing again keeps every member, known or not.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the vendor's names")]
pub struct Body {
    /// Epoch milliseconds; as text in events that Forge sends.
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub timestamp: Member<Id>,
    /// Which event Forge sends, such as `avi:jira:updated:issue`; no webhook has it.
    #[serde(default, rename = "eventType", skip_serializing_if = "Member::is_absent")]
    pub event_type: Member<String>,
    /// Whose account caused the event that Forge sends.
    #[serde(default, rename = "atlassianId", skip_serializing_if = "Member::is_absent")]
    pub atlassian_id: Member<String>,
    #[serde(default, rename = "webhookEvent", skip_serializing_if = "Member::is_absent")]
    pub webhook_event: Member<String>,
    /// What kind of `jira:issue_updated` it is; absent in bodies of old servers.
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub issue_event_type_name: Member<String>,
    /// Who did it. Absent on Cloud for comments, links, sprints, boards and projects.
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub user: Member<User>,
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub issue: Member<Issue>,
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub comment: Member<Comment>,
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub changelog: Member<Changelog>,
    #[serde(default, rename = "issueLink", skip_serializing_if = "Member::is_absent")]
    pub issue_link: Member<IssueLink>,
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub worklog: Member<Worklog>,
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub attachment: Member<Attachment>,
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub sprint: Member<Sprint>,
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub board: Member<Board>,
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub project: Member<Project>,
    #[serde(flatten)]
    pub extra: Extra,
}

/// A link between two issues, told by their ids alone.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the vendor's names")]
pub struct IssueLink {
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub source_issue_id: Member<Id>,
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub destination_issue_id: Member<Id>,
    #[serde(flatten)]
    pub extra: Extra,
}

/// Time spent on an issue, told by the issue's id alone.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the vendor's names")]
pub struct Worklog {
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub issue_id: Member<Id>,
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub update_author: Member<User>,
    #[serde(flatten)]
    pub extra: Extra,
}

/// A file on an issue.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the vendor's names")]
pub struct Attachment {
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub id: Member<Id>,
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub author: Member<User>,
    #[serde(flatten)]
    pub extra: Extra,
}

/// A sprint; names the board that made it, not a project.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the vendor's names")]
pub struct Sprint {
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub id: Member<Id>,
    /// `future`, `active` or `closed`.
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub state: Member<String>,
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub origin_board_id: Member<Id>,
    #[serde(flatten)]
    pub extra: Extra,
}

/// A board.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the vendor's names")]
pub struct Board {
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub id: Member<Id>,
    #[serde(rename = "type", default, skip_serializing_if = "Member::is_absent")]
    pub kind: Member<String>,
    #[serde(flatten)]
    pub extra: Extra,
}

/// Why a body cannot be read. Says where, never what stands there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum BadBody {
    #[error("not UTF-8")]
    NotText,
    #[error("not JSON at line {line}, column {column}")]
    NotJson { line: usize, column: usize },
    #[error("JSON, but not the shape of a Jira webhook")]
    BadShape,
}

/// Reads a webhook body.
pub fn parse(body: &[u8]) -> Result<Body, BadBody> {
    let text = std::str::from_utf8(body).map_err(|_| BadBody::NotText)?;
    serde_json::from_str(text).map_err(|error| {
        if error.is_data() {
            return BadBody::BadShape;
        }
        BadBody::NotJson { line: error.line(), column: error.column() }
    })
}

/// The events that this release knows by name, grouped by what they are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// `jira:issue_created`, `jira:issue_updated`.
    Issue,
    /// `jira:issue_deleted`.
    IssueDeleted,
    /// `comment_created`, `comment_updated`.
    Comment,
    /// `comment_deleted`.
    CommentDeleted,
    /// `issuelink_*`.
    IssueLink,
    /// `worklog_*` and `jira:worklog_updated`.
    Worklog,
    /// `attachment_*`.
    Attachment,
    /// `issue_property_*`.
    IssueProperty,
    /// `sprint_*`.
    Sprint,
    /// `board_*`.
    Board,
    /// `project_*`.
    Project,
    /// `user_*`.
    User,
    /// `jira:version_*`.
    Version,
    /// `filter_*`, `option_*`, `issuetype_*`, `jira_expression_evaluation_failed`.
    Site,
    /// `avi:forge:*`: what Forge tells of the app.
    App,
}

impl Topic {
    /// What an event is about; `None` for a name this release does not know.
    pub fn of(event: &str) -> Option<Self> {
        if let Some(name) = event.strip_prefix("avi:") {
            return Self::of_forge(name);
        }
        let name = event.strip_prefix("jira:").unwrap_or(event);
        Some(match name {
            "issue_created" | "issue_updated" => Self::Issue,
            "issue_deleted" => Self::IssueDeleted,
            "comment_created" | "comment_updated" => Self::Comment,
            "comment_deleted" => Self::CommentDeleted,
            "jira_expression_evaluation_failed" => Self::Site,
            _ => Self::of_family(name)?,
        })
    }

    /// Events that Forge sends (developer.atlassian.com/platform/forge/events-reference/jira): of the product, and of the app.
    fn of_forge(name: &str) -> Option<Self> {
        Some(match name {
            "jira:created:issue" | "jira:updated:issue" | "jira:assigned:issue" => Self::Issue,
            "jira:deleted:issue" => Self::IssueDeleted,
            "jira:commented:issue" => Self::Comment,
            "jira:deleted:comment" => Self::CommentDeleted,
            _ if name.starts_with("forge:") => Self::App,
            _ => return None,
        })
    }

    fn of_family(name: &str) -> Option<Self> {
        const FAMILIES: [(&str, Topic); 11] = [
            ("issuelink_", Topic::IssueLink),
            ("worklog_", Topic::Worklog),
            ("attachment_", Topic::Attachment),
            ("issue_property_", Topic::IssueProperty),
            ("sprint_", Topic::Sprint),
            ("board_", Topic::Board),
            ("project_", Topic::Project),
            ("user_", Topic::User),
            ("version_", Topic::Version),
            ("filter_", Topic::Site),
            ("issuetype_", Topic::Site),
        ];
        let family = FAMILIES.iter().find(|(prefix, _)| name.starts_with(prefix)).map(|(_, topic)| *topic);
        family.or_else(|| name.starts_with("option_").then_some(Self::Site))
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Issue | Self::IssueDeleted => "an issue",
            Self::Comment | Self::CommentDeleted => "a comment",
            Self::IssueLink => "a link between issues",
            Self::Worklog => "time spent",
            Self::Attachment => "an attachment",
            Self::IssueProperty => "a property of an issue",
            Self::Sprint => "a sprint",
            Self::Board => "a board",
            Self::Project => "a project",
            Self::User => "a person",
            Self::Version => "a version",
            Self::Site => "a setting of the site",
            Self::App => "the app itself",
        })
    }
}

impl Worklog {
    /// The id of the issue, out of its own member or its address.
    pub fn issue(&self) -> Option<String> {
        let own = self.issue_id.get().map(ToString::to_string);
        own.or_else(|| crate::wire::issue_in_address(self.extra.get("self")?.as_str()?).map(str::to_owned))
    }
}
