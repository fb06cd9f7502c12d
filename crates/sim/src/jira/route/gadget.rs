//! Gadgets on dashboards, and the properties kept at them.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::{Value, json};

use super::body;
use super::dashboard::{enter, find};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::world::{Act, Route};
use crate::jira::dashboard::Gadget;
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;

/// The gadgets there are: title, and where a dashboard finds it.
const AVAILABLE: &[(&str, &str)] = &[
    (
        "Activity Stream",
        "rest/gadgets/1.0/g/com.atlassian.streams.streams-jira-plugin:activitystream-gadget/gadgets/activitystream-gadget.xml",
    ),
    (
        "Assigned to Me",
        "rest/gadgets/1.0/g/com.atlassian.jira.gadgets:assigned-to-me-gadget/gadgets/assigned-to-me-gadget.xml",
    ),
    (
        "Created vs. Resolved Chart",
        "rest/gadgets/1.0/g/com.atlassian.jira.gadgets:created-vs-resolved-issues-chart-gadget/gadgets/createdvsresolved-gadget.xml",
    ),
    (
        "Filter Results",
        "rest/gadgets/1.0/g/com.atlassian.jira.gadgets:filter-results-gadget/gadgets/filter-results-gadget.xml",
    ),
    (
        "Issue Statistics",
        "rest/gadgets/1.0/g/com.atlassian.jira.gadgets:stats-gadget/gadgets/stats-gadget.xml",
    ),
    (
        "Pie Chart",
        "rest/gadgets/1.0/g/com.atlassian.jira.gadgets:pie-chart-gadget/gadgets/piechart-gadget.xml",
    ),
];

const COLORS: &[&str] = &["blue", "red", "yellow", "green", "cyan", "purple", "gray", "white"];

/// What both faces have.
pub(crate) fn both() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::GET, "/dashboard/{id}/items/{item}/properties", Read(keys)),
        (Method::GET, "/dashboard/{id}/items/{item}/properties/{key}", Read(property)),
        (Method::PUT, "/dashboard/{id}/items/{item}/properties/{key}", Write(set_property)),
        (Method::DELETE, "/dashboard/{id}/items/{item}/properties/{key}", Write(remove_property)),
    ]
}

/// What only Cloud has.
pub(crate) fn cloud() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::GET, "/dashboard/gadgets", Read(available)),
        (Method::GET, "/dashboard/{id}/gadget", Read(list)),
        (Method::POST, "/dashboard/{id}/gadget", Write(add)),
        (Method::PUT, "/dashboard/{id}/gadget/{item}", Write(update)),
        (Method::DELETE, "/dashboard/{id}/gadget/{item}", Write(remove)),
    ]
}

/// `GET dashboard/gadgets`
fn available(_: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    super::signed_in(call)?;
    let gadgets: Vec<Value> =
        AVAILABLE.iter().map(|(title, uri)| json!({"title": title, "uri": uri})).collect();
    Ok(Answer::ok(&json!({"gadgets": gadgets})))
}

fn show(gadget: &Gadget) -> Value {
    let (column, row) = gadget.place;
    let mut shown = json!({
        "id": gadget.id,
        "title": gadget.title,
        "color": gadget.color,
        "position": {"column": column, "row": row},
    });
    for (name, value) in [("uri", &gadget.uri), ("moduleKey", &gadget.module)] {
        if let (Some(value), Some(members)) = (value, shown.as_object_mut()) {
            members.insert(name.to_owned(), json!(value));
        }
    }
    shown
}

/// The gadget of the path.
fn item<'a>(site: &'a Site, call: &Call<'_>) -> Result<&'a Gadget, Refusal> {
    let id = call.param("item").parse::<u32>().ok();
    let missing =
        || Refusal::missing(format!("The dashboard item with id '{}' does not exist.", call.param("item")));
    find(site, call, call.param("id"))?
        .gadgets
        .iter()
        .find(|gadget| Some(gadget.id) == id)
        .ok_or_else(missing)
}

/// The gadget of the path, to change it.
fn item_mut<'a>(site: &'a mut Site, call: &Call<'_>) -> Result<&'a mut Gadget, Refusal> {
    let dashboard = enter(site, call, call.param("id"))?;
    let id = item(site, call)?.id;
    let missing = || Refusal::missing("The dashboard item does not exist.");
    let gadgets = site.dashboards.get_mut(dashboard).map(|dashboard| dashboard.gadgets.iter_mut());
    gadgets.into_iter().flatten().find(|gadget| gadget.id == id).ok_or_else(missing)
}

