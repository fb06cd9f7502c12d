//! Canonical values: what a field holds, in words that belong to no tool.
//!
//! An adapter turns its vendor's value into one of these and back. Two values are compared only in the normal
//! form a comparator gives them (see `mapping`), never directly.

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::text::Doc;

/// One of a list: a priority, a state, an option.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// The tool's id, if it is known. A mapped value often has only a name; the adapter finds the id.
    pub id: Option<String>,
    /// The name people see and profiles use.
    pub name: String,
}

impl Choice {
    /// A choice known by its name alone.
    pub fn named(name: impl Into<String>) -> Self {
        Self { id: None, name: name.into() }
    }
}

/// A person as one tool knows them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The tool's stable id: `accountId` on Jira Cloud, `name` on Data Center, a number in Targetprocess.
    pub id: String,
    /// The name to show; may be empty. Never compared.
    pub name: String,
}

impl Person {
    /// A person known by id alone.
    pub fn of(id: impl Into<String>) -> Self {
        Self { id: id.into(), name: String::new() }
    }
}

/// What a field holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "value", rename_all = "snake_case")]
pub enum Value {
    /// Empty.
    Null,
    /// One line or plain text.
    Text(String),
    /// Formatted text, as the document tree.
    Rich(Doc),
    /// A number.
    Number(f64),
    /// Yes or no.
    Bool(bool),
    /// A calendar day.
    Date(Date),
    /// A moment.
    Instant(Timestamp),
    /// One of a list; states and priorities too.
    Choice(Choice),
    /// A person.
    Person(Person),
    /// Several values without order and without repeats; an empty set is not [`Value::Null`].
    Set(Vec<Value>),
}

impl Value {
    /// Whether there is nothing in it: null, blank text, an empty document or set.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Text(text) => text.trim().is_empty(),
            Self::Rich(doc) => doc.is_empty(),
            Self::Set(values) => values.is_empty(),
            _ => false,
        }
    }

    /// The word for its kind, for messages.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Text(_) => "text",
            Self::Rich(_) => "rich text",
            Self::Number(_) => "number",
            Self::Bool(_) => "yes/no",
            Self::Date(_) => "date",
            Self::Instant(_) => "date and time",
            Self::Choice(_) => "choice",
            Self::Person(_) => "person",
            Self::Set(_) => "set",
        }
    }
}
