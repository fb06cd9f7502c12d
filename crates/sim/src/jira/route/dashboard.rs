//! Dashboards: listed and read on both faces, made and changed on Cloud.
//!
//! What stands on them is [`super::gadget`]'s.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::{Value, json};

use super::filter::paged;
use super::{body, page, share, signed_in, slice};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::world::{Act, Route};
use crate::jira::dashboard::Dashboard;
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;
use crate::jira::view::Show;
use crate::jira::view::person;

/// What both faces have.
pub(crate) fn both() -> Vec<Route<Site>> {
    use Act::Read;
    vec![(Method::GET, "/dashboard", Read(list)), (Method::GET, "/dashboard/{id}", Read(get))]
}

/// What only Cloud has.
pub(crate) fn cloud() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::POST, "/dashboard", Write(create)),
        (Method::GET, "/dashboard/search", Read(search)),
        (Method::PUT, "/dashboard/{id}", Write(update)),
        (Method::DELETE, "/dashboard/{id}", Write(delete)),
        (Method::POST, "/dashboard/{id}/copy", Write(copy)),
    ]
}

/// A dashboard as the API shows it.
fn show(site: &Site, call: &Call<'_>, dashboard: &Dashboard) -> Value {
    let (base, id) = (&site.base, dashboard.id);
    let mut shown = json!({
        "id": id.to_string(),
        "name": dashboard.name,
        "self": format!("{base}/rest/api/{}/dashboard/{id}", call.api),
    });
    let Some(members) = shown.as_object_mut() else { return shown };
    if !site.is_cloud() {
        members.insert("view".to_owned(), json!(format!("{base}/secure/Dashboard.jspa?selectPageId={id}")));
        return shown;
    }
    let to = Show::call(site, call);
    let favourite = call.caller.is_some_and(|person| dashboard.favourites.contains(&person));
    for (name, value) in [
        ("view", json!(format!("{base}/jira/dashboards/{id}"))),
        ("description", json!(dashboard.description)),
        ("isFavourite", json!(favourite)),
        ("popularity", json!(dashboard.favourites.len())),
        ("isWritable", json!(dashboard.is_writable(site, call.caller))),
        ("systemDashboard", json!(dashboard.owner.is_none())),
        ("editPermissions", json!(share::list(to, &dashboard.shares, true))),
        ("sharePermissions", json!(share::list(to, &dashboard.shares, false))),
    ] {
        members.insert(name.to_owned(), value);
    }
    if let Some(owner) = dashboard.owner {
        members.insert("owner".to_owned(), person::brief(to, owner));
    }
    shown
}

/// The dashboard with an id, if the caller may see it.
pub(super) fn find<'a>(site: &'a Site, call: &Call<'_>, id: &str) -> Result<&'a Dashboard, Refusal> {
    let number = id.parse::<u32>().ok();
    let found = site.dashboards.list.iter().find(|dashboard| Some(dashboard.id) == number);
    let missing = || Refusal::missing(format!("The dashboard with id '{id}' does not exist."));
    found.filter(|dashboard| dashboard.is_visible(site, call.caller)).ok_or_else(missing)
}

/// The id of the dashboard with an id, if the caller may change it.
pub(super) fn enter(site: &Site, call: &Call<'_>, id: &str) -> Result<u32, Refusal> {
    signed_in(call)?;
    let dashboard = find(site, call, id)?;
    if dashboard.is_writable(site, call.caller) {
        Ok(dashboard.id)
    } else {
        Err(Refusal::bad("You do not have permission to edit this dashboard."))
    }
}

fn seen<'a>(site: &'a Site, call: &Call<'_>) -> Vec<&'a Dashboard> {
    site.dashboards.list.iter().filter(|dashboard| dashboard.is_visible(site, call.caller)).collect()
}

/// `GET dashboard`: all of them, or `filter=my` or `favourite`.
fn list(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let mut found = seen(site, call);
    let filter = call.query.get("filter");
    match filter {
        None | Some("") => {}
        Some("my") => found.retain(|dashboard| dashboard.owner.is_some() && dashboard.owner == call.caller),
        Some("favourite") => {
            found
                .retain(|dashboard| call.caller.is_some_and(|person| dashboard.favourites.contains(&person)));
        }
        Some(other) => {
            return Err(Refusal::bad(format!("The filter '{other}' is not one of 'my' and 'favourite'.")));
        }
    }
    let (start, max) = page(call, 20, 1_000);
    let shown: Vec<Value> =
        slice(&found, (start, max)).iter().map(|dashboard| show(site, call, dashboard)).collect();
    let mut body = json!({"startAt": start, "maxResults": max, "total": found.len(), "dashboards": shown});
    let link = |start: usize| {
        let filter = filter.map(|filter| format!("&filter={filter}")).unwrap_or_default();
        json!(format!("{}{}?startAt={start}&maxResults={max}{filter}", site.base, call.path))
    };
    if let Some(members) = body.as_object_mut() {
        if start > 0 {
            members.insert("prev".to_owned(), link(start.saturating_sub(max)));
        }
        if start.saturating_add(max) < found.len() {
            members.insert("next".to_owned(), link(start + max));
        }
    }
    Ok(Answer::ok(&body))
}

