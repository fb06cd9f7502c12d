//! The members of a body for anything but an item, read by the type their field has.

use serde_json::Value;

use super::{Hand, Members, reference, unknown};
use crate::frame::call::Person;
use crate::frame::table::Row;
use crate::targetprocess::catalog::{Project, Role, Span, Team};
use crate::targetprocess::date;
use crate::targetprocess::refusal::Refusal;
use crate::targetprocess::schema::Kind;
use crate::targetprocess::site::Site;

/// A body whose members all exist. What is absent is `None`, what is null `Some(None)`.
pub(super) struct Given<'a> {
    site: &'a Site,
    hand: &'a Hand<'a>,
    kind: Kind,
    members: Members<'a>,
}

type Maybe<T> = Result<Option<Option<T>>, Refusal>;

impl<'a> Given<'a> {
    /// Reads a body; unknown members are refused, and those a fault rule names.
    pub(super) fn read(
        site: &'a Site,
        hand: &'a Hand<'a>,
        kind: Kind,
        body: &'a Value,
    ) -> Result<Self, Refusal> {
        let members = Members::of(body)?;
        for name in members.names() {
            hand.admit(name)?;
            if kind.field(name).is_none() && !name.eq_ignore_ascii_case("ResourceType") {
                return Err(Refusal::bad(format!("Property '{name}' does not exist in '{}'.", kind.name())));
            }
        }
        Ok(Self { site, hand, kind, members })
    }

    pub(super) fn get(&self, name: &str) -> Option<&'a Value> {
        self.members.get(name)
    }

    /// The objects of a nested collection.
    pub(super) fn nested(&self, name: &str) -> Result<&'a [Value], Refusal> {
        self.members.nested(name)
    }

    pub(super) fn text(&self, name: &str) -> Maybe<Box<str>> {
        self.get(name).map(|value| text(self.hand, name, value)).transpose()
    }

    /// A text that cannot be empty if it is given.
    pub(super) fn filled(&self, name: &str) -> Result<Option<Box<str>>, Refusal> {
        match self.text(name)? {
            None => Ok(None),
            Some(text) => match text.filter(|text| !text.trim().is_empty()) {
                Some(text) => Ok(Some(text)),
                None => Err(self.lacks(name)),
            },
        }
    }

    /// The refusal of a body without this member.
    pub(super) fn lacks(&self, name: &str) -> Refusal {
        let name = self.kind.field(name).map_or(name, |field| field.name);
        Refusal::bad(format!("{name} is required."))
    }

    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>, Refusal> {
        match self.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(Value::String(text)) if text.eq_ignore_ascii_case("true") => Ok(Some(true)),
            Some(Value::String(text)) if text.eq_ignore_ascii_case("false") => Ok(Some(false)),
            Some(_) => Err(Refusal::bad(format!("{name} must be true or false."))),
        }
    }

    pub(super) fn number(&self, name: &str) -> Result<Option<f64>, Refusal> {
        self.get(name).map(|value| number(name, value)).transpose()
    }

    pub(super) fn time(&self, name: &str) -> Maybe<i64> {
        self.get(name).map(|value| time(self.site, name, value)).transpose()
    }

    /// What a reference leads to.
    pub(super) fn find<T>(&self, name: &str, find: impl FnOnce(u32) -> Option<T>) -> Maybe<T> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let Some(id) = reference(name, value)? else { return Ok(Some(None)) };
        find(id).map(|found| Some(Some(found))).ok_or_else(|| unknown(name, id))
    }

    pub(super) fn person(&self, name: &str) -> Maybe<Person> {
        self.find(name, |id| person(self.site, id))
    }

    pub(super) fn project(&self, name: &str) -> Maybe<Row<Project>> {
        self.find(name, |id| project(self.site, id))
    }

    pub(super) fn role(&self, name: &str) -> Maybe<Row<Role>> {
        self.find(name, |id| self.site.catalog.roles.find(|role| role.id == id))
    }

    pub(super) fn team(&self, name: &str) -> Maybe<Row<Team>> {
        self.find(name, |id| {
            self.site.catalog.teams.find(|team| team.base.id == id && team.base.deleted.is_none())
        })
    }

    pub(super) fn release(&self, name: &str) -> Maybe<Row<Span>> {
        self.find(name, |id| span(&self.site.catalog.releases, id))
    }
}

/// A living span of a table.
pub(super) fn span(table: &crate::frame::table::Table<Span>, id: u32) -> Option<Row<Span>> {
    table.find(|span| span.base.id == id && span.base.deleted.is_none())
}

/// A living project.
pub(super) fn project(site: &Site, id: u32) -> Option<Row<Project>> {
    site.catalog.projects.find(|project| project.base.id == id && project.base.deleted.is_none())
}

/// A person whose account was not deleted.
pub(super) fn person(site: &Site, id: u32) -> Option<Person> {
    site.catalog.person(|account| account.id == id && account.deleted.is_none())
}

/// A text, or nothing.
pub(super) fn text(hand: &Hand<'_>, name: &str, value: &Value) -> Result<Option<Box<str>>, Refusal> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(hand.normalise.apply(text.clone()).into())),
        _ => Err(Refusal::bad(format!("{name} must be a text."))),
    }
}

/// A number; nothing is zero.
pub(super) fn number(name: &str, value: &Value) -> Result<f64, Refusal> {
    let number = match value {
        Value::Null => Some(0.0),
        Value::String(text) => text.trim().parse().ok(),
        _ => value.as_f64(),
    };
    number
        .filter(|number| number.is_finite())
        .ok_or_else(|| Refusal::bad(format!("{name} must be a number.")))
}

/// A date, or nothing.
pub(super) fn time(site: &Site, name: &str, value: &Value) -> Result<Option<i64>, Refusal> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) if text.is_empty() => Ok(None),
        Value::String(text) => date::parse(text, site.switches.offset)
            .map(Some)
            .ok_or_else(|| Refusal::bad(format!("{name}: '{text}' is not a date."))),
        _ => Err(Refusal::bad(format!("{name} must be a date."))),
    }
}