/// `GET dashboard/{id}/gadget`
fn list(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (ids, modules, uris) =
        (call.query.list("gadgetId"), call.query.list("moduleKey"), call.query.list("uri"));
    let among = |list: &[String], value: Option<&str>| {
        list.is_empty() || value.is_some_and(|value| list.iter().any(|wanted| wanted == value))
    };
    let gadgets = find(site, call, call.param("id"))?.gadgets.iter().filter(|gadget| {
        among(&ids, Some(&gadget.id.to_string()))
            && among(&modules, gadget.module.as_deref())
            && among(&uris, gadget.uri.as_deref())
    });
    Ok(Answer::ok(&json!({"gadgets": gadgets.map(show).collect::<Vec<_>>()})))
}

/// A request's column and row.
fn place(body: &Value) -> Option<(u64, u64)> {
    let position = body.get("position")?;
    let number = |name: &str| position.get(name).and_then(Value::as_u64);
    Some((number("column")?, number("row")?))
}

fn color(body: &Value) -> Result<Option<String>, Refusal> {
    match body.get("color").and_then(Value::as_str) {
        Some(color) if !COLORS.contains(&color) => {
            Err(Refusal::bad(format!("The color '{color}' is not one of {}.", COLORS.join(", "))))
        }
        color => Ok(color.map(str::to_owned)),
    }
}

/// `POST dashboard/{id}/gadget`
fn add(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let dashboard = enter(site, call, call.param("id"))?;
    let body = body(call)?;
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    let (uri, module) = (text("uri"), text("moduleKey"));
    if uri.is_some() == module.is_some() {
        return Err(Refusal::bad("Exactly one of uri and moduleKey must be given."));
    }
    let known = AVAILABLE.iter().find(|(_, known)| uri.as_deref() == Some(*known));
    let lax = body.get("ignoreUriAndModuleKeyValidation").and_then(Value::as_bool).unwrap_or_default();
    if known.is_none() && !lax {
        return Err(Refusal::bad("There is no gadget with this uri or moduleKey."));
    }
    let title = text("title").or_else(|| known.map(|(title, _)| (*title).to_owned())).unwrap_or_default();
    let color = color(&body)?.unwrap_or_else(|| "blue".to_owned());
    let id = site.dashboards.take_gadget();
    let mut shown = Value::Null;
    if let Some(dashboard) = site.dashboards.get_mut(dashboard) {
        let below =
            dashboard.gadgets.iter().filter(|gadget| gadget.place.0 == 0).map(|gadget| gadget.place.1 + 1);
        let place = place(&body).unwrap_or((0, below.max().unwrap_or_default()));
        let gadget = Gadget { id, title, color, uri, module, place, properties: Default::default() };
        shown = show(&gadget);
        dashboard.gadgets.push(gadget);
    }
    Ok(Answer::ok(&shown))
}

/// `PUT dashboard/{id}/gadget/{gadgetId}`
fn update(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let body = body(call)?;
    let color = color(&body)?;
    let gadget = item_mut(site, call)?;
    if let Some(title) = body.get("title").and_then(Value::as_str) {
        title.clone_into(&mut gadget.title);
    }
    gadget.color = color.unwrap_or_else(|| std::mem::take(&mut gadget.color));
    gadget.place = place(&body).unwrap_or(gadget.place);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `DELETE dashboard/{id}/gadget/{gadgetId}`
fn remove(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let gone = item_mut(site, call)?.id;
    let dashboard = enter(site, call, call.param("id"))?;
    if let Some(dashboard) = site.dashboards.get_mut(dashboard) {
        dashboard.gadgets.retain(|gadget| gadget.id != gone);
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `GET dashboard/{dashboardId}/items/{itemId}/properties`
fn keys(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let gadget = item(site, call)?;
    let link = |key: &String| json!({"key": key, "self": format!("{}{}/{key}", site.base, call.path)});
    Ok(Answer::ok(&json!({"keys": gadget.properties.keys().map(link).collect::<Vec<_>>()})))
}

/// `GET dashboard/{dashboardId}/items/{itemId}/properties/{propertyKey}`
fn property(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let key = call.param("key");
    let missing = || Refusal::missing(format!("The property with key '{key}' does not exist."));
    let value = item(site, call)?.properties.get(key).ok_or_else(missing)?;
    Ok(Answer::ok(&json!({"key": key, "value": value})))
}

/// `PUT dashboard/{dashboardId}/items/{itemId}/properties/{propertyKey}`: 201 for a new one.
fn set_property(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    if call.body.is_empty() {
        return Err(Refusal::bad("The property value must be JSON."));
    }
    let value = body(call)?;
    let old = item_mut(site, call)?.properties.insert(call.param("key").to_owned(), value);
    Ok(Answer::empty(if old.is_some() { StatusCode::OK } else { StatusCode::CREATED }))
}

/// `DELETE dashboard/{dashboardId}/items/{itemId}/properties/{propertyKey}`
fn remove_property(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let key = call.param("key");
    let removed = item_mut(site, call)?.properties.remove(key);
    let missing = || Refusal::missing(format!("The property with key '{key}' does not exist."));
    removed.map(|_| Answer::empty(StatusCode::NO_CONTENT)).ok_or_else(missing)
}
