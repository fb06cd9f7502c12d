//! Schemes: what several projects share about types, workflows, permissions, notifications, security and priorities.
//!
//! A project points at one of each kind; see [`super::catalog::Project`].

use crate::frame::call::Person;
use crate::frame::table::Row;
use crate::jira::catalog::{Kind, Priority};
use crate::jira::workflow::Workflow;

/// A project category. `Category` is taken by statuses.
#[derive(Clone, Debug)]
pub(crate) struct Division {
    pub(crate) id: u32,
    pub(crate) name: Box<str>,
    pub(crate) description: Box<str>,
}

/// Which issue types a project has.
#[derive(Clone, Debug)]
pub(crate) struct TypeScheme {
    pub(crate) id: u32,
    pub(crate) name: Box<str>,
    pub(crate) description: Box<str>,
    pub(crate) kinds: Vec<Row<Kind>>,
    pub(crate) default: Option<Row<Kind>>,
}

/// Which workflow the issues of a type follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) default: Row<Workflow>,
    pub(crate) mapped: Vec<(Row<Kind>, Row<Workflow>)>,
}

impl Plan {
    /// The workflow for a type.
    pub(crate) fn workflow(&self, kind: Row<Kind>) -> Row<Workflow> {
        self.mapped.iter().find(|(row, _)| *row == kind).map_or(self.default, |(_, workflow)| *workflow)
    }

    /// All it uses.
    pub(crate) fn uses(&self, workflow: Row<Workflow>) -> bool {
        self.default == workflow || self.mapped.iter().any(|(_, mapped)| *mapped == workflow)
    }
}

/// What is to become of a workflow scheme that projects use.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) plan: Plan,
    pub(crate) at: i64,
    pub(crate) who: Person,
}

/// A workflow scheme.
#[derive(Clone, Debug)]
pub(crate) struct WorkflowScheme {
    pub(crate) id: u32,
    pub(crate) name: Box<str>,
    pub(crate) description: Box<str>,
    pub(crate) plan: Plan,
    pub(crate) draft: Option<Draft>,
    /// How often it was changed.
    pub(crate) version: u32,
}

/// Who has a permission: `anyone`, `applicationRole`, `group`, `projectRole`, `user`, `projectLead` and the like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Holder {
    pub(crate) kind: Box<str>,
    /// The group's or person's name, or the role's id.
    pub(crate) parameter: Option<Box<str>>,
}

/// A permission given to somebody.
#[derive(Clone, Debug)]
pub(crate) struct Grant {
    pub(crate) id: u32,
    pub(crate) permission: Box<str>,
    pub(crate) holder: Holder,
}

/// Who may do what in a project.
#[derive(Clone, Debug)]
pub(crate) struct PermissionScheme {
    pub(crate) id: u32,
    pub(crate) name: Box<str>,
    pub(crate) description: Box<str>,
    pub(crate) grants: Vec<Grant>,
}

/// An event of a notification scheme, and who is written to: kind and parameter.
#[derive(Clone, Debug)]
pub(crate) struct Notice {
    pub(crate) event: u32,
    pub(crate) to: Vec<(u32, Holder)>,
}

/// Who is written to on which event.
#[derive(Clone, Debug)]
pub(crate) struct NotificationScheme {
    pub(crate) id: u32,
    pub(crate) name: Box<str>,
    pub(crate) description: Box<str>,
    pub(crate) notices: Vec<Notice>,
}

/// Who sees the issues of a security level, with the id the API shows.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) id: u32,
    pub(crate) holder: Holder,
}

/// A level of a security scheme.
#[derive(Clone, Debug)]
pub(crate) struct Level {
    pub(crate) id: u32,
    pub(crate) name: Box<str>,
    pub(crate) description: Box<str>,
    pub(crate) members: Vec<Member>,
}

/// The security levels of a project's issues.
#[derive(Clone, Debug)]
pub(crate) struct SecurityScheme {
    pub(crate) id: u32,
    pub(crate) name: Box<str>,
    pub(crate) description: Box<str>,
    pub(crate) levels: Vec<Level>,
    pub(crate) default: Option<u32>,
}

/// The priorities of a project's issues.
#[derive(Clone, Debug)]
pub(crate) struct PriorityScheme {
    pub(crate) id: u32,
    pub(crate) name: Box<str>,
    pub(crate) description: Box<str>,
    pub(crate) priorities: Vec<Row<Priority>>,
    pub(crate) default: Option<Row<Priority>>,
}
