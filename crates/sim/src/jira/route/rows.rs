//! What the lists of administrators have in common: who may see them, what narrows them, and their order.

use serde_json::Value;

use super::{bean, signed_in};
use crate::frame::answer::Answer;
use crate::frame::call::{Call, Person};
use crate::frame::table::Row;
use crate::jira::catalog::{Kind, Project};
use crate::jira::input::{id, text};
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;

/// Who calls, if an administrator does.
pub(super) fn administer(site: &Site, call: &Call<'_>) -> Result<Person, Refusal> {
    let who = signed_in(call)?;
    if site.is_admin(call.caller) {
        return Ok(who);
    }
    Err(Refusal::forbidden(
        "You are not authorized to perform this operation. Administrator privileges are required.",
    ))
}

/// Something that has an id and a name, as it is shown.
pub(super) struct Entry {
    pub(super) id: u32,
    pub(super) name: String,
    pub(super) shown: Value,
}

impl Entry {
    pub(super) fn new(id: u32, name: &str, shown: Value) -> Self {
        Self { id, name: name.to_owned(), shown }
    }
}

/// A page of entries: those whose id is asked for (`id`) and whose name has a text (`queryString`), by `orderBy`.
pub(super) fn listed(site: &Site, call: &Call<'_>, path: &str, mut entries: Vec<Entry>) -> Answer {
    let (ids, text) =
        (call.query.list("id"), call.query.get("queryString").unwrap_or_default().to_lowercase());
    entries.retain(|one| ids.is_empty() || ids.contains(&one.id.to_string()));
    entries.retain(|one| one.name.to_lowercase().contains(&text));
    let order = call.query.get("orderBy").unwrap_or_default();
    match order.trim_start_matches(['+', '-', ' ']) {
        "name" => entries.sort_by_key(|one| one.name.to_lowercase()),
        _ => entries.sort_by_key(|one| one.id),
    }
    if order.starts_with('-') {
        entries.reverse();
    }
    let shown: Vec<Value> = entries.into_iter().map(|one| one.shown).collect();
    bean(site, call, path, &shown)
}

/// The name in a body, when it is one.
pub(super) fn name<'a>(body: &'a Value, what: &str) -> Result<&'a str, Refusal> {
    let name = text(body, "name").map(str::trim).filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| Refusal::field("name", format!("The name of the {what} is required.")))?;
    if name.chars().count() > 255 {
        return Err(Refusal::field(
            "name",
            format!("The name of the {what} must not exceed 255 characters."),
        ));
    }
    Ok(name)
}

/// The ids under a name in a body, as texts.
pub(super) fn ids(body: &Value, name: &str) -> Vec<String> {
    body.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(id).collect()
}

/// The issue type with this id.
pub(super) fn kind(site: &Site, id: &str) -> Result<Row<Kind>, Refusal> {
    let found = site.catalog.kinds.find(|kind| *kind.id == *id);
    found.ok_or_else(|| Refusal::missing(format!("The issue type with ID {id} was not found.")))
}

/// The project with this id.
pub(super) fn project(site: &Site, id: &str) -> Result<Row<Project>, Refusal> {
    let found = site.catalog.projects.find(|project| project.id.to_string() == id);
    found.ok_or_else(|| Refusal::missing(format!("The project with ID {id} was not found.")))
}
