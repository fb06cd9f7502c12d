//! Priority schemes of Data Center: which priorities a project has.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::{Value, json};

use super::{
    administer, body, find, is_default, lacking, page, priorities as read, row, signed_in, slice, users,
};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::table::Row;
use crate::frame::world::{Act, Route};
use crate::jira::catalog::Project;
use crate::jira::input::{id, number, object, text};
use crate::jira::refusal::Refusal;
use crate::jira::scheme::PriorityScheme;
use crate::jira::site::Site;
use crate::jira::view::Show;

/// What only Data Center and Server have.
pub(super) fn data_center() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::GET, "/priorityschemes", Read(priorities)),
        (Method::POST, "/priorityschemes", Write(create)),
        (Method::GET, "/priorityschemes/{id}", Read(priority)),
        (Method::PUT, "/priorityschemes/{id}", Write(update)),
        (Method::DELETE, "/priorityschemes/{id}", Write(delete)),
        (Method::GET, "/project/{project}/priorityscheme", Read(priority_of_project)),
        (Method::PUT, "/project/{project}/priorityscheme", Write(set_priority)),
        (Method::DELETE, "/project/{project}/priorityscheme/{id}", Write(take_priority)),
    ]
}

fn priority_view(show: Show<'_>, row: Row<PriorityScheme>) -> Value {
    let catalog = &show.site.catalog;
    let scheme = catalog.priority_schemes.get(row);
    let keys = users(show.site, row).into_iter().map(|row| &catalog.projects.get(row).key);
    json!({
        "self": format!("{}/rest/api/{}/priorityschemes/{}", show.site.base, show.api, scheme.id),
        "id": scheme.id,
        "name": scheme.name,
        "description": scheme.description,
        "defaultScheme": is_default(show.site, row),
        "defaultOptionId": scheme.default.map(|row| &catalog.priorities.get(row).id),
        "optionIds": scheme.priorities.iter().map(|row| &catalog.priorities.get(*row).id).collect::<Vec<_>>(),
        "projectKeys": keys.collect::<Vec<_>>(),
    })
}

/// `GET priorityschemes`
fn priorities(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let (page, show) = (page(call, 100, 100), Show::call(site, call));
    let all: Vec<Value> =
        site.catalog.priority_schemes.iter().map(|(row, _)| priority_view(show, row)).collect();
    let (start, max) = page;
    Ok(Answer::ok(
        &json!({"startAt": start, "maxResults": max, "total": all.len(), "schemes": slice(&all, page)}),
    ))
}

/// `GET priorityschemes/{id}`
fn priority(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    Ok(Answer::ok(&priority_view(Show::call(site, call), row(site, call.param("id"))?)))
}

/// `GET project/{idOrKey}/priorityscheme`
fn priority_of_project(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let project = site.catalog.projects.get(find(site, call)?);
    Ok(Answer::ok(&priority_view(Show::call(site, call), project.priorities)))
}

/// Jira migrates issues on its pages only: a change that would need it is refused.
fn settled(site: &Site, row: Row<PriorityScheme>, projects: &[Row<Project>]) -> Result<(), Refusal> {
    let kept = &site.catalog.priority_schemes.get(row).priorities;
    if lacking(site, projects, kept).is_empty() {
        return Ok(());
    }
    Err(Refusal::bad(
        "Some issues have priorities that the scheme lacks. Migrate them on the page of the scheme.",
    ))
}

/// `PUT project/{idOrKey}/priorityscheme`
fn set_priority(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let (project, body) = (find(site, call)?, object(body(call)?)?);
    let id = number(&body, "id").ok_or_else(|| Refusal::bad("The id of the priority scheme is missing."))?;
    let row = row(site, &id.to_string())?;
    settled(site, row, &[project])?;
    site.catalog.projects.get_mut(project).priorities = row;
    Ok(Answer::ok(&priority_view(Show::call(site, call), row)))
}

/// `DELETE project/{idOrKey}/priorityscheme/{schemeId}`: the project has the default scheme again, which is answered.
fn take_priority(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let (project, own) = (find(site, call)?, row(site, call.param("id"))?);
    if is_default(site, own) || site.catalog.projects.get(project).priorities != own {
        return Err(Refusal::bad("The project does not have this scheme, or it is the default one."));
    }
    let first = site.catalog.priority_schemes.iter().next().map(|(row, _)| row);
    let first = first.ok_or_else(|| Refusal::missing("There is no default priority scheme."))?;
    settled(site, first, &[project])?;
    site.catalog.projects.get_mut(project).priorities = first;
    Ok(Answer::ok(&priority_view(Show::call(site, call), first)))
}

/// Puts what a body names into a scheme.
fn filled(site: &Site, mut scheme: PriorityScheme, body: &Value) -> Result<PriorityScheme, Refusal> {
    if let Some(name) = text(body, "name") {
        let taken = |other: &PriorityScheme| other.id != scheme.id && other.name.eq_ignore_ascii_case(name);
        if name.trim().is_empty() || site.catalog.priority_schemes.find(taken).is_some() {
            return Err(Refusal::field("name", "The name of the priority scheme is empty or used already."));
        }
        scheme.name = name.into();
    }
    if let Some(description) = text(body, "description") {
        scheme.description = description.into();
    }
    if let Some(list) = body.get("optionIds") {
        scheme.priorities = read(site, list)?;
    }
    if let Some(default) = body.get("defaultOptionId").and_then(id) {
        scheme.default = site.catalog.priorities.find(|priority| *priority.id == *default);
    }
    if scheme.priorities.is_empty() || scheme.name.is_empty() {
        return Err(Refusal::bad("A priority scheme needs a name and at least one priority."));
    }
    if scheme.default.is_some_and(|row| !scheme.priorities.contains(&row)) {
        return Err(Refusal::bad("The default priority is not in the scheme."));
    }
    Ok(scheme)
}

/// `POST priorityschemes`
fn create(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let body = object(body(call)?)?;
    let id = 10_000 + site.catalog.priority_schemes.ever();
    let (name, description) = ("".into(), "".into());
    let empty = PriorityScheme { id, name, description, priorities: Vec::new(), default: None };
    let scheme = filled(site, empty, &body)?;
    let row = site.catalog.priority_schemes.add(scheme);
    Ok(Answer::json(StatusCode::CREATED, &priority_view(Show::call(site, call), row)))
}

/// `PUT priorityschemes/{id}`
fn update(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let row = row(site, call.param("id"))?;
    if is_default(site, row) {
        return Err(Refusal::bad("The default priority scheme cannot be changed."));
    }
    let scheme = filled(site, site.catalog.priority_schemes.get(row).clone(), &object(body(call)?)?)?;
    if !lacking(site, &users(site, row), &scheme.priorities).is_empty() {
        return Err(Refusal::bad("Some issues have priorities that the scheme would lack."));
    }
    *site.catalog.priority_schemes.get_mut(row) = scheme;
    Ok(Answer::ok(&priority_view(Show::call(site, call), row)))
}

/// `DELETE priorityschemes/{id}`: its projects have the default one afterwards.
fn delete(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let row = row(site, call.param("id"))?;
    let first = site.catalog.priority_schemes.iter().next().map(|(row, _)| row);
    let Some(first) = first.filter(|first| *first != row) else {
        return Err(Refusal::bad("The default priority scheme cannot be deleted."));
    };
    for project in users(site, row) {
        site.catalog.projects.get_mut(project).priorities = first;
    }
    site.catalog.priority_schemes.strike(row);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}
