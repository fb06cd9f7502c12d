//! Issue type schemes: which types projects have. Data Center names them by `issueTypeIds` and associations,
//! Cloud by pages and mappings.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::{Value, json};

use super::project::{administrator, find};
use super::{bean, body, strings};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::table::Row;
use crate::frame::world::{Act, Route};
use crate::jira::catalog::{Kind, Project};
use crate::jira::input::{id, object, text};
use crate::jira::refusal::Refusal;
use crate::jira::scheme::TypeScheme;
use crate::jira::seed::schemes;
use crate::jira::site::Site;
use crate::jira::view::project::Listed;
use crate::jira::view::settings::KindView;
use crate::jira::view::{Show, put};

/// What only Cloud has.
pub(crate) fn cloud() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::GET, "/issuetypescheme", Read(paged)),
        (Method::POST, "/issuetypescheme", Write(create)),
        (Method::GET, "/issuetypescheme/mapping", Read(mapping)),
        (Method::GET, "/issuetypescheme/project", Read(by_project)),
        (Method::PUT, "/issuetypescheme/project", Write(assign)),
        (Method::PUT, "/issuetypescheme/{id}", Write(update)),
        (Method::DELETE, "/issuetypescheme/{id}", Write(delete)),
        (Method::PUT, "/issuetypescheme/{id}/issuetype", Write(add)),
        (Method::PUT, "/issuetypescheme/{id}/issuetype/move", Write(reorder)),
        (Method::DELETE, "/issuetypescheme/{id}/issuetype/{kind}", Write(take)),
        (Method::GET, "/project/{project}/hierarchy", Read(hierarchy)),
    ]
}

/// What only Data Center and Server have.
pub(crate) fn data_center() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::GET, "/issuetypescheme", Read(list)),
        (Method::POST, "/issuetypescheme", Write(create)),
        (Method::GET, "/issuetypescheme/{id}", Read(get)),
        (Method::PUT, "/issuetypescheme/{id}", Write(update)),
        (Method::DELETE, "/issuetypescheme/{id}", Write(delete)),
        (Method::GET, "/issuetypescheme/{id}/associations", Read(projects)),
        (Method::PUT, "/issuetypescheme/{id}/associations", Write(associate)),
        (Method::POST, "/issuetypescheme/{id}/associations", Write(associate)),
        (Method::DELETE, "/issuetypescheme/{id}/associations", Write(dissociate)),
        (Method::DELETE, "/issuetypescheme/{id}/associations/{project}", Write(dissociate)),
    ]
}

/// The scheme every project without one of its own has: the first.
fn first(site: &Site) -> Result<Row<TypeScheme>, Refusal> {
    let first = site.catalog.type_schemes.iter().next().map(|(row, _)| row);
    first.ok_or_else(|| Refusal::missing("There is no default issue type scheme."))
}

fn view(site: &Site, call: &Call<'_>, row: Row<TypeScheme>) -> Value {
    let (show, scheme) = (Show::call(site, call), site.catalog.type_schemes.get(row));
    let kind = |row: &Row<Kind>| serde_json::to_value(KindView(show, *row)).unwrap_or_default();
    if site.is_cloud() {
        let mut shown =
            json!({"id": scheme.id.to_string(), "name": scheme.name, "description": scheme.description});
        if let Some(default) = scheme.default {
            put(&mut shown, "defaultIssueTypeId", &*site.catalog.kinds.get(default).id);
        }
        if first(site) == Ok(row) {
            put(&mut shown, "isDefault", true);
        }
        return shown;
    }
    let mut shown = json!({
        "expand": "schemes.issueTypes,schemes.defaultIssueType",
        "self": format!("{}/rest/api/{}/issuetypescheme/{}", site.base, call.api, scheme.id),
        "id": scheme.id.to_string(),
        "name": scheme.name,
        "description": scheme.description,
        "issueTypes": scheme.kinds.iter().map(kind).collect::<Vec<_>>(),
    });
    if let Some(default) = scheme.default {
        put(&mut shown, "defaultIssueType", kind(&default));
    }
    shown
}

fn row(site: &Site, call: &Call<'_>) -> Result<Row<TypeScheme>, Refusal> {
    named(site, call.param("id"))
}

