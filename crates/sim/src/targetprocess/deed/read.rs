//! An item's members as a request gives them, read into typed values before anything is touched.

use http::StatusCode;
use serde_json::Value;

use super::custom::{self, CustomSet, split};
use super::given::{self, number, time};
use super::nested::NESTED;
use super::{Hand, Members, reference, unknown};
use crate::frame::call::Person;
use crate::frame::table::Row;
use crate::targetprocess::catalog::{Priority, Process, Project, Span, State, Team};
use crate::targetprocess::refusal::Refusal;
use crate::targetprocess::schema::field::Access;
use crate::targetprocess::schema::{Kind, Slot};
use crate::targetprocess::site::Site;

/// One field's new value.
#[derive(Clone, Debug)]
pub(crate) enum Set {
    Name(Box<str>),
    Description(Option<Box<str>>),
    Project(Row<Project>),
    State(Row<State>),
    Priority(Row<Priority>),
    Severity(Row<Priority>),
    Owner(Person),
    Portfolio(Option<u32>),
    Epic(Option<u32>),
    Feature(Option<u32>),
    Story(Option<u32>),
    TestPlan(Option<u32>),
    Milestone(Option<Row<Span>>),
    Release(Option<Row<Span>>),
    Iteration(Option<Row<Span>>),
    TeamIteration(Option<Row<Span>>),
    Effort(f64),
    Estimate(f64),
    Rank(f64),
    Start(Option<i64>),
    End(Option<i64>),
    PlannedStart(Option<i64>),
    PlannedEnd(Option<i64>),
    /// Replaces all tags.
    Tags(Vec<String>),
    /// Adds tags.
    MoreTags(Vec<String>),
    Custom(Vec<CustomSet>),
}

/// What a body says about an item's own fields.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sets {
    pub(crate) fields: Vec<Set>,
    /// The team, which is kept as an assignment: the field is deprecated and still works (developer hub, "Sorting and Filters":
    /// Multiple Teams).
    pub(crate) team: Option<Option<Row<Team>>>,
}

impl Sets {
    /// The project the body names.
    pub(crate) fn project(&self) -> Option<Row<Project>> {
        self.fields.iter().find_map(|set| if let Set::Project(row) = set { Some(*row) } else { None })
    }

    /// The state the body names.
    pub(crate) fn state(&self) -> Option<Row<State>> {
        self.fields.iter().find_map(|set| if let Set::State(row) = set { Some(*row) } else { None })
    }
}

/// Reads an item's members. `kind` and `project` are the item's own, the latter `None` until it is known.
pub(crate) fn read(
    site: &Site,
    hand: &Hand<'_>,
    kind: Kind,
    project: Option<Row<Project>>,
    body: &Value,
) -> Result<Sets, Refusal> {
    let members = Members::of(body)?;
    let project = match members.get("Project") {
        Some(value) => Some(project_of(site, value)?),
        None => project,
    };
    let reader =
        Reader { site, hand, kind, process: project.map(|row| site.catalog.projects.get(row).process) };
    let mut sets = Sets::default();
    for (name, value) in members.0 {
        hand.admit(name)?;
        if NESTED.iter().any(|known| known.eq_ignore_ascii_case(name)) && kind.field(name).is_some() {
            continue;
        }
        if name.eq_ignore_ascii_case("Team") && kind.field("Team").is_some() {
            sets.team = Some(reader.team(value)?);
            continue;
        }
        sets.fields.extend(reader.member(name, value)?);
    }
    Ok(sets)
}

fn project_of(site: &Site, value: &Value) -> Result<Row<Project>, Refusal> {
    let id = reference("Project", value)?.ok_or_else(|| Refusal::bad("Project is required."))?;
    given::project(site, id).ok_or_else(|| unknown("Project", id))
}

struct Reader<'a> {
    site: &'a Site,
    hand: &'a Hand<'a>,
    kind: Kind,
    process: Option<Row<Process>>,
}

