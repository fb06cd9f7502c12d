//! The tabs of screens and the fields on them.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::{Value, json};

use super::body;
use super::project::keeper;
use super::screen::{designer, field_view, find, placeable};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::table::Row;
use crate::frame::world::{Act, Route};
use crate::jira::field::Field;
use crate::jira::input::{object, text};
use crate::jira::refusal::Refusal;
use crate::jira::screen::{Screen, Tab};
use crate::jira::site::Site;

pub(crate) fn table() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::GET, "/screens/{screen}/tabs", Read(list)),
        (Method::POST, "/screens/{screen}/tabs", Write(create)),
        (Method::PUT, "/screens/{screen}/tabs/{tab}", Write(rename)),
        (Method::DELETE, "/screens/{screen}/tabs/{tab}", Write(delete)),
        (Method::POST, "/screens/{screen}/tabs/{tab}/move/{pos}", Write(shift)),
        (Method::GET, "/screens/{screen}/tabs/{tab}/fields", Read(fields)),
        (Method::POST, "/screens/{screen}/tabs/{tab}/fields", Write(add)),
        (Method::DELETE, "/screens/{screen}/tabs/{tab}/fields/{field}", Write(take)),
        (Method::POST, "/screens/{screen}/tabs/{tab}/fields/{field}/move", Write(shift_field)),
    ]
}

/// What only Data Center and Server have.
pub(crate) fn data_center() -> Vec<Route<Site>> {
    let path = "/screens/{screen}/tabs/{tab}/fields/{field}/updateShowWhenEmptyIndicator/{value}";
    vec![(Method::PUT, path, Act::Write(show_when_empty))]
}

/// What is not there: 404 on Cloud, 400 on Data Center.
fn missing(site: &Site, said: String) -> Refusal {
    if site.is_cloud() { Refusal::missing(said) } else { Refusal::bad(said) }
}

/// Whether the caller may look at a screen: administrators, and of a project with that screen its own.
fn look(site: &Site, call: &Call<'_>) -> Result<Row<Screen>, Refusal> {
    let of = call.query.get("projectKey").and_then(|key| site.catalog.project(key));
    let Some(project) = of else {
        designer(site, call)?;
        return find(site, call);
    };
    keeper(site, call, project)?;
    let (row, catalog) = (find(site, call)?, &site.catalog);
    let types = catalog.type_screen_schemes.get(catalog.projects.get(project).screens);
    let mut schemes = types.mapped.iter().map(|(_, scheme)| *scheme).chain([types.default]);
    if schemes.any(|scheme| catalog.screen_schemes.get(scheme).uses().any(|used| used == row)) {
        return Ok(row);
    }
    designer(site, call)?;
    Ok(row)
}

/// The place of the tab the path names.
fn place(site: &Site, call: &Call<'_>, row: Row<Screen>) -> Result<usize, Refusal> {
    let wanted = call.param("tab");
    let tabs = &site.catalog.screens.get(row).tabs;
    let place = tabs.iter().position(|tab| tab.id.to_string() == wanted);
    place.ok_or_else(|| missing(site, format!("Tab with id {wanted} does not exist.")))
}

/// The screen and the tab of a change.
fn enter(site: &Site, call: &Call<'_>) -> Result<(Row<Screen>, usize), Refusal> {
    designer(site, call)?;
    let row = find(site, call)?;
    Ok((row, place(site, call, row)?))
}

/// The tab at a place that [`place`] found.
fn at(site: &mut Site, (row, place): (Row<Screen>, usize)) -> Result<&mut Tab, Refusal> {
    let tab = site.catalog.screens.get_mut(row).tabs.get_mut(place);
    tab.ok_or_else(|| Refusal::bad("The tab does not exist."))
}

fn view(tab: &Tab) -> Value {
    json!({"id": tab.id, "name": tab.name})
}

/// `GET screens/{screenId}/tabs`
fn list(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let row = look(site, call)?;
    Ok(Answer::ok(&site.catalog.screens.get(row).tabs.iter().map(view).collect::<Vec<_>>()))
}

/// The name a body gives, when no other tab of the screen has it.
fn name(site: &Site, row: Row<Screen>, own: Option<usize>, body: &Value) -> Result<String, Refusal> {
    let name = text(body, "name").map(str::trim).filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| Refusal::field("name", "You must specify a name for the tab."))?;
    let mut tabs = site.catalog.screens.get(row).tabs.iter().enumerate();
    if tabs.any(|(place, tab)| Some(place) != own && tab.name.eq_ignore_ascii_case(name)) {
        return Err(Refusal::field("name", format!("A tab with the name '{name}' already exists.")));
    }
    Ok(name.to_owned())
}

/// `POST screens/{screenId}/tabs`
fn create(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    designer(site, call)?;
    let (row, body) = (find(site, call)?, object(body(call)?)?);
    let name = name(site, row, None, &body)?.into();
    let tab = Tab { id: site.catalog.next_tab(), name, fields: Vec::new() };
    let shown = view(&tab);
    site.catalog.screens.get_mut(row).tabs.push(tab);
    Ok(Answer::ok(&shown))
}

