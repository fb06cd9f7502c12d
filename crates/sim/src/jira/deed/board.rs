//! Making and removing boards.

use serde_json::Value;

use crate::frame::call::Person;
use crate::jira::agile::{Board, Notes};
use crate::jira::hook::agile as hook;
use crate::jira::input::{id, number, text};
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;

/// Names are shorter than this.
const NAME_LIMIT: usize = 255;

/// Makes a board as a body says; the answer is its id.
pub(crate) fn create(site: &mut Site, who: Person, body: &Value) -> Result<u32, Refusal> {
    let name = text(body, "name").map(str::trim).unwrap_or_default();
    if name.is_empty() {
        return Err(Refusal::field("name", "The board name is required."));
    }
    if name.chars().count() >= NAME_LIMIT {
        return Err(Refusal::field(
            "name",
            format!("The board name must be less than {NAME_LIMIT} characters."),
        ));
    }
    let scrum = match text(body, "type") {
        Some("scrum") => true,
        Some("kanban") => false,
        _ => return Err(Refusal::field("type", "The board type must be one of: scrum, kanban.")),
    };
    let filter =
        number(body, "filterId").ok_or_else(|| Refusal::field("filterId", "The filter is required."))?;
    if site.filters.get(filter).is_none_or(|filter| !filter.is_visible(site, Some(who))) {
        return Err(Refusal::bad("The filter does not exist or you do not have permission to view it."));
    }
    let location = location(site, body)?;
    let (name, id) = (name.into(), site.agile.next_board());
    let board =
        Board { id, name, scrum, filter, owner: who, location, refined_velocity: false, notes: Notes::new() };
    site.agile.boards.insert(id, board.clone());
    hook::board(site, who, "board_created", &board);
    Ok(id)
}

/// The project a Cloud board is shown in.
fn location(
    site: &Site,
    body: &Value,
) -> Result<Option<crate::frame::table::Row<crate::jira::catalog::Project>>, Refusal> {
    let Some(location) = body.get("location").filter(|location| location.is_object()) else {
        return Ok(None);
    };
    match text(location, "type") {
        Some("user") => Ok(None),
        Some("project") => {
            let named = location.get("projectKeyOrId").and_then(id);
            let found = named.and_then(|named| site.catalog.project(&named));
            found.map(Some).ok_or_else(|| {
                Refusal::bad(
                    "The project of the location does not exist or you do not have permission to view it.",
                )
            })
        }
        _ => Err(Refusal::field("location", "The location type must be one of: project, user.")),
    }
}

/// Removes a board; its sprints stay.
pub(crate) fn delete(site: &mut Site, who: Person, id: u32) -> Result<(), Refusal> {
    let board = site.agile.boards.remove(&id).ok_or_else(missing)?;
    hook::board(site, who, "board_deleted", &board);
    Ok(())
}

/// 404 for a board.
pub(crate) fn missing() -> Refusal {
    Refusal::missing("Board does not exist or you do not have permission to see it.")
}