/// `GET dashboard/{id}`
fn get(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    Ok(Answer::ok(&show(site, call, find(site, call, call.param("id"))?)))
}

/// `GET dashboard/search`
fn search(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let query = &call.query;
    let name = query.get("dashboardName").map(str::to_lowercase);
    let mut found = seen(site, call);
    found.retain(|dashboard| {
        let owner = dashboard.owner.map(|owner| &*site.catalog.account(owner).account_id);
        name.as_ref().is_none_or(|name| dashboard.name.to_lowercase().contains(name))
            && query.get("accountId").is_none_or(|id| owner == Some(id))
    });
    let order = query.get("orderBy").unwrap_or("name");
    match order.trim_start_matches(['+', '-']) {
        "id" => found.sort_by_key(|dashboard| dashboard.id),
        "favorite_count" | "favourite_count" => found.sort_by_key(|dashboard| dashboard.favourites.len()),
        "owner" => found.sort_by_key(|dashboard| dashboard.owner),
        _ => found.sort_by_key(|dashboard| dashboard.name.to_lowercase()),
    }
    if order.starts_with('-') {
        found.reverse();
    }
    let shown: Vec<Value> = found.iter().map(|dashboard| show(site, call, dashboard)).collect();
    Ok(paged(site, call, &shown))
}

/// Puts a request's members into a dashboard that is changed or made.
fn fill(site: &Site, call: &Call<'_>, mut dashboard: Dashboard) -> Result<Dashboard, Refusal> {
    let caller = signed_in(call)?;
    let body = body(call)?;
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    let name = text("name").unwrap_or(&dashboard.name).to_owned();
    if name.trim().is_empty() {
        return Err(Refusal::field("name", "You must specify a name for the dashboard."));
    }
    let taken =
        |other: &&Dashboard| other.id != dashboard.id && other.owner == dashboard.owner && other.name == name;
    if site.dashboards.list.iter().find(taken).is_some() {
        return Err(Refusal::field("name", "Dashboard with same name already exists."));
    }
    if let Some(description) = text("description") {
        description.clone_into(&mut dashboard.description);
    }
    if let Some(shares) = share::read_all(site, caller, &body)? {
        dashboard.shares = shares;
    }
    Ok(Dashboard { name, ..dashboard })
}

/// Keeps a dashboard in place of the one with its id, or as a new one.
fn keep(site: &mut Site, call: &Call<'_>, mut dashboard: Dashboard) -> Answer {
    for share in dashboard.shares.iter_mut().filter(|share| share.id == 0) {
        share.id = site.filters.take_share();
    }
    let shown = show(site, call, &dashboard);
    match site.dashboards.get_mut(dashboard.id) {
        Some(place) => *place = dashboard,
        None => site.dashboards.list.push(dashboard),
    }
    Answer::ok(&shown)
}

/// `POST dashboard`
fn create(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let owner = Some(signed_in(call)?);
    let empty = Dashboard {
        id: 0,
        name: String::new(),
        description: String::new(),
        owner,
        favourites: owner.into_iter().collect(),
        shares: Vec::new(),
        gadgets: Vec::new(),
    };
    let made = fill(site, call, empty)?;
    let id = site.dashboards.take_id();
    Ok(keep(site, call, Dashboard { id, ..made }))
}

/// `PUT dashboard/{id}`
fn update(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    enter(site, call, call.param("id"))?;
    let changed = fill(site, call, find(site, call, call.param("id"))?.clone())?;
    Ok(keep(site, call, changed))
}

/// `DELETE dashboard/{id}`
fn delete(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let id = enter(site, call, call.param("id"))?;
    if find(site, call, call.param("id"))?.owner.is_none() {
        return Err(Refusal::bad("The system dashboard cannot be deleted."));
    }
    site.dashboards.list.retain(|dashboard| dashboard.id != id);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `POST dashboard/{id}/copy`: with its gadgets, for the caller.
fn copy(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let owner = Some(signed_in(call)?);
    let mut copy = find(site, call, call.param("id"))?.clone();
    (copy.id, copy.owner, copy.shares) = (0, owner, Vec::new());
    copy.favourites = owner.into_iter().collect();
    let mut copy = fill(site, call, copy)?;
    copy.id = site.dashboards.take_id();
    for gadget in &mut copy.gadgets {
        gadget.id = site.dashboards.take_gadget();
    }
    Ok(keep(site, call, copy))
}
