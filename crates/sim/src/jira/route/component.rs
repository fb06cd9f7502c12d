//! Components of projects.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::{Value, json};

use super::project::{find, keeper};
use super::{bean, body, signed_in};
use crate::frame::answer::Answer;
use crate::frame::call::{Call, Person};
use crate::frame::table::Row;
use crate::frame::world::{Act, Route};
use crate::jira::catalog::{Component, Project};
use crate::jira::deed::component as deed;
use crate::jira::input::{object, text};
use crate::jira::refusal::Refusal;
use crate::jira::site::{Right, Site};
use crate::jira::view::person::PersonView;
use crate::jira::view::{Show, put};

pub(crate) fn table() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::GET, "/project/{project}/components", Read(list)),
        (Method::POST, "/component", Write(create)),
        (Method::GET, "/component/{id}", Read(get)),
        (Method::PUT, "/component/{id}", Write(update)),
        (Method::DELETE, "/component/{id}", Write(delete)),
        (Method::GET, "/component/{id}/relatedIssueCounts", Read(related)),
    ]
}

/// What only Cloud has.
pub(crate) fn cloud() -> Vec<Route<Site>> {
    vec![
        (Method::GET, "/project/{project}/component", Act::Read(paged)),
        (Method::GET, "/component", Act::Read(search)),
    ]
}

/// What only Data Center and Server have.
pub(crate) fn data_center() -> Vec<Route<Site>> {
    vec![(Method::GET, "/component/page", Act::Read(search))]
}

fn view(site: &Site, call: &Call<'_>, row: Row<Component>) -> Value {
    let (show, component) = (Show::call(site, call), site.catalog.components.get(row));
    let project = site.catalog.projects.get(component.project);
    let person = |person: Person| serde_json::to_value(PersonView(show, person)).unwrap_or_default();
    let (holds, assignee) = site.catalog.taker(component);
    let valid = &*component.assignee != "COMPONENT_LEAD" || component.lead.is_some();
    let mut shown = json!({
        "self": format!("{}/rest/api/{}/component/{}", site.base, call.api, component.id),
        "id": component.id.to_string(),
        "name": component.name,
        "description": component.description,
        "assigneeType": component.assignee,
        "realAssigneeType": holds,
        "isAssigneeTypeValid": valid,
        "project": project.key,
        "projectId": project.id,
    });
    if let Some(lead) = component.lead {
        put(&mut shown, "lead", person(lead));
    }
    if let Some(assignee) = assignee {
        put(&mut shown, "realAssignee", person(assignee));
        put(&mut shown, "assignee", person(assignee));
    }
    if !site.is_cloud() {
        put(&mut shown, "archived", false);
        put(&mut shown, "deleted", false);
    }
    shown
}

fn of(site: &Site, project: Row<Project>) -> Vec<Row<Component>> {
    let own = site.catalog.components.iter().filter(|(_, component)| component.project == project);
    own.map(|(row, _)| row).collect()
}

/// `GET project/{idOrKey}/components`
fn list(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let rows = of(site, find(site, call)?);
    Ok(Answer::ok(&rows.iter().map(|row| view(site, call, *row)).collect::<Vec<_>>()))
}

/// The page of those rows whose name or description has the query's text, by name.
fn narrowed(
    site: &Site,
    call: &Call<'_>,
    path: &str,
    mut rows: Vec<Row<Component>>,
    counted: bool,
) -> Answer {
    let text = call.query.get("query").unwrap_or_default().to_lowercase();
    let one = |row: &Row<Component>| site.catalog.components.get(*row);
    rows.retain(|row| {
        [&one(row).name, &one(row).description].iter().any(|part| part.to_lowercase().contains(&text))
    });
    rows.sort_by(|a, b| one(a).name.cmp(&one(b).name));
    if call.query.get("orderBy").is_some_and(|order| order.starts_with('-')) {
        rows.reverse();
    }
    let all: Vec<Value> = rows
        .iter()
        .map(|row| {
            let mut shown = view(site, call, *row);
            if counted {
                put(&mut shown, "issueCount", count(site, *row));
            }
            shown
        })
        .collect();
    bean(site, call, path, &all)
}

/// `GET project/{idOrKey}/component`
fn paged(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let project = find(site, call)?;
    let path = format!("project/{}/component", site.catalog.projects.get(project).id);
    Ok(narrowed(site, call, &path, of(site, project), true))
}

/// `GET component` on Cloud, `GET component/page` elsewhere: of the named projects, or of all.
fn search(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let named = call.query.list(if site.is_cloud() { "projectIdsOrKeys" } else { "projectIds" });
    let named: Vec<_> = named.iter().filter_map(|name| site.catalog.project(name)).collect();
    let wanted = |row: &Row<Project>| {
        (named.is_empty() || named.contains(row)) && site.may(call.caller, *row, Right::Browse)
    };
    let rows = site.catalog.components.iter().filter(|(_, component)| wanted(&component.project));
    let path = if site.is_cloud() { "component" } else { "component/page" };
    Ok(narrowed(site, call, path, rows.map(|(row, _)| row).collect(), false))
}

fn row(site: &Site, call: &Call<'_>) -> Result<Row<Component>, Refusal> {
    let wanted = call.param("id");
    let found = site.catalog.components.find(|component| component.id.to_string() == wanted);
    found
        .filter(|row| site.may(call.caller, site.catalog.components.get(*row).project, Right::Browse))
        .ok_or_else(|| Refusal::missing(format!("The component with id {wanted} does not exist.")))
}

/// `GET component/{id}`
fn get(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    Ok(Answer::ok(&view(site, call, row(site, call)?)))
}

/// `POST component`
fn create(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let body = object(body(call)?)?;
    let key = text(&body, "project").unwrap_or_default();
    let project = site.catalog.project(key).ok_or_else(|| {
        Refusal::field("project", format!("The project '{key}' does not exist or you may not administer it."))
    })?;
    keeper(site, call, project)?;
    let row = deed::create(site, project, &body)?;
    Ok(Answer::json(StatusCode::CREATED, &view(site, call, row)))
}

/// `PUT component/{id}`
fn update(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let row = row(site, call)?;
    keeper(site, call, site.catalog.components.get(row).project)?;
    deed::update(site, row, &object(body(call)?)?)?;
    Ok(Answer::ok(&view(site, call, row)))
}

/// `DELETE component/{id}`: `moveIssuesTo` names what takes its place.
fn delete(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let old = row(site, call)?;
    let who = keeper(site, call, site.catalog.components.get(old).project)?;
    let project = site.catalog.components.get(old).project;
    let new = match call.query.get("moveIssuesTo") {
        None => None,
        Some(id) => {
            let fits = |one: &Component| one.id.to_string() == id && one.project == project;
            let found = site.catalog.components.find(fits).filter(|row| *row != old);
            let missing =
                || Refusal::missing(format!("The component with id {id} does not exist in this project."));
            Some(found.ok_or_else(missing)?)
        }
    };
    deed::remove(site, who, old, new);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

fn count(site: &Site, row: Row<Component>) -> usize {
    site.issues.iter().filter(|issue| issue.components.contains(&row)).count()
}

/// `GET component/{id}/relatedIssueCounts`
fn related(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let row = row(site, call)?;
    let path = format!("{}/rest/api/{}/component/{}", site.base, call.api, call.param("id"));
    Ok(Answer::ok(&json!({"self": path, "issueCount": count(site, row)})))
}
