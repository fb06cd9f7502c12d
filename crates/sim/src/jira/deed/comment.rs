//! Adding, editing and deleting comments.

use serde_json::Value;

use super::property;
use crate::jira::edit::value::rich;
use crate::jira::edit::{Hand, unknown};
use crate::jira::hook::{self, News};
use crate::jira::issue::{Comment, Deed, Properties, Text, Visibility};
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;

/// A comment's members as a request gives them; `None` is not given.
pub(crate) struct Given {
    pub(crate) body: Option<Text>,
    pub(crate) visibility: Option<Option<Visibility>>,
    pub(crate) properties: Vec<(String, Box<serde_json::value::RawValue>)>,
}

/// Reads a comment's body, visibility and properties.
pub(crate) fn read(site: &Site, hand: &Hand<'_>, body: &Value) -> Result<Given, Refusal> {
    let members = body.as_object().ok_or_else(|| Refusal::bad("A comment must be an object."))?;
    if let Some(text) = hand.rejects("comment").or_else(|| hand.rejects("body")) {
        return Err(Refusal::field("comment", text));
    }
    let known = [
        "body",
        "visibility",
        "properties",
        "author",
        "updateAuthor",
        "created",
        "updated",
        "id",
        "self",
        "parent",
    ];
    if let Some(name) =
        members.keys().find(|name| !known.contains(&name.as_str()) && !name.starts_with("jsd"))
    {
        return Err(Refusal::field(name.as_str(), unknown(name)));
    }
    let text = match members.get("body") {
        None => None,
        Some(value) => {
            let text = rich(hand, value).map_err(|text| Refusal::field("comment", text))?;
            Some(text.ok_or_else(|| Refusal::field("comment", "Comment body can not be empty!"))?)
        }
    };
    let visibility = members.get("visibility").map(|value| visibility(site, hand, value)).transpose()?;
    Ok(Given { body: text, visibility, properties: property::read_list(body)? })
}

/// Who may see a comment or worklog; `null` is everybody.
pub(super) fn visibility(site: &Site, hand: &Hand<'_>, value: &Value) -> Result<Option<Visibility>, Refusal> {
    if value.is_null() {
        return Ok(None);
    }
    let kind = match value.get("type").and_then(Value::as_str) {
        Some("role") => "role",
        Some("group") => "group",
        _ => return Err(Refusal::field("visibility", "The visibility's type must be 'role' or 'group'.")),
    };
    let circle =
        value.get("value").or_else(|| value.get("identifier")).and_then(Value::as_str).unwrap_or_default();
    let known = site.is_circle(circle);
    if !known {
        return Err(Refusal::field("visibility", format!("The {kind} '{circle}' does not exist.")));
    }
    if !site.is_member(Some(hand.by.who), circle) {
        return Err(Refusal::field(
            "commentLevel",
            format!("You are currently not a member of the {kind}: {circle}."),
        ));
    }
    Ok(Some(Visibility { kind, value: circle.into() }))
}

/// Adds a comment; the answer is its id.
pub(crate) fn add(site: &mut Site, hand: &Hand<'_>, issue: u32, given: Given) -> Result<u32, Refusal> {
    let body = given.body.ok_or_else(|| Refusal::field("comment", "Comment body can not be empty!"))?;
    let (id, who) = (site.next_comment, hand.by.who);
    site.next_comment += 1;
    let properties: Properties =
        given.properties.into_iter().map(|(key, value)| (site.names.intern(&key), value)).collect();
    let visibility = given.visibility.flatten();
    let done =
        site.change(issue, hand.by, (Deed::CommentCreate, id, Box::default()), true, |_, _| Vec::new());
    let created = done.ok_or_else(Refusal::no_issue)?.at;
    let comment =
        Comment { id, author: who, editor: who, body, created, updated: created, visibility, properties };
    if let Some(issue) = site.issues.get_mut(issue) {
        issue.comments.push(comment.clone());
        issue.watch(who);
    }
    hook::announce(site, issue, who, &News::CommentCreated(comment));
    Ok(id)
}

/// Edits a comment that exists.
pub(crate) fn edit(
    site: &mut Site,
    hand: &Hand<'_>,
    issue: u32,
    id: u32,
    given: Given,
) -> Result<(), Refusal> {
    let comments = site.issues.get(issue).map(|issue| issue.comments.as_slice()).unwrap_or_default();
    if !comments.iter().any(|comment| comment.id == id) {
        return Err(missing(id));
    }
    let done =
        site.change(issue, hand.by, (Deed::CommentUpdate, id, Box::default()), true, |_, _| Vec::new());
    let at = done.ok_or_else(Refusal::no_issue)?.at;
    let mut properties: Properties = Vec::new();
    for (key, value) in given.properties {
        properties.push((site.names.intern(&key), value));
    }
    let comments = site.issues.get_mut(issue).map(|issue| issue.comments.as_mut_slice()).unwrap_or_default();
    let Some(comment) = comments.iter_mut().find(|comment| comment.id == id) else {
        return Err(missing(id));
    };
    comment.editor = hand.by.who;
    comment.updated = at;
    if let Some(body) = given.body {
        comment.body = body;
    }
    if let Some(visibility) = given.visibility {
        comment.visibility = visibility;
    }
    for (key, value) in properties {
        comment.properties.retain(|(kept, _)| *kept != key);
        comment.properties.push((key, value));
    }
    let comment = comment.clone();
    hook::announce(site, issue, hand.by.who, &News::CommentUpdated(comment));
    Ok(())
}

/// Deletes a comment that exists.
pub(crate) fn delete(site: &mut Site, hand: &Hand<'_>, issue: u32, id: u32) -> Result<(), Refusal> {
    let comments = site.issues.get(issue).map(|issue| issue.comments.as_slice()).unwrap_or_default();
    let Some(comment) = comments.iter().find(|comment| comment.id == id).cloned() else {
        return Err(missing(id));
    };
    site.change(issue, hand.by, (Deed::CommentDelete, id, Box::default()), true, |issue, _| {
        issue.comments.retain(|comment| comment.id != id);
        Vec::new()
    });
    hook::announce(site, issue, hand.by.who, &News::CommentDeleted(comment));
    Ok(())
}

/// Jira's answer to a comment that is not there or may not be read.
pub(crate) fn missing(id: impl std::fmt::Display) -> Refusal {
    Refusal::missing(format!("Can not find a comment for the id: {id}."))
}