fn named(site: &Site, wanted: &str) -> Result<Row<TypeScheme>, Refusal> {
    let found = site.catalog.type_schemes.find(|scheme| scheme.id.to_string() == wanted);
    found.ok_or_else(|| Refusal::missing(format!("The issue type scheme with ID {wanted} was not found.")))
}

/// `GET issuetypescheme` on Data Center
fn list(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administrator(site, call)?;
    let all = site.catalog.type_schemes.iter().map(|(row, _)| view(site, call, row));
    Ok(Answer::ok(&json!({"schemes": all.collect::<Vec<_>>()})))
}

/// `GET issuetypescheme` on Cloud; `id` and `queryString` narrow it.
fn paged(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administrator(site, call)?;
    let (ids, text) =
        (call.query.list("id"), call.query.get("queryString").unwrap_or_default().to_lowercase());
    let wanted = |scheme: &TypeScheme| {
        (ids.is_empty() || ids.contains(&scheme.id.to_string())) && scheme.name.to_lowercase().contains(&text)
    };
    let rows = site.catalog.type_schemes.iter().filter(|(_, scheme)| wanted(scheme));
    let all: Vec<Value> = rows.map(|(row, _)| view(site, call, row)).collect();
    Ok(bean(site, call, "issuetypescheme", &all))
}

/// `GET issuetypescheme/{id}`
fn get(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administrator(site, call)?;
    Ok(Answer::ok(&view(site, call, row(site, call)?)))
}

fn kinds(site: &Site, body: &Value) -> Result<Option<Vec<Row<Kind>>>, Refusal> {
    let name = ["issueTypeIds", "issueTypeIDs"].into_iter().find(|name| body.get(*name).is_some());
    let Some(name) = name else { return Ok(None) };
    let kind = |id: String| {
        let found = site.catalog.kinds.find(|kind| *kind.id == *id);
        found.ok_or_else(|| Refusal::field(name, format!("The issue type with ID {id} does not exist.")))
    };
    strings(body, name).into_iter().map(kind).collect::<Result<_, _>>().map(Some)
}

fn default(site: &Site, body: &Value) -> Result<Option<Row<Kind>>, Refusal> {
    let Some(wanted) = body.get("defaultIssueTypeId").and_then(id) else { return Ok(None) };
    let found = site.catalog.kinds.find(|kind| *kind.id == *wanted);
    let missing =
        || Refusal::field("defaultIssueTypeId", format!("The issue type with ID {wanted} does not exist."));
    found.map(Some).ok_or_else(missing)
}

/// `POST issuetypescheme`
fn create(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administrator(site, call)?;
    let body = object(body(call)?)?;
    let name = text(&body, "name").filter(|name| !name.trim().is_empty());
    let name =
        name.ok_or_else(|| Refusal::field("name", "The name of the issue type scheme is required."))?;
    if site.catalog.type_schemes.find(|scheme| scheme.name.eq_ignore_ascii_case(name)).is_some() {
        return Err(Refusal::field("name", "An issue type scheme with this name already exists."));
    }
    let kinds = kinds(site, &body)?.filter(|kinds| !kinds.is_empty());
    let kinds =
        kinds.ok_or_else(|| Refusal::field("issueTypeIds", "At least one issue type is required."))?;
    let default = default(site, &body)?;
    let row = schemes::types(&mut site.catalog, name, kinds);
    let scheme = site.catalog.type_schemes.get_mut(row);
    scheme.default = default;
    scheme.description = text(&body, "description").unwrap_or_default().into();
    if site.is_cloud() {
        let id = site.catalog.type_schemes.get(row).id.to_string();
        return Ok(Answer::json(StatusCode::CREATED, &json!({"issueTypeSchemeId": id})));
    }
    Ok(Answer::ok(&view(site, call, row)))
}

/// `PUT issuetypescheme/{id}`
fn update(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administrator(site, call)?;
    let (row, body) = (row(site, call)?, object(body(call)?)?);
    let (kinds, default) = (kinds(site, &body)?, default(site, &body)?);
    let scheme = site.catalog.type_schemes.get_mut(row);
    if let Some(name) = text(&body, "name").filter(|name| !name.trim().is_empty()) {
        scheme.name = name.into();
    }
    if let Some(description) = text(&body, "description") {
        scheme.description = description.into();
    }
    scheme.kinds = kinds.unwrap_or_else(|| std::mem::take(&mut scheme.kinds));
    scheme.default = default.or(scheme.default);
    if site.is_cloud() {
        return Ok(Answer::empty(StatusCode::NO_CONTENT));
    }
    Ok(Answer::ok(&view(site, call, row)))
}

