//! Reading issues and comments.

use std::collections::BTreeMap;

use bowline_core::code::TOOL_BAD_ANSWER;
use bowline_core::comment::Comment;
use bowline_core::item::{Item, Locator, Version};
use bowline_core::value::Person;
use bowline_core::{Failure, FieldName, ShareId, Timestamp};
use bowline_jira::wire::{self, Issue};
use bowline_jira::{IssueAsk, time};
use serde_json::Value as Json;

use super::kind::FieldList;
use super::refusal::failure;
use super::tool::JiraTool;
use super::value::person_of;

/// The property under which we leave our marker in an issue (`{"share": "shr_…"}`) and in a comment
/// (`{"command": "cmd_…"}`).
pub(super) const MARKER: &str = "bowline";

/// What every read needs, whatever was asked for.
pub(super) const ALWAYS: [&str; 3] = ["updated", "project", "issuetype"];

impl JiraTool {
    /// Reads an issue; `None` if it does not exist or may not be seen. For what can be no issue's name no call is made:
    /// people paste all kinds of things, and the paths of calls are logged.
    pub(super) async fn find_item(
        &self,
        id: &str,
        wanted: &[FieldName],
        history: bool,
    ) -> Result<Option<Item>, Failure> {
        if !is_name(id) {
            return Ok(None);
        }
        let list = if history { self.whole_field_list().await? } else { self.field_list(wanted).await? };
        let mut names = names(wanted);
        if history {
            names.push("created");
        }
        let ask = IssueAsk { fields: &names, properties: &[MARKER], changelog: history };
        let Some(issue) = self.jira().find_issue(id, ask).await.map_err(failure)? else { return Ok(None) };
        self.item(&issue, wanted, &list).map(Some)
    }

    /// An issue as an item; a failure if it lacks what every issue has.
    pub(super) fn item(
        &self,
        issue: &Issue,
        wanted: &[FieldName],
        list: &FieldList,
    ) -> Result<Item, Failure> {
        let (Some(at), Some(updated_at)) = (self.locator(issue), issue.updated()) else {
            return Err(Failure::park(TOOL_BAD_ANSWER));
        };
        // A field that is not on the issue is not empty: nothing is known of it.
        let read = |field: &FieldName| {
            let value = self.face.read(list.kind(field), issue.told(field.as_str())?)?;
            Some((field.clone(), value))
        };
        Ok(Item {
            at,
            version: Version(updated_at.as_millisecond()),
            updated_at,
            fields: wanted.iter().filter_map(read).collect(),
            changed_at: changed_at(issue, wanted, list),
            marker: marker(issue),
        })
    }

    /// Where an issue is.
    pub(super) fn locator(&self, issue: &Issue) -> Option<Locator> {
        let key = issue.key.text()?;
        Some(Locator {
            id: issue.id.get()?.to_string(),
            kind: issue.type_name()?.to_owned(),
            key: key.to_owned(),
            scope: issue.project_key()?.to_owned(),
            url: format!("{}/browse/{key}", self.connection.browse_url),
        })
    }

    /// Reads all comments of an issue, oldest first.
    pub(super) async fn all_comments(&self, at: &Locator) -> Result<Vec<Comment>, Failure> {
        let comments = self.jira().comments(&at.id).await.map_err(failure)?;
        comments.iter().map(|comment| self.read_comment(comment)).collect()
    }

    /// A comment as Jira tells it.
    pub(super) fn read_comment(&self, comment: &wire::Comment) -> Result<Comment, Failure> {
        let when = |member: &wire::Member<String>| member.text().and_then(time::parse);
        let (Some(id), Some(created_at)) = (comment.id.get(), when(&comment.created)) else {
            return Err(Failure::park(TOOL_BAD_ANSWER));
        };
        let command =
            comment.property(MARKER).and_then(|marker| marker.get("command")?.as_str()?.parse().ok());
        let body = self.face.dialect().read(comment.body.get().unwrap_or(&Json::Null));
        Ok(Comment {
            id: id.to_string(),
            author: comment.author.get().and_then(person_of).unwrap_or_else(|| Person::of("")),
            editor: comment.update_author.get().and_then(person_of),
            created_at,
            updated_at: when(&comment.updated).unwrap_or(created_at),
            // Words that cannot be read are not carried anywhere, nor is their absence.
            hidden: is_hidden(comment) || body.is_none(),
            body: body.unwrap_or_default(),
            marker: command,
        })
    }
}

/// Whether a text is an issue's id, or a key like `ACME-7` (or `acme-7`). Capitals and small letters side by side are no
/// key but, more often than not, a token that somebody pasted into the wrong field: it must not get into an address.
fn is_name(text: &str) -> bool {
    let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let mixed = |text: &str| text.chars().any(char::is_uppercase) && text.chars().any(char::is_lowercase);
    let letters = |text: &str| !text.is_empty() && text.chars().all(|it| it.is_alphanumeric() || it == '_');
    let project = |text: &str| letters(text) && !mixed(text);
    number(text) || text.split_once('-').is_some_and(|(key, rest)| project(key) && number(rest))
}

/// The fields to ask for: those wanted and those always needed.
pub(super) fn names(wanted: &[FieldName]) -> Vec<&str> {
    let mut names: Vec<&str> = wanted.iter().map(FieldName::as_str).chain(ALWAYS).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// The share that made an issue.
pub(super) fn marker(issue: &Issue) -> Option<ShareId> {
    issue.properties.get()?.get(MARKER)?.get("share")?.as_str()?.parse().ok()
}

/// Restricted to a role or group, or internal to a service project's team. Cloud tells the latter by `jsdPublic`,
/// Data Center by the property that its service desk keeps with the comment.
fn is_hidden(comment: &wire::Comment) -> bool {
    let internal = comment.property("sd.public.comment").and_then(|it| it.get("internal")?.as_bool());
    comment.visibility.get().is_some() || comment.jsd_public.get() == Some(&false) || internal == Some(true)
}

/// When each wanted field last changed: by its newest history entry; a field without one has its value since the
/// issue was created, unless the history is cut (Cloud gives the newest 100 entries).
fn changed_at(issue: &Issue, wanted: &[FieldName], list: &FieldList) -> BTreeMap<FieldName, Timestamp> {
    let Some(log) = issue.changelog.get() else { return BTreeMap::new() };
    let histories = log.histories.get().map(Vec::as_slice).unwrap_or_default();
    let mut found: BTreeMap<FieldName, Timestamp> = BTreeMap::new();
    for history in histories {
        let Some(at) = history.at() else { continue };
        for change in &history.items {
            let Some(field) = list.named(change.field_id.text(), change.field.text()) else { continue };
            let newest = found.entry(field).or_insert(at);
            *newest = at.max(*newest);
        }
    }
    found.retain(|field, _| wanted.contains(field));
    let whole =
        log.total.get().is_none_or(|total| usize::try_from(*total).is_ok_and(|n| n <= histories.len()));
    let created = issue.field("created").and_then(Json::as_str).and_then(time::parse);
    if let (true, Some(created)) = (whole, created) {
        for field in wanted {
            found.entry(field.clone()).or_insert(created);
        }
    }
    found
}
