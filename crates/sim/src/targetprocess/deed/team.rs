//! Teams, and assigning them to items.

use serde_json::Value;

use super::given::{Given, project};
use super::project::put_base;
use super::{Hand, ROWS, reference, touch, unknown};
use crate::frame::table::Row;
use crate::targetprocess::catalog::{Base, Project, State, Team};
use crate::targetprocess::hook;
use crate::targetprocess::item::Deed;
use crate::targetprocess::part::TeamAssignment;
use crate::targetprocess::read::Thing;
use crate::targetprocess::refusal::Refusal;
use crate::targetprocess::schema::Kind;
use crate::targetprocess::site::Site;

/// A team assignment to be made.
#[derive(Debug)]
pub(crate) struct New {
    team: Row<Team>,
    state: Option<Row<State>>,
    start: Option<i64>,
    end: Option<i64>,
}

impl New {
    /// Reads which team a body names, for an item of a kind.
    pub(super) fn read(site: &Site, hand: &Hand<'_>, kind: Kind, body: &Value) -> Result<Self, Refusal> {
        let given = Given::read(site, hand, Kind::TeamAssignment, body)?;
        Ok(Self {
            team: given.team("Team")?.flatten().ok_or_else(|| given.lacks("Team"))?,
            state: state(site, &given, kind)?,
            start: given.time("StartDate")?.flatten(),
            end: given.time("EndDate")?.flatten(),
        })
    }
}

/// The state a body gives the team, of the workflow of the item's kind.
fn state(site: &Site, given: &Given<'_>, kind: Kind) -> Result<Option<Row<State>>, Refusal> {
    let found = given
        .find("EntityState", |id| site.catalog.states.find(|state| state.id == id && state.kind == kind))?;
    Ok(found.flatten())
}

/// Makes the team assignment a body describes; the answer is its id.
pub(crate) fn assign(site: &mut Site, hand: &Hand<'_>, body: &Value) -> Result<u32, Refusal> {
    let assignable = super::assignment::assignable(site, body)?;
    let kind = site.items.get(assignable).map_or(Kind::General, |item| item.kind);
    let new = New::read(site, hand, kind, body)?;
    Ok(add(site, hand, assignable, new))
}

/// Assigns a team to an item; the answer is the assignment's id. A team that is there already stays as it is.
pub(super) fn add(site: &mut Site, hand: &Hand<'_>, assignable: u32, new: New) -> u32 {
    let there = site.team_assignments.iter().find(|one| one.assignable == assignable && one.team == new.team);
    if let Some(id) = there.map(|one| one.id) {
        return id;
    }
    let id = site.team_assignments.next_id();
    let New { team, state, start, end } = new;
    site.team_assignments.add(TeamAssignment { id, assignable, team, state, start, end });
    if let Some(item) = site.items.get_mut(assignable) {
        item.parts.teams.push(id);
    }
    touch(site, hand, assignable, (Deed::Part, id), vec!["ResponsibleTeam"]);
    hook::part(site, (Kind::TeamAssignment, id), (Some(assignable), hand.by.who), "Created", &[]);
    id
}

/// Makes a team the responsible one, as writing the deprecated `Team` does; without one, none is.
pub(super) fn be_responsible(site: &mut Site, hand: &Hand<'_>, item: u32, team: Option<Row<Team>>) {
    let first = site.items.get(item).and_then(|item| item.parts.teams.first().copied());
    let now = first.and_then(|id| site.team_assignments.get(id)).map(|one| one.team);
    if now == team {
        return;
    }
    if let Some(first) = first {
        // It was found a moment ago.
        drop(unassign(site, hand, first));
    }
    if let Some(team) = team {
        let id = add(site, hand, item, New { team, state: None, start: None, end: None });
        if let Some(item) = site.items.get_mut(item) {
            item.parts.teams.retain(|kept| *kept != id);
            item.parts.teams.insert(0, id);
        }
    }
}

/// Lets the teams of an item follow its state.
pub(super) fn follow(site: &mut Site, item: u32) {
    let teams = site.items.get(item).map(|item| item.parts.teams.clone()).unwrap_or_default();
    for id in teams {
        if let Some(assignment) = site.team_assignments.get_mut(id) {
            assignment.state = None;
        }
    }
}

