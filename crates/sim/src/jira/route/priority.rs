//! Changing priorities and resolutions, and their pages. Plain lists are in [`super::settings`].

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::{Value, json};

use super::kind::{fits, value};
use super::project::administrator;
use super::{bean, body, signed_in};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::world::{Act, Route};
use crate::jira::catalog::{Priority, Resolution};
use crate::jira::input::{object, text};
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;
use crate::jira::view::settings::{PriorityView, ResolutionView};
use crate::jira::view::{Show, put};

/// What only Cloud has.
pub(crate) fn cloud() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::POST, "/priority", Write(create_priority)),
        (Method::PUT, "/priority/{id}", Write(update_priority)),
        (Method::GET, "/priority/search", Read(priorities)),
        (Method::POST, "/resolution", Write(create_resolution)),
        (Method::PUT, "/resolution/{id}", Write(update_resolution)),
        (Method::GET, "/resolution/search", Read(resolutions)),
    ]
}

/// What only Data Center and Server have.
pub(crate) fn data_center() -> Vec<Route<Site>> {
    use Act::Read;
    vec![
        (Method::GET, "/priority/page", Read(priorities)),
        (Method::GET, "/resolution/page", Read(resolutions)),
    ]
}

/// `GET priority/search` on Cloud, `GET priority/page` elsewhere
fn priorities(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let show = Show::call(site, call);
    let rows = site.catalog.priorities.iter().filter(|(_, one)| fits(call, &one.id, &one.name));
    let all: Vec<Value> = rows
        .map(|(row, _)| {
            let mut shown = value(PriorityView(show, row, true));
            if site.is_cloud() {
                put(&mut shown, "isDefault", site.catalog.default_priority() == Some(row));
            }
            shown
        })
        .collect();
    Ok(bean(site, call, if site.is_cloud() { "priority/search" } else { "priority/page" }, &all))
}

/// `GET resolution/search` on Cloud, `GET resolution/page` elsewhere
fn resolutions(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let show = Show::call(site, call);
    let rows = site.catalog.resolutions.iter().filter(|(_, one)| fits(call, &one.id, &one.name));
    let all: Vec<Value> = rows
        .map(|(row, _)| {
            let mut shown = value(ResolutionView(show, row));
            if site.is_cloud() {
                put(&mut shown, "default", site.catalog.usual_resolution == Some(row));
            }
            shown
        })
        .collect();
    Ok(bean(site, call, if site.is_cloud() { "resolution/search" } else { "resolution/page" }, &all))
}

/// The name a body gives, when it is not taken.
pub(super) fn new_name(body: &Value, taken: impl Fn(&str) -> bool) -> Result<&str, Refusal> {
    let name =
        text(body, "name").map(str::trim).filter(|name| !name.is_empty() && name.chars().count() <= 60);
    let name =
        name.ok_or_else(|| Refusal::field("name", "The name must have between 1 and 60 characters."))?;
    if taken(name) {
        return Err(Refusal::field("name", "The name is used already."));
    }
    Ok(name)
}

/// `POST priority`
fn create_priority(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administrator(site, call)?;
    let body = object(body(call)?)?;
    let priorities = &mut site.catalog.priorities;
    let name = new_name(&body, |name| priorities.find(|one| one.name.eq_ignore_ascii_case(name)).is_some())?;
    let color =
        text(&body, "statusColor").filter(|color| color.starts_with('#') && matches!(color.len(), 4 | 7));
    let color = color
        .ok_or_else(|| Refusal::field("statusColor", "The status color must be given as #RGB or #RRGGBB."))?;
    let id = (10_000 + priorities.ever()).to_string();
    let description = text(&body, "description").unwrap_or_default();
    let (name, color) = (name.into(), color.into());
    let row =
        priorities.add(Priority { id: id.clone().into(), name, description: description.into(), color });
    let first = site.catalog.priority_schemes.iter().next().map(|(row, _)| row);
    if let Some(first) = first {
        site.catalog.priority_schemes.get_mut(first).priorities.push(row);
    }
    Ok(Answer::json(StatusCode::CREATED, &json!({"id": id})))
}

/// `PUT priority/{id}`
fn update_priority(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administrator(site, call)?;
    let body = object(body(call)?)?;
    let priorities = &mut site.catalog.priorities;
    let row = priorities.find(|one| *one.id == *call.param("id"));
    let row = row.ok_or_else(|| Refusal::missing("The priority does not exist."))?;
    if body.get("name").is_some() {
        let taken = |name: &str| {
            priorities.find(|one| one.name.eq_ignore_ascii_case(name)).is_some_and(|other| other != row)
        };
        let name = new_name(&body, taken)?;
        priorities.get_mut(row).name = name.into();
    }
    if let Some(description) = text(&body, "description") {
        priorities.get_mut(row).description = description.into();
    }
    if let Some(color) = text(&body, "statusColor") {
        priorities.get_mut(row).color = color.into();
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `POST resolution`
fn create_resolution(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administrator(site, call)?;
    let body = object(body(call)?)?;
    let resolutions = &mut site.catalog.resolutions;
    let name = new_name(&body, |name| resolutions.find(|one| one.name.eq_ignore_ascii_case(name)).is_some())?;
    let id = (10_100 + resolutions.ever()).to_string();
    let description = text(&body, "description").unwrap_or_default().into();
    resolutions.add(Resolution { id: id.clone().into(), name: name.into(), description });
    Ok(Answer::json(StatusCode::CREATED, &json!({"id": id})))
}

/// `PUT resolution/{id}`
fn update_resolution(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administrator(site, call)?;
    let body = object(body(call)?)?;
    let resolutions = &mut site.catalog.resolutions;
    let row = resolutions.find(|one| *one.id == *call.param("id"));
    let row = row.ok_or_else(|| Refusal::missing("The resolution does not exist."))?;
    let taken = |name: &str| {
        resolutions.find(|one| one.name.eq_ignore_ascii_case(name)).is_some_and(|other| other != row)
    };
    let name = new_name(&body, taken)?;
    resolutions.get_mut(row).name = name.into();
    if let Some(description) = text(&body, "description") {
        resolutions.get_mut(row).description = description.into();
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}
