//! Properties of transitions, by Cloud's older resources. Those of workflows that projects use cannot be changed.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::{Value, json};

use super::super::body;
use super::super::rows::administer;
use super::{named, projects_of};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::table::Row;
use crate::frame::world::{Act, Route};
use crate::jira::input::{object, text};
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;
use crate::jira::workflow::Workflow;

/// What only Cloud has.
pub(super) fn cloud() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::GET, "/workflow/transitions/{id}/properties", Read(get)),
        (Method::POST, "/workflow/transitions/{id}/properties", Write(create)),
        (Method::PUT, "/workflow/transitions/{id}/properties", Write(set)),
        (Method::DELETE, "/workflow/transitions/{id}/properties", Write(delete)),
    ]
}

/// The query's workflow, and the place of the path's transition in it.
fn find(site: &Site, call: &Call<'_>) -> Result<(Row<Workflow>, usize), Refusal> {
    administer(site, call)?;
    let name = call.query.get("workflowName").filter(|name| !name.is_empty());
    let row = named(site, name.ok_or_else(|| Refusal::bad("The workflowName is required."))?)?;
    let mut steps = site.catalog.workflows.get(row).transitions.iter();
    let place = steps.position(|step| step.id.to_string() == call.param("id"));
    let missing = || Refusal::missing(format!("There is no transition with ID '{}'.", call.param("id")));
    Ok((row, place.ok_or_else(missing)?))
}

fn view(key: &str, value: &str) -> Value {
    json!({"id": key, "key": key, "value": value})
}

/// `GET workflow/transitions/{transitionId}/properties`: all, or the one with `key`.
fn get(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (row, place) = find(site, call)?;
    let step = site.catalog.workflows.get(row).transitions.get(place);
    let notes = step.into_iter().flat_map(|step| step.properties.iter());
    if let Some(key) = call.query.get("key") {
        let mut notes = notes.filter(|(own, _)| ***own == *key);
        let (key, value) = notes
            .next()
            .ok_or_else(|| Refusal::missing(format!("There is no property with the key '{key}'.")))?;
        return Ok(Answer::ok(&view(key, value)));
    }
    let reserved = call.query.flag("includeReservedKeys");
    let shown = notes.filter(|(key, _)| reserved || !key.starts_with("jira."));
    Ok(Answer::ok(&shown.map(|(key, value)| view(key, value)).collect::<Vec<_>>()))
}

/// The same as [`find`], and the query's key, for a change.
fn enter<'a>(site: &Site, call: &'a Call<'_>) -> Result<(Row<Workflow>, usize, &'a str), Refusal> {
    let (row, place) = find(site, call)?;
    let key = call.query.get("key").filter(|key| !key.is_empty());
    let key = key.ok_or_else(|| Refusal::bad("The key is required."))?;
    if !projects_of(site, row).is_empty() {
        return Err(Refusal::bad("The workflow is active and cannot be edited."));
    }
    if key.starts_with("jira.") {
        return Err(Refusal::bad(format!("The key '{key}' is reserved.")));
    }
    Ok((row, place, key))
}

/// Writes a property; the answer is what it was.
fn write(
    site: &mut Site,
    (row, place): (Row<Workflow>, usize),
    key: &str,
    value: Option<&str>,
) -> Option<Box<str>> {
    let workflow = site.catalog.workflows.get_mut(row);
    let step = workflow.transitions.get_mut(place)?;
    let old = step.properties.remove(key);
    if let Some(value) = value {
        step.properties.insert(key.into(), value.into());
    }
    if old.as_deref() != value {
        workflow.version += 1;
        workflow.updated = site.frame.clock.now();
    }
    old
}

/// The value in the body, whose key must be the query's if it has one.
fn value<'a>(body: &'a Value, key: &str) -> Result<&'a str, Refusal> {
    if text(body, "key").is_some_and(|own| own != key) {
        return Err(Refusal::bad("The key in the body is not that of the query."));
    }
    text(body, "value").ok_or_else(|| Refusal::bad("The value is required."))
}

/// `POST workflow/transitions/{transitionId}/properties`
fn create(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let ((row, place, key), body) = (enter(site, call)?, object(body(call)?)?);
    let value = value(&body, key)?;
    let step = site.catalog.workflows.get(row).transitions.get(place);
    if step.is_some_and(|step| step.properties.contains_key(key)) {
        return Err(Refusal::bad(format!("There is a property with the key '{key}' already.")));
    }
    write(site, (row, place), key, Some(value));
    Ok(Answer::ok(&view(key, value)))
}

/// `PUT workflow/transitions/{transitionId}/properties`: 304 when it is so already.
fn set(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let ((row, place, key), body) = (enter(site, call)?, object(body(call)?)?);
    let value = value(&body, key)?;
    if write(site, (row, place), key, Some(value)).as_deref() == Some(value) {
        return Ok(Answer::empty(StatusCode::NOT_MODIFIED));
    }
    Ok(Answer::ok(&view(key, value)))
}

/// `DELETE workflow/transitions/{transitionId}/properties`: 304 when there is none.
fn delete(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (row, place, key) = enter(site, call)?;
    let old = write(site, (row, place), key, None);
    Ok(Answer::empty(if old.is_some() { StatusCode::OK } else { StatusCode::NOT_MODIFIED }))
}
