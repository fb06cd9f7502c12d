//! Links from an issue to things in other systems.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use http::header::LOCATION;
use serde_json::{Value, json};

use super::super::issue::settle;
use super::{Entered, body, enter};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::world::{Act, Route};
use crate::jira::deed::remote as deed;
use crate::jira::input::object;
use crate::jira::issue::Issue;
use crate::jira::part::Remote;
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;
use crate::jira::view::Show;
use crate::jira::view::link::remote as view;

pub(super) fn both() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::GET, "/issue/{issue}/remotelink", Read(list)),
        (Method::POST, "/issue/{issue}/remotelink", Write(put)),
        (Method::DELETE, "/issue/{issue}/remotelink", Write(delete_global)),
        (Method::GET, "/issue/{issue}/remotelink/{id}", Read(get)),
        (Method::PUT, "/issue/{issue}/remotelink/{id}", Write(replace)),
        (Method::DELETE, "/issue/{issue}/remotelink/{id}", Write(delete)),
    ]
}

/// `GET issue/{idOrKey}/remotelink`: all, or with `globalId` that one.
fn list(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let issue = site.see(call.caller, call.param("issue"))?;
    let show = |remote: &Remote| view(Show::call(site, call), call.param("issue"), remote);
    match call.query.get("globalId") {
        None => Ok(Answer::ok(&issue.parts().remotes.iter().map(show).collect::<Vec<Value>>())),
        Some(global) => Ok(Answer::ok(&show(by_global(issue, global)?))),
    }
}

fn by_global<'a>(issue: &'a Issue, global: &str) -> Result<&'a Remote, Refusal> {
    let found = issue.parts().remotes.iter().find(|remote| remote.global.as_deref() == Some(global));
    found.ok_or_else(|| {
        Refusal::missing(format!("The remote issue link with global id '{global}' does not exist."))
    })
}

/// The link the path names.
fn find<'a>(issue: &'a Issue, call: &Call<'_>) -> Result<&'a Remote, Refusal> {
    let named = call.param("id");
    let id: i64 = named.parse().map_err(|_| Refusal::bad(format!("'{named}' is not a valid number.")))?;
    let found = issue.parts().remotes.iter().find(|remote| i64::from(remote.id) == id);
    found.ok_or_else(|| Refusal::missing(format!("The remote issue link with id '{id}' does not exist.")))
}

/// `GET issue/{idOrKey}/remotelink/{id}`
fn get(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let issue = site.see(call.caller, call.param("issue"))?;
    Ok(Answer::ok(&view(Show::call(site, call), call.param("issue"), find(issue, call)?)))
}

fn linker(site: &Site, call: &Call<'_>) -> Result<Entered, Refusal> {
    let entered = enter(site, call)?;
    entered.needs(site, "LINK_ISSUES", || {
        Refusal::forbidden("You do not have permission to link issues in this project.")
    })?;
    Ok(entered)
}

/// `POST issue/{idOrKey}/remotelink`: 201 for a new link, 200 for one that was there with its global id.
fn put(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let entered = linker(site, call)?;
    let remote = deed::read(&object(body(call)?)?)?;
    let (id, new) = deed::put(site, entered.by, entered.id, remote);
    settle(site, call, entered.id);
    let path = format!("{}/rest/api/{}/issue/{}/remotelink/{id}", site.base, call.api, call.param("issue"));
    let status = if new { StatusCode::CREATED } else { StatusCode::OK };
    Ok(Answer::json(status, &json!({"id": id, "self": path})).header(LOCATION, &path))
}

/// `PUT issue/{idOrKey}/remotelink/{id}`: what is not given is gone afterwards.
fn replace(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let entered = linker(site, call)?;
    let issue = site.see(call.caller, call.param("issue"))?;
    let id = find(issue, call)?.id;
    let remote = deed::read(&object(body(call)?)?)?;
    deed::replace(site, entered.by, entered.id, id, remote);
    settle(site, call, entered.id);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `DELETE issue/{idOrKey}/remotelink/{id}`
fn delete(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let entered = linker(site, call)?;
    let id = find(site.see(call.caller, call.param("issue"))?, call)?.id;
    deed::delete(site, entered.by, entered.id, id);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `DELETE issue/{idOrKey}/remotelink?globalId=`
fn delete_global(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let entered = linker(site, call)?;
    let global = call.query.get("globalId").ok_or_else(|| Refusal::bad("'globalId' is required."))?;
    let id = by_global(site.see(call.caller, call.param("issue"))?, global)?.id;
    deed::delete(site, entered.by, entered.id, id);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}
