//! Making, changing and removing sprints, with the rules of their life: future, then active, then closed.

use serde_json::Value;

use super::agile::unplan;
use crate::frame::call::Person;
use crate::jira::agile::{Notes, Sprint, Stage};
use crate::jira::date::instant;
use crate::jira::hook::agile as hook;
use crate::jira::input::{number, text};
use crate::jira::issue::Via;
use crate::jira::refusal::Refusal;
use crate::jira::site::{By, Site};

/// The longest name.
const NAME_LIMIT: usize = 255;

/// Makes a future sprint as a body says; the answer is its id.
pub(crate) fn create(site: &mut Site, who: Person, body: &Value) -> Result<u32, Refusal> {
    let name = name(body)?.ok_or_else(|| Refusal::field("name", "Sprint name is required."))?;
    let board = number(body, "originBoardId")
        .ok_or_else(|| Refusal::field("originBoardId", "The origin board is required."))?;
    let found = site.agile.boards.get(&board).ok_or_else(super::board::missing)?;
    if !found.scrum {
        return Err(Refusal::bad("The board does not support sprints"));
    }
    let (start, end) = (date(body, "startDate")?.flatten(), date(body, "endDate")?.flatten());
    ordered(start, end)?;
    let now = site.frame.clock.now();
    let id = site.agile.next_sprint();
    let sprint = Sprint {
        id,
        name,
        stage: Stage::Future,
        goal: text(body, "goal").unwrap_or_default().into(),
        board,
        created: now,
        start,
        end,
        activated: None,
        completed: None,
        order: id,
        notes: Notes::new(),
    };
    site.agile.sprints.insert(id, sprint.clone());
    hook::sprint(site, who, "sprint_created", &sprint, None);
    Ok(id)
}

/// Changes a sprint as a body says: `full` forgets what the body does not name.
pub(crate) fn update(site: &mut Site, who: Person, id: u32, body: &Value, full: bool) -> Result<(), Refusal> {
    let old = site.agile.sprints.get(&id).ok_or_else(missing)?.clone();
    let mut new = old.clone();
    match name(body)? {
        Some(name) => new.name = name,
        None if full => return Err(Refusal::field("name", "Sprint name is required.")),
        None => {}
    }
    match body.get("goal") {
        Some(Value::String(goal)) => new.goal = goal.as_str().into(),
        Some(Value::Null) => new.goal = "".into(),
        None if full => new.goal = "".into(),
        None => {}
        Some(_) => return Err(Refusal::field("goal", "The goal must be a string.")),
    }
    if old.stage == Stage::Closed {
        if !site.is_cloud() {
            return Err(Refusal::bad("Sprints that are in a closed state cannot be updated."));
        }
    } else {
        dates(&mut new, body, full)?;
        new.stage = stage(body, &new, full)?;
    }
    let now = site.frame.clock.now();
    match (old.stage, new.stage) {
        (Stage::Future, Stage::Active) => new.activated = Some(now),
        (Stage::Active, Stage::Closed) => new.completed = Some(now),
        _ => {}
    }
    site.agile.sprints.insert(id, new.clone());
    match (old.stage, new.stage) {
        (Stage::Future, Stage::Active) => hook::sprint(site, who, "sprint_started", &new, None),
        (Stage::Active, Stage::Closed) => hook::sprint(site, who, "sprint_closed", &new, None),
        _ => {}
    }
    if new.completed == old.completed {
        hook::sprint(site, who, "sprint_updated", &new, Some(&old));
    }
    Ok(())
}

/// Removes a sprint; its issues go to the backlog.
pub(crate) fn delete(site: &mut Site, who: Person, id: u32) -> Result<(), Refusal> {
    let sprint = site.agile.sprints.get(&id).ok_or_else(missing)?.clone();
    if sprint.stage != Stage::Future && !site.is_cloud() {
        return Err(Refusal::bad("Only future sprints can be deleted."));
    }
    unplan(site, By { who, via: Via::Api }, id);
    site.agile.sprints.remove(&id);
    hook::sprint(site, who, "sprint_deleted", &sprint, None);
    Ok(())
}

