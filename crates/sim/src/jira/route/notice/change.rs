//! Making, changing and removing notification schemes.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::{Value, json};

use super::entry::read_notices;
use super::read::users;
use super::{administer, body, row};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::table::Row;
use crate::frame::world::{Act, Route};
use crate::jira::input::{object, text};
use crate::jira::refusal::Refusal;
use crate::jira::scheme::NotificationScheme;
use crate::jira::site::Site;

/// The longest name and description ("Create notification scheme").
const NAME: usize = 255;
const DESCRIPTION: usize = 4_000;

pub(super) fn cloud() -> Vec<Route<Site>> {
    use Act::Write;
    vec![
        (Method::POST, "/notificationscheme", Write(create)),
        (Method::PUT, "/notificationscheme/{id}", Write(update)),
        (Method::DELETE, "/notificationscheme/{id}", Write(delete)),
    ]
}

fn name<'a>(site: &Site, body: &'a Value, own: Option<Row<NotificationScheme>>) -> Result<&'a str, Refusal> {
    let name = text(body, "name").map(str::trim).filter(|name| (1..=NAME).contains(&name.chars().count()));
    let said = || Refusal::field("name", format!("The name must have between 1 and {NAME} characters."));
    let name = name.ok_or_else(said)?;
    let taken = site.catalog.notification_schemes.find(|scheme| scheme.name.eq_ignore_ascii_case(name));
    if taken.is_some_and(|row| Some(row) != own) {
        return Err(Refusal::field("name", "A notification scheme with this name already exists."));
    }
    Ok(name)
}

fn description(body: &Value) -> Result<Option<&str>, Refusal> {
    let found = text(body, "description");
    if found.is_some_and(|text| text.chars().count() > DESCRIPTION) {
        let said = format!("The description must not exceed {DESCRIPTION} characters.");
        return Err(Refusal::field("description", said));
    }
    Ok(found)
}

/// `POST notificationscheme`
fn create(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let body = object(body(call)?)?;
    let (name, description) = (name(site, &body, None)?, description(&body)?.unwrap_or_default());
    let notices = read_notices(site, &body)?;
    let id = 10_000 + site.catalog.notification_schemes.ever();
    let (name, description) = (name.into(), description.into());
    site.catalog.notification_schemes.add(NotificationScheme { id, name, description, notices });
    Ok(Answer::json(StatusCode::CREATED, &json!({"id": id.to_string()})))
}

/// `PUT notificationscheme/{id}`
fn update(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let (row, body) = (row(site, call.param("id"))?, object(body(call)?)?);
    let description = description(&body)?;
    if body.get("name").is_some() {
        let name = name(site, &body, Some(row))?.into();
        site.catalog.notification_schemes.get_mut(row).name = name;
    }
    if let Some(description) = description {
        site.catalog.notification_schemes.get_mut(row).description = description.into();
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `DELETE notificationscheme/{id}`: none that a project uses.
fn delete(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let row = row(site, call.param("id"))?;
    if !users(site, row).is_empty() {
        return Err(Refusal::bad("The notification scheme is used by a project and cannot be deleted."));
    }
    site.catalog.notification_schemes.strike(row);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}
