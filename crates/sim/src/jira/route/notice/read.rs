//! Reading notification schemes.

use axum::routing::MethodFilter as Method;
use serde_json::{Value, json};

use super::{EVENTS, administer, bean, find, row, signed_in, view};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::table::Row;
use crate::frame::world::{Act, Route};
use crate::jira::refusal::Refusal;
use crate::jira::scheme::NotificationScheme;
use crate::jira::site::Site;
use crate::jira::view::{Show, put};

pub(super) fn both() -> Vec<Route<Site>> {
    use Act::Read;
    vec![
        (Method::GET, "/notificationscheme", Read(list)),
        (Method::GET, "/notificationscheme/{id}", Read(get)),
        (Method::GET, "/project/{project}/notificationscheme", Read(of_project)),
    ]
}

pub(super) fn cloud() -> Vec<Route<Site>> {
    use Act::Read;
    vec![(Method::GET, "/notificationscheme/project", Read(mapping)), (Method::GET, "/events", Read(events))]
}

/// The projects that use a scheme.
pub(super) fn users(site: &Site, row: Row<NotificationScheme>) -> Vec<u32> {
    let users = site.catalog.projects.iter().filter(|(_, project)| project.notifications == Some(row));
    users.map(|(_, project)| project.id).collect()
}

/// `GET notificationscheme`: by `id`, by the projects that use it, or (`onlyDefault`) the one of new projects.
fn list(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let (show, expand, query) = (Show::call(site, call), call.query.list("expand"), &call.query);
    let (ids, projects, usual) = (query.list("id"), query.list("projectId"), query.flag("onlyDefault"));
    let first = site.catalog.notification_schemes.iter().next().map(|(row, _)| row);
    let mut found: Vec<(&str, Value)> = Vec::new();
    for (row, scheme) in site.catalog.notification_schemes.iter() {
        let users = users(site, row);
        let used = || projects.is_empty() || users.iter().any(|id| projects.contains(&id.to_string()));
        let asked = ids.is_empty() || ids.contains(&scheme.id.to_string());
        if site.is_cloud() && !(asked && used() && (!usual || first == Some(row))) {
            continue;
        }
        let mut shown = view(show, scheme, &expand);
        if site.is_cloud() && !projects.is_empty() {
            put(&mut shown, "projects", users);
        }
        found.push((&scheme.name, shown));
    }
    found.sort_by_key(|(name, _)| name.to_lowercase());
    let shown: Vec<Value> = found.into_iter().map(|(_, shown)| shown).collect();
    Ok(bean(site, call, "notificationscheme", &shown))
}

/// `GET notificationscheme/{id}`
fn get(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let scheme = site.catalog.notification_schemes.get(row(site, call.param("id"))?);
    Ok(Answer::ok(&view(Show::call(site, call), scheme, &call.query.list("expand"))))
}

/// `GET project/{idOrKey}/notificationscheme`
fn of_project(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let row = site.catalog.projects.get(find(site, call)?).notifications;
    let row = row.ok_or_else(|| Refusal::missing("The project has no notification scheme."))?;
    let scheme = site.catalog.notification_schemes.get(row);
    Ok(Answer::ok(&view(Show::call(site, call), scheme, &call.query.list("expand"))))
}

/// `GET notificationscheme/project`
fn mapping(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let (schemes, projects) = (call.query.list("notificationSchemeId"), call.query.list("projectId"));
    let asked = |list: &[String], id: u32| list.is_empty() || list.contains(&id.to_string());
    let found = site.catalog.projects.iter().filter_map(|(_, project)| {
        let scheme = site.catalog.notification_schemes.get(project.notifications?);
        (asked(&schemes, scheme.id) && asked(&projects, project.id)).then(
            || json!({"notificationSchemeId": scheme.id.to_string(), "projectId": project.id.to_string()}),
        )
    });
    Ok(bean(site, call, "notificationscheme/project", &found.collect::<Vec<_>>()))
}

/// `GET events`
fn events(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let all = (1..).zip(EVENTS).map(|(id, name): (u32, _)| json!({"id": id, "name": name}));
    Ok(Answer::ok(&all.collect::<Vec<_>>()))
}