impl Reader<'_> {
    fn member(&self, name: &str, value: &Value) -> Result<Option<Set>, Refusal> {
        let Some(field) = self.kind.field(name) else {
            if name.eq_ignore_ascii_case("ResourceType") {
                return Ok(None);
            }
            return Err(Refusal::bad(format!("Property '{name}' does not exist in '{}'.", self.kind.name())));
        };
        if field.access == Access::Read {
            return Ok(None);
        }
        let catalog = &self.site.catalog;
        Ok(Some(match field.slot {
            Slot::Name => {
                let text = given::text(self.hand, name, value)?.unwrap_or_default();
                if text.trim().is_empty() {
                    return Err(Refusal::bad("Name is required."));
                }
                Set::Name(text)
            }
            Slot::Description => {
                Set::Description(given::text(self.hand, name, value)?.filter(|text| !text.is_empty()))
            }
            Slot::Project => Set::Project(project_of(self.site, value)?),
            Slot::EntityState => Set::State(self.state(value)?),
            Slot::Priority => Set::Priority(self.priority(name, value)?),
            Slot::Severity => Set::Severity(self.priority(name, value)?),
            Slot::Owner => Set::Owner(self.person(name, value)?),
            Slot::PortfolioEpic => Set::Portfolio(self.item(name, value, Kind::PortfolioEpic)?),
            Slot::Epic => Set::Epic(self.item(name, value, Kind::Epic)?),
            Slot::Feature => Set::Feature(self.item(name, value, Kind::Feature)?),
            Slot::UserStory => Set::Story(self.item(name, value, Kind::UserStory)?),
            Slot::LinkedTestPlan => Set::TestPlan(self.item(name, value, Kind::TestPlan)?),
            Slot::Milestone => Set::Milestone(self.span(name, value, &catalog.milestones)?),
            Slot::Release => Set::Release(self.span(name, value, &catalog.releases)?),
            Slot::Iteration => Set::Iteration(self.span(name, value, &catalog.iterations)?),
            Slot::TeamIteration => Set::TeamIteration(self.span(name, value, &catalog.team_iterations)?),
            Slot::Effort => Set::Effort(number(name, value)?),
            Slot::InitialEstimate => Set::Estimate(number(name, value)?),
            Slot::NumericPriority => Set::Rank(number(name, value)?),
            Slot::StartDate => Set::Start(time(self.site, name, value)?),
            Slot::EndDate => Set::End(time(self.site, name, value)?),
            Slot::PlannedStartDate => Set::PlannedStart(time(self.site, name, value)?),
            Slot::PlannedEndDate => Set::PlannedEnd(time(self.site, name, value)?),
            Slot::Tags => Set::Tags(split(&given::text(self.hand, name, value)?.unwrap_or_default())),
            Slot::TagObjects => Set::MoreTags(self.tag_objects(value)?),
            Slot::CustomFields => {
                Set::Custom(custom::read(self.site, self.hand, (self.kind, self.process), value)?)
            }
            _ => return Ok(None),
        }))
    }

    fn state(&self, value: &Value) -> Result<Row<State>, Refusal> {
        let id = reference("EntityState", value)?.ok_or_else(|| Refusal::bad("EntityState is required."))?;
        let fits = |state: &State| {
            state.id == id
                && state.kind == self.kind
                && self.process.is_none_or(|process| state.process == process)
        };
        let missing = || {
            Refusal::bad(format!("EntityState with Id {id} does not belong to this {}.", self.kind.name()))
        };
        self.site.catalog.states.find(fits).ok_or_else(missing)
    }

    /// A priority; one that belongs to another type is not forbidden to know, but forbidden to use: the product says 403 there.
    fn priority(&self, name: &str, value: &Value) -> Result<Row<Priority>, Refusal> {
        let by_name = value.as_object().is_some_and(|object| {
            let has = |wanted: &str| object.keys().any(|name| name.eq_ignore_ascii_case(wanted));
            has("Name") && !has("Id")
        });
        let refused =
            || Refusal::new(StatusCode::FORBIDDEN, format!("{name} is not one of {}.", self.kind.name()));
        if by_name {
            return Err(refused());
        }
        let id = reference(name, value)?.ok_or_else(|| Refusal::bad(format!("{name} is required.")))?;
        let table = if name.eq_ignore_ascii_case("Severity") {
            &self.site.catalog.severities
        } else {
            &self.site.catalog.priorities
        };
        let found = table.find(|priority| priority.id == id).ok_or_else(|| unknown(name, id))?;
        if table.get(found).kind == self.kind { Ok(found) } else { Err(refused()) }
    }

    fn person(&self, name: &str, value: &Value) -> Result<Person, Refusal> {
        let id = reference(name, value)?.ok_or_else(|| Refusal::bad(format!("{name} is required.")))?;
        given::person(self.site, id).ok_or_else(|| unknown("User", id))
    }

    fn team(&self, value: &Value) -> Result<Option<Row<Team>>, Refusal> {
        let Some(id) = reference("Team", value)? else { return Ok(None) };
        let found = self.site.catalog.teams.find(|team| team.base.id == id && team.base.deleted.is_none());
        found.map(Some).ok_or_else(|| unknown("Team", id))
    }

    fn item(&self, name: &str, value: &Value, kind: Kind) -> Result<Option<u32>, Refusal> {
        let Some(id) = reference(name, value)? else { return Ok(None) };
        let found = self.site.items.get(id).filter(|item| item.kind == kind);
        found.map(|item| Some(item.id)).ok_or_else(|| unknown(name, id))
    }

    fn span(
        &self,
        name: &str,
        value: &Value,
        table: &crate::frame::table::Table<Span>,
    ) -> Result<Option<Row<Span>>, Refusal> {
        let Some(id) = reference(name, value)? else { return Ok(None) };
        given::span(table, id).map(Some).ok_or_else(|| unknown(name, id))
    }

    /// Tag objects: one with a name must be new, one with an id must be there (developer hub, "Set Tags").
    fn tag_objects(&self, value: &Value) -> Result<Vec<String>, Refusal> {
        let object = serde_json::json!({"TagObjects": value});
        let mut tags = Vec::new();
        let living =
            |name: &str| self.site.tags.find(name).filter(|tag| !self.site.dead_tags.contains(tag)).is_some();
        for tag in Members::of(&object)?.nested("TagObjects")? {
            let members = Members::of(tag)?;
            if let Some(id) = members.get("Id").and_then(super::number_of) {
                let known = self.site.tags.numbered(id).filter(|name| living(name));
                tags.push(
                    known.ok_or_else(|| Refusal::bad(format!("Tag with Id {id} not found.")))?.to_owned(),
                );
            } else if let Some(name) = members.get("Name").and_then(Value::as_str).map(str::trim) {
                if name.is_empty() || name.contains(',') {
                    return Err(Refusal::bad("A tag's name must be a text without commas."));
                }
                if living(name) {
                    return Err(Refusal::bad("A tag with this name already exists."));
                }
                tags.push(name.to_owned());
            } else {
                return Err(Refusal::bad("A tag object needs an Id or a Name."));
            }
        }
        Ok(tags)
    }
}
