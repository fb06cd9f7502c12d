//! What leads to screens on Cloud: screen schemes (by operation) and issue type screen schemes (by type).

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::{Map, Value, json};

use super::rows::{Entry, administer, ids, kind, listed, name, project};
use super::{bean, body};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::table::Row;
use crate::frame::world::{Act, Route};
use crate::jira::catalog::{Kind, Project};
use crate::jira::input::{id, object, text};
use crate::jira::refusal::Refusal;
use crate::jira::screen::{Screen, ScreenScheme, TypeScreenScheme};
use crate::jira::site::Site;
use crate::jira::view::settings::ProjectView;
use crate::jira::view::{Show, put};

/// What only Cloud has.
pub(crate) fn cloud() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::GET, "/screenscheme", Read(schemes)),
        (Method::POST, "/screenscheme", Write(create_scheme)),
        (Method::PUT, "/screenscheme/{id}", Write(update_scheme)),
        (Method::DELETE, "/screenscheme/{id}", Write(delete_scheme)),
        (Method::GET, "/issuetypescreenscheme", Read(list)),
        (Method::POST, "/issuetypescreenscheme", Write(create)),
        (Method::GET, "/issuetypescreenscheme/mapping", Read(mapping)),
        (Method::GET, "/issuetypescreenscheme/project", Read(by_project)),
        (Method::PUT, "/issuetypescreenscheme/project", Write(assign)),
        (Method::PUT, "/issuetypescreenscheme/{id}", Write(update)),
        (Method::DELETE, "/issuetypescreenscheme/{id}", Write(delete)),
        (Method::PUT, "/issuetypescreenscheme/{id}/mapping", Write(map)),
        (Method::PUT, "/issuetypescreenscheme/{id}/mapping/default", Write(map_default)),
        (Method::POST, "/issuetypescreenscheme/{id}/mapping/remove", Write(unmap)),
        (Method::GET, "/issuetypescreenscheme/{id}/project", Read(projects)),
    ]
}

fn scheme(site: &Site, wanted: &str) -> Result<Row<ScreenScheme>, Refusal> {
    let found = site.catalog.screen_schemes.find(|scheme| scheme.id.to_string() == wanted);
    found.ok_or_else(|| Refusal::missing("The screen scheme was not found."))
}

fn screen(site: &Site, wanted: &str) -> Result<Row<Screen>, Refusal> {
    let found = site.catalog.screens.find(|screen| screen.id.to_string() == wanted);
    found.ok_or_else(|| Refusal::missing(format!("The screen with ID {wanted} was not found.")))
}

fn brief(scheme: &TypeScreenScheme) -> Value {
    json!({"id": scheme.id.to_string(), "name": scheme.name, "description": scheme.description})
}

/// `GET screenscheme`
fn schemes(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let (catalog, expand) = (&site.catalog, call.query.list("expand"));
    let types = expand.iter().any(|name| name == "issueTypeScreenSchemes");
    let view = |row: Row<ScreenScheme>, scheme: &ScreenScheme| {
        let named = [
            ("default", Some(scheme.default)),
            ("create", scheme.create),
            ("edit", scheme.edit),
            ("view", scheme.view),
        ];
        let screens: Map<_, _> = named
            .into_iter()
            .filter_map(|(name, screen)| Some((name.to_owned(), catalog.screens.get(screen?).id.into())))
            .collect();
        let mut shown = json!({"id": scheme.id, "name": scheme.name, "description": scheme.description,
            "screens": screens});
        if types {
            let using = catalog.type_screen_schemes.iter().filter(|(_, one)| uses(one, row));
            let using: Vec<Value> = using.map(|(_, one)| brief(one)).collect();
            let page = json!({"maxResults": 100, "startAt": 0, "total": using.len(), "isLast": true, "values": using});
            put(&mut shown, "issueTypeScreenSchemes", page);
        }
        shown
    };
    let all = catalog.screen_schemes.iter();
    let entries = all.map(|(row, one)| Entry::new(one.id, &one.name, view(row, one))).collect();
    Ok(listed(site, call, "screenscheme", entries))
}

fn uses(types: &TypeScreenScheme, scheme: Row<ScreenScheme>) -> bool {
    types.default == scheme || types.mapped.iter().any(|(_, mapped)| *mapped == scheme)
}

/// Sets the screens that a body names; `null` takes one away.
fn set_screens(site: &Site, scheme: &mut ScreenScheme, body: &Value) -> Result<(), Refusal> {
    let screens = body.get("screens").and_then(Value::as_object);
    for (name, value) in screens.into_iter().flatten() {
        let row = match value {
            Value::Null => None,
            other => Some(screen(site, &id(other).unwrap_or_default())?),
        };
        match (name.as_str(), row) {
            ("default", Some(row)) => scheme.default = row,
            ("create", row) => scheme.create = row,
            ("edit", row) => scheme.edit = row,
            ("view", row) => scheme.view = row,
            _ => return Err(Refusal::bad(format!("The screen type '{name}' is not valid."))),
        }
    }
    Ok(())
}

