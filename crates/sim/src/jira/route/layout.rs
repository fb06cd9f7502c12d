//! Layouts of fields on Cloud, there called field configurations, and the schemes that give them to issue types.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::{Value, json};

use super::rows::{Entry, administer, ids, kind, listed, name, project};
use super::{bean, body};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::table::Row;
use crate::frame::world::{Act, Route};
use crate::jira::catalog::{Kind, Project};
use crate::jira::custom::Shape;
use crate::jira::field::Field;
use crate::jira::input::{flag, id, object, text};
use crate::jira::refusal::Refusal;
use crate::jira::screen::{Layout, LayoutScheme, Manner};
use crate::jira::site::Site;
use crate::jira::view::put;

/// The renderers of texts.
const RENDERERS: [&str; 2] = ["text-renderer", "wiki-renderer"];

/// What only Cloud has.
pub(crate) fn cloud() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::GET, "/fieldconfiguration", Read(list)),
        (Method::POST, "/fieldconfiguration", Write(create)),
        (Method::PUT, "/fieldconfiguration/{id}", Write(update)),
        (Method::DELETE, "/fieldconfiguration/{id}", Write(delete)),
        (Method::GET, "/fieldconfiguration/{id}/fields", Read(fields)),
        (Method::PUT, "/fieldconfiguration/{id}/fields", Write(set_fields)),
        (Method::GET, "/fieldconfigurationscheme", Read(schemes)),
        (Method::POST, "/fieldconfigurationscheme", Write(create_scheme)),
        (Method::GET, "/fieldconfigurationscheme/mapping", Read(mapping)),
        (Method::GET, "/fieldconfigurationscheme/project", Read(by_project)),
        (Method::PUT, "/fieldconfigurationscheme/project", Write(assign)),
        (Method::PUT, "/fieldconfigurationscheme/{id}", Write(update_scheme)),
        (Method::DELETE, "/fieldconfigurationscheme/{id}", Write(delete_scheme)),
        (Method::PUT, "/fieldconfigurationscheme/{id}/mapping", Write(map)),
        (Method::POST, "/fieldconfigurationscheme/{id}/mapping/delete", Write(unmap)),
    ]
}

fn find(site: &Site, wanted: &str) -> Result<Row<Layout>, Refusal> {
    let found = site.catalog.layouts.find(|layout| layout.id.to_string() == wanted);
    found.ok_or_else(|| Refusal::missing(format!("The field configuration with ID {wanted} was not found.")))
}

fn is_default(site: &Site, row: Row<Layout>) -> bool {
    site.catalog.layouts.iter().next().is_some_and(|(first, _)| first == row)
}

fn view(site: &Site, row: Row<Layout>) -> Value {
    let layout = site.catalog.layouts.get(row);
    let mut shown = json!({"id": layout.id, "name": layout.name, "description": layout.description});
    if is_default(site, row) {
        put(&mut shown, "isDefault", true);
    }
    shown
}

/// `GET fieldconfiguration`
fn list(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let (only, text) =
        (call.query.flag("isDefault"), call.query.get("query").unwrap_or_default().to_lowercase());
    let all = site.catalog.layouts.iter().filter(|(row, layout)| {
        (!only || is_default(site, *row))
            && (layout.name.to_lowercase().contains(&text)
                || layout.description.to_lowercase().contains(&text))
    });
    let entries = all.map(|(row, layout)| Entry::new(layout.id, &layout.name, view(site, row))).collect();
    Ok(listed(site, call, "fieldconfiguration", entries))
}

/// `POST fieldconfiguration`: all fields behave as usual.
fn create(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let body = object(body(call)?)?;
    let name = name(&body, "field configuration")?;
    if site.catalog.layouts.find(|layout| layout.name.eq_ignore_ascii_case(name)).is_some() {
        return Err(Refusal::field("name", "A field configuration with this name already exists."));
    }
    let id = 10_100 + site.catalog.layouts.ever();
    let description = text(&body, "description").unwrap_or_default().into();
    let row = site.catalog.layouts.add(Layout { id, name: name.into(), description, manners: Vec::new() });
    Ok(Answer::ok(&view(site, row)))
}

