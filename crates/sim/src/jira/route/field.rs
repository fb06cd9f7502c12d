//! Custom fields: making, changing, finding, and putting them into the trash.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::{Value, json};

use super::rows::{administer, ids, kind, project};
use super::task::submitted;
use super::{bean, body, signed_in};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::table::Row;
use crate::frame::world::{Act, Route};
use crate::jira::custom::{Context, Custom, Shape, is_searcher};
use crate::jira::date::Stamp;
use crate::jira::field::Field;
use crate::jira::input::{object, text};
use crate::jira::refusal::Refusal;
use crate::jira::screen::Screen;
use crate::jira::site::Site;
use crate::jira::task::Piece;
use crate::jira::view::meta::{FieldMeta, SchemaView};
use crate::jira::view::{Show, put};

pub(crate) fn table() -> Vec<Route<Site>> {
    vec![(Method::POST, "/field", Act::Write(create))]
}

/// What only Cloud has.
pub(crate) fn cloud() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::GET, "/field/search", Read(search)),
        (Method::GET, "/field/search/trashed", Read(trash)),
        (Method::PUT, "/field/{id}", Write(update)),
        (Method::DELETE, "/field/{id}", Write(delete)),
        (Method::POST, "/field/{id}/trash", Write(discard)),
        (Method::POST, "/field/{id}/restore", Write(restore)),
        (Method::GET, "/field/{id}/screens", Read(screens)),
        (Method::GET, "/projects/fields", Read(of_projects)),
    ]
}

/// The custom field the path names, also when it is in the trash.
pub(super) fn find(site: &Site, call: &Call<'_>) -> Result<Row<Custom>, Refusal> {
    let id = call.param("id");
    if !id.starts_with("customfield_") {
        return Err(Refusal::bad(format!("The custom field ID format is incorrect: {id}")));
    }
    let found = site.catalog.custom.find(|custom| *custom.id == *id);
    found.ok_or_else(|| Refusal::missing("The custom field was not found."))
}

/// The same, if it can be changed.
fn unlocked(site: &Site, call: &Call<'_>) -> Result<Row<Custom>, Refusal> {
    let row = find(site, call)?;
    if site.catalog.custom.get(row).shape.is_agile() {
        return Err(Refusal::bad("The custom field is locked."));
    }
    Ok(row)
}

/// `POST field`. Data Center can say for which projects and issue types; no screen has the field yet.
fn create(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let body = object(body(call)?)?;
    let mut errors = Vec::new();
    let name = text(&body, "name").map(str::trim).filter(|name| !name.is_empty());
    if name.is_none() {
        errors.push(("name".to_owned(), "You must specify a name for the custom field.".to_owned()));
    }
    let shape = text(&body, "type").and_then(Shape::of);
    if shape.is_none() {
        let given = text(&body, "type").unwrap_or_default();
        errors.push(("type".to_owned(), format!("The custom field type '{given}' is not valid.")));
    }
    let searcher = text(&body, "searcherKey");
    if let Some(key) = searcher.filter(|key| !is_searcher(key)) {
        errors.push(("searcherKey".to_owned(), format!("The searcher '{key}' is not valid.")));
    }
    let (Some(name), Some(shape), true) = (name, shape, errors.is_empty()) else {
        return Err(Refusal::fields(errors));
    };
    let id = site.catalog.next_context();
    let mut context = Context::everywhere(id, name);
    if !site.is_cloud() {
        context.projects =
            ids(&body, "projectIds").iter().map(|id| project(site, id)).collect::<Result<_, _>>()?;
        context.kinds =
            ids(&body, "issueTypeIds").iter().map(|id| kind(site, id)).collect::<Result<_, _>>()?;
    }
    let number = 10_200 + site.catalog.custom.ever();
    let row = site.catalog.custom.add(Custom {
        number,
        id: format!("customfield_{number}").into(),
        name: name.into(),
        description: text(&body, "description").unwrap_or_default().into(),
        shape,
        // Without a searcher nobody finds anything by the field; Cloud gives it the usual one.
        searcher: searcher
            .map_or_else(|| site.is_cloud().then(|| shape.searcher().into()), |key| Some(key.into())),
        options: Vec::new(),
        contexts: vec![context],
        trashed: None,
    });
    Ok(Answer::json(StatusCode::CREATED, &FieldMeta(Show::call(site, call), Field::Custom(row))))
}

