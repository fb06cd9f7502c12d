//! `issue/{idOrKey}/notify`: a letter about an issue. No letter leaves the simulator.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::Value;

use super::{body, enter};
use crate::frame::answer::Answer;
use crate::frame::call::{Call, Person};
use crate::frame::world::{Act, Route};
use crate::jira::circle::Actor;
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;

pub(super) fn both() -> Vec<Route<Site>> {
    vec![(Method::POST, "/issue/{issue}/notify", Act::Write(notify))]
}

/// `POST issue/{idOrKey}/notify`: needs somebody to write to who is not the caller.
fn notify(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let entered = enter(site, call)?;
    let body = body(call)?;
    if !body.is_object() {
        return Err(Refusal::bad("A notification must be an object."));
    }
    for name in ["subject", "textBody", "htmlBody"] {
        if body.get(name).is_some_and(|text| !text.is_string() && !text.is_null()) {
            return Err(Refusal::bad(format!("The {name} of a notification must be a string.")));
        }
    }
    let to = body.get("to").filter(|to| to.is_object());
    let to = to.ok_or_else(|| Refusal::bad("No recipients were defined for the notification."))?;
    let readers = recipients(site, entered.id, to)?;
    if !readers.iter().any(|reader| *reader != entered.by.who) {
        return Err(Refusal::bad("The notification has no recipients beside yourself."));
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// Who would get the letter.
fn recipients(site: &Site, issue: u32, to: &Value) -> Result<Vec<Person>, Refusal> {
    let issue = site.issues.get(issue).ok_or_else(Refusal::no_issue)?;
    let wants = |name: &str| to.get(name).and_then(Value::as_bool).unwrap_or(false);
    let listed = |name: &str| to.get(name).and_then(Value::as_array).into_iter().flatten();
    let mut readers: Vec<Person> = Vec::new();
    if wants("reporter") {
        readers.push(issue.reporter);
    }
    if wants("assignee") {
        let assignee = issue.assignee;
        readers.push(assignee.ok_or_else(|| Refusal::bad("The issue has no assignee to notify."))?);
    }
    if wants("watchers") {
        readers.extend(issue.watchers.iter());
    }
    if wants("voters") {
        readers.extend(issue.parts().voters.iter());
    }
    let text = |value: &Value, names: [&str; 3]| {
        let found = names.iter().find_map(|name| value.get(*name)?.as_str().map(str::to_owned));
        found.unwrap_or_default()
    };
    for user in listed("users") {
        let named = text(user, if site.is_cloud() { ["accountId"; 3] } else { ["name", "key", "name"] });
        let person = site.catalog.people().find(|(_, account)| {
            if site.is_cloud() { *account.account_id == *named } else { *account.name == *named }
        });
        readers.push(person.ok_or_else(|| Refusal::bad(format!("The user '{named}' does not exist.")))?.0);
    }
    for group in listed("groups") {
        let named = text(group, ["name", "groupId", "name"]);
        let row = site.catalog.group(&named);
        let row = row.ok_or_else(|| Refusal::bad(format!("The group '{named}' does not exist.")))?;
        let members = site.catalog.people().map(|(person, _)| person);
        readers.extend(members.filter(|person| site.catalog.acts(Actor::Group(row), *person)));
    }
    Ok(readers)
}
