//! Putting issues into the archive and taking them out: no search finds them there and nobody changes them.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::{Map, Value, json};

use super::{body, signed_in};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::world::{Act, Route};
use crate::jira::deed::archive::put;
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;

/// How many issues can be named at once.
const MOST: usize = 1_000;

pub(super) fn cloud() -> Vec<Route<Site>> {
    use Act::Write;
    vec![(Method::PUT, "/issue/archive", Write(store)), (Method::PUT, "/issue/unarchive", Write(fetch))]
}

pub(super) fn data_center() -> Vec<Route<Site>> {
    use Act::Write;
    vec![
        (Method::PUT, "/issue/{issue}/archive", Write(store_one)),
        (Method::PUT, "/issue/{issue}/restore", Write(fetch_one)),
    ]
}

/// `PUT issue/archive` of Cloud
fn store(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    many(site, call, true)
}

/// `PUT issue/unarchive` of Cloud
fn fetch(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    many(site, call, false)
}

fn many(site: &mut Site, call: &Call<'_>, archived: bool) -> Result<Answer, Refusal> {
    let who = signed_in(call)?;
    if !site.is_admin(Some(who)) {
        return Err(Refusal::forbidden("You do not have permission to archive or unarchive issues."));
    }
    let body = body(call)?;
    let named = body.get("issueIdsOrKeys").and_then(Value::as_array).filter(|list| !list.is_empty());
    let named = named.and_then(|list| list.iter().map(Value::as_str).collect::<Option<Vec<_>>>());
    let named = named.ok_or_else(|| Refusal::bad("The issueIdsOrKeys must be a list of ids or keys."))?;
    if named.len() > MOST {
        return Err(Refusal::new(
            StatusCode::PRECONDITION_FAILED,
            format!("No more than {MOST} issues can be archived or unarchived at once."),
        ));
    }
    let (mut count, mut good) = (0, false);
    let (mut missing, mut subtasks) = (Vec::new(), Vec::new());
    for name in named {
        match site.see(call.caller, name) {
            Err(_) => missing.push(name),
            Ok(issue) if issue.parts().parent.is_some() => subtasks.push(name),
            Ok(issue) => {
                let id = issue.id;
                good = true;
                count += put(site, id, archived);
            }
        }
    }
    if !good {
        return Err(Refusal::bad("None of the issues can be archived or unarchived."));
    }
    let mut errors = Map::new();
    for (name, message, found) in
        [("issuesNotFound", "Issue not found.", missing), ("issueIsSubtask", "Issue is subtask.", subtasks)]
    {
        if !found.is_empty() {
            let error = json!({"count": found.len(), "issueIdsOrKeys": found, "message": message});
            errors.insert(name.to_owned(), error);
        }
    }
    Ok(Answer::ok(&json!({"errors": errors, "numberOfIssuesUpdated": count})))
}

/// `PUT issue/{idOrKey}/archive` of Data Center
fn store_one(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    one(site, call, true)
}

/// `PUT issue/{idOrKey}/restore` of Data Center
fn fetch_one(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    one(site, call, false)
}

fn one(site: &mut Site, call: &Call<'_>, archived: bool) -> Result<Answer, Refusal> {
    let who = signed_in(call)?;
    let issue = site.see(call.caller, call.param("issue"))?;
    let (id, project) = (issue.id, issue.project);
    if !site.is_admin(Some(who)) && !site.allows(Some(who), project, "ADMINISTER_PROJECTS") {
        return Err(Refusal::forbidden("You do not have permission to archive or restore this issue."));
    }
    if site.parts.archived.contains(&id) == archived {
        let state = if archived { "already archived" } else { "not archived" };
        return Err(Refusal::forbidden(format!("The issue is {state}.")));
    }
    put(site, id, archived);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}
