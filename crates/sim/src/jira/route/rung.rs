//! Which priority and resolution is the default, their order, and removing them, on Cloud.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::Value;

use super::project::administrator;
use super::{body, strings, task};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::table::{Row, Table};
use crate::frame::world::{Act, Route};
use crate::jira::catalog::{Priority, Resolution};
use crate::jira::input::{id, object, text};
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;
use crate::jira::task::{Outdated, Piece};

/// What only Cloud has.
pub(crate) fn cloud() -> Vec<Route<Site>> {
    use Act::Write;
    vec![
        (Method::PUT, "/priority/default", Write(default_priority)),
        (Method::PUT, "/priority/move", Write(move_priorities)),
        (Method::DELETE, "/priority/{id}", Write(delete_priority)),
        (Method::PUT, "/resolution/default", Write(default_resolution)),
        (Method::PUT, "/resolution/move", Write(move_resolutions)),
        (Method::DELETE, "/resolution/{id}", Write(delete_resolution)),
    ]
}

fn priority(site: &Site, id: &str) -> Result<Row<Priority>, Refusal> {
    let found = site.catalog.priorities.find(|one| *one.id == *id);
    found.ok_or_else(|| Refusal::missing(format!("The priority with id '{id}' does not exist.")))
}

fn resolution(site: &Site, id: &str) -> Result<Row<Resolution>, Refusal> {
    let found = site.catalog.resolutions.find(|one| *one.id == *id);
    found.ok_or_else(|| Refusal::missing(format!("The resolution with id '{id}' does not exist.")))
}

/// The id of a body; nothing for an empty one, which takes the default away.
fn wanted(call: &Call<'_>) -> Result<Option<String>, Refusal> {
    let body = object(body(call)?)?;
    match body.get("id") {
        None => Err(Refusal::bad("The id is required.")),
        Some(value) => Ok(id(value).filter(|id| !id.is_empty())),
    }
}

/// `PUT priority/default`: that of the default scheme.
fn default_priority(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administrator(site, call)?;
    let row = wanted(call)?.map(|id| priority(site, &id)).transpose()?;
    let first = site.catalog.priority_schemes.iter().next().map(|(row, _)| row);
    if let Some(first) = first {
        site.catalog.priority_schemes.get_mut(first).default = row;
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `PUT resolution/default`
fn default_resolution(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administrator(site, call)?;
    site.catalog.usual_resolution = wanted(call)?.map(|id| resolution(site, &id)).transpose()?;
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// A new order: some rows `after` another one, or at the `position` First or Last.
fn order<T>(
    table: &Table<T>,
    body: &Value,
    find: impl Fn(&str) -> Result<Row<T>, Refusal>,
) -> Result<Vec<Row<T>>, Refusal> {
    let moved = strings(body, "ids").iter().map(|id| find(id)).collect::<Result<Vec<_>, _>>()?;
    if moved.is_empty() {
        return Err(Refusal::bad("The ids are required."));
    }
    let mut rest: Vec<Row<T>> = table.iter().map(|(row, _)| row).filter(|row| !moved.contains(row)).collect();
    let place = match (body.get("after").and_then(id), text(body, "position")) {
        (Some(after), None) => {
            let after = find(&after)?;
            let place = rest.iter().position(|row| *row == after);
            place.ok_or_else(|| Refusal::bad("What is moved cannot stand after itself."))? + 1
        }
        (None, Some("First")) => 0,
        (None, Some("Last")) => rest.len(),
        _ => return Err(Refusal::bad("Either 'after' or a 'position' of First or Last is required.")),
    };
    rest.splice(place..place, moved);
    Ok(rest)
}

/// `PUT priority/move`: the first is the most urgent. Issues and schemes keep theirs.
fn move_priorities(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administrator(site, call)?;
    let body = object(body(call)?)?;
    let order = order(&site.catalog.priorities, &body, |id| priority(site, id))?;
    let now = site.catalog.priorities.arrange(&order);
    let moved = |row: Row<Priority>| now.get(row.place()).copied().unwrap_or(row);
    let schemes: Vec<_> = site.catalog.priority_schemes.iter().map(|(row, _)| row).collect();
    for row in schemes {
        let scheme = site.catalog.priority_schemes.get_mut(row);
        scheme.priorities.iter_mut().for_each(|row| *row = moved(*row));
        scheme.priorities.sort_unstable();
        scheme.default = scheme.default.map(moved);
    }
    let changed = site.issues.facts().filter(|fact| moved(fact.priority) != fact.priority);
    let ids: Vec<u32> = changed.map(|fact| fact.id).collect();
    for id in ids {
        if let Some(issue) = site.issues.get_mut(id) {
            issue.priority = moved(issue.priority);
        }
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `PUT resolution/move`
fn move_resolutions(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administrator(site, call)?;
    let body = object(body(call)?)?;
    let order = order(&site.catalog.resolutions, &body, |id| resolution(site, id))?;
    let now = site.catalog.resolutions.arrange(&order);
    let moved = |row: Row<Resolution>| now.get(row.place()).copied().unwrap_or(row);
    site.catalog.usual_resolution = site.catalog.usual_resolution.map(moved);
    let held = site.issues.facts().filter(|fact| fact.resolution.is_some_and(|row| moved(row) != row));
    let ids: Vec<u32> = held.map(|fact| fact.id).collect();
    for id in ids {
        if let Some(issue) = site.issues.get_mut(id) {
            issue.resolution = issue.resolution.map(moved);
        }
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `DELETE priority/{id}`: a task; its issues get the default priority.
fn delete_priority(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administrator(site, call)?;
    let old = priority(site, call.param("id"))?;
    let default = site.catalog.default_priority().filter(|row| *row != old);
    let new = default.or_else(|| site.catalog.priorities.iter().map(|(row, _)| row).find(|row| *row != old));
    let new = new.ok_or_else(|| Refusal::bad("The last priority cannot be deleted."))?;
    let piece = Piece::Supersede(Outdated::Priority(old, new));
    task::submitted(site, call, "Delete a priority", vec![piece])
}

/// `DELETE resolution/{id}`: a task; its issues get that of `replaceWith`.
fn delete_resolution(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administrator(site, call)?;
    let old = resolution(site, call.param("id"))?;
    let Some(wanted) = call.query.get("replaceWith") else {
        return Err(Refusal::bad("The query parameter 'replaceWith' is required."));
    };
    let new = resolution(site, wanted)?;
    if new == old {
        return Err(Refusal::bad("A resolution cannot be replaced with itself."));
    }
    let piece = Piece::Supersede(Outdated::Resolution(old, new));
    task::submitted(site, call, "Delete a resolution", vec![piece])
}
