//! Making, changing and removing Cloud's priority schemes.
//!
//! Issues whose priority a project no longer has get another one: as it is mapped, or the scheme's default. Jira does
//! that in a task; here it is done at once, and the task that is answered has nothing left to do.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::{Value, json};

use super::super::task;
use super::list::view;
use super::{administer, body, is_default, lacking, priorities, row, rows, users};
use crate::frame::answer::Answer;
use crate::frame::call::{Call, Person};
use crate::frame::table::Row;
use crate::frame::world::{Act, Route};
use crate::jira::catalog::{Priority, Project};
use crate::jira::deed::gradation::replace;
use crate::jira::edit::Set;
use crate::jira::input::{id, object, text};
use crate::jira::issue::Via;
use crate::jira::refusal::Refusal;
use crate::jira::scheme::PriorityScheme;
use crate::jira::site::{By, Site};

pub(super) fn cloud() -> Vec<Route<Site>> {
    use Act::Write;
    vec![
        (Method::POST, "/priorityscheme", Write(create)),
        (Method::PUT, "/priorityscheme/{id}", Write(update)),
        (Method::DELETE, "/priorityscheme/{id}", Write(delete)),
    ]
}

/// Puts a body's name, description and default into a scheme whose priorities are right already.
fn named(site: &Site, mut scheme: PriorityScheme, body: &Value) -> Result<PriorityScheme, Refusal> {
    if let Some(name) = text(body, "name").map(str::trim) {
        let taken = |other: &PriorityScheme| other.id != scheme.id && other.name.eq_ignore_ascii_case(name);
        if site.catalog.priority_schemes.find(taken).is_some() {
            return Err(Refusal::field("name", "A priority scheme with this name already exists."));
        }
        scheme.name = name.into();
    }
    if !(1..=255).contains(&scheme.name.chars().count()) {
        return Err(Refusal::field("name", "The name must have between 1 and 255 characters."));
    }
    if let Some(description) = text(body, "description") {
        scheme.description = description.into();
    }
    if let Some(default) = body.get("defaultPriorityId").and_then(id) {
        scheme.default = site.catalog.priorities.find(|priority| *priority.id == *default);
    }
    let there = scheme.default.is_some_and(|row| scheme.priorities.contains(&row));
    if !there {
        return Err(Refusal::field("defaultPriorityId", "The default priority must be in the scheme."));
    }
    Ok(scheme)
}

/// A priority and what is to be in its place.
type Swap = (Row<Priority>, Row<Priority>);

/// What is to be in place of priorities that projects lose: `mappings.in` for the scheme's own projects and for those
/// that come, `mappings.out` for those that leave it.
fn moves(site: &Site, body: &Value, way: &str) -> Result<Vec<Swap>, Refusal> {
    let maps = body.pointer(&format!("/mappings/{way}")).and_then(Value::as_object);
    let find = |text: &str| {
        let found = site.catalog.priorities.find(|priority| *priority.id == *text);
        found.ok_or_else(|| Refusal::bad(format!("The priority with id {text} does not exist.")))
    };
    let maps = maps.into_iter().flatten();
    maps.map(|(from, to)| Ok((find(from)?, find(&id(to).unwrap_or_default())?))).collect()
}

/// Gives issues of projects priorities that their scheme has.
fn migrate(
    site: &mut Site,
    who: Person,
    projects: &[Row<Project>],
    scheme: Row<PriorityScheme>,
    moves: &[Swap],
) {
    let by = By { who, via: Via::Api };
    let own = site.catalog.priority_schemes.get(scheme).clone();
    for old in lacking(site, projects, &own.priorities) {
        let mapped = moves.iter().find(|(from, _)| *from == old).map(|(_, to)| *to);
        let new = mapped.filter(|to| own.priorities.contains(to)).or(own.default);
        let Some(new) = new.or(own.priorities.first().copied()) else { continue };
        let fits =
            |issue: &crate::jira::issue::Issue| issue.priority == old && projects.contains(&issue.project);
        replace(site, by, fits, &Set::Priority(new));
    }
}