/// `POST screenscheme`
fn create_scheme(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let body = object(body(call)?)?;
    let name = name(&body, "screen scheme")?;
    if site.catalog.screen_schemes.find(|one| one.name.eq_ignore_ascii_case(name)).is_some() {
        return Err(Refusal::field("name", "A screen scheme with this name already exists."));
    }
    let default = body.get("screens").and_then(|screens| screens.get("default")).and_then(id);
    let default = default.ok_or_else(|| Refusal::field("screens", "The default screen is required."))?;
    let number = 10_100 + site.catalog.screen_schemes.ever();
    let mut made = ScreenScheme {
        id: number,
        name: name.into(),
        description: text(&body, "description").unwrap_or_default().into(),
        default: screen(site, &default)?,
        create: None,
        edit: None,
        view: None,
    };
    set_screens(site, &mut made, &body)?;
    site.catalog.screen_schemes.add(made);
    Ok(Answer::json(StatusCode::CREATED, &json!({"id": number})))
}

/// `PUT screenscheme/{id}`
fn update_scheme(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let (row, body) = (scheme(site, call.param("id"))?, object(body(call)?)?);
    let mut changed = site.catalog.screen_schemes.get(row).clone();
    if body.get("name").is_some() {
        changed.name = name(&body, "screen scheme")?.into();
    }
    if let Some(description) = text(&body, "description") {
        changed.description = description.into();
    }
    set_screens(site, &mut changed, &body)?;
    *site.catalog.screen_schemes.get_mut(row) = changed;
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `DELETE screenscheme/{id}`
fn delete_scheme(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let row = scheme(site, call.param("id"))?;
    if site.catalog.type_screen_schemes.iter().any(|(_, one)| uses(one, row)) {
        return Err(Refusal::bad(
            "The screen scheme cannot be deleted as it is in use in an issue type screen scheme.",
        ));
    }
    site.catalog.screen_schemes.strike(row);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

fn find(site: &Site, wanted: &str) -> Result<Row<TypeScreenScheme>, Refusal> {
    let found = site.catalog.type_screen_schemes.find(|scheme| scheme.id.to_string() == wanted);
    found.ok_or_else(|| Refusal::missing("The issue type screen scheme was not found."))
}

fn users(site: &Site, row: Row<TypeScreenScheme>) -> Vec<Row<Project>> {
    site.catalog.projects.iter().filter(|(_, project)| project.screens == row).map(|(row, _)| row).collect()
}

/// `GET issuetypescreenscheme`
fn list(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let all = site.catalog.type_screen_schemes.iter();
    let entries = all.map(|(_, one)| Entry::new(one.id, &one.name, brief(one))).collect();
    Ok(listed(site, call, "issuetypescreenscheme", entries))
}

/// A type, `None` being all others, and what it is mapped to.
type Mapping = (Option<Row<Kind>>, Row<ScreenScheme>);

fn mappings(site: &Site, body: &Value) -> Result<Vec<Mapping>, Refusal> {
    let list = body.get("issueTypeMappings").and_then(Value::as_array).filter(|list| !list.is_empty());
    let list = list.ok_or_else(|| Refusal::bad("At least one issue type mapping is required."))?;
    list.iter()
        .map(|one| {
            let of = |name: &str| one.get(name).and_then(id).unwrap_or_default();
            let scheme = scheme(site, &of("screenSchemeId"))?;
            match of("issueTypeId").as_str() {
                "default" => Ok((None, scheme)),
                wanted => Ok((Some(kind(site, wanted)?), scheme)),
            }
        })
        .collect()
}

/// `POST issuetypescreenscheme`
fn create(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let body = object(body(call)?)?;
    let name = name(&body, "issue type screen scheme")?;
    if site.catalog.type_screen_schemes.find(|one| one.name.eq_ignore_ascii_case(name)).is_some() {
        return Err(Refusal::field("name", "An issue type screen scheme with this name already exists."));
    }
    let mappings = mappings(site, &body)?;
    let default = mappings.iter().find(|(kind, _)| kind.is_none()).map(|(_, scheme)| *scheme);
    let default =
        default.ok_or_else(|| Refusal::bad("The mapping for the issue type 'default' is required."))?;
    let number = 10_100 + site.catalog.type_screen_schemes.ever();
    site.catalog.type_screen_schemes.add(TypeScreenScheme {
        id: number,
        name: name.into(),
        description: text(&body, "description").unwrap_or_default().into(),
        default,
        mapped: mappings.into_iter().filter_map(|(kind, scheme)| Some((kind?, scheme))).collect(),
    });
    Ok(Answer::json(StatusCode::CREATED, &json!({"id": number.to_string()})))
}

/// `PUT issuetypescreenscheme/{id}`
fn update(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let (row, body) = (find(site, call.param("id"))?, object(body(call)?)?);
    let new = if body.get("name").is_some() { Some(name(&body, "issue type screen scheme")?) } else { None };
    let own = site.catalog.type_screen_schemes.get_mut(row);
    own.name = new.map_or_else(|| own.name.clone(), Into::into);
    own.description = text(&body, "description").map_or_else(|| own.description.clone(), Into::into);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `DELETE issuetypescreenscheme/{id}`
fn delete(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let row = find(site, call.param("id"))?;
    let first = site.catalog.type_screen_schemes.iter().next().map(|(row, _)| row);
    if Some(row) == first || !users(site, row).is_empty() {
        return Err(Refusal::bad("The issue type screen scheme is used by a project and cannot be deleted."));
    }
    site.catalog.type_screen_schemes.strike(row);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `GET issuetypescreenscheme/mapping`
fn mapping(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let (catalog, wanted) = (&site.catalog, call.query.list("issueTypeScreenSchemeId"));
    let mut all = Vec::new();
    for (_, scheme) in catalog.type_screen_schemes.iter() {
        let own = scheme.id.to_string();
        if wanted.is_empty() || wanted.contains(&own) {
            let mapped = scheme.mapped.iter().map(|(kind, to)| (&*catalog.kinds.get(*kind).id, *to));
            all.extend(mapped.chain([("default", scheme.default)]).map(|(kind, to)| {
                json!({"issueTypeScreenSchemeId": own, "issueTypeId": kind,
                    "screenSchemeId": catalog.screen_schemes.get(to).id.to_string()})
            }));
        }
    }
    Ok(bean(site, call, "issuetypescreenscheme/mapping", &all))
}

/// `GET issuetypescreenscheme/project`
fn by_project(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let wanted = call.query.list("projectId");
    if wanted.is_empty() {
        return Err(Refusal::bad("The projectId query parameter is required."));
    }
    let mut all = Vec::new();
    for (row, scheme) in site.catalog.type_screen_schemes.iter() {
        let using =
            users(site, row).into_iter().map(|project| site.catalog.projects.get(project).id.to_string());
        let using: Vec<String> = using.filter(|id| wanted.contains(id)).collect();
        if !using.is_empty() {
            all.push(json!({"issueTypeScreenScheme": brief(scheme), "projectIds": using}));
        }
    }
    Ok(bean(site, call, "issuetypescreenscheme/project", &all))
}

/// `PUT issuetypescreenscheme/project`
fn assign(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let body = object(body(call)?)?;
    let of = |name: &str| body.get(name).and_then(id).unwrap_or_default();
    let (row, project) = (find(site, &of("issueTypeScreenSchemeId"))?, project(site, &of("projectId"))?);
    site.catalog.projects.get_mut(project).screens = row;
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `PUT issuetypescreenscheme/{id}/mapping`: types that are not mapped yet.
fn map(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let (row, body) = (find(site, call.param("id"))?, object(body(call)?)?);
    let new = mappings(site, &body)?;
    let own = site.catalog.type_screen_schemes.get_mut(row);
    for (kind, scheme) in new {
        let kind = kind.ok_or_else(|| Refusal::bad("The default mapping cannot be appended."))?;
        if own.mapped.iter().any(|(mapped, _)| *mapped == kind) {
            return Err(Refusal::bad("The issue type is already mapped in the issue type screen scheme."));
        }
        own.mapped.push((kind, scheme));
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `PUT issuetypescreenscheme/{id}/mapping/default`
fn map_default(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let (row, body) = (find(site, call.param("id"))?, object(body(call)?)?);
    let scheme = scheme(site, &body.get("screenSchemeId").and_then(id).unwrap_or_default())?;
    site.catalog.type_screen_schemes.get_mut(row).default = scheme;
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `POST issuetypescreenscheme/{id}/mapping/remove`
fn unmap(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let (row, body) = (find(site, call.param("id"))?, object(body(call)?)?);
    let gone = ids(&body, "issueTypeIds").iter().map(|id| kind(site, id)).collect::<Result<Vec<_>, _>>()?;
    let own = site.catalog.type_screen_schemes.get_mut(row);
    if gone.is_empty() || gone.iter().any(|kind| !own.mapped.iter().any(|(mapped, _)| mapped == kind)) {
        return Err(Refusal::missing("The issue type is not mapped in the issue type screen scheme."));
    }
    own.mapped.retain(|(kind, _)| !gone.contains(kind));
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `GET issuetypescreenscheme/{id}/project`
fn projects(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let (row, show) = (find(site, call.param("id"))?, Show::call(site, call));
    let text = call.query.get("query").unwrap_or_default().to_lowercase();
    let using = users(site, row).into_iter();
    let using = using.filter(|row| site.catalog.projects.get(*row).name.to_lowercase().contains(&text));
    let all: Vec<Value> =
        using.map(|row| serde_json::to_value(ProjectView(show, row)).unwrap_or_default()).collect();
    Ok(bean(site, call, &format!("issuetypescreenscheme/{}/project", call.param("id")), &all))
}
