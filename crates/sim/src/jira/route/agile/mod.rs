//! The agile API below `/rest/agile/1.0`: boards, sprints, epics, the backlog and the order of issues.

mod board;
mod epic;
mod issue;
mod list;
mod note;
mod sprint;

use serde_json::{Value, json};

use super::{page, slice};
use crate::frame::answer::Answer;
use crate::frame::call::{Call, Person};
use crate::frame::world::Route;
use crate::jira::agile::{Board, Sprint};
use crate::jira::input;
use crate::jira::refusal::Refusal;
use crate::jira::site::{By, Right, Site};

/// The longest page of boards, sprints and the like.
const CAP: usize = 50;
/// How many issues one request may move.
const MOVE_LIMIT: usize = 50;

/// What both faces have.
pub(crate) fn table() -> Vec<Route<Site>> {
    [board::table(), sprint::table(), epic::table(), issue::table(), note::table()].concat()
}

/// What only one of them has.
pub(crate) fn own(cloud: bool) -> Vec<Route<Site>> {
    if cloud {
        [board::cloud(), issue::cloud()].concat()
    } else {
        [board::data_center(), sprint::data_center()].concat()
    }
}

/// The number in a path; what is none names nothing.
fn number(call: &Call<'_>, name: &str) -> u32 {
    call.param(name).parse().unwrap_or_default()
}

/// The board of the path, for somebody who signed in.
fn board<'a>(site: &'a Site, call: &Call<'_>) -> Result<&'a Board, Refusal> {
    super::signed_in(call)?;
    site.agile.boards.get(&number(call, "board")).ok_or_else(crate::jira::deed::board::missing)
}

/// The sprint of the path, for somebody who signed in.
fn sprint<'a>(site: &'a Site, call: &Call<'_>) -> Result<&'a Sprint, Refusal> {
    super::signed_in(call)?;
    site.agile.sprints.get(&number(call, "sprint")).ok_or_else(crate::jira::deed::sprint::missing)
}

/// A page of `values`.
fn values(call: &Call<'_>, all: &[Value]) -> Answer {
    let (start, max) = page(call, CAP, CAP);
    let shown = slice(all, (start, max));
    Answer::ok(&json!({
        "maxResults": max,
        "startAt": start,
        "total": all.len(),
        "isLast": start + shown.len() >= all.len(),
        "values": shown,
    }))
}

/// The issues a body names, and who moves them: all of them may be edited, or nothing is moved.
fn named(site: &Site, call: &Call<'_>, body: &Value) -> Result<(Vec<u32>, By), Refusal> {
    let who = super::signed_in(call)?;
    let names: Vec<String> = match body.get("issues").and_then(Value::as_array) {
        Some(list) if !list.is_empty() => list.iter().filter_map(input::id).collect(),
        _ => return Err(Refusal::field("issues", "The list of issues must not be empty.")),
    };
    if names.len() > MOVE_LIMIT {
        return Err(Refusal::bad(format!("No more than {MOVE_LIMIT} issues can be moved in one operation.")));
    }
    let mut by = By { who, via: crate::jira::issue::Via::Api };
    let mut ids = Vec::new();
    for name in names {
        let (id, caller) = site.enter(call.caller, &name, Right::Edit)?;
        by = caller;
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    Ok((ids, by))
}

/// The issue with this id or key as an epic, if the caller may see it.
fn epic<'a>(
    site: &'a Site,
    caller: Option<Person>,
    name: &str,
) -> Result<&'a crate::jira::issue::Issue, Refusal> {
    let found = site.see(caller, name).ok().filter(|issue| site.is_epic(issue));
    found.ok_or_else(|| {
        Refusal::missing("The requested epic does not exist or you do not have permission to view it.")
    })
}
