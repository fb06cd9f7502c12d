//! Schemes that projects share, and project categories: lists, one by id, and the one a project uses.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::{Value, json};

use super::project::{administrator, find};
use super::{body, signed_in};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::world::{Act, Route};
use crate::jira::input::{object, text};
use crate::jira::refusal::Refusal;
use crate::jira::scheme::{Division, NotificationScheme, SecurityScheme};
use crate::jira::site::Site;
use crate::jira::view::project::division;
use crate::jira::view::{Show, put};

pub(crate) fn table() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::GET, "/projectCategory", Read(divisions)),
        (Method::POST, "/projectCategory", Write(divide)),
        (Method::GET, "/projectCategory/{id}", Read(one_division)),
        (Method::PUT, "/projectCategory/{id}", Write(rename)),
        (Method::DELETE, "/projectCategory/{id}", Write(unite)),
        (Method::GET, "/notificationscheme", Read(notifications)),
        (Method::GET, "/notificationscheme/{id}", Read(notification)),
        (Method::GET, "/project/{project}/notificationscheme", Read(of_project_notification)),
        (Method::GET, "/issuesecurityschemes", Read(securities)),
        (Method::GET, "/issuesecurityschemes/{id}", Read(security)),
        (Method::GET, "/project/{project}/issuesecuritylevelscheme", Read(of_project_security)),
        (Method::GET, "/project/{project}/securitylevel", Read(levels)),
        (Method::GET, "/securitylevel/{id}", Read(level)),
    ]
}

/// `GET projectCategory`
fn divisions(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let show = Show::call(site, call);
    Ok(Answer::ok(&site.catalog.divisions.iter().map(|(row, _)| division(show, row)).collect::<Vec<_>>()))
}

fn division_row(site: &Site, call: &Call<'_>) -> Result<crate::frame::table::Row<Division>, Refusal> {
    let id = call.param("id");
    let found = site.catalog.divisions.find(|division| division.id.to_string() == id);
    found.ok_or_else(|| Refusal::missing(format!("The project category with id '{id}' was not found.")))
}

/// `GET projectCategory/{id}`
fn one_division(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    Ok(Answer::ok(&division(Show::call(site, call), division_row(site, call)?)))
}

/// `POST projectCategory`
fn divide(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administrator(site, call)?;
    let body = object(body(call)?)?;
    let name = text(&body, "name").filter(|name| !name.trim().is_empty());
    let name = name.ok_or_else(|| Refusal::field("name", "Please specify a name."))?;
    if site.catalog.divisions.find(|division| division.name.eq_ignore_ascii_case(name)).is_some() {
        let said = format!("The project category '{name}' already exists.");
        return Err(Refusal::new(StatusCode::CONFLICT, said));
    }
    let (id, description) =
        (10_000 + site.catalog.divisions.ever(), text(&body, "description").unwrap_or_default());
    let row = site.catalog.divisions.add(Division { id, name: name.into(), description: description.into() });
    Ok(Answer::json(StatusCode::CREATED, &division(Show::call(site, call), row)))
}

/// `PUT projectCategory/{id}`
fn rename(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administrator(site, call)?;
    let (row, body) = (division_row(site, call)?, object(body(call)?)?);
    let division_ = site.catalog.divisions.get_mut(row);
    if let Some(name) = text(&body, "name").filter(|name| !name.trim().is_empty()) {
        division_.name = name.into();
    }
    if let Some(description) = text(&body, "description") {
        division_.description = description.into();
    }
    Ok(Answer::ok(&division(Show::call(site, call), row)))
}

