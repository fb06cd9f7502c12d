//! Time that people spend on items.

use serde_json::Value;

use super::apply::put;
use super::given::Given;
use super::{Hand, touch, unknown};
use crate::frame::call::Person;
use crate::frame::table::Row;
use crate::targetprocess::catalog::{Project, Role};
use crate::targetprocess::hook;
use crate::targetprocess::item::Deed;
use crate::targetprocess::part::Time;
use crate::targetprocess::refusal::Refusal;
use crate::targetprocess::schema::Kind;
use crate::targetprocess::site::Site;

/// A time entry to be made.
#[derive(Debug)]
pub(crate) struct New {
    project: Row<Project>,
    user: Person,
    role: Option<Row<Role>>,
    description: Box<str>,
    spent: f64,
    remain: f64,
    date: i64,
    estimation: bool,
}

impl New {
    /// Reads a body; it needs a project unless the item it is on has one.
    pub(super) fn read(
        site: &Site,
        hand: &Hand<'_>,
        body: &Value,
        project: Option<Row<Project>>,
    ) -> Result<Self, Refusal> {
        let given = Given::read(site, hand, Kind::Time, body)?;
        let user = given.person("User")?.flatten().unwrap_or(hand.by.who);
        let own = site.catalog.account(user).and_then(|account| account.role);
        Ok(Self {
            project: given.project("Project")?.flatten().or(project).ok_or_else(|| given.lacks("Project"))?,
            user,
            role: given.role("Role")?.map_or(own, |role| role),
            description: given.filled("Description")?.ok_or_else(|| given.lacks("Description"))?,
            spent: amount(&given, "Spent")?.unwrap_or(0.0),
            remain: amount(&given, "Remain")?.unwrap_or(0.0),
            date: given.time("Date")?.flatten().unwrap_or_else(|| site.frame.clock.now()),
            estimation: given.flag("IsEstimation")?.unwrap_or(false),
        })
    }
}

fn amount(given: &Given<'_>, name: &str) -> Result<Option<f64>, Refusal> {
    match given.number(name)? {
        Some(hours) if hours < 0.0 => Err(Refusal::bad(format!("{name} cannot be negative."))),
        hours => Ok(hours),
    }
}

/// The item a body names, and its project.
fn item(site: &Site, body: &Value) -> Result<Option<(u32, Row<Project>)>, Refusal> {
    let members = super::Members::of(body)?;
    let names = ["Assignable", "UserStory", "Task", "Bug", "Request", "TestPlan"];
    let Some(value) = names.iter().find_map(|name| members.get(name)).filter(|value| !value.is_null()) else {
        return Ok(None);
    };
    let id = super::required("Assignable", Some(value))?;
    site.find(Kind::Assignable, id).ok_or_else(|| unknown("Assignable", id))?;
    Ok(site.items.get(id).map(|item| (id, item.project)))
}

/// Makes the time entry a body describes; the answer is its id.
pub(crate) fn create(site: &mut Site, hand: &Hand<'_>, body: &Value) -> Result<u32, Refusal> {
    let on = item(site, body)?;
    let new = New::read(site, hand, body, on.map(|(_, project)| project))?;
    Ok(add(site, hand, on.map(|(id, _)| id), new))
}

/// Notes time; the answer is the entry's id.
pub(super) fn add(site: &mut Site, hand: &Hand<'_>, assignable: Option<u32>, new: New) -> u32 {
    let (id, created) = (site.times.next_id(), site.frame.clock.now());
    let New { project, user, role, description, spent, remain, date, estimation } = new;
    site.times.add(Time {
        id,
        assignable,
        project,
        user,
        role,
        description: Some(description),
        spent,
        remain,
        date,
        created,
        estimation,
    });
    if let Some(item) = assignable.and_then(|id| site.items.get_mut(id)) {
        item.parts.times.push(id);
    }
    moved(site, hand, assignable, id);
    hook::part(site, (Kind::Time, id), (assignable, hand.by.who), "Created", &[]);
    id
}

fn moved(site: &mut Site, hand: &Hand<'_>, assignable: Option<u32>, id: u32) {
    if let Some(item) = assignable {
        touch(site, hand, item, (Deed::Part, id), vec!["TimeSpent", "TimeRemain"]);
    }
}

/// Changes a time entry.
pub(crate) fn update(site: &mut Site, hand: &Hand<'_>, id: u32, body: &Value) -> Result<(), Refusal> {
    let given = Given::read(site, hand, Kind::Time, body)?;
    let (spent, remain) = (amount(&given, "Spent")?, amount(&given, "Remain")?);
    let (description, date) = (given.filled("Description")?, given.time("Date")?.flatten());
    let (user, role) = (given.person("User")?.flatten(), given.role("Role")?);
    let estimation = given.flag("IsEstimation")?;
    let time = site.times.get_mut(id).ok_or_else(|| Refusal::missing("Time", id))?;
    let changed: Vec<&'static str> = [
        ("Spent", spent.is_some_and(|spent| put(&mut time.spent, spent))),
        ("Remain", remain.is_some_and(|remain| put(&mut time.remain, remain))),
        ("Description", description.is_some_and(|text| put(&mut time.description, Some(text)))),
        ("Date", date.is_some_and(|date| put(&mut time.date, date))),
        ("User", user.is_some_and(|user| put(&mut time.user, user))),
        ("Role", role.is_some_and(|role| put(&mut time.role, role))),
        ("IsEstimation", estimation.is_some_and(|flag| put(&mut time.estimation, flag))),
    ]
    .into_iter()
    .filter_map(|(name, changed)| changed.then_some(name))
    .collect();
    let assignable = time.assignable;
    if !changed.is_empty() {
        moved(site, hand, assignable, id);
        hook::part(site, (Kind::Time, id), (assignable, hand.by.who), "Updated", &changed);
    }
    Ok(())
}

/// Takes a time entry away.
pub(crate) fn delete(site: &mut Site, hand: &Hand<'_>, id: u32) -> Result<(), Refusal> {
    let time = site.times.remove(id).ok_or_else(|| Refusal::missing("Time", id))?;
    if let Some(item) = time.assignable.and_then(|id| site.items.get_mut(id)) {
        item.parts.times.retain(|kept| *kept != id);
    }
    moved(site, hand, time.assignable, id);
    hook::part(site, (Kind::Time, id), (time.assignable, hand.by.who), "Deleted", &[]);
    Ok(())
}
