//! Entity properties of boards and sprints.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::{Value, json};

use super::super::body;
use super::{board, number, sprint};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::world::{Act, Route};
use crate::jira::agile::Notes;
use crate::jira::deed::property::{checked_key, checked_value};
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;

pub(super) fn table() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::GET, "/board/{board}/properties", Read(list)),
        (Method::GET, "/board/{board}/properties/{key}", Read(get)),
        (Method::PUT, "/board/{board}/properties/{key}", Write(set)),
        (Method::DELETE, "/board/{board}/properties/{key}", Write(delete)),
        (Method::GET, "/sprint/{sprint}/properties", Read(list)),
        (Method::GET, "/sprint/{sprint}/properties/{key}", Read(get)),
        (Method::PUT, "/sprint/{sprint}/properties/{key}", Write(set)),
        (Method::DELETE, "/sprint/{sprint}/properties/{key}", Write(delete)),
    ]
}

/// The properties of the board or sprint of the path, and where these are.
fn notes<'a>(site: &'a Site, call: &Call<'_>) -> Result<(&'a Notes, String), Refusal> {
    if call.param("board").is_empty() {
        let sprint = sprint(site, call)?;
        return Ok((&sprint.notes, format!("sprint/{}", sprint.id)));
    }
    let board = board(site, call)?;
    Ok((&board.notes, format!("board/{}", board.id)))
}

fn notes_mut<'a>(site: &'a mut Site, call: &Call<'_>) -> Option<&'a mut Notes> {
    let agile = &mut site.agile;
    if call.param("board").is_empty() {
        return agile.sprints.get_mut(&number(call, "sprint")).map(|sprint| &mut sprint.notes);
    }
    agile.boards.get_mut(&number(call, "board")).map(|board| &mut board.notes)
}

fn missing(key: &str) -> Refusal {
    Refusal::missing(format!("The property with key '{key}' does not exist."))
}

fn list(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (notes, place) = notes(site, call)?;
    let root = format!("{}/rest/agile/1.0/{place}/properties", site.base);
    let keys: Vec<Value> =
        notes.keys().map(|key| json!({"key": key, "self": format!("{root}/{key}")})).collect();
    Ok(Answer::ok(&json!({"keys": keys})))
}

fn get(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let key = call.param("key");
    let value = notes(site, call)?.0.get(key).ok_or_else(|| missing(key))?;
    Ok(Answer::ok(&json!({"key": key, "value": value})))
}

/// 201 for a new one, 200 for one that was there.
fn set(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    notes(site, call)?;
    let key = checked_key(call.param("key"))?.to_owned();
    if call.body.is_empty() {
        return Err(Refusal::bad("The property value must be JSON."));
    }
    let value = body(call)?;
    checked_value(&value)?;
    let old = notes_mut(site, call).and_then(|notes| notes.insert(key, value));
    Ok(Answer::empty(if old.is_none() { StatusCode::CREATED } else { StatusCode::OK }))
}

fn delete(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    notes(site, call)?;
    let key = call.param("key");
    let old = notes_mut(site, call).and_then(|notes| notes.remove(key));
    old.map(|_| Answer::empty(StatusCode::NO_CONTENT)).ok_or_else(|| missing(key))
}
