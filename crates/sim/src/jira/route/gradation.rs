//! Priority schemes of Data Center: which priorities a project has.

use axum::routing::MethodFilter as Method;
use serde_json::{Value, json};

use super::project::{administrator, find};
use super::{body, page, signed_in, slice};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::table::Row;
use crate::frame::world::{Act, Route};
use crate::jira::input::{number, object};
use crate::jira::refusal::Refusal;
use crate::jira::scheme::PriorityScheme;
use crate::jira::site::Site;
use crate::jira::view::Show;

/// What only Data Center and Server have.
pub(crate) fn data_center() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::GET, "/priorityschemes", Read(priorities)),
        (Method::GET, "/priorityschemes/{id}", Read(priority)),
        (Method::GET, "/project/{project}/priorityscheme", Read(priority_of_project)),
        (Method::PUT, "/project/{project}/priorityscheme", Write(set_priority)),
    ]
}

fn priority_view(show: Show<'_>, row: Row<PriorityScheme>) -> Value {
    let catalog = &show.site.catalog;
    let scheme = catalog.priority_schemes.get(row);
    let first = catalog.priority_schemes.iter().next().map(|(row, _)| row);
    let users = catalog.projects.iter().filter(|(_, project)| project.priorities == row);
    json!({
        "self": format!("{}/rest/api/{}/priorityschemes/{}", show.site.base, show.api, scheme.id),
        "id": scheme.id,
        "name": scheme.name,
        "description": scheme.description,
        "defaultScheme": Some(row) == first,
        "defaultOptionId": scheme.default.map(|row| &catalog.priorities.get(row).id),
        "optionIds": scheme.priorities.iter().map(|row| &catalog.priorities.get(*row).id).collect::<Vec<_>>(),
        "projectKeys": users.map(|(_, project)| &project.key).collect::<Vec<_>>(),
    })
}

/// `GET priorityschemes`
fn priorities(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administrator(site, call)?;
    let (page, show) = (page(call, 100, 100), Show::call(site, call));
    let all: Vec<Value> =
        site.catalog.priority_schemes.iter().map(|(row, _)| priority_view(show, row)).collect();
    let (start, max) = page;
    Ok(Answer::ok(
        &json!({"startAt": start, "maxResults": max, "total": all.len(), "schemes": slice(&all, page)}),
    ))
}

fn priority_row(site: &Site, id: &str) -> Result<Row<PriorityScheme>, Refusal> {
    let found = site.catalog.priority_schemes.find(|scheme| scheme.id.to_string() == id);
    found.ok_or_else(|| Refusal::missing(format!("The priority scheme with id {id} does not exist.")))
}

/// `GET priorityschemes/{id}`
fn priority(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administrator(site, call)?;
    Ok(Answer::ok(&priority_view(Show::call(site, call), priority_row(site, call.param("id"))?)))
}

/// `GET project/{idOrKey}/priorityscheme`
fn priority_of_project(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let project = site.catalog.projects.get(find(site, call)?);
    Ok(Answer::ok(&priority_view(Show::call(site, call), project.priorities)))
}

/// `PUT project/{idOrKey}/priorityscheme`
fn set_priority(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administrator(site, call)?;
    let (project, body) = (find(site, call)?, object(body(call)?)?);
    let id = number(&body, "id").ok_or_else(|| Refusal::bad("The id of the priority scheme is missing."))?;
    let row = priority_row(site, &id.to_string())?;
    site.catalog.projects.get_mut(project).priorities = row;
    Ok(Answer::ok(&priority_view(Show::call(site, call), row)))
}
