//! Releases, iterations, team iterations and milestones.

use serde_json::Value;

use super::apply::put;
use super::given::Given;
use super::project::put_base;
use super::{Hand, ROWS};
use crate::frame::table::{Row, Table};
use crate::targetprocess::catalog::{Base, Catalog, Project, Span, Team};
use crate::targetprocess::read::Thing;
use crate::targetprocess::refusal::Refusal;
use crate::targetprocess::schema::Kind;
use crate::targetprocess::site::Site;

/// What the body of a span says besides what every General has.
struct Own {
    project: Option<Row<Project>>,
    release: Option<Option<Row<Span>>>,
    team: Option<Row<Team>>,
    velocity: Option<f64>,
    date: Option<i64>,
}

impl Own {
    fn read(site: &Site, given: &Given<'_>, kind: Kind) -> Result<Self, Refusal> {
        let has = |name: &str| kind.field(name).is_some();
        Ok(Self {
            project: given.project("Project")?.flatten(),
            release: if has("Release") { given.release("Release")? } else { None },
            team: if has("Team") { given.team("Team")?.flatten() } else { None },
            velocity: if has("Velocity") { given.number("Velocity")? } else { None },
            date: match given.get("Date").filter(|_| kind == Kind::Milestone) {
                Some(value) => super::given::time(site, "Date", value)?,
                None => None,
            },
        })
    }
}

fn table(catalog: &mut Catalog, kind: Kind) -> &mut Table<Span> {
    match kind {
        Kind::Release => &mut catalog.releases,
        Kind::Iteration => &mut catalog.iterations,
        Kind::TeamIteration => &mut catalog.team_iterations,
        _ => &mut catalog.milestones,
    }
}

fn thing(kind: Kind, row: Row<Span>) -> Thing {
    match kind {
        Kind::Release => Thing::Release(row),
        Kind::Iteration => Thing::Iteration(row),
        Kind::TeamIteration => Thing::TeamIteration(row),
        _ => Thing::Milestone(row),
    }
}

/// What a body must have.
fn demands(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Release => &["Name", "Project"],
        Kind::Iteration => &["Name", "StartDate", "EndDate", "Project", "Release"],
        Kind::TeamIteration => &["Name", "StartDate", "EndDate", "Team"],
        _ => &["Name", "Date"],
    }
}

/// Makes what a body describes; the answer is its id.
pub(crate) fn create(site: &mut Site, hand: &Hand<'_>, kind: Kind, body: &Value) -> Result<u32, Refusal> {
    let given = Given::read(site, hand, kind, body)?;
    let missing: Vec<&str> =
        demands(kind).iter().copied().filter(|name| given.get(name).is_none_or(Value::is_null)).collect();
    if !missing.is_empty() {
        let missing: Vec<String> = missing.iter().map(|name| format!("{name} is required.")).collect();
        return Err(Refusal::bad(missing.join(" ")));
    }
    let name = given.filled("Name")?.ok_or_else(|| given.lacks("Name"))?;
    let own = Own::read(site, &given, kind)?;
    let (start, end) = (given.time("StartDate")?.flatten(), given.time("EndDate")?.flatten());
    in_order(start, end)?;
    if table(&mut site.catalog, kind).ever() >= ROWS {
        return Err(Refusal::forbidden("There are too many of these."));
    }
    let id = site.items.reserve();
    let mut base = Base::new(id, &name, hand.by.who, site.frame.clock.now());
    (base.start, base.end) = (own.date, own.date);
    let span = Span {
        base,
        project: own.project,
        release: own.release.flatten(),
        team: own.team,
        velocity: own.velocity.unwrap_or(0.0),
    };
    let row = table(&mut site.catalog, kind).add(span);
    put_base(site, hand, thing(kind, row), (body, true), Vec::new())?;
    Ok(id)
}

fn in_order(start: Option<i64>, end: Option<i64>) -> Result<(), Refusal> {
    match start.zip(end) {
        Some((start, end)) if end < start => Err(Refusal::bad("EndDate must not be before StartDate.")),
        _ => Ok(()),
    }
}

/// Changes a span.
pub(crate) fn update(
    site: &mut Site,
    hand: &Hand<'_>,
    (kind, row): (Kind, Row<Span>),
    body: &Value,
) -> Result<(), Refusal> {
    let given = Given::read(site, hand, kind, body)?;
    given.filled("Name")?;
    let own = Own::read(site, &given, kind)?;
    let (start, end) = (given.time("StartDate")?, given.time("EndDate")?);
    let span = table(&mut site.catalog, kind).get_mut(row);
    in_order(start.unwrap_or(span.base.start), end.unwrap_or(span.base.end))?;
    let puts = [
        ("Project", own.project.is_some_and(|project| put(&mut span.project, Some(project)))),
        ("Release", own.release.is_some_and(|release| put(&mut span.release, release))),
        ("Team", own.team.is_some_and(|team| put(&mut span.team, Some(team)))),
        ("Velocity", own.velocity.is_some_and(|velocity| put(&mut span.velocity, velocity))),
        ("Date", own.date.is_some_and(|date| put(&mut span.base.start, Some(date)))),
    ];
    let changed = puts.into_iter().filter_map(|(name, changed)| changed.then_some(name)).collect();
    put_base(site, hand, thing(kind, row), (body, false), changed)
}
