//! The types that links have.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::{Value, json};

use super::body;
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::table::Row;
use crate::frame::world::{Act, Route};
use crate::jira::deed;
use crate::jira::input::{object, text};
use crate::jira::issue::Via;
use crate::jira::part::LinkType;
use crate::jira::refusal::Refusal;
use crate::jira::site::{By, Site};
use crate::jira::view::Show;
use crate::jira::view::link::LinkTypeView;

pub(super) fn both() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::GET, "/issueLinkType", Read(list)),
        (Method::POST, "/issueLinkType", Write(create)),
        (Method::GET, "/issueLinkType/{id}", Read(get)),
        (Method::PUT, "/issueLinkType/{id}", Write(update)),
        (Method::DELETE, "/issueLinkType/{id}", Write(delete)),
    ]
}

/// `GET issueLinkType`, by name.
fn list(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let show = Show::call(site, call);
    let mut rows: Vec<_> = site.catalog.link_types.iter().filter(|(_, kind)| !kind.system).collect();
    rows.sort_by(|one, other| one.1.name.cmp(&other.1.name));
    let shown: Vec<Value> = rows.into_iter().map(|(row, _)| json!(LinkTypeView(show, row))).collect();
    Ok(Answer::ok(&json!({"issueLinkTypes": shown})))
}

fn find(site: &Site, call: &Call<'_>) -> Result<Row<LinkType>, Refusal> {
    let named = call.param("id");
    let id: u32 = named
        .parse()
        .map_err(|_| Refusal::bad(format!("The issue link type id '{named}' is not a number.")))?;
    let found = site.catalog.link_types.find(|kind| !kind.system && kind.id == id);
    found.ok_or_else(|| Refusal::missing(format!("No issue link type with id '{id}' found.")))
}

/// `GET issueLinkType/{id}`
fn get(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    Ok(Answer::ok(&LinkTypeView(Show::call(site, call), find(site, call)?)))
}

/// Administrators only: for everybody else there is nothing here that could be changed.
fn administrator(site: &Site, call: &Call<'_>) -> Result<By, Refusal> {
    let who = super::signed_in(call)?;
    if site.is_admin(Some(who)) {
        return Ok(By { who, via: Via::Api });
    }
    Err(Refusal::missing("You do not have permission to administer issue link types."))
}

/// A name that no other type has.
fn free(site: &Site, own: Option<Row<LinkType>>, name: &str) -> Result<(), Refusal> {
    let taken = site.catalog.link_types.find(|kind| kind.name.eq_ignore_ascii_case(name));
    if taken.is_some_and(|row| Some(row) != own) {
        return Err(Refusal::missing(format!("An issue link type with the name '{name}' exists already.")));
    }
    Ok(())
}

/// A member that must hold something.
fn needed<'a>(body: &'a Value, name: &str) -> Result<&'a str, Refusal> {
    let given = text(body, name).filter(|given| !given.trim().is_empty());
    given.ok_or_else(|| Refusal::field(name, format!("The '{name}' of an issue link type is required.")))
}

/// `POST issueLinkType`
fn create(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administrator(site, call)?;
    let body = object(body(call)?)?;
    let (name, inward, outward) =
        (needed(&body, "name")?, needed(&body, "inward")?, needed(&body, "outward")?);
    free(site, None, name)?;
    let id = 10_200 + site.catalog.link_types.ever();
    let (name, inward, outward) = (name.into(), inward.into(), outward.into());
    let row = site.catalog.link_types.add(LinkType { id, name, inward, outward, system: false });
    Ok(Answer::json(StatusCode::CREATED, &LinkTypeView(Show::call(site, call), row)))
}

/// `PUT issueLinkType/{id}`: what is not named stays.
fn update(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administrator(site, call)?;
    let (row, body) = (find(site, call)?, object(body(call)?)?);
    if let Some(name) = text(&body, "name") {
        free(site, Some(row), name)?;
    }
    let kind = site.catalog.link_types.get_mut(row);
    for (name, slot) in
        [("name", &mut kind.name), ("inward", &mut kind.inward), ("outward", &mut kind.outward)]
    {
        if body.get(name).is_some() {
            *slot = needed(&body, name)?.into();
        }
    }
    Ok(Answer::ok(&LinkTypeView(Show::call(site, call), row)))
}

/// `DELETE issueLinkType/{id}`: its links go with it.
fn delete(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let by = administrator(site, call)?;
    let row = find(site, call)?;
    let links = site.parts.links.values().filter(|link| link.kind == row);
    let ids: Vec<u32> = links.map(|link| link.id).collect();
    for id in ids {
        deed::link::delete(site, by, id);
    }
    site.catalog.link_types.strike(row);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}
