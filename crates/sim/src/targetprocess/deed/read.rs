//! An item's members as a request gives them, read into typed values before anything is touched.

use serde_json::Value;

use super::{Hand, Members, reference};
use crate::frame::call::Person;
use crate::frame::table::Row;
use crate::targetprocess::catalog::{CustomField, Priority, Process, Project, Shape, Span, State};
use crate::targetprocess::date;
use crate::targetprocess::item::Held;
use crate::targetprocess::refusal::Refusal;
use crate::targetprocess::schema::Kind;
use crate::targetprocess::site::Site;

/// A custom field and its new value.
pub(crate) type CustomSet = (Row<CustomField>, Option<Held>);

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
    Epic(Option<u32>),
    Feature(Option<u32>),
    Story(Option<u32>),
    Release(Option<Row<Span>>),
    Iteration(Option<Row<Span>>),
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

/// Members that are shown but not written; they are passed over, so that what was read can be sent back.
const READ_ONLY: &[&str] = &[
    "Id",
    "ResourceType",
    "CreateDate",
    "ModifyDate",
    "LastCommentDate",
    "LastStateChangeDate",
    "EntityVersion",
    "EntityType",
    "LastEditor",
    "Creator",
    "LastCommentedUser",
    "EffortCompleted",
    "EffortToDo",
    "Progress",
    "TimeSpent",
    "TimeRemain",
    "Units",
    "Team",
    "TeamIteration",
    "AssignedUser",
];
/// Collections that are made along with the item.
pub(super) const NESTED: &[&str] = &["Comments", "Tasks", "Assignments"];

/// Reads an item's members. `kind` and `project` are the item's own, the latter `None` until it is known.
pub(crate) fn read(
    site: &Site,
    hand: &Hand<'_>,
    kind: Kind,
    project: Option<Row<Project>>,
    body: &Value,
) -> Result<Vec<Set>, Refusal> {
    let members = Members::of(body)?;
    let project = match members.get("Project") {
        Some(value) => Some(project_of(site, value)?),
        None => project,
    };
    let reader =
        Reader { site, hand, kind, process: project.map(|row| site.catalog.projects.get(row).process) };
    let mut sets = Vec::new();
    for (name, value) in members.0 {
        hand.admit(name)?;
        let known = |list: &[&str]| list.iter().any(|known| known.eq_ignore_ascii_case(name));
        if !known(READ_ONLY) && !known(NESTED) {
            sets.extend(reader.member(name, value)?);
        }
    }
    Ok(sets)
}

fn project_of(site: &Site, value: &Value) -> Result<Row<Project>, Refusal> {
    let id = reference("Project", value)?.ok_or_else(|| Refusal::bad("Project is required."))?;
    let found = site.catalog.projects.find(|project| project.id == id);
    found.ok_or_else(|| Refusal::bad(format!("Project with Id {id} not found.")))
}

struct Reader<'a> {
    site: &'a Site,
    hand: &'a Hand<'a>,
    kind: Kind,
    process: Option<Row<Process>>,
}