/// `PUT fieldconfiguration/{id}`
fn update(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let (row, body) = (find(site, call.param("id"))?, object(body(call)?)?);
    if is_default(site, row) {
        return Err(Refusal::bad("The default field configuration cannot be updated."));
    }
    let name = name(&body, "field configuration")?;
    let layout = site.catalog.layouts.get_mut(row);
    layout.name = name.into();
    layout.description = text(&body, "description").unwrap_or_default().into();
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `DELETE fieldconfiguration/{id}`
fn delete(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let row = find(site, call.param("id"))?;
    let mut schemes = site.catalog.layout_schemes.iter();
    if is_default(site, row) || schemes.any(|(_, one)| one.mapped.iter().any(|(_, layout)| *layout == row)) {
        return Err(Refusal::bad("The field configuration is in use and cannot be deleted."));
    }
    site.catalog.layouts.strike(row);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// How a field is rendered when nothing else is set; `None` for those that are no texts.
fn renderer(site: &Site, field: Field) -> Option<&'static str> {
    match field {
        Field::Description | Field::Environment | Field::Comment => Some("wiki-renderer"),
        Field::Custom(row) => match site.catalog.custom.get(row).shape {
            Shape::Area => Some("wiki-renderer"),
            Shape::Text => Some("text-renderer"),
            _ => None,
        },
        _ => None,
    }
}

/// `GET fieldconfiguration/{id}/fields`
fn fields(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let (catalog, wanted) = (&site.catalog, call.param("id"));
    let layout = catalog.layouts.get(find(site, wanted)?);
    let all = Field::all(catalog, true).into_iter().map(|field| {
        let manner = layout.manner(field).cloned().unwrap_or_default();
        let always = matches!(field, Field::Summary | Field::IssueType | Field::Project);
        let mut shown = json!({
            "id": field.id(catalog),
            "isHidden": manner.hidden,
            "isRequired": manner.required || always,
            "description": manner.description.as_deref().unwrap_or_default(),
        });
        if let Some(renderer) = manner.renderer.as_deref().or(renderer(site, field)) {
            put(&mut shown, "renderer", renderer);
        }
        shown
    });
    let all: Vec<Value> = all.collect();
    Ok(bean(site, call, &format!("fieldconfiguration/{wanted}/fields"), &all))
}

/// `PUT fieldconfiguration/{id}/fields`: a field that is hidden forgets everything else.
fn set_fields(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let (row, body) = (find(site, call.param("id"))?, object(body(call)?)?);
    let items = body.get("fieldConfigurationItems").and_then(Value::as_array).filter(|list| !list.is_empty());
    let items = items.ok_or_else(|| Refusal::bad("At least one field configuration item is required."))?;
    let mut layout = site.catalog.layouts.get(row).clone();
    for item in items {
        let id = text(item, "id").unwrap_or_default();
        let field = Field::of(id, &site.catalog, true);
        let field = field.ok_or_else(|| Refusal::bad(format!("The field with ID {id} was not found.")))?;
        let mut manner = layout.manner(field).cloned().unwrap_or_default();
        manner.hidden = flag(item, "isHidden").unwrap_or(manner.hidden);
        manner.required = flag(item, "isRequired").unwrap_or(manner.required);
        manner.description = text(item, "description").map(Into::into).or(manner.description);
        if let Some(wanted) = text(item, "renderer") {
            if renderer(site, field).is_none() || !RENDERERS.contains(&wanted) {
                return Err(Refusal::bad(format!("The renderer of the field {id} cannot be '{wanted}'.")));
            }
            manner.renderer = Some(wanted.into());
        }
        if manner.hidden {
            if matches!(field, Field::Summary | Field::IssueType | Field::Project) {
                return Err(Refusal::bad(format!("The field {id} cannot be hidden.")));
            }
            manner = Manner { hidden: true, ..Manner::default() };
        }
        layout.manners.retain(|(own, _)| *own != field);
        layout.manners.push((field, manner));
    }
    *site.catalog.layouts.get_mut(row) = layout;
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

fn scheme(site: &Site, wanted: &str) -> Result<Row<LayoutScheme>, Refusal> {
    let found = site.catalog.layout_schemes.find(|scheme| scheme.id.to_string() == wanted);
    let missing =
        || Refusal::missing(format!("The field configuration scheme with ID {wanted} was not found."));
    found.ok_or_else(missing)
}

fn brief(scheme: &LayoutScheme) -> Value {
    json!({"id": scheme.id.to_string(), "name": scheme.name, "description": scheme.description})
}

/// `GET fieldconfigurationscheme`
fn schemes(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let all = site.catalog.layout_schemes.iter();
    let entries = all.map(|(_, one)| Entry::new(one.id, &one.name, brief(one))).collect();
    Ok(listed(site, call, "fieldconfigurationscheme", entries))
}

/// `POST fieldconfigurationscheme`: everything has the default configuration.
fn create_scheme(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let body = object(body(call)?)?;
    let name = name(&body, "field configuration scheme")?;
    if site.catalog.layout_schemes.find(|one| one.name.eq_ignore_ascii_case(name)).is_some() {
        return Err(Refusal::field("name", "A field configuration scheme with this name already exists."));
    }
    let default = site.catalog.layouts.iter().next().map(|(row, _)| (None, row));
    let made = LayoutScheme {
        id: 10_100 + site.catalog.layout_schemes.ever(),
        name: name.into(),
        description: text(&body, "description").unwrap_or_default().into(),
        mapped: default.into_iter().collect(),
    };
    let shown = brief(&made);
    site.catalog.layout_schemes.add(made);
    Ok(Answer::json(StatusCode::CREATED, &shown))
}

/// `PUT fieldconfigurationscheme/{id}`
fn update_scheme(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let (row, body) = (scheme(site, call.param("id"))?, object(body(call)?)?);
    let name = name(&body, "field configuration scheme")?;
    let own = site.catalog.layout_schemes.get_mut(row);
    own.name = name.into();
    own.description = text(&body, "description").unwrap_or_default().into();
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

fn users(site: &Site, row: Option<Row<LayoutScheme>>) -> Vec<Row<Project>> {
    site.catalog.projects.iter().filter(|(_, project)| project.layouts == row).map(|(row, _)| row).collect()
}

/// `DELETE fieldconfigurationscheme/{id}`
fn delete_scheme(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let row = scheme(site, call.param("id"))?;
    if !users(site, Some(row)).is_empty() {
        return Err(Refusal::bad(
            "The field configuration scheme is used by a project and cannot be deleted.",
        ));
    }
    site.catalog.layout_schemes.strike(row);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `GET fieldconfigurationscheme/mapping`
fn mapping(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let (catalog, wanted) = (&site.catalog, call.query.list("fieldConfigurationSchemeId"));
    let mut all = Vec::new();
    for (_, scheme) in catalog.layout_schemes.iter() {
        let own = scheme.id.to_string();
        if wanted.is_empty() || wanted.contains(&own) {
            all.extend(scheme.mapped.iter().map(|(kind, layout)| {
                let kind = kind.map_or("default", |kind| &*catalog.kinds.get(kind).id);
                json!({"fieldConfigurationSchemeId": own, "issueTypeId": kind,
                    "fieldConfigurationId": catalog.layouts.get(*layout).id.to_string()})
            }));
        }
    }
    Ok(bean(site, call, "fieldconfigurationscheme/mapping", &all))
}

/// `GET fieldconfigurationscheme/project`: the first has no scheme, for projects that have none.
fn by_project(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let wanted = call.query.list("projectId");
    if wanted.is_empty() {
        return Err(Refusal::bad("The projectId query parameter is required."));
    }
    let rows = site.catalog.layout_schemes.iter().map(|(row, _)| Some(row));
    let mut all = Vec::new();
    for row in [None].into_iter().chain(rows) {
        let using =
            users(site, row).into_iter().map(|project| site.catalog.projects.get(project).id.to_string());
        let using: Vec<String> = using.filter(|id| wanted.contains(id)).collect();
        if using.is_empty() {
            continue;
        }
        let mut shown = json!({"projectIds": using});
        if let Some(row) = row {
            put(&mut shown, "fieldConfigurationScheme", brief(site.catalog.layout_schemes.get(row)));
        }
        all.push(shown);
    }
    Ok(bean(site, call, "fieldconfigurationscheme/project", &all))
}

/// `PUT fieldconfigurationscheme/project`: without a scheme the default configuration is used.
fn assign(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let body = object(body(call)?)?;
    let row = project(site, &body.get("projectId").and_then(id).unwrap_or_default())?;
    let wanted = body.get("fieldConfigurationSchemeId").and_then(id);
    let scheme = wanted.map(|wanted| scheme(site, &wanted)).transpose()?;
    site.catalog.projects.get_mut(row).layouts = scheme;
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// An issue type, or `default`.
fn kind_or_default(site: &Site, wanted: &str) -> Result<Option<Row<Kind>>, Refusal> {
    if wanted == "default" { Ok(None) } else { kind(site, wanted).map(Some) }
}

/// `PUT fieldconfigurationscheme/{id}/mapping`
fn map(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let (row, body) = (scheme(site, call.param("id"))?, object(body(call)?)?);
    let list = body.get("mappings").and_then(Value::as_array).filter(|list| !list.is_empty());
    let list = list.ok_or_else(|| Refusal::bad("At least one mapping is required."))?;
    let mut mapped = site.catalog.layout_schemes.get(row).mapped.clone();
    for one in list {
        let of = |name: &str| one.get(name).and_then(id).unwrap_or_default();
        let kind = kind_or_default(site, &of("issueTypeId"))?;
        let layout = find(site, &of("fieldConfigurationId"))?;
        mapped.retain(|(own, _)| *own != kind);
        mapped.push((kind, layout));
    }
    site.catalog.layout_schemes.get_mut(row).mapped = mapped;
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `POST fieldconfigurationscheme/{id}/mapping/delete`
fn unmap(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let (row, body) = (scheme(site, call.param("id"))?, object(body(call)?)?);
    let gone = ids(&body, "issueTypeIds");
    let gone = gone.iter().map(|id| kind(site, id).map(Some)).collect::<Result<Vec<_>, _>>()?;
    if gone.is_empty() {
        return Err(Refusal::bad("At least one issue type is required."));
    }
    site.catalog.layout_schemes.get_mut(row).mapped.retain(|(kind, _)| !gone.contains(kind));
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}
