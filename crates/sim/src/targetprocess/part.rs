//! What hangs on items, and what remains of them: comments, files, assignments, efforts, times, relations, conversions.

use std::sync::Arc;

use crate::frame::call::Person;
use crate::frame::spool::Spool;
use crate::frame::table::Row;
use crate::targetprocess::catalog::{Project, RelationType, Role, State, Team};
use crate::targetprocess::item::Item;
use crate::targetprocess::schema::Kind;

/// A comment on an item, a project or another General.
#[derive(Clone, Debug)]
pub(crate) struct Comment {
    pub(crate) id: u32,
    pub(crate) general: u32,
    pub(crate) parent: Option<u32>,
    /// HTML.
    pub(crate) description: Box<str>,
    pub(crate) owner: Person,
    pub(crate) created: i64,
    pub(crate) edited: i64,
    pub(crate) private: bool,
    pub(crate) pinned: bool,
    pub(crate) version: u32,
}

/// A file on an item, a project or another General.
#[derive(Clone, Debug)]
pub(crate) struct Attachment {
    pub(crate) id: u32,
    pub(crate) general: u32,
    pub(crate) name: Box<str>,
    pub(crate) description: Option<Box<str>>,
    pub(crate) media: Box<str>,
    pub(crate) owner: Person,
    pub(crate) created: i64,
    pub(crate) content: Arc<Spool>,
}

impl Attachment {
    /// Whether there is a smaller picture of it.
    pub(crate) fn is_picture(&self) -> bool {
        self.media.starts_with("image/")
    }
}

/// A person assigned to an item in a role.
#[derive(Clone, Debug)]
pub(crate) struct Assignment {
    pub(crate) id: u32,
    pub(crate) assignable: u32,
    pub(crate) user: Person,
    pub(crate) role: Row<Role>,
}

/// A team assigned to an item.
#[derive(Clone, Debug)]
pub(crate) struct TeamAssignment {
    pub(crate) id: u32,
    pub(crate) assignable: u32,
    pub(crate) team: Row<Team>,
    /// The team's own state; that of the item when `None`.
    pub(crate) state: Option<Row<State>>,
    pub(crate) start: Option<i64>,
    pub(crate) end: Option<i64>,
}

/// How much effort an item takes in a role.
#[derive(Clone, Debug)]
pub(crate) struct RoleEffort {
    pub(crate) id: u32,
    pub(crate) assignable: u32,
    pub(crate) role: Row<Role>,
    pub(crate) estimate: f64,
    pub(crate) effort: f64,
}

/// Time somebody spent.
#[derive(Clone, Debug)]
pub(crate) struct Time {
    pub(crate) id: u32,
    pub(crate) assignable: Option<u32>,
    pub(crate) project: Row<Project>,
    pub(crate) user: Person,
    pub(crate) role: Option<Row<Role>>,
    pub(crate) description: Option<Box<str>>,
    pub(crate) spent: f64,
    pub(crate) remain: f64,
    /// Kept exactly as it was sent.
    pub(crate) date: i64,
    pub(crate) created: i64,
    pub(crate) estimation: bool,
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

/// An item that was turned into another one.
#[derive(Clone, Debug)]
pub(crate) struct Conversion {
    pub(crate) id: u32,
    pub(crate) from: u32,
    pub(crate) from_kind: Kind,
    /// What it is now; all earlier conversions are moved to the last one (developer hub, "Conversion API").
    pub(crate) to: u32,
}

/// A copy of an item as it was for a while.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) id: u32,
    pub(crate) from: i64,
    /// `None` while it holds.
    pub(crate) to: Option<i64>,
    pub(crate) modifier: Person,
    /// `Add` or `Update`.
    pub(crate) added: bool,
    /// Names of the fields that differ from the record before.
    pub(crate) changed: Vec<&'static str>,
    /// The record before.
    pub(crate) before: Option<u32>,
    /// Whether the simple history has it as well: state, effort, release or iteration changed.
    pub(crate) simple: bool,
    /// Without writes and parts, but with the effort it had in all.
    pub(crate) copy: Box<Item>,
}

/// A deleted item with everything that went with it.
#[derive(Clone, Debug)]
pub(crate) struct Gone {
    pub(crate) at: i64,
    pub(crate) who: Person,
    pub(crate) item: Box<Item>,
    pub(crate) comments: Vec<Comment>,
    pub(crate) attachments: Vec<Attachment>,
    pub(crate) assignments: Vec<Assignment>,
    pub(crate) teams: Vec<TeamAssignment>,
    pub(crate) efforts: Vec<RoleEffort>,
    pub(crate) times: Vec<Time>,
    pub(crate) relations: Vec<Relation>,
    /// The General it was deleted with, if not by itself: it comes back with it.
    pub(crate) with: Option<u32>,
    /// Whether it was turned into something else; then it cannot come back.
    pub(crate) converted: bool,
}