/// `DELETE issuetypescheme/{id}`: its projects fall back to the default one, which cannot be deleted.
fn delete(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administrator(site, call)?;
    let (row, first) = (row(site, call)?, first(site)?);
    if row == first {
        return Err(Refusal::bad("The default issue type scheme cannot be deleted."));
    }
    let using = users(site, row);
    if site.is_cloud() && !using.is_empty() {
        return Err(Refusal::bad("The issue type scheme is used by a project and cannot be deleted."));
    }
    using.into_iter().for_each(|project| site.catalog.projects.get_mut(project).types = first);
    site.catalog.type_schemes.strike(row);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

fn users(site: &Site, row: Row<TypeScheme>) -> Vec<Row<Project>> {
    site.catalog.projects.iter().filter(|(_, project)| project.types == row).map(|(row, _)| row).collect()
}

/// `GET issuetypescheme/{id}/associations`
fn projects(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administrator(site, call)?;
    let (show, mut expand) = (Show::call(site, call), call.query.list("expand"));
    expand.push("lead".to_owned());
    let rows = users(site, row(site, call)?);
    let shown = rows.iter().map(|row| serde_json::to_value(Listed(show, *row, &expand)).unwrap_or_default());
    Ok(Answer::ok(&shown.collect::<Vec<_>>()))
}

/// `PUT` (these and no others) and `POST` (these too) `issuetypescheme/{id}/associations`
fn associate(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administrator(site, call)?;
    let (row, first, body) = (row(site, call)?, first(site)?, object(body(call)?)?);
    let project = |key: String| {
        let found = site.catalog.project(&key);
        found.ok_or_else(|| Refusal::missing(format!("No project could be found with key '{key}'.")))
    };
    let wanted = strings(&body, "idsOrKeys").into_iter().map(project).collect::<Result<Vec<_>, _>>()?;
    if call.method == "PUT" {
        users(site, row).into_iter().for_each(|project| site.catalog.projects.get_mut(project).types = first);
    }
    wanted.into_iter().for_each(|project| site.catalog.projects.get_mut(project).types = row);
    Ok(Answer::empty(StatusCode::OK))
}

/// `DELETE issuetypescheme/{id}/associations[/{idOrKey}]`: the default scheme takes its place.
fn dissociate(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administrator(site, call)?;
    let (row, first) = (row(site, call)?, first(site)?);
    let mut using = users(site, row);
    if !call.param("project").is_empty() {
        let only = find(site, call)?;
        using.retain(|project| *project == only);
        if using.is_empty() {
            return Err(Refusal::missing("The project is not associated with this issue type scheme."));
        }
    }
    using.into_iter().for_each(|project| site.catalog.projects.get_mut(project).types = first);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `GET issuetypescheme/mapping`
fn mapping(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administrator(site, call)?;
    let ids = call.query.list("issueTypeSchemeId");
    let mut all = Vec::new();
    for (_, scheme) in site.catalog.type_schemes.iter() {
        let id = scheme.id.to_string();
        if ids.is_empty() || ids.contains(&id) {
            let kinds = scheme.kinds.iter().map(|kind| &site.catalog.kinds.get(*kind).id);
            all.extend(kinds.map(|kind| json!({"issueTypeSchemeId": id, "issueTypeId": kind})));
        }
    }
    Ok(bean(site, call, "issuetypescheme/mapping", &all))
}

/// `GET issuetypescheme/project`
fn by_project(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administrator(site, call)?;
    let ids = call.query.list("projectId");
    if ids.is_empty() {
        return Err(Refusal::bad("The projectId query parameter is required."));
    }
    let mut all = Vec::new();
    for (row, _) in site.catalog.type_schemes.iter() {
        let of =
            users(site, row).into_iter().map(|project| site.catalog.projects.get(project).id.to_string());
        let of: Vec<String> = of.filter(|id| ids.contains(id)).collect();
        if !of.is_empty() {
            all.push(json!({"issueTypeScheme": view(site, call, row), "projectIds": of}));
        }
    }
    Ok(bean(site, call, "issuetypescheme/project", &all))
}

/// `PUT issuetypescheme/project`: not while the project has issues of a type the scheme lacks.
fn assign(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administrator(site, call)?;
    let body = object(body(call)?)?;
    let of = |name: &str| body.get(name).and_then(id).unwrap_or_default();
    let row = named(site, &of("issueTypeSchemeId"))?;
    let project = site.catalog.project(&of("projectId"));
    let project = project.ok_or_else(|| Refusal::missing("The project was not found."))?;
    let kinds = &site.catalog.type_schemes.get(row).kinds;
    if site.issues.iter().any(|issue| issue.project == project && !kinds.contains(&issue.kind)) {
        return Err(Refusal::bad("There are issues of types that are not in the issue type scheme."));
    }
    site.catalog.projects.get_mut(project).types = row;
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `PUT issuetypescheme/{id}/issuetype`
fn add(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administrator(site, call)?;
    let (row, body) = (row(site, call)?, object(body(call)?)?);
    let kinds = kinds(site, &body)?.unwrap_or_default();
    let scheme = site.catalog.type_schemes.get_mut(row);
    if kinds.is_empty() || kinds.iter().any(|kind| scheme.kinds.contains(kind)) {
        return Err(Refusal::bad("The issue types are missing or already in the scheme."));
    }
    scheme.kinds.extend(kinds);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `PUT issuetypescheme/{id}/issuetype/move`: some types `after` another one, or at the `position` First or Last.
fn reorder(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administrator(site, call)?;
    let (row, body) = (row(site, call)?, object(body(call)?)?);
    let moved = kinds(site, &body)?.unwrap_or_default();
    let after = body.get("after").and_then(id);
    let after = after.map(|id| super::rows::kind(site, &id)).transpose()?;
    let scheme = site.catalog.type_schemes.get_mut(row);
    if moved.is_empty() || moved.iter().any(|kind| !scheme.kinds.contains(kind)) {
        return Err(Refusal::bad("The issue types are missing or not in the scheme."));
    }
    let mut rest: Vec<Row<Kind>> =
        scheme.kinds.iter().copied().filter(|kind| !moved.contains(kind)).collect();
    let place = match (after, text(&body, "position")) {
        (Some(after), None) => rest.iter().position(|kind| *kind == after).map(|place| place + 1),
        (None, Some("First")) => Some(0),
        (None, Some("Last")) => Some(rest.len()),
        _ => None,
    };
    let place = place.ok_or_else(|| {
        Refusal::bad("Either 'after' (a type of the scheme that is not moved) or a 'position' is required.")
    })?;
    rest.splice(place..place, moved);
    scheme.kinds = rest;
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `DELETE issuetypescheme/{id}/issuetype/{kind}`
fn take(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administrator(site, call)?;
    let row = row(site, call)?;
    let kind = site.catalog.kinds.find(|kind| *kind.id == *call.param("kind"));
    let scheme = site.catalog.type_schemes.get_mut(row);
    let place = scheme.kinds.iter().position(|own| Some(*own) == kind);
    let place = place.ok_or_else(|| Refusal::missing("The issue type is not in the issue type scheme."))?;
    if scheme.kinds.len() == 1 {
        return Err(Refusal::bad("The last issue type of a scheme cannot be removed."));
    }
    let gone = scheme.kinds.remove(place);
    scheme.default = scheme.default.filter(|default| *default != gone);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `GET project/{id}/hierarchy`: levels with their types, the lowest first.
fn hierarchy(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let row = find(site, call)?;
    let mut levels: Vec<Value> = Vec::new();
    for (level, name) in [(-1, "Subtask"), (0, "Base"), (1, "Epic")] {
        let own = site.catalog.kinds_of(row).iter().map(|row| site.catalog.kinds.get(*row));
        let kinds: Vec<Value> = own
            .filter(|kind| kind.level == level)
            .map(|kind| {
                json!({"id": kind.id.parse::<u64>().unwrap_or_default(), "entityId": entity(&kind.id),
                "name": kind.name, "avatarId": kind.avatar})
            })
            .collect();
        if !kinds.is_empty() {
            levels.push(json!({"entityId": entity(name), "level": level, "name": name, "issueTypes": kinds}));
        }
    }
    Ok(Answer::ok(&json!({"projectId": site.catalog.projects.get(row).id, "hierarchy": levels})))
}

/// A stable UUID for something that has none in this Jira.
fn entity(name: &str) -> String {
    let number = name.bytes().fold(0_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
    format!("00000000-0000-4000-8000-{:012x}", number & 0xffff_ffff_ffff)
}
