//! Comments of an issue.

use http::StatusCode;
use serde::ser::{Serialize, Serializer};

use super::issue::settle;
use super::{body, page, slice};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::jira::deed::comment as deed;
use crate::jira::edit::Hand;
use crate::jira::issue::{Comment, Issue};
use crate::jira::refusal::Refusal;
use crate::jira::site::{Right, Site};
use crate::jira::view::comment::CommentView;
use crate::jira::view::{Show, each, object};

fn view<'a>(site: &'a Site, call: &Call<'_>, issue: u32, comment: &'a Comment) -> CommentView<'a> {
    let expands = |what: &str| call.query.list("expand").iter().any(|name| name == what);
    let (properties, rendered) = (expands("properties"), expands("renderedBody"));
    CommentView { show: Show::call(site, call), issue, comment, properties, rendered }
}

/// The comment the path names, if the caller may read it.
fn find<'a>(site: &Site, call: &Call<'_>, issue: &'a Issue) -> Result<&'a Comment, Refusal> {
    let id = call.param("id");
    let found = issue.comments.iter().find(|comment| comment.id.to_string() == id);
    found.filter(|comment| site.may_read(call.caller, comment)).ok_or_else(|| deed::missing(id))
}

/// `GET issue/{idOrKey}/comment`
pub(crate) fn list(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let issue = site.see(call.caller, call.param("issue"))?;
    let mut comments: Vec<&Comment> =
        issue.comments.iter().filter(|comment| site.may_read(call.caller, comment)).collect();
    match call.query.get("orderBy") {
        None | Some("created" | "+created" | " created") => {}
        Some("-created") => comments.reverse(),
        Some(other) => return Err(Refusal::bad(format!("Cannot order comments by '{other}'."))),
    }
    // Data Center sends all comments unless a page is asked for; Cloud never more than 5,000.
    let page = if site.is_cloud() { page(call, 5_000, 5_000) } else { page(call, 1_048_576, 1_048_576) };
    let listed = each(slice(&comments, page).iter(), |comment| view(site, call, issue.id, comment));
    Ok(Answer::ok(&Page { start: page.0, max: page.1, total: comments.len(), comments: listed }))
}

struct Page<T> {
    start: usize,
    max: usize,
    total: usize,
    comments: T,
}

impl<T: Serialize> Serialize for Page<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        object!(serializer, {
            "startAt": self.start,
            "maxResults": self.max,
            "total": self.total,
            "comments": self.comments,
        })
    }
}

/// `GET issue/{idOrKey}/comment/{id}`
pub(crate) fn get(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let issue = site.see(call.caller, call.param("issue"))?;
    Ok(Answer::ok(&view(site, call, issue.id, find(site, call, issue)?)))
}

/// `POST issue/{idOrKey}/comment`
pub(crate) fn create(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (issue, by) = site.enter(call.caller, call.param("issue"), Right::Comment)?;
    let hand = Hand::of(call, by);
    let given = deed::read(site, &hand, &body(call)?)?;
    let id = deed::add(site, &hand, issue, given)?;
    settle(site, call, issue);
    show(site, call, issue, id, StatusCode::CREATED)
}

/// `PUT issue/{idOrKey}/comment/{id}`: its author and administrators only.
pub(crate) fn update(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (issue, by) = site.enter(call.caller, call.param("issue"), Right::Comment)?;
    let id = own(site, call, "edit")?;
    let hand = Hand::of(call, by);
    let given = deed::read(site, &hand, &body(call)?)?;
    if given.body.is_none() {
        return Err(Refusal::field("comment", "Comment body can not be empty!"));
    }
    deed::edit(site, &hand, issue, id, given)?;
    settle(site, call, issue);
    show(site, call, issue, id, StatusCode::OK)
}

/// `DELETE issue/{idOrKey}/comment/{id}`: its author and administrators only.
pub(crate) fn delete(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (issue, by) = site.enter(call.caller, call.param("issue"), Right::Comment)?;
    let id = own(site, call, "delete")?;
    deed::delete(site, &Hand::of(call, by), issue, id)?;
    settle(site, call, issue);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

fn own(site: &Site, call: &Call<'_>, what: &str) -> Result<u32, Refusal> {
    let issue = site.see(call.caller, call.param("issue"))?;
    let comment = find(site, call, issue)?;
    if Some(comment.author) == call.caller || site.is_admin(call.caller) {
        return Ok(comment.id);
    }
    Err(Refusal::bad(format!("You do not have the permission to {what} comments for this issue.")))
}

/// The comment as it is now; gone if a person was faster.
fn show(site: &Site, call: &Call<'_>, issue: u32, id: u32, status: StatusCode) -> Result<Answer, Refusal> {
    let comments = site.issues.get(issue).map(|issue| issue.comments.as_slice()).unwrap_or_default();
    let comment = comments.iter().find(|comment| comment.id == id).ok_or_else(|| deed::missing(id))?;
    Ok(Answer::json(status, &view(site, call, issue, comment)))
}
