//! Webhooks about boards and sprints.

use serde_json::Value;

use super::setup::proclaim;
use crate::frame::call::Person;
use crate::jira::agile::{Board, Sprint};
use crate::jira::site::Site;
use crate::jira::view::agile as view;

/// The events told here.
pub(crate) const EVENTS: &[&str] = &[
    "board_created",
    "board_updated",
    "board_deleted",
    "board_configuration_changed",
    "sprint_created",
    "sprint_updated",
    "sprint_started",
    "sprint_closed",
    "sprint_deleted",
];

/// Tells of a sprint; an update says what it was before.
pub(crate) fn sprint(site: &Site, who: Person, event: &str, sprint: &Sprint, old: Option<&Sprint>) {
    let show = |sprint| {
        let mut shown = view::sprint(site, sprint);
        if let Some(members) = shown.as_object_mut() {
            // Collected bodies have none of these, and no link to what is gone.
            for name in ["createdDate", "activatedDate", "synced", "autoStartStop"] {
                members.remove(name);
            }
            if event == "sprint_deleted" {
                members.remove("self");
            }
        }
        shown
    };
    let mut parts: Vec<(&str, Value)> = vec![("sprint", show(sprint))];
    parts.extend(old.map(|old| ("oldValue", show(old))));
    proclaim(site, who, event, vec![sprint.id.to_string(), sprint.name.to_string()], &parts);
}

/// Tells of a board.
pub(crate) fn board(site: &Site, who: Person, event: &str, board: &Board) {
    let mut shown = view::board(site, board);
    if let Some(members) = shown.as_object_mut() {
        members.remove("location");
        members.remove("isPrivate");
    }
    proclaim(site, who, event, vec![board.id.to_string(), board.name.to_string()], &[("board", shown)]);
}