/// Two sprints change places.
pub(crate) fn swap(site: &mut Site, one: u32, other: u32) -> Result<(), Refusal> {
    let order = |site: &Site, id| site.agile.sprints.get(id).map(|sprint| sprint.order).ok_or_else(missing);
    let (first, second) = (order(site, &one)?, order(site, &other)?);
    for (id, order) in [(one, second), (other, first)] {
        if let Some(sprint) = site.agile.sprints.get_mut(&id) {
            sprint.order = order;
        }
    }
    Ok(())
}

/// 404 for a sprint.
pub(crate) fn missing() -> Refusal {
    Refusal::missing("Sprint does not exist or you do not have permission to view it.")
}

/// The trimmed name; `None` when the body has none.
fn name(body: &Value) -> Result<Option<Box<str>>, Refusal> {
    match body.get("name") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(name)) if name.trim().is_empty() => {
            Err(Refusal::field("name", "Sprint name is required."))
        }
        Some(Value::String(name)) if name.trim().chars().count() > NAME_LIMIT => Err(Refusal::field(
            "name",
            format!("The sprint name must not be longer than {NAME_LIMIT} characters."),
        )),
        Some(Value::String(name)) => Ok(Some(name.trim().into())),
        Some(_) => Err(Refusal::field("name", "The sprint name must be a string.")),
    }
}

/// A date of the body; the outer `None` when it is not named.
fn date(body: &Value, name: &str) -> Result<Option<Option<i64>>, Refusal> {
    match body.get(name) {
        None => Ok(None),
        Some(Value::Null) => Ok(Some(None)),
        Some(Value::String(text)) if text.is_empty() => Ok(Some(None)),
        Some(Value::String(text)) => instant(text).map(|at| Some(Some(at))).ok_or_else(|| {
            Refusal::field(name, format!("'{text}' is not a date: it must be written as ISO 8601 says."))
        }),
        Some(_) => Err(Refusal::field(name, "A date must be a string.")),
    }
}

fn dates(sprint: &mut Sprint, body: &Value, full: bool) -> Result<(), Refusal> {
    let new = |name, old: Option<i64>| -> Result<Option<i64>, Refusal> {
        Ok(date(body, name)?.unwrap_or(if full { None } else { old }))
    };
    (sprint.start, sprint.end) = (new("startDate", sprint.start)?, new("endDate", sprint.end)?);
    ordered(sprint.start, sprint.end)
}

fn ordered(start: Option<i64>, end: Option<i64>) -> Result<(), Refusal> {
    match (start, end) {
        (Some(start), Some(end)) if end <= start => {
            Err(Refusal::field("endDate", "The end date must be after the start date."))
        }
        _ => Ok(()),
    }
}

/// The stage a body asks for, if the sprint may go there from where it is.
fn stage(body: &Value, sprint: &Sprint, full: bool) -> Result<Stage, Refusal> {
    let wanted = match body.get("state") {
        None | Some(Value::Null) if full => return Err(Refusal::field("state", "The state is required.")),
        None | Some(Value::Null) => sprint.stage,
        Some(Value::String(name)) => Stage::parse(name)
            .ok_or_else(|| Refusal::field("state", format!("'{name}' is not a state of a sprint.")))?,
        Some(_) => return Err(Refusal::field("state", "The state must be a string.")),
    };
    match (sprint.stage, wanted) {
        (old, new) if old == new => {}
        (Stage::Future, Stage::Active) | (Stage::Active, Stage::Closed) => {}
        (old, new) => {
            return Err(Refusal::bad(format!(
                "The sprint cannot go from state '{}' to state '{}'.",
                old.name(),
                new.name()
            )));
        }
    }
    if wanted != Stage::Future && (sprint.start.is_none() || sprint.end.is_none()) {
        return Err(Refusal::bad("A sprint that is not in the future needs a start date and an end date."));
    }
    Ok(wanted)
}