/// `PUT screens/{screenId}/tabs/{tabId}`
fn rename(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (row, place) = enter(site, call)?;
    let name = name(site, row, Some(place), &object(body(call)?)?)?;
    let tab = at(site, (row, place))?;
    tab.name = name.into();
    Ok(Answer::ok(&view(tab)))
}

/// `DELETE screens/{screenId}/tabs/{tabId}`: the last one stays.
fn delete(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (row, place) = enter(site, call)?;
    let tabs = &mut site.catalog.screens.get_mut(row).tabs;
    if tabs.len() == 1 {
        let said = "The last tab of a screen cannot be deleted.";
        return Err(if site.is_cloud() {
            Refusal::bad(said)
        } else {
            Refusal::new(StatusCode::PRECONDITION_FAILED, said)
        });
    }
    tabs.remove(place);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `POST screens/{screenId}/tabs/{tabId}/move/{pos}`
fn shift(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (row, place) = enter(site, call)?;
    let count = site.catalog.screens.get(row).tabs.len();
    let to = call.param("pos").parse::<usize>().ok().filter(|to| *to < count);
    let to = to.ok_or_else(|| missing(site, "The position of the tab is not valid.".to_owned()))?;
    let tabs = &mut site.catalog.screens.get_mut(row).tabs;
    let tab = tabs.remove(place);
    tabs.insert(to, tab);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `GET screens/{screenId}/tabs/{tabId}/fields`
fn fields(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let row = look(site, call)?;
    let place = place(site, call, row)?;
    let tab = site.catalog.screens.get(row).tabs.get(place);
    let shown = tab.into_iter().flat_map(|tab| tab.fields.iter()).map(|field| field_view(site, *field));
    Ok(Answer::ok(&shown.collect::<Vec<_>>()))
}

/// `POST screens/{screenId}/tabs/{tabId}/fields`
fn add(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (row, place) = enter(site, call)?;
    let body = object(body(call)?)?;
    let id = text(&body, "fieldId").unwrap_or_default();
    let field = placeable(site, id);
    let field = field.ok_or_else(|| missing(site, format!("Field with id '{id}' does not exist.")))?;
    if site.catalog.screens.get(row).has(field) {
        return Err(Refusal::bad(format!("Field with id '{id}' already exists on the screen.")));
    }
    at(site, (row, place))?.fields.push(field);
    Ok(Answer::ok(&field_view(site, field)))
}

/// The place of the path's field on its tab.
fn on_tab(site: &Site, call: &Call<'_>, (row, place): (Row<Screen>, usize)) -> Result<usize, Refusal> {
    let id = call.param("field");
    let fields = site.catalog.screens.get(row).tabs.get(place).map(|tab| tab.fields.as_slice());
    let found = fields.unwrap_or_default().iter().position(|field| field.id(&site.catalog) == id);
    found.ok_or_else(|| missing(site, format!("Field with id '{id}' is not on the tab.")))
}

/// `DELETE screens/{screenId}/tabs/{tabId}/fields/{fieldId}`
fn take(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let place = enter(site, call)?;
    let field = on_tab(site, call, place)?;
    at(site, place)?.fields.remove(field);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `POST screens/{screenId}/tabs/{tabId}/fields/{fieldId}/move`: behind the field whose address `after` is, or by
/// `position`.
fn shift_field(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let place = enter(site, call)?;
    let (from, body) = (on_tab(site, call, place)?, object(body(call)?)?);
    let after = text(&body, "after").and_then(|uri| uri.rsplit('/').next());
    let after = after.map(|id| Field::of(id, &site.catalog, site.is_cloud()));
    let wrong = || missing(site, "The field cannot be moved there.".to_owned());
    let mut fields: Vec<Field> =
        site.catalog.screens.get(place.0).tabs.get(place.1).map(|tab| tab.fields.clone()).unwrap_or_default();
    let field = fields.remove(from);
    let to = match (after, text(&body, "position")) {
        (Some(after), _) => {
            let behind = fields.iter().position(|own| Some(*own) == after);
            behind.map(|behind| behind + 1).ok_or_else(wrong)?
        }
        (None, Some("First")) => 0,
        (None, Some("Last")) => fields.len(),
        (None, Some("Earlier")) => from.checked_sub(1).ok_or_else(wrong)?,
        (None, Some("Later")) => Some(from + 1).filter(|to| *to <= fields.len()).ok_or_else(wrong)?,
        _ => return Err(Refusal::bad("Either 'after' or 'position' is required.")),
    };
    fields.insert(to, field);
    at(site, place)?.fields = fields;
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `PUT …/updateShowWhenEmptyIndicator/{newValue}`: taken, and without a screen to show nothing follows.
fn show_when_empty(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let place = enter(site, call)?;
    on_tab(site, call, place)?;
    if call.param("value").parse::<bool>().is_err() {
        return Err(Refusal::bad("The new value must be true or false."));
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}
