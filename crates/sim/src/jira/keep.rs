//! What Jira keeps beside things: entity properties, preferences, columns, uploaded avatars.

use std::collections::{BTreeMap, BTreeSet};

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

/// Work that belongs to a version.
#[derive(Clone, Debug)]
pub(crate) struct Related {
    /// A UUID.
    pub(crate) id: String,
    pub(crate) category: String,
    pub(crate) title: String,
    pub(crate) url: Option<String>,
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
    /// What belongs to a version, by the version's id.
    pub(crate) related: BTreeMap<u32, Vec<Related>>,
    /// Data Center's links of versions to other systems, by the version's id and what the other system calls it.
    pub(crate) remotes: BTreeMap<(u32, String), Value>,
    pub(crate) next_related: u32,
    /// Flags of permission schemes that are set, by the scheme's id and their key.
    pub(crate) attributes: BTreeSet<(u32, String)>,
}