impl Reader<'_> {
    fn member(&self, name: &str, value: &Value) -> Result<Option<Set>, Refusal> {
        let field = self.kind.field(name).map(|field| field.name);
        Ok(Some(match field.unwrap_or(name) {
            "Name" => {
                let text = self.text(name, value)?.unwrap_or_default();
                if text.trim().is_empty() {
                    return Err(Refusal::bad("Name is required."));
                }
                Set::Name(text.into())
            }
            "Description" => {
                Set::Description(self.text(name, value)?.filter(|text| !text.is_empty()).map(Into::into))
            }
            "Project" => Set::Project(project_of(self.site, value)?),
            "EntityState" => Set::State(self.state(value)?),
            "Priority" => Set::Priority(self.priority(name, value)?),
            "Severity" => Set::Severity(self.priority(name, value)?),
            "Owner" => Set::Owner(self.person(name, value)?),
            "Epic" => Set::Epic(self.item(name, value, Kind::Epic)?),
            "Feature" => Set::Feature(self.item(name, value, Kind::Feature)?),
            "UserStory" => Set::Story(self.item(name, value, Kind::UserStory)?),
            "Release" => Set::Release(self.span(name, value)?),
            "Iteration" => Set::Iteration(self.span(name, value)?),
            "Effort" => Set::Effort(number(name, value)?),
            "InitialEstimate" => Set::Estimate(number(name, value)?),
            "NumericPriority" => Set::Rank(number(name, value)?),
            "StartDate" => Set::Start(time(name, value)?),
            "EndDate" => Set::End(time(name, value)?),
            "PlannedStartDate" => Set::PlannedStart(time(name, value)?),
            "PlannedEndDate" => Set::PlannedEnd(time(name, value)?),
            "Tags" => Set::Tags(split(&self.text(name, value)?.unwrap_or_default())),
            "TagObjects" | "tagObjects" => Set::MoreTags(self.tag_objects(value)?),
            "CustomFields" => Set::Custom(self.custom(value)?),
            _ => {
                return Err(Refusal::bad(format!(
                    "Property '{name}' is not found on '{}'.",
                    self.kind.name()
                )));
            }
        }))
    }

    fn text(&self, name: &str, value: &Value) -> Result<Option<String>, Refusal> {
        match value {
            Value::Null => Ok(None),
            Value::String(text) => Ok(Some(self.hand.normalise.apply(text.clone()))),
            _ => Err(Refusal::bad(format!("{name} must be a text."))),
        }
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

    fn priority(&self, name: &str, value: &Value) -> Result<Row<Priority>, Refusal> {
        let id = reference(name, value)?.ok_or_else(|| Refusal::bad(format!("{name} is required.")))?;
        let table = if name.eq_ignore_ascii_case("Severity") {
            &self.site.catalog.severities
        } else {
            &self.site.catalog.priorities
        };
        let found = table.find(|priority| priority.id == id && priority.kind == self.kind);
        found.ok_or_else(|| Refusal::bad(format!("{name} with Id {id} is not one of {}.", self.kind.name())))
    }

    fn person(&self, name: &str, value: &Value) -> Result<Person, Refusal> {
        let id = reference(name, value)?.ok_or_else(|| Refusal::bad(format!("{name} is required.")))?;
        let found = self.site.catalog.person(|account| account.id == id);
        found.ok_or_else(|| Refusal::bad(format!("User with Id {id} not found.")))
    }

    fn item(&self, name: &str, value: &Value, kind: Kind) -> Result<Option<u32>, Refusal> {
        let Some(id) = reference(name, value)? else { return Ok(None) };
        let found = self.site.items.get(id).filter(|item| item.kind == kind);
        found.map(|item| Some(item.id)).ok_or_else(|| Refusal::bad(format!("{name} with Id {id} not found.")))
    }

    fn span(&self, name: &str, value: &Value) -> Result<Option<Row<Span>>, Refusal> {
        let Some(id) = reference(name, value)? else { return Ok(None) };
        let catalog = &self.site.catalog;
        let table =
            if name.eq_ignore_ascii_case("Release") { &catalog.releases } else { &catalog.iterations };
        let found = table.find(|span| span.id == id);
        found.map(Some).ok_or_else(|| Refusal::bad(format!("{name} with Id {id} not found.")))
    }

    /// Tag objects: one with a name must be new, one with an id must be there.
    fn tag_objects(&self, value: &Value) -> Result<Vec<String>, Refusal> {
        let object = serde_json::json!({"TagObjects": value});
        let mut tags = Vec::new();
        for tag in Members::of(&object)?.nested("TagObjects")? {
            let members = Members::of(tag)?;
            if let Some(id) = members.get("Id").and_then(Value::as_u64) {
                let known = self.site.tags.numbered(id);
                tags.push(
                    known.ok_or_else(|| Refusal::bad(format!("Tag with Id {id} not found.")))?.to_owned(),
                );
            } else if let Some(name) = members.get("Name").and_then(Value::as_str) {
                if self.site.tags.find(name).is_some() {
                    return Err(Refusal::bad("A tag with this name already exists."));
                }
                tags.push(name.to_owned());
            } else {
                return Err(Refusal::bad("A tag object needs an Id or a Name."));
            }
        }
        Ok(tags)
    }

    fn custom(&self, value: &Value) -> Result<Vec<CustomSet>, Refusal> {
        let list = value.as_array().ok_or_else(|| Refusal::bad("CustomFields must be an array."))?;
        let mut fields = Vec::new();
        for one in list {
            let members = Members::of(one)?;
            let name = members
                .get("Name")
                .and_then(Value::as_str)
                .ok_or_else(|| Refusal::bad("A custom field needs a Name."))?;
            self.hand.admit(name)?;
            let fits = |field: &CustomField| {
                field.name.eq_ignore_ascii_case(name)
                    && field.kind == self.kind
                    && self.process.is_none_or(|process| field.process == process)
            };
            let row = self.site.catalog.custom.find(fits);
            let row = row.ok_or_else(|| {
                Refusal::bad(format!("Custom field '{name}' is not found on '{}'.", self.kind.name()))
            })?;
            fields.push((
                row,
                self.held(self.site.catalog.custom.get(row), members.get("Value").unwrap_or(&Value::Null))?,
            ));
        }
        Ok(fields)
    }

    fn held(&self, field: &CustomField, value: &Value) -> Result<Option<Held>, Refusal> {
        let wrong = || Refusal::bad(format!("The value of the custom field '{}' is not valid.", field.name));
        Ok(match (field.shape, value) {
            (_, Value::Null) => None,
            (Shape::Text, Value::String(text)) => {
                let text = self.hand.normalise.apply(text.clone());
                (!text.is_empty()).then(|| Held::Text(text.into()))
            }
            (Shape::DropDown, Value::String(text)) if text.is_empty() => None,
            (Shape::DropDown, Value::String(text)) => Some(Held::Text(
                field.options.iter().find(|option| ***option == **text).ok_or_else(wrong)?.clone(),
            )),
            (Shape::MultipleSelectionList, Value::String(text)) => {
                let chosen = split(text);
                if chosen.iter().any(|one| !field.options.iter().any(|option| **option == **one)) {
                    return Err(wrong());
                }
                (!chosen.is_empty()).then(|| Held::Text(chosen.join(",").into()))
            }
            (Shape::Number, Value::Number(number)) => number.as_f64().map(Held::Number),
            (Shape::Number, Value::String(text)) => Some(Held::Number(
                text.trim().parse().ok().filter(|number: &f64| number.is_finite()).ok_or_else(wrong)?,
            )),
            (Shape::CheckBox, Value::Bool(flag)) => Some(Held::Flag(*flag)),
            (Shape::CheckBox, Value::String(text)) => Some(Held::Flag(text.parse().map_err(|_| wrong())?)),
            _ => return Err(wrong()),
        })
    }
}

/// The comma-separated parts of a text.
fn split(text: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        if !parts.iter().any(|known| known == part) {
            parts.push(part.to_owned());
        }
    }
    parts
}

fn number(name: &str, value: &Value) -> Result<f64, Refusal> {
    match value {
        Value::Null => Ok(0.0),
        _ => value.as_f64().ok_or_else(|| Refusal::bad(format!("{name} must be a number."))),
    }
}

pub(super) fn time(name: &str, value: &Value) -> Result<Option<i64>, Refusal> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) if text.is_empty() => Ok(None),
        Value::String(text) => date::parse(text)
            .map(Some)
            .ok_or_else(|| Refusal::bad(format!("{name}: '{text}' is not a date."))),
        _ => Err(Refusal::bad(format!("{name} must be a date."))),
    }
}
