//! Screens. What is on them is in [`super::tab`], what leads to them in [`super::screening`].

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::{Value, json};

use super::rows::{Entry, administer, listed, name};
use super::{bean, body, page, signed_in, slice};
use crate::frame::answer::Answer;
use crate::frame::call::{Call, Person};
use crate::frame::table::Row;
use crate::frame::world::{Act, Route};
use crate::jira::field::Field;
use crate::jira::input::{object, text};
use crate::jira::refusal::Refusal;
use crate::jira::screen::{Screen, Tab};
use crate::jira::site::Site;
use crate::jira::view::put;

pub(crate) fn table() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::POST, "/screens/addToDefault/{field}", Write(to_default)),
        (Method::GET, "/screens/{screen}/availableFields", Read(available)),
    ]
}

/// What only Cloud has.
pub(crate) fn cloud() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::GET, "/screens", Read(paged)),
        (Method::POST, "/screens", Write(create)),
        (Method::GET, "/screens/tabs", Read(tabs)),
        (Method::PUT, "/screens/{screen}", Write(update)),
        (Method::DELETE, "/screens/{screen}", Write(delete)),
    ]
}

/// What only Data Center and Server have.
pub(crate) fn data_center() -> Vec<Route<Site>> {
    vec![(Method::GET, "/screens", Act::Read(list))]
}

/// Who calls, if an administrator does: Data Center answers anybody else 401.
pub(super) fn designer(site: &Site, call: &Call<'_>) -> Result<Person, Refusal> {
    if site.is_cloud() {
        return administer(site, call);
    }
    let who = signed_in(call)?;
    let said = "You do not have permission to view or change screens.";
    if site.is_admin(call.caller) { Ok(who) } else { Err(Refusal::new(StatusCode::UNAUTHORIZED, said)) }
}

/// The screen the path names.
pub(super) fn find(site: &Site, call: &Call<'_>) -> Result<Row<Screen>, Refusal> {
    let wanted = call.param("screen");
    let found = site.catalog.screens.find(|screen| screen.id.to_string() == wanted);
    let said = format!("Screen with id {wanted} does not exist.");
    // Data Center's document knows no 404 here.
    found.ok_or_else(|| if site.is_cloud() { Refusal::missing(said) } else { Refusal::bad(said) })
}

/// A field that can stand on screens.
pub(super) fn placeable(site: &Site, id: &str) -> Option<Field> {
    let field = Field::of(id, &site.catalog, site.is_cloud())?;
    let usual = [Field::Attachment, Field::Worklog, Field::TimeTracking, Field::Comment].contains(&field);
    (usual || field.system().is_none_or(|system| system.orderable)).then_some(field)
}

/// A field of a screen; Data Center says of what type it is.
pub(super) fn field_view(site: &Site, field: Field) -> Value {
    let mut shown = json!({"id": field.id(&site.catalog), "name": field.name(&site.catalog)});
    if let (false, Field::Custom(row)) = (site.is_cloud(), field) {
        put(&mut shown, "type", site.catalog.custom.get(row).shape.title());
    }
    shown
}

/// Whether a screen scheme or a transition uses a screen.
fn is_used(site: &Site, row: Row<Screen>) -> bool {
    let catalog = &site.catalog;
    let mut steps = catalog.workflows.iter().flat_map(|(_, workflow)| &workflow.transitions);
    catalog.screen_schemes.iter().any(|(_, scheme)| scheme.uses().any(|used| used == row))
        || steps.any(|step| step.screen == Some(row))
}

/// `GET screens` on Data Center: a bare list.
fn list(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    designer(site, call)?;
    let (catalog, expand) = (&site.catalog, call.query.list("expand"));
    let wants = |name: &str| expand.iter().any(|one| one == name);
    let text = call.query.get("search").unwrap_or_default().to_lowercase();
    let screens = catalog.screens.iter().filter(|(_, screen)| screen.name.to_lowercase().contains(&text));
    let all: Vec<Value> = screens
        .map(|(row, screen)| {
            let mut shown = json!({"id": screen.id, "name": screen.name, "description": screen.description,
                "expand": "fieldScreenSchemes,fieldScreenWorkflows,deletable"});
            if wants("deletable") {
                put(&mut shown, "deletable", !is_used(site, row));
            }
            if wants("fieldScreenSchemes") {
                let schemes =
                    catalog.screen_schemes.iter().filter(|(_, one)| one.uses().any(|used| used == row));
                let schemes = schemes.map(|(_, one)| json!({"id": one.id, "name": one.name}));
                put(&mut shown, "fieldScreenSchemes", schemes.collect::<Vec<_>>());
            }
            if wants("fieldScreenWorkflows") {
                let uses = |steps: &[crate::jira::workflow::Transition]| {
                    steps.iter().any(|step| step.screen == Some(row))
                };
                let flows = catalog.workflows.iter().filter(|(_, flow)| uses(&flow.transitions));
                put(
                    &mut shown,
                    "fieldScreenWorkflows",
                    flows.map(|(_, flow)| json!({"name": flow.name})).collect::<Vec<_>>(),
                );
            }
            shown
        })
        .collect();
    Ok(Answer::ok(&slice(&all, page(call, 1_000, 1_000))))
}