/// `DELETE projectCategory/{id}`: its projects have none afterwards.
fn unite(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administrator(site, call)?;
    let row = division_row(site, call)?;
    let catalog = &mut site.catalog;
    catalog.divisions.strike(row);
    let projects: Vec<_> = catalog.projects.iter().map(|(row, _)| row).collect();
    for project in projects {
        let project = catalog.projects.get_mut(project);
        project.category = project.category.filter(|category| *category != row);
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

fn notification_view(show: Show<'_>, scheme: &NotificationScheme, events: bool) -> Value {
    let mut shown = json!({
        "expand": "notificationSchemeEvents,user,group,projectRole,field,all",
        "id": scheme.id,
        "self": format!("{}/rest/api/{}/notificationscheme/{}", show.site.base, show.api, scheme.id),
        "name": scheme.name,
        "description": scheme.description,
    });
    if events {
        let notices = scheme.notices.iter().map(|notice| {
            let to: Vec<Value> = notice
                .to
                .iter()
                .map(|(id, holder)| json!({"id": id, "notificationType": holder.kind, "parameter": holder.parameter}))
                .collect();
            json!({"event": {"id": notice.event, "name": event(notice.event), "description": event(notice.event)},
                "notifications": to})
        });
        put(&mut shown, "notificationSchemeEvents", notices.collect::<Vec<_>>());
    }
    shown
}

/// The names of Jira's own events, by id.
pub(crate) fn event(id: u32) -> &'static str {
    match id {
        1 => "Issue Created",
        2 => "Issue Updated",
        3 => "Issue Assigned",
        4 => "Issue Resolved",
        5 => "Issue Closed",
        6 => "Issue Commented",
        7 => "Issue Reopened",
        8 => "Issue Deleted",
        9 => "Issue Moved",
        10 => "Work Logged On Issue",
        11 => "Work Started On Issue",
        12 => "Work Stopped On Issue",
        13 => "Generic Event",
        14 => "Issue Comment Edited",
        15 => "Issue Worklog Updated",
        16 => "Issue Worklog Deleted",
        _ => "Issue Comment Deleted",
    }
}

fn with_events(call: &Call<'_>) -> bool {
    let expand = call.query.list("expand");
    expand.iter().any(|name| !name.is_empty())
}

/// `GET notificationscheme`
fn notifications(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let show = Show::call(site, call);
    let all: Vec<Value> = site
        .catalog
        .notification_schemes
        .iter()
        .map(|(_, scheme)| notification_view(show, scheme, with_events(call)))
        .collect();
    Ok(super::bean(site, call, "notificationscheme", &all))
}

/// `GET notificationscheme/{id}`
fn notification(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let found = site
        .catalog
        .notification_schemes
        .iter()
        .find(|(_, scheme)| scheme.id.to_string() == call.param("id"));
    let (_, scheme) = found.ok_or_else(|| Refusal::missing("The notification scheme does not exist."))?;
    Ok(Answer::ok(&notification_view(Show::call(site, call), scheme, with_events(call))))
}

/// `GET project/{idOrKey}/notificationscheme`
fn of_project_notification(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let project = site.catalog.projects.get(find(site, call)?);
    let row =
        project.notifications.ok_or_else(|| Refusal::missing("The project has no notification scheme."))?;
    let scheme = site.catalog.notification_schemes.get(row);
    Ok(Answer::ok(&notification_view(Show::call(site, call), scheme, with_events(call))))
}

fn security_view(show: Show<'_>, scheme: &SecurityScheme, levels: bool) -> Value {
    let mut shown = json!({
        "self": format!("{}/rest/api/{}/issuesecurityschemes/{}", show.site.base, show.api, scheme.id),
        "id": scheme.id,
        "name": scheme.name,
        "description": scheme.description,
    });
    if let Some(default) = scheme.default {
        put(&mut shown, "defaultSecurityLevelId", default);
    }
    if levels {
        put(&mut shown, "levels", levels_of(show, scheme));
    }
    shown
}

fn levels_of(show: Show<'_>, scheme: &SecurityScheme) -> Vec<Value> {
    scheme
        .levels
        .iter()
        .map(|level| {
            json!({
                "self": format!("{}/rest/api/{}/securitylevel/{}", show.site.base, show.api, level.id),
                "id": level.id.to_string(),
                "name": level.name,
                "description": level.description,
            })
        })
        .collect()
}

/// `GET issuesecurityschemes`
fn securities(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administrator(site, call)?;
    let show = Show::call(site, call);
    let all: Vec<Value> =
        site.catalog.security_schemes.iter().map(|(_, scheme)| security_view(show, scheme, false)).collect();
    Ok(Answer::ok(&json!({"issueSecuritySchemes": all})))
}

/// `GET issuesecurityschemes/{id}`
fn security(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administrator(site, call)?;
    let found =
        site.catalog.security_schemes.iter().find(|(_, scheme)| scheme.id.to_string() == call.param("id"));
    let (_, scheme) = found.ok_or_else(|| Refusal::missing("The issue security scheme does not exist."))?;
    Ok(Answer::ok(&security_view(Show::call(site, call), scheme, true)))
}

/// `GET project/{idOrKey}/issuesecuritylevelscheme`
fn of_project_security(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let project = site.catalog.projects.get(find(site, call)?);
    let row =
        project.security.ok_or_else(|| Refusal::missing("The project has no issue security scheme."))?;
    Ok(Answer::ok(&security_view(Show::call(site, call), site.catalog.security_schemes.get(row), true)))
}

/// `GET project/{idOrKey}/securitylevel`
fn levels(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let (project, show) = (site.catalog.projects.get(find(site, call)?), Show::call(site, call));
    let levels = project.security.map(|row| levels_of(show, site.catalog.security_schemes.get(row)));
    Ok(Answer::ok(&json!({"levels": levels.unwrap_or_default()})))
}

/// `GET securitylevel/{id}`
fn level(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let show = Show::call(site, call);
    let mut all = site.catalog.security_schemes.iter().flat_map(|(_, scheme)| levels_of(show, scheme));
    let found = all.find(|level| level["id"] == call.param("id"));
    let missing =
        || Refusal::missing(format!("The security level with id '{}' does not exist", call.param("id")));
    found.map(|level| Answer::ok(&level)).ok_or_else(missing)
}
