//! What Jira keeps beside things: entity properties, preferences, columns, uploaded avatars.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::frame::call::Person;

/// Whose entity properties.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Owner {
    Project(u32),
    Person(Person),
    Kind(u32),
}

/// An avatar somebody uploaded.
#[derive(Clone, Debug)]
pub(crate) struct Avatar {
    pub(crate) id: u32,
    /// `project`, `user` or `issuetype`.
    pub(crate) kind: &'static str,
    /// The project's or issue type's id, or the person's name.
    pub(crate) owner: String,
}

/// All of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Keep {
    pub(crate) properties: BTreeMap<(Owner, String), Value>,
    pub(crate) preferences: BTreeMap<(Person, String), String>,
    /// The issue navigator's columns: of a person, or (`None`) everybody's.
    pub(crate) columns: BTreeMap<Option<Person>, Vec<String>>,
    pub(crate) avatars: Vec<Avatar>,
    /// Uploads that wait to be cropped: kind and owner.
    pub(crate) uploads: Vec<(&'static str, String)>,
    pub(crate) next_avatar: u32,
}