fn view(screen: &Screen) -> Value {
    json!({"id": screen.id, "name": screen.name, "description": screen.description})
}

/// `GET screens` on Cloud
fn paged(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let entries = site.catalog.screens.iter();
    let entries = entries.map(|(_, screen)| Entry::new(screen.id, &screen.name, view(screen)));
    Ok(listed(site, call, "screens", entries.collect()))
}

/// The name of a screen, which is not taken.
fn free(site: &Site, own: Option<Row<Screen>>, name: &str) -> Result<(), Refusal> {
    let taken = site.catalog.screens.find(|screen| screen.name.eq_ignore_ascii_case(name));
    if taken.is_some_and(|row| Some(row) != own) {
        return Err(Refusal::field("name", "A screen with this name already exists."));
    }
    Ok(())
}

/// `POST screens`: it has one empty tab.
fn create(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let body = object(body(call)?)?;
    let name = name(&body, "screen")?;
    free(site, None, name)?;
    let tab = Tab { id: site.catalog.next_tab(), name: "Field Tab".into(), fields: Vec::new() };
    let id = 10_100 + site.catalog.screens.ever();
    let description = text(&body, "description").unwrap_or_default().into();
    let screen = Screen { id, name: name.into(), description, tabs: vec![tab] };
    let shown = view(&screen);
    site.catalog.screens.add(screen);
    Ok(Answer::json(StatusCode::CREATED, &shown))
}

/// `PUT screens/{screenId}`
fn update(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let (row, body) = (find(site, call)?, object(body(call)?)?);
    let new = if body.get("name").is_some() { Some(name(&body, "screen")?) } else { None };
    new.map(|name| free(site, Some(row), name)).transpose()?;
    let screen = site.catalog.screens.get_mut(row);
    screen.name = new.map_or_else(|| screen.name.clone(), Into::into);
    screen.description = text(&body, "description").map_or_else(|| screen.description.clone(), Into::into);
    Ok(Answer::ok(&view(screen)))
}

/// `DELETE screens/{screenId}`
fn delete(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let row = find(site, call)?;
    if is_used(site, row) {
        return Err(Refusal::bad(
            "The screen cannot be deleted as it is in use in a screen scheme or a workflow.",
        ));
    }
    site.catalog.screens.strike(row);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `GET screens/tabs`: the tabs of several screens.
fn tabs(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let (screens, wanted) = (call.query.list("screenId"), call.query.list("tabId"));
    let mut all = Vec::new();
    for (_, screen) in site.catalog.screens.iter() {
        if screens.is_empty() || screens.contains(&screen.id.to_string()) {
            let tabs =
                screen.tabs.iter().filter(|tab| wanted.is_empty() || wanted.contains(&tab.id.to_string()));
            all.extend(tabs.map(|tab| json!({"screenId": screen.id, "tabId": tab.id, "name": tab.name})));
        }
    }
    Ok(bean(site, call, "screens/tabs", &all))
}

/// `POST screens/addToDefault/{fieldId}`
fn to_default(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    designer(site, call)?;
    let id = call.param("field");
    let said = format!("Field with id '{id}' does not exist.");
    let cloud = site.is_cloud();
    let wrong = |said: String| if cloud { Refusal::missing(said) } else { Refusal::bad(said) };
    let field = placeable(site, id).ok_or_else(|| wrong(said))?;
    let first = site.catalog.screens.iter().next().map(|(row, _)| row);
    let row = first.ok_or_else(|| wrong("There is no default screen.".to_owned()))?;
    let screen = site.catalog.screens.get_mut(row);
    if screen.has(field) {
        return Err(wrong(format!("Field with id '{id}' already exists on the screen.")));
    }
    if let Some(tab) = screen.tabs.first_mut() {
        tab.fields.push(field);
    }
    Ok(Answer::empty(if cloud { StatusCode::OK } else { StatusCode::CREATED }))
}

/// `GET screens/{screenId}/availableFields`: those that are not on it yet.
fn available(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    designer(site, call)?;
    let screen = site.catalog.screens.get(find(site, call)?);
    let all = Field::all(&site.catalog, site.is_cloud());
    let free = all.into_iter().filter(|field| placeable(site, field.id(&site.catalog)).is_some());
    let shown = free.filter(|field| !screen.has(*field)).map(|field| field_view(site, field));
    Ok(Answer::ok(&shown.collect::<Vec<_>>()))
}
