//! Items and what hangs on them, as they are stored: numbers into the catalogue, texts as they were written.

use crate::frame::call::Person;
use crate::frame::table::{Name, Row};
use crate::targetprocess::catalog::{CustomField, Priority, Project, RelationType, Role, Span, State};
use crate::targetprocess::schema::Kind;

/// A custom field's value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Held {
    /// Also a list of selected options, comma-separated as the API has it.
    Text(Box<str>),
    Number(f64),
    Flag(bool),
}

/// How a write came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Via {
    /// Through the product's API.
    Api,
    /// Through the control API, as a person.
    Person,
}

/// What a write did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Deed {
    Create,
    Update,
    CommentCreate,
    CommentUpdate,
    CommentDelete,
    Assign,
    Unassign,
}

/// One write that was executed, whether or not it changed anything. Kept for oracles only.
#[derive(Clone, Debug)]
pub(crate) struct Write {
    pub(crate) at: i64,
    pub(crate) who: Person,
    pub(crate) via: Via,
    pub(crate) deed: Deed,
    /// The comment's or assignment's id, else zero.
    pub(crate) part: u32,
    /// The members the request named.
    pub(crate) fields: Box<[Name]>,
}

/// An epic, feature, user story, task, bug or request.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) id: u32,
    pub(crate) kind: Kind,
    pub(crate) project: Row<Project>,
    pub(crate) state: Row<State>,
    pub(crate) priority: Row<Priority>,
    /// Bugs only.
    pub(crate) severity: Option<Row<Priority>>,
    pub(crate) name: Box<str>,
    /// HTML.
    pub(crate) description: Option<Box<str>>,
    pub(crate) owner: Person,
    pub(crate) creator: Person,
    pub(crate) editor: Person,
    pub(crate) epic: Option<u32>,
    pub(crate) feature: Option<u32>,
    pub(crate) story: Option<u32>,
    pub(crate) release: Option<Row<Span>>,
    pub(crate) iteration: Option<Row<Span>>,
    pub(crate) effort: f64,
    pub(crate) estimate: f64,
    pub(crate) rank: f64,
    pub(crate) start: Option<i64>,
    pub(crate) end: Option<i64>,
    pub(crate) planned_start: Option<i64>,
    pub(crate) planned_end: Option<i64>,
    pub(crate) created: i64,
    pub(crate) modified: i64,
    pub(crate) state_changed: i64,
    pub(crate) commented: Option<(i64, Person)>,
    pub(crate) tags: Vec<Name>,
    pub(crate) version: u32,
    pub(crate) custom: Vec<(Row<CustomField>, Held)>,
    /// Ids of comments and assignments, oldest first.
    pub(crate) comments: Vec<u32>,
    pub(crate) assignments: Vec<u32>,
    pub(crate) writes: Vec<Write>,
}

/// A comment on an item.
#[derive(Clone, Debug)]
pub(crate) struct Comment {
    pub(crate) id: u32,
    pub(crate) general: u32,
    pub(crate) parent: Option<u32>,
    /// HTML.
    pub(crate) description: Box<str>,
    pub(crate) owner: Person,
    pub(crate) created: i64,
    pub(crate) edited: Option<i64>,
    pub(crate) private: bool,
    pub(crate) pinned: bool,
}

/// A person assigned to an item in a role.
#[derive(Clone, Debug)]
pub(crate) struct Assignment {
    pub(crate) id: u32,
    pub(crate) assignable: u32,
    pub(crate) user: Person,
    pub(crate) role: Row<Role>,
}

/// A relation between two items.
#[derive(Clone, Debug)]
pub(crate) struct Relation {
    pub(crate) id: u32,
    /// `Master`, now called `Inbound`.
    pub(crate) master: u32,
    /// `Slave`, now called `Outbound`.
    pub(crate) slave: u32,
    pub(crate) kind: Row<RelationType>,
}
