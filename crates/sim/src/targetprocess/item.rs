//! Items as they are stored: numbers into the catalogue, texts as they were written. What hangs on them is in
//! [`super::part`].

use crate::frame::call::Person;
use crate::frame::table::{Name, Row};
use crate::targetprocess::catalog::{Priority, Project, Span, State};
use crate::targetprocess::custom::{CustomField, Held};
use crate::targetprocess::schema::Kind;

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
    Attach,
    Detach,
    Assign,
    Unassign,
    /// Role efforts, times and teams.
    Part,
    Undelete,
}

/// One write that was executed, whether or not it changed anything. Kept for oracles only.
#[derive(Clone, Debug)]
pub(crate) struct Write {
    pub(crate) at: i64,
    pub(crate) who: Person,
    pub(crate) via: Via,
    pub(crate) deed: Deed,
    /// The comment's, assignment's or other part's id, else zero.
    pub(crate) part: u32,
    /// The members the request named.
    pub(crate) fields: Box<[Name]>,
}

/// An epic, feature, user story, task, bug, request, test plan or test case.
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
    pub(crate) portfolio: Option<u32>,
    pub(crate) epic: Option<u32>,
    pub(crate) feature: Option<u32>,
    pub(crate) story: Option<u32>,
    pub(crate) test_plan: Option<u32>,
    /// The test cases of a test plan.
    pub(crate) test_cases: Vec<u32>,
    pub(crate) milestone: Option<Row<Span>>,
    pub(crate) release: Option<Row<Span>>,
    pub(crate) iteration: Option<Row<Span>>,
    pub(crate) team_iteration: Option<Row<Span>>,
    /// The total while there are no role efforts.
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
    /// Ids of what hangs on it, oldest first.
    pub(crate) parts: Parts,
    pub(crate) writes: Vec<Write>,
}

/// The ids of what hangs on an item, oldest first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parts {
    /// The newest record of its history.
    pub(crate) record: Option<u32>,
    pub(crate) comments: Vec<u32>,
    pub(crate) attachments: Vec<u32>,
    pub(crate) assignments: Vec<u32>,
    pub(crate) teams: Vec<u32>,
    pub(crate) efforts: Vec<u32>,
    pub(crate) times: Vec<u32>,
}
