//! Watchers and votes of an issue.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::{Map, Value, json};

use super::super::strings;
use super::{Entered, body, enter, signed_in};
use crate::frame::answer::Answer;
use crate::frame::call::{Call, Person};
use crate::frame::world::{Act, Route};
use crate::jira::deed::crowd as deed;
use crate::jira::input;
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;
use crate::jira::view::Show;
use crate::jira::view::crowd::{Crowd, CrowdView};

pub(super) fn both() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::GET, "/issue/{issue}/watchers", Read(watchers)),
        (Method::POST, "/issue/{issue}/watchers", Write(watch)),
        (Method::DELETE, "/issue/{issue}/watchers", Write(unwatch)),
        (Method::GET, "/issue/{issue}/votes", Read(voters)),
        (Method::POST, "/issue/{issue}/votes", Write(vote)),
        (Method::DELETE, "/issue/{issue}/votes", Write(unvote)),
    ]
}

/// What only Cloud has.
pub(super) fn cloud() -> Vec<Route<Site>> {
    vec![(Method::POST, "/issue/watching", Act::Read(watching))]
}

/// `POST issue/watching`: which of some issues the caller watches; those that are none, or not seen, are not watched.
fn watching(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let who = signed_in(call)?;
    let ids = strings(&body(call)?, "issueIds");
    if ids.is_empty() {
        return Err(Refusal::bad("The issueIds are required."));
    }
    let watched = |id: &String| {
        let issue = site.see(call.caller, id).ok();
        issue.is_some_and(|issue| issue.watchers.contains(&who))
    };
    let shown: Map<String, Value> = ids.iter().map(|id| (id.clone(), watched(id).into())).collect();
    Ok(Answer::ok(&json!({"issuesIsWatching": shown})))
}

/// A crowd; without the permission to see it, only oneself and how many there are.
fn show(site: &Site, call: &Call<'_>, crowd: Crowd) -> Result<Answer, Refusal> {
    let issue = site.see(call.caller, call.param("issue"))?;
    let all = site.allows(call.caller, issue.project, "VIEW_VOTERS_AND_WATCHERS");
    let known = crowd.of(issue).iter().copied();
    let names: Vec<Person> = known.filter(|person| all || call.caller == Some(*person)).collect();
    Ok(Answer::ok(&CrowdView { show: Show::call(site, call), issue, crowd, names: Some(&names) }))
}

/// `GET issue/{idOrKey}/watchers`
fn watchers(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    show(site, call, Crowd::Watchers)
}

/// `GET issue/{idOrKey}/votes`
fn voters(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    show(site, call, Crowd::Voters)
}

/// Refuses whoever changes others' watching without being allowed to: 401 on Data Center, 403 on Cloud.
fn manage(
    site: &Site,
    call: &Call<'_>,
    (entered, person): (&Entered, Person),
    what: &str,
) -> Result<(), Refusal> {
    if person == entered.by.who {
        return Ok(());
    }
    entered.needs(site, "MANAGE_WATCHERS", || {
        let status = if site.is_cloud() { StatusCode::FORBIDDEN } else { StatusCode::UNAUTHORIZED };
        let name = &site.catalog.account(entered.by.who).display;
        Refusal::new(
            status,
            format!("User '{name}' is not allowed to {what} issue '{}'", call.param("issue")),
        )
    })
}

fn unknown(named: &str) -> Refusal {
    Refusal::missing(format!("The user '{named}' does not exist."))
}

/// `POST issue/{idOrKey}/watchers`: the body is a text that names somebody; without one it is oneself.
fn watch(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let entered = enter(site, call)?;
    let named = match body(call)? {
        Value::Null => call.query.get("userName").map(str::to_owned),
        Value::String(text) => Some(text).filter(|text| !text.is_empty()),
        _ => return Err(Refusal::bad("The body must be a text that names a user.")),
    };
    let person = match &named {
        None => entered.by.who,
        Some(named) => input::person(site, named).ok_or_else(|| unknown(named))?,
    };
    manage(site, call, (&entered, person), "add watchers to")?;
    if site.issues.get(entered.id).is_none_or(|issue| !site.sees(Some(person), issue)) {
        let status = if site.is_cloud() { StatusCode::BAD_REQUEST } else { StatusCode::UNAUTHORIZED };
        let name = &site.catalog.account(person).name;
        let said = format!(
            "The user \"{name}\" does not have permission to view this issue. \
             This user will not be added to the watch list."
        );
        return Err(Refusal::new(status, said));
    }
    deed::join(site, entered.by, entered.id, Crowd::Watchers, person);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `DELETE issue/{idOrKey}/watchers`: the query names somebody.
fn unwatch(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let entered = enter(site, call)?;
    let name = if site.is_cloud() { "accountId" } else { "username" };
    let Some(named) = call.query.get(name) else {
        return Err(Refusal::bad(format!("The '{name}' of the watcher must be given.")));
    };
    let person = input::person(site, named).ok_or_else(|| unknown(named))?;
    manage(site, call, (&entered, person), "remove watchers from")?;
    deed::leave(site, entered.by, entered.id, Crowd::Watchers, person);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// Votes are for open issues that others reported.
fn voting(site: &Site, call: &Call<'_>) -> Result<Entered, Refusal> {
    let entered = enter(site, call)?;
    let issue = site.issues.get(entered.id).ok_or_else(Refusal::no_issue)?;
    if issue.reporter == entered.by.who {
        return Err(Refusal::missing("You cannot vote for an issue you have reported."));
    }
    if issue.resolution.is_some() {
        return Err(Refusal::missing("You cannot vote or change your vote on resolved issues."));
    }
    Ok(entered)
}

/// `POST issue/{idOrKey}/votes`
fn vote(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let entered = voting(site, call)?;
    deed::join(site, entered.by, entered.id, Crowd::Voters, entered.by.who);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `DELETE issue/{idOrKey}/votes`
fn unvote(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let entered = voting(site, call)?;
    let voted =
        site.issues.get(entered.id).is_some_and(|issue| issue.parts().voters.contains(&entered.by.who));
    // Server lets it pass (its clients do so before they vote: github.com/pycontribs/jira, tests/resources/test_vote.py).
    if !voted && site.is_cloud() {
        return Err(Refusal::missing(
            "Cannot remove a vote for an issue that the user has not already voted for.",
        ));
    }
    deed::leave(site, entered.by, entered.id, Crowd::Voters, entered.by.who);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}
