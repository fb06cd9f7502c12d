//! Projects, and what all Generals that are no items have in common.

use serde_json::Value;

use super::apply::{put, put_tags};
use super::custom::split;
use super::given::Given;
use super::{Hand, ROWS};
use crate::frame::table::Row;
use crate::targetprocess::catalog::{Base, Process, Project};
use crate::targetprocess::hook;
use crate::targetprocess::read::Thing;
use crate::targetprocess::refusal::Refusal;
use crate::targetprocess::schema::Kind;
use crate::targetprocess::site::Site;

/// Puts a body's common members into a General and announces it; `changed` names what else changed.
pub(super) fn put_base(
    site: &mut Site,
    hand: &Hand<'_>,
    thing: Thing,
    (body, new): (&Value, bool),
    mut changed: Vec<&'static str>,
) -> Result<(), Refusal> {
    let kind = site.kind(thing);
    let given = Given::read(site, hand, kind, body)?;
    let (name, description) = (given.filled("Name")?, given.text("Description")?);
    let (start, end) = (given.time("StartDate")?, given.time("EndDate")?);
    let (owner, tags) = (given.person("Owner")?.flatten(), given.text("Tags")?);
    let tags = tags.map(|tags| split(&tags.unwrap_or_default()));
    let (now, version, who) = (site.frame.clock.now(), site.version.saturating_add(1), hand.by.who);
    let mut words = std::mem::take(&mut site.tags);
    if let Some(base) = site.base_mut(thing) {
        let puts = [
            ("Name", name.is_some_and(|name| put(&mut base.name, name))),
            (
                "Description",
                description
                    .is_some_and(|text| put(&mut base.description, text.filter(|text| !text.is_empty()))),
            ),
            ("StartDate", start.is_some_and(|start| put(&mut base.start, start))),
            ("EndDate", end.is_some_and(|end| put(&mut base.end, end))),
            ("Owner", owner.is_some_and(|owner| put(&mut base.owner, owner))),
            ("Tags", tags.is_some_and(|tags| put_tags(&mut base.tags, &tags, &mut words))),
        ];
        changed.extend(puts.into_iter().filter_map(|(name, changed)| changed.then_some(name)));
        if new || !changed.is_empty() {
            base.modified = if new { now } else { now.max(base.modified + 1) };
            base.version = version;
            base.editor = who;
        }
        for tag in base.tags.clone() {
            site.dead_tags.remove(&tag);
        }
    }
    site.tags = words;
    if new || !changed.is_empty() {
        site.version = version;
        let changed = if new { Vec::new() } else { changed };
        hook::general(site, thing, who, if new { "Created" } else { "Updated" }, &changed);
    }
    Ok(())
}

/// Makes the project a body describes; the answer is its id.
pub(crate) fn create(site: &mut Site, hand: &Hand<'_>, body: &Value) -> Result<u32, Refusal> {
    let given = Given::read(site, hand, Kind::Project, body)?;
    let name = given.filled("Name")?.ok_or_else(|| given.lacks("Name"))?;
    let process = process(site, &given)?;
    let usual = site.catalog.processes.iter().next().map(|(row, _)| row);
    let process = process.or(usual).ok_or_else(|| given.lacks("Process"))?;
    let active = given.flag("IsActive")?.unwrap_or(true);
    let (short, color) = (given.text("Abbreviation")?.flatten(), given.text("Color")?.flatten());
    if site.catalog.projects.ever() >= ROWS {
        return Err(Refusal::forbidden("There are too many projects."));
    }
    let short = short.unwrap_or_else(|| abbreviation(&name));
    let id = site.items.reserve();
    let base = Base::new(id, &name, hand.by.who, site.frame.clock.now());
    let row = site.catalog.projects.add(Project { base, short, process, active, color });
    put_base(site, hand, Thing::Project(row), (body, true), Vec::new())?;
    Ok(id)
}

/// The first letters of a name.
fn abbreviation(name: &str) -> Box<str> {
    let letters = name.split_whitespace().filter_map(|word| word.chars().next());
    letters.take(3).flat_map(char::to_uppercase).collect::<String>().into()
}

fn process(site: &Site, given: &Given<'_>) -> Result<Option<Row<Process>>, Refusal> {
    Ok(given.find("Process", |id| site.catalog.processes.find(|process| process.id == id))?.flatten())
}

/// Changes a project.
pub(crate) fn update(
    site: &mut Site,
    hand: &Hand<'_>,
    row: Row<Project>,
    body: &Value,
) -> Result<(), Refusal> {
    let given = Given::read(site, hand, Kind::Project, body)?;
    given.filled("Name")?;
    let process = process(site, &given)?;
    if process.is_some_and(|process| process != site.catalog.projects.get(row).process) {
        return Err(Refusal::bad("The process of a project with items cannot be changed through the API."));
    }
    let (short, color, active) =
        (given.text("Abbreviation")?.flatten(), given.text("Color")?, given.flag("IsActive")?);
    let project = site.catalog.projects.get_mut(row);
    let puts = [
        ("Abbreviation", short.is_some_and(|short| put(&mut project.short, short))),
        ("Color", color.is_some_and(|color| put(&mut project.color, color))),
        ("IsActive", active.is_some_and(|active| put(&mut project.active, active))),
    ];
    let changed = puts.into_iter().filter_map(|(name, changed)| changed.then_some(name)).collect();
    put_base(site, hand, Thing::Project(row), (body, false), changed)
}
