//! Sprints, and moving issues into them and out of them.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::Value;

use super::super::{body, signed_in};
use super::list::issues;
use super::{named, number, sprint};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::world::{Act, Route};
use crate::jira::agile::Stage;
use crate::jira::deed::{agile, sprint as deed};
use crate::jira::input::{self, object};
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;
use crate::jira::view::agile as view;

pub(super) fn table() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::POST, "/sprint", Write(create)),
        (Method::GET, "/sprint/{sprint}", Read(get)),
        (Method::PUT, "/sprint/{sprint}", Write(replace)),
        (Method::POST, "/sprint/{sprint}", Write(update)),
        (Method::DELETE, "/sprint/{sprint}", Write(delete)),
        (Method::GET, "/sprint/{sprint}/issue", Read(list)),
        (Method::POST, "/sprint/{sprint}/issue", Write(plan)),
        (Method::POST, "/sprint/{sprint}/swap", Write(swap)),
        (Method::POST, "/backlog/issue", Write(backlog)),
    ]
}

/// What only Data Center and Server have. No sprint is synced here, so there is nothing to undo.
pub(super) fn data_center() -> Vec<Route<Site>> {
    vec![
        (Method::PUT, "/sprint/unmap", Act::Read(unmap)),
        (Method::PUT, "/sprint/unmap-all", Act::Read(unmap_all)),
    ]
}

/// `POST sprint`
fn create(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let who = signed_in(call)?;
    let id = deed::create(site, who, &object(body(call)?)?)?;
    let made = site.agile.sprints.get(&id).ok_or_else(deed::missing)?;
    Ok(Answer::json(StatusCode::CREATED, &view::sprint(site, made)))
}

/// `GET sprint/{id}`
fn get(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    Ok(Answer::ok(&view::sprint(site, sprint(site, call)?)))
}

/// `PUT sprint/{id}`: what the body does not name is forgotten.
fn replace(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    change(site, call, true)
}

/// `POST sprint/{id}`: what the body does not name stays.
fn update(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    change(site, call, false)
}

fn change(site: &mut Site, call: &Call<'_>, full: bool) -> Result<Answer, Refusal> {
    let (who, id) = (signed_in(call)?, number(call, "sprint"));
    deed::update(site, who, id, &object(body(call)?)?, full)?;
    Ok(Answer::ok(&view::sprint(site, sprint(site, call)?)))
}

/// `DELETE sprint/{id}`
fn delete(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let who = signed_in(call)?;
    deed::delete(site, who, number(call, "sprint"))?;
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `GET sprint/{id}/issue`
fn list(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let id = sprint(site, call)?.id;
    issues(site, call, |issue| issue.sprints(&site.catalog).contains(&id))
}

/// `POST sprint/{id}/issue`
fn plan(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (id, stage) = sprint(site, call).map(|sprint| (sprint.id, sprint.stage))?;
    if stage == Stage::Closed {
        return Err(Refusal::bad("Issues can be moved only to open or active sprints."));
    }
    let wanted = object(body(call)?)?;
    let (ids, by) = named(site, call, &wanted)?;
    if let Some(issue) = ids.iter().filter_map(|id| site.issues.get(*id)).find(|issue| site.is_epic(issue)) {
        return Err(Refusal::bad(format!("Epics cannot be moved to a sprint: {}.", site.key(issue))));
    }
    let place = super::issue::place(site, call, &wanted)?;
    agile::plan(site, by, &ids, Some(id));
    if let Some(place) = place {
        agile::rank(site, by, &ids, place);
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `POST backlog/issue`
fn backlog(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (ids, by) = named(site, call, &object(body(call)?)?)?;
    agile::plan(site, by, &ids, None);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `POST sprint/{id}/swap`
fn swap(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let one = sprint(site, call)?.id;
    let other = input::number(&object(body(call)?)?, "sprintToSwapWith")
        .ok_or_else(|| Refusal::field("sprintToSwapWith", "The sprint to swap with is required."))?;
    deed::swap(site, one, other)?;
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `PUT sprint/unmap`
fn unmap(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let body = object(body(call)?)?;
    let ids = body.get("sprintIds").and_then(Value::as_array);
    let ids = ids.ok_or_else(|| Refusal::field("sprintIds", "The sprints are required."))?;
    let known = |id: &Value| {
        id.as_u64()
            .and_then(|id| u32::try_from(id).ok())
            .is_some_and(|id| site.agile.sprints.contains_key(&id))
    };
    if ids.iter().all(known) { Ok(Answer::empty(StatusCode::NO_CONTENT)) } else { Err(deed::missing()) }
}

/// `PUT sprint/unmap-all`
fn unmap_all(_: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}
