//! The schemes themselves.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::{Value, json};

use super::super::project::keeper;
use super::level::read_levels;
use super::{administer, bean, body, find, level_view, row, wanted};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::table::Row;
use crate::frame::world::{Act, Route};
use crate::jira::input::{object, text};
use crate::jira::refusal::Refusal;
use crate::jira::scheme::SecurityScheme;
use crate::jira::site::Site;
use crate::jira::view::{Show, put};

pub(super) fn both() -> Vec<Route<Site>> {
    use Act::Read;
    vec![
        (Method::GET, "/issuesecurityschemes", Read(list)),
        (Method::GET, "/issuesecurityschemes/{id}", Read(get)),
        (Method::GET, "/project/{project}/issuesecuritylevelscheme", Read(of_project)),
    ]
}

pub(super) fn cloud() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::POST, "/issuesecurityschemes", Write(create)),
        (Method::GET, "/issuesecurityschemes/search", Read(search)),
        (Method::PUT, "/issuesecurityschemes/{id}", Write(update)),
        (Method::DELETE, "/issuesecurityschemes/{id}", Write(delete)),
    ]
}

fn view(show: Show<'_>, scheme: &SecurityScheme, levels: bool) -> Value {
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
        let levels = scheme.levels.iter().map(|level| level_view(show, scheme, level));
        put(&mut shown, "levels", levels.collect::<Vec<_>>());
    }
    shown
}

/// `GET issuesecurityschemes`
fn list(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let show = Show::call(site, call);
    let all: Vec<Value> =
        site.catalog.security_schemes.iter().map(|(_, scheme)| view(show, scheme, false)).collect();
    Ok(Answer::ok(&json!({"issueSecuritySchemes": all})))
}

/// `GET issuesecurityschemes/{id}`
fn get(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let scheme = site.catalog.security_schemes.get(row(site, call.param("id"))?);
    Ok(Answer::ok(&view(Show::call(site, call), scheme, true)))
}

/// `GET project/{idOrKey}/issuesecuritylevelscheme`
fn of_project(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let project = find(site, call)?;
    keeper(site, call, project)?;
    let row = site.catalog.projects.get(project).security;
    let row = row.ok_or_else(|| Refusal::missing("The project has no issue security scheme."))?;
    Ok(Answer::ok(&view(Show::call(site, call), site.catalog.security_schemes.get(row), true)))
}

/// The projects that use a scheme.
pub(super) fn users(site: &Site, row: Row<SecurityScheme>) -> Vec<u32> {
    let users = site.catalog.projects.iter().filter(|(_, project)| project.security == Some(row));
    users.map(|(_, project)| project.id).collect()
}

/// `GET issuesecurityschemes/search`
fn search(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let (show, projects) = (Show::call(site, call), call.query.list("projectId"));
    let mut all = Vec::new();
    for (row, scheme) in site.catalog.security_schemes.iter() {
        let mut users = users(site, row);
        users.retain(|id| projects.is_empty() || projects.contains(&id.to_string()));
        if !wanted(call, &[("id", scheme.id)]) || (!projects.is_empty() && users.is_empty()) {
            continue;
        }
        let mut shown = view(show, scheme, false);
        if let Some(members) = shown.as_object_mut()
            && let Some(default) = members.remove("defaultSecurityLevelId")
        {
            members.insert("defaultLevel".to_owned(), default);
        }
        if !projects.is_empty() {
            put(&mut shown, "projectIds", users);
        }
        all.push(shown);
    }
    Ok(bean(site, call, "issuesecurityschemes/search", &all))
}

fn name<'a>(site: &Site, body: &'a Value, own: Option<Row<SecurityScheme>>) -> Result<&'a str, Refusal> {
    let name = text(body, "name").map(str::trim).filter(|name| (1..=60).contains(&name.chars().count()));
    let name =
        name.ok_or_else(|| Refusal::field("name", "The name must have between 1 and 60 characters."))?;
    let taken = site.catalog.security_schemes.find(|scheme| scheme.name.eq_ignore_ascii_case(name));
    if taken.is_some_and(|row| Some(row) != own) {
        return Err(Refusal::field("name", "An issue security scheme with this name already exists."));
    }
    Ok(name)
}

/// `POST issuesecurityschemes`: with levels and members.
fn create(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let body = object(body(call)?)?;
    let name = name(site, &body, None)?;
    let (levels, default) = read_levels(site, &body)?;
    let id = 10_000 + site.catalog.security_schemes.ever();
    let description = text(&body, "description").unwrap_or_default().into();
    site.catalog.security_schemes.add(SecurityScheme { id, name: name.into(), description, levels, default });
    Ok(Answer::json(StatusCode::CREATED, &json!({"id": id.to_string()})))
}

/// `PUT issuesecurityschemes/{id}`
fn update(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let (row, body) = (row(site, call.param("id"))?, object(body(call)?)?);
    if body.get("name").is_some() {
        let name = name(site, &body, Some(row))?.into();
        site.catalog.security_schemes.get_mut(row).name = name;
    }
    if let Some(description) = text(&body, "description") {
        site.catalog.security_schemes.get_mut(row).description = description.into();
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `DELETE issuesecurityschemes/{id}`: none that a project uses.
fn delete(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let row = row(site, call.param("id"))?;
    if !users(site, row).is_empty() {
        return Err(Refusal::bad("The issue security scheme is used by a project and cannot be deleted."));
    }
    site.catalog.security_schemes.strike(row);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}