/// `PUT field/{id}`
fn update(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let (row, body) = (unlocked(site, call)?, object(body(call)?)?);
    let name = text(&body, "name").map(str::trim);
    if name.is_some_and(str::is_empty) {
        return Err(Refusal::field("name", "You must specify a name for the custom field."));
    }
    let searcher = text(&body, "searcherKey");
    if let Some(key) = searcher.filter(|key| !is_searcher(key)) {
        return Err(Refusal::field("searcherKey", format!("The searcher '{key}' is not valid.")));
    }
    let custom = site.catalog.custom.get_mut(row);
    custom.name = name.map_or_else(|| custom.name.clone(), Into::into);
    if let Some(description) = text(&body, "description") {
        custom.description = description.into();
    }
    custom.searcher = searcher.map_or_else(|| custom.searcher.clone(), |key| Some(key.into()));
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `DELETE field/{id}`: a task, whether the field is in the trash or not.
fn delete(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let row = unlocked(site, call)?;
    let same = |piece: &Piece| matches!(piece, Piece::DropField(other) if *other == row);
    if site.tasks.open().any(|task| task.pieces.iter().any(same)) {
        return Err(Refusal::new(StatusCode::CONFLICT, "A task to delete the custom field is running."));
    }
    submitted(site, call, "Delete a custom field", vec![Piece::DropField(row)])
}

/// `POST field/{id}/trash`
fn discard(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let who = administer(site, call)?;
    let row = unlocked(site, call)?;
    let now = site.frame.clock.now();
    let custom = site.catalog.custom.get_mut(row);
    if custom.trashed.is_some() {
        return Err(Refusal::bad("The custom field is already in the trash."));
    }
    custom.trashed = Some((who, now));
    Ok(Answer::empty(StatusCode::OK))
}

/// `POST field/{id}/restore`
fn restore(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let row = find(site, call)?;
    let custom = site.catalog.custom.get_mut(row);
    custom.trashed.take().ok_or_else(|| Refusal::bad("The custom field is not in the trash."))?;
    Ok(Answer::empty(StatusCode::OK))
}

/// The screens a field is on.
fn on(site: &Site, field: Field) -> impl Iterator<Item = &Screen> {
    site.catalog.screens.iter().map(|(_, screen)| screen).filter(move |screen| screen.has(field))
}

fn described(site: &Site, field: Field) -> &str {
    match field {
        Field::Custom(row) => &site.catalog.custom.get(row).description,
        _ => "",
    }
}

/// A field as the search shows it, with what `expand` names.
fn view(site: &Site, call: &Call<'_>, field: Field) -> Value {
    let catalog = &site.catalog;
    let (id, expand) = (field.id(catalog), call.query.list("expand"));
    let wants = |name: &str| expand.iter().any(|one| one == name);
    let mut shown =
        json!({"id": id, "name": field.name(catalog), "schema": json!(SchemaView(catalog, field))});
    if let Field::Custom(row) = field {
        let custom = catalog.custom.get(row);
        put(&mut shown, "description", &*custom.description);
        put(&mut shown, "typeDisplayName", custom.shape.title());
        if let (true, Some(key)) = (wants("searcherKey"), &custom.searcher) {
            put(&mut shown, "searcherKey", &**key);
        }
        if wants("contextsCount") {
            put(&mut shown, "contextsCount", custom.contexts.len());
        }
        if wants("isLocked") {
            put(&mut shown, "isLocked", custom.shape.is_agile());
        }
        if wants("projectsCount") {
            put(&mut shown, "projectsCount", projects(site, custom));
        }
        if wants("lastUsed") {
            put(&mut shown, "lastUsed", last_used(site, row));
        }
    }
    for (name, value) in [("key", id.to_owned()), ("stableId", id.to_owned())] {
        if wants(name) {
            put(&mut shown, name, value);
        }
    }
    if wants("screensCount") {
        put(&mut shown, "screensCount", on(site, field).count());
    }
    shown
}

/// In how many projects a field is in force.
pub(super) fn projects(site: &Site, custom: &Custom) -> usize {
    site.catalog.projects.iter().filter(|(row, _)| custom.applies(*row, None)).count()
}

/// On how many screens a field is.
pub(super) fn screen_count(site: &Site, row: Row<Custom>) -> usize {
    on(site, Field::Custom(row)).count()
}

/// When an issue last got another value in a field.
pub(super) fn last_change(site: &Site, row: Row<Custom>) -> Option<i64> {
    let name = site.names.find(&site.catalog.custom.get(row).id)?;
    let changes = site.issues.iter().flat_map(|issue| issue.history.iter());
    changes.filter(|change| change.items.iter().any(|item| item.id == name)).map(|change| change.at).max()
}

fn last_used(site: &Site, row: Row<Custom>) -> Value {
    match last_change(site, row) {
        Some(at) => json!({"type": "TRACKED", "value": Stamp(at).to_string()}),
        None => json!({"type": "NO_INFORMATION"}),
    }
}

/// Whether a field is among those a search asks for.
fn wanted(site: &Site, call: &Call<'_>, field: Field) -> bool {
    let (ids, text) = (call.query.list("id"), call.query.get("query").unwrap_or_default().to_lowercase());
    let (id, name) = (field.id(&site.catalog), field.name(&site.catalog));
    (ids.is_empty() || ids.iter().any(|wanted| wanted == id))
        && (name.to_lowercase().contains(&text) || described(site, field).to_lowercase().contains(&text))
}

fn sorted(site: &Site, call: &Call<'_>, fields: &mut [Field]) {
    let order = call.query.get("orderBy").unwrap_or("name");
    let custom = |field: &Field| match field {
        Field::Custom(row) => Some(*row),
        _ => None,
    };
    let count = |field: &Field, count: &dyn Fn(&Custom) -> usize| {
        custom(field).map_or(0, |row| count(site.catalog.custom.get(row)))
    };
    fields.sort_by_cached_key(|field| field.name(&site.catalog).to_lowercase());
    match order.trim_start_matches(['+', '-', ' ']) {
        "contextsCount" => fields.sort_by_cached_key(|field| count(field, &|one| one.contexts.len())),
        "projectsCount" => fields.sort_by_cached_key(|field| count(field, &|one| projects(site, one))),
        "screensCount" => fields.sort_by_cached_key(|field| on(site, *field).count()),
        "lastUsed" => {
            fields.sort_by_cached_key(|field| custom(field).and_then(|row| last_change(site, row)));
        }
        "trashDate" | "plannedDeletionDate" => fields.sort_by_cached_key(|field| {
            custom(field).and_then(|row| site.catalog.custom.get(row).trashed).map(|(_, at)| at)
        }),
        _ => {}
    }
    if order.starts_with('-') {
        fields.reverse();
    }
}

/// `GET field/search`
fn search(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let types = call.query.list("type");
    let kind = |field: &Field| if matches!(field, Field::Custom(_)) { "custom" } else { "system" };
    if let Some(wrong) = types.iter().find(|name| !["custom", "system"].contains(&name.as_str())) {
        return Err(Refusal::bad(format!("'{wrong}' is not a valid type of fields.")));
    }
    let mut fields = Field::all(&site.catalog, true);
    fields.retain(|field| types.is_empty() || types.iter().any(|name| name == kind(field)));
    fields.retain(|field| wanted(site, call, *field));
    sorted(site, call, &mut fields);
    let all: Vec<Value> = fields.into_iter().map(|field| view(site, call, field)).collect();
    Ok(bean(site, call, "field/search", &all))
}

/// `GET field/search/trashed`
fn trash(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let gone = site.catalog.custom.iter().filter(|(_, custom)| custom.trashed.is_some());
    let mut fields: Vec<Field> = gone.map(|(row, _)| Field::Custom(row)).collect();
    fields.retain(|field| wanted(site, call, *field));
    sorted(site, call, &mut fields);
    let all: Vec<Value> = fields.into_iter().map(|field| view(site, call, field)).collect();
    Ok(bean(site, call, "field/search/trashed", &all))
}

/// `GET field/{id}/screens`
fn screens(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let id = call.param("id");
    let field = Field::of(id, &site.catalog, true);
    let field = field.ok_or_else(|| Refusal::missing(format!("The field with id '{id}' was not found.")))?;
    let tabs = call.query.list("expand").iter().any(|name| name == "tab");
    let all = on(site, field).map(|screen| {
        let mut shown = json!({"id": screen.id, "name": screen.name, "description": screen.description});
        if let (true, Some(tab)) = (tabs, screen.tabs.iter().find(|tab| tab.fields.contains(&field))) {
            put(&mut shown, "tab", json!({"id": tab.id, "name": tab.name}));
        }
        shown
    });
    let all: Vec<Value> = all.collect();
    Ok(bean(site, call, &format!("field/{id}/screens"), &all))
}

/// `GET projects/fields`: which fields issues of a project and type have.
fn of_projects(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let (projects, kinds) = (call.query.list("projectId"), call.query.list("workTypeId"));
    if projects.is_empty() || kinds.is_empty() {
        return Err(Refusal::bad("The projectId and workTypeId query parameters are required."));
    }
    let (catalog, wanted) = (&site.catalog, call.query.list("fieldId"));
    let mut all = Vec::new();
    for project_id in &projects {
        let row = project(site, project_id)?;
        for kind_id in &kinds {
            let kind = kind(site, kind_id)?;
            if !catalog.kinds_of(row).contains(&kind) {
                continue;
            }
            for field in Field::all(catalog, true) {
                let id = field.id(catalog);
                let asked = wanted.is_empty() || wanted.iter().any(|one| one == id);
                if asked && catalog.is_shown(row, Some(kind), field) {
                    all.push(json!({
                        "fieldId": id,
                        "projectId": catalog.projects.get(row).id,
                        "workTypeId": kind_id.parse::<u64>().unwrap_or_default(),
                        "isRequired": catalog.is_required(row, Some(kind), field),
                        "description": described(site, field),
                    }));
                }
            }
        }
    }
    Ok(bean(site, call, "projects/fields", &all))
}
