//! What a request wants to change, read into typed values before anything is touched.
//!
//! [`read`] finds every fault of `fields` and `update` first, so that a refusal changes nothing and names all fields.
//! [`value`] reads single values, [`apply`] puts them into an issue and says what changed.

pub(crate) mod agile;
pub(crate) mod apply;
pub(crate) mod custom;
pub(crate) mod link;
pub(crate) mod parent;
pub(crate) mod read;
mod side;
pub(crate) mod value;

use jiff::civil::Date;

pub(crate) use self::side::Side;

use crate::frame::call::{Call, Person};
use crate::frame::faults::Faults;
use crate::frame::faults::plan::{Normalise, Plan};
use crate::frame::table::Row;
use crate::jira::catalog::{Component, Kind, Priority, Project, Resolution, Version};
use crate::jira::custom::{Custom, Held};
use crate::jira::field::Field;
use crate::jira::issue::{Text, Via};
use crate::jira::site::By;

/// One field's new value.
#[derive(Clone, Debug)]
pub(crate) enum Set {
    Project(Row<Project>),
    Kind(Row<Kind>),
    Summary(Box<str>),
    Description(Option<Text>),
    Environment(Option<Text>),
    Priority(Row<Priority>),
    Resolution(Option<Row<Resolution>>),
    Assignee(Option<Person>),
    Reporter(Person),
    Labels(Vec<String>),
    Components(Vec<Row<Component>>),
    FixVersions(Vec<Row<Version>>),
    Versions(Vec<Row<Version>>),
    Due(Option<Date>),
    /// A security level by its id.
    Security(Option<u32>),
    /// A sub-task's parent, by id and key, and the one it had.
    Parent {
        from: Option<(u32, Box<str>)>,
        to: (u32, Box<str>),
    },
    /// Original and remaining estimate, as far as they are given.
    Estimates(Option<u64>, Option<u64>),
    Custom(Row<Custom>, Option<Held>),
}

impl Set {
    /// The field it sets.
    pub(crate) fn field(&self) -> Field {
        match self {
            Self::Project(_) => Field::Project,
            Self::Kind(_) => Field::IssueType,
            Self::Summary(_) => Field::Summary,
            Self::Description(_) => Field::Description,
            Self::Environment(_) => Field::Environment,
            Self::Priority(_) => Field::Priority,
            Self::Resolution(_) => Field::Resolution,
            Self::Assignee(_) => Field::Assignee,
            Self::Reporter(_) => Field::Reporter,
            Self::Labels(_) => Field::Labels,
            Self::Components(_) => Field::Components,
            Self::FixVersions(_) => Field::FixVersions,
            Self::Versions(_) => Field::Versions,
            Self::Due(_) => Field::DueDate,
            Self::Security(_) => Field::Security,
            Self::Parent { .. } => Field::Parent,
            Self::Estimates(..) => Field::TimeTracking,
            Self::Custom(row, _) => Field::Custom(*row),
        }
    }

    /// Whether nothing is in the field afterwards.
    pub(crate) fn clears(&self) -> bool {
        match self {
            Self::Description(text) | Self::Environment(text) => text.is_none(),
            Self::Resolution(row) => row.is_none(),
            Self::Assignee(person) => person.is_none(),
            Self::Labels(list) => list.is_empty(),
            Self::Components(list) => list.is_empty(),
            Self::FixVersions(list) | Self::Versions(list) => list.is_empty(),
            Self::Due(date) => date.is_none(),
            Self::Security(level) => level.is_none(),
            Self::Custom(_, held) => held.is_none(),
            Self::Project(_)
            | Self::Kind(_)
            | Self::Summary(_)
            | Self::Priority(_)
            | Self::Reporter(_)
            | Self::Parent { .. }
            | Self::Estimates(..) => false,
        }
    }
}

/// Who writes, in which dialect, and with which harm done to it.
#[derive(Clone, Copy)]
pub(crate) struct Hand<'a> {
    pub(crate) by: By,
    /// Rich texts come as ADF, else as wiki markup.
    pub(crate) adf: bool,
    pub(crate) normalise: Normalise,
    rejects: Option<(&'a Faults, &'a Plan)>,
}

impl<'a> Hand<'a> {
    /// The hand of whoever calls the API.
    pub(crate) fn of(call: &'a Call<'_>, by: By) -> Self {
        let rejects = Some((call.faults, call.plan));
        Self { by, adf: call.api == "3", normalise: call.plan.normalise, rejects }
    }

    /// The hand of a person at the screen: wiki markup, no faults.
    pub(crate) fn person(who: Person) -> Self {
        Self { by: By { who, via: Via::Person }, adf: false, normalise: Normalise::default(), rejects: None }
    }

    /// The hand of whoever asked for something that is done later: ADF, no faults.
    pub(crate) fn later(by: By) -> Self {
        Self { by, adf: true, normalise: Normalise::default(), rejects: None }
    }

    /// The text with which a fault rule refuses this field.
    pub(crate) fn rejects(&self, field: &str) -> Option<String> {
        let (faults, plan) = self.rejects?;
        let text = faults.rejects(plan, field)?;
        Some(text.unwrap_or_else(|| unknown(field)))
    }
}

/// Jira's words for a field that cannot be written here.
pub(crate) fn unknown(field: &str) -> String {
    format!("Field '{field}' cannot be set. It is not on the appropriate screen, or unknown.")
}

/// Jira's words for a field that must have a value.
pub(crate) fn required(name: &str) -> String {
    format!("{name} is required.")
}