/// The projects that a list names.
fn listed(site: &Site, list: Option<&Value>) -> Result<Vec<Row<Project>>, Refusal> {
    let ids = list.and_then(Value::as_array).into_iter().flatten().filter_map(id);
    ids.map(|id| rows::project(site, &id)).collect()
}

/// A task that has nothing left to do.
fn finished(site: &mut Site, call: &Call<'_>, who: Person, title: &str) -> Value {
    let id = site.tasks.submit((title, false), who, site.frame.clock.now(), Vec::new());
    task::shown(site, call, id)
}

/// `POST priorityscheme`
fn create(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let who = administer(site, call)?;
    let body = object(body(call)?)?;
    let priorities = priorities(site, body.get("priorityIds").unwrap_or(&Value::Null))?;
    if priorities.is_empty() {
        return Err(Refusal::field("priorityIds", "At least one priority is required."));
    }
    let projects = listed(site, body.get("projectIds"))?;
    let moves = moves(site, &body, "in")?;
    let number = 10_000 + site.catalog.priority_schemes.ever();
    let (name, description) = ("".into(), "".into());
    let empty = PriorityScheme { id: number, name, description, priorities, default: None };
    let scheme = named(site, empty, &body)?;
    let row = site.catalog.priority_schemes.add(scheme);
    for project in &projects {
        site.catalog.projects.get_mut(*project).priorities = row;
    }
    if projects.is_empty() {
        return Ok(Answer::json(StatusCode::CREATED, &json!({"id": number.to_string()})));
    }
    migrate(site, who, &projects, row, &moves);
    let task = finished(site, call, who, "Create a priority scheme");
    Ok(Answer::json(StatusCode::ACCEPTED, &json!({"id": number.to_string(), "task": task})))
}

/// `PUT priorityscheme/{id}`
fn update(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let who = administer(site, call)?;
    let (row, body) = (row(site, call.param("id"))?, object(body(call)?)?);
    if is_default(site, row) {
        return Err(Refusal::bad("The default priority scheme cannot be changed."));
    }
    let mut scheme = site.catalog.priority_schemes.get(row).clone();
    let part = |path: &str| body.pointer(path).unwrap_or(&Value::Null);
    let gone = priorities(site, part("/priorities/remove/ids"))?;
    scheme.priorities.retain(|row| !gone.contains(row));
    for new in priorities(site, part("/priorities/add/ids"))? {
        if !scheme.priorities.contains(&new) {
            scheme.priorities.push(new);
        }
    }
    let scheme = named(site, scheme, &body)?;
    let (come, leave) = (
        listed(site, body.pointer("/projects/add/ids"))?,
        listed(site, body.pointer("/projects/remove/ids"))?,
    );
    if let Some(stranger) = leave.iter().find(|project| !users(site, row).contains(project)) {
        let key = &site.catalog.projects.get(*stranger).key;
        return Err(Refusal::bad(format!("The project {key} does not have this scheme.")));
    }
    let (inward, outward) = (moves(site, &body, "in")?, moves(site, &body, "out")?);
    *site.catalog.priority_schemes.get_mut(row) = scheme;
    let first = site.catalog.priority_schemes.iter().next().map_or(row, |(first, _)| first);
    for (projects, to) in [(&come, row), (&leave, first)] {
        for project in projects {
            site.catalog.projects.get_mut(*project).priorities = to;
        }
    }
    let own = users(site, row);
    migrate(site, who, &own, row, &inward);
    migrate(site, who, &leave, first, &outward);
    let task = finished(site, call, who, "Update a priority scheme");
    let expand = ["priorities", "projects"].map(str::to_owned);
    let shown = view(site, call, row, &expand);
    Ok(Answer::json(StatusCode::ACCEPTED, &json!({"priorityScheme": shown, "task": task})))
}

/// `DELETE priorityscheme/{id}`: none that a project uses.
fn delete(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let row = row(site, call.param("id"))?;
    if is_default(site, row) || !users(site, row).is_empty() {
        return Err(Refusal::bad("The priority scheme is used by projects, or the default one."));
    }
    site.catalog.priority_schemes.strike(row);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}
