//! Issues: create, read, edit, delete.

use http::StatusCode;
use serde_json::json;

use super::{body, signed_in};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::jira::control;
use crate::jira::deed;
use crate::jira::edit::Hand;
use crate::jira::issue::Via;
use crate::jira::refusal::Refusal;
use crate::jira::site::{By, Right, Site};
use crate::jira::view::Show;
use crate::jira::view::fields::select;
use crate::jira::view::issue::{IssueView, Wanted};

/// Applies the edit a fault rule has a person make right after a write to this issue.
///
/// An edit that cannot be made is dropped: the request it struck was right, so there is nobody to tell.
pub(super) fn settle(site: &mut Site, call: &Call<'_>, id: u32) {
    let names = site.issues.get(id).map(|issue| [issue.id.to_string(), site.key(issue)]).unwrap_or_default();
    let names = names.each_ref().map(String::as_str);
    if let Some(mut edit) = call.faults.edit_after(call.plan, &names) {
        if let Some(members) = edit.as_object_mut() {
            members.insert("item".to_owned(), json!(id));
        }
        drop(control::edit(site, &edit));
    }
}

/// What of an issue the query asks for.
fn wanted(site: &Site, call: &Call<'_>) -> Wanted {
    let query = &call.query;
    Wanted {
        fields: select(site, &query.list("fields"), &["*all"]),
        expand: query.list("expand"),
        properties: query.list("properties"),
        keyed: true,
    }
}

/// `POST issue`
pub(crate) fn create(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let who = signed_in(call)?;
    let id = deed::create::create(site, &Hand::of(call, By { who, via: Via::Api }), &body(call)?)?;
    settle(site, call, id);
    Ok(Answer::json(StatusCode::CREATED, &created(site, call, id)))
}

/// What a creation answers.
pub(super) fn created(site: &Site, call: &Call<'_>, id: u32) -> serde_json::Value {
    let key = site.issues.get(id).map(|issue| site.key(issue)).unwrap_or_default();
    json!({"id": id.to_string(), "key": key, "self": format!("{}/rest/api/{}/issue/{id}", site.base, call.api)})
}

/// `GET issue/{idOrKey}`; with `updateHistory=true` the caller is remembered to have looked at it.
pub(crate) fn get(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let issue = site.see(call.caller, call.param("issue"))?;
    if let Some(who) = call.caller.filter(|_| call.query.flag("updateHistory")) {
        site.parts.view(who, issue.id, site.frame.clock.now());
    }
    Ok(Answer::ok(&IssueView(Show::call(site, call), issue, &wanted(site, call))))
}

/// `PUT issue/{idOrKey}`; on Cloud `returnIssue=true` answers the issue as it is then.
pub(crate) fn update(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (id, by) = site.enter(call.caller, call.param("issue"), Right::Edit)?;
    if call.query.get("notifyUsers") == Some("false") && !site.is_admin(call.caller) {
        return Err(Refusal::forbidden(
            "To discard the user notification either admin or project admin permissions are required.",
        ));
    }
    deed::update::update(site, &Hand::of(call, by), id, &body(call)?)?;
    settle(site, call, id);
    if site.is_cloud() && call.query.flag("returnIssue") {
        let issue = site.issues.get(id).ok_or_else(Refusal::no_issue)?;
        // Unlike reading, this cannot be told which fields to answer.
        let fields = select(site, &[], &["*all"]);
        let wanted = Wanted { fields, expand: call.query.list("expand"), ..Wanted::default() };
        return Ok(Answer::ok(&IssueView(Show::call(site, call), issue, &wanted)));
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `PUT issue/{idOrKey}/assignee`: the body is a person; `null` is nobody, `-1` whoever new issues go to.
pub(crate) fn assign(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (id, by) = site.enter(call.caller, call.param("issue"), Right::Edit)?;
    let person = body(call)?;
    deed::update::update(site, &Hand::of(call, by), id, &json!({"fields": {"assignee": person}}))?;
    settle(site, call, id);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `DELETE issue/{idOrKey}`: sub-tasks go too, but only if `deleteSubtasks` says so.
pub(crate) fn delete(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (id, by) = site.enter(call.caller, call.param("issue"), Right::Delete)?;
    if let Some(issue) = site.issues.get(id).filter(|issue| !issue.parts().children.is_empty())
        && !call.query.flag("deleteSubtasks")
    {
        let key = site.key(issue);
        return Err(Refusal::bad(format!(
            "The issue '{key}' has subtasks.  You must specify the 'deleteSubtasks' parameter to delete this issue \
             and all its subtasks."
        )));
    }
    deed::remove::remove(site, &Hand::of(call, by), id)?;
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}