/// Changes a team assignment.
pub(crate) fn reassign(site: &mut Site, hand: &Hand<'_>, id: u32, body: &Value) -> Result<(), Refusal> {
    let given = Given::read(site, hand, Kind::TeamAssignment, body)?;
    let old = site.team_assignments.get(id).ok_or_else(|| Refusal::missing("TeamAssignment", id))?;
    let kind = site.items.get(old.assignable).map_or(Kind::General, |item| item.kind);
    let (team, state) = (given.team("Team")?.flatten(), state(site, &given, kind)?);
    let (start, end) = (given.time("StartDate")?, given.time("EndDate")?);
    let Some(assignment) = site.team_assignments.get_mut(id) else { return Ok(()) };
    let mut changed = Vec::new();
    if team.is_some_and(|team| super::apply::put(&mut assignment.team, team)) {
        changed.push("Team");
    }
    if state.is_some_and(|state| super::apply::put(&mut assignment.state, Some(state))) {
        changed.push("EntityState");
    }
    if start.is_some_and(|start| super::apply::put(&mut assignment.start, start)) {
        changed.push("StartDate");
    }
    if end.is_some_and(|end| super::apply::put(&mut assignment.end, end)) {
        changed.push("EndDate");
    }
    let assignable = assignment.assignable;
    if !changed.is_empty() {
        touch(site, hand, assignable, (Deed::Part, id), Vec::new());
        hook::part(site, (Kind::TeamAssignment, id), (Some(assignable), hand.by.who), "Updated", &changed);
    }
    Ok(())
}

/// Takes a team away from an item.
pub(crate) fn unassign(site: &mut Site, hand: &Hand<'_>, id: u32) -> Result<(), Refusal> {
    let gone = site.team_assignments.remove(id).ok_or_else(|| Refusal::missing("TeamAssignment", id))?;
    if let Some(item) = site.items.get_mut(gone.assignable) {
        item.parts.teams.retain(|kept| *kept != id);
    }
    touch(site, hand, gone.assignable, (Deed::Part, id), vec!["ResponsibleTeam"]);
    hook::part(site, (Kind::TeamAssignment, id), (Some(gone.assignable), hand.by.who), "Deleted", &[]);
    Ok(())
}

/// Makes the team a body describes; the answer is its id.
pub(crate) fn create(site: &mut Site, hand: &Hand<'_>, body: &Value) -> Result<u32, Refusal> {
    let given = Given::read(site, hand, Kind::Team, body)?;
    let name = given.filled("Name")?.ok_or_else(|| given.lacks("Name"))?;
    if site.catalog.teams.ever() >= ROWS {
        return Err(Refusal::forbidden("There are too many teams."));
    }
    let projects = projects(site, &given)?;
    let (emoji, active) = (given.text("EmojiIcon")?.flatten(), given.flag("IsActive")?.unwrap_or(true));
    let id = site.items.reserve();
    let base = Base::new(id, &name, hand.by.who, site.frame.clock.now());
    let row = site.catalog.teams.add(Team { base, emoji, active, projects });
    put_base(site, hand, Thing::Team(row), (body, true), Vec::new())?;
    Ok(id)
}

fn projects(site: &Site, given: &Given<'_>) -> Result<Vec<Row<Project>>, Refusal> {
    let mut rows = Vec::new();
    for one in given.nested("Projects")? {
        let id = reference("Projects", one)?.ok_or_else(|| given.lacks("Projects"))?;
        rows.push(project(site, id).ok_or_else(|| unknown("Project", id))?);
    }
    Ok(rows)
}

/// Changes a team.
pub(crate) fn update(site: &mut Site, hand: &Hand<'_>, row: Row<Team>, body: &Value) -> Result<(), Refusal> {
    let given = Given::read(site, hand, Kind::Team, body)?;
    given.filled("Name")?;
    let (emoji, active, more) = (given.text("EmojiIcon")?, given.flag("IsActive")?, projects(site, &given)?);
    let team = site.catalog.teams.get_mut(row);
    let mut changed = Vec::new();
    if emoji.is_some_and(|emoji| super::apply::put(&mut team.emoji, emoji)) {
        changed.push("EmojiIcon");
    }
    if active.is_some_and(|active| super::apply::put(&mut team.active, active)) {
        changed.push("IsActive");
    }
    for project in more {
        if !team.projects.contains(&project) {
            team.projects.push(project);
            changed.push("Projects");
        }
    }
    put_base(site, hand, Thing::Team(row), (body, false), changed)
}
