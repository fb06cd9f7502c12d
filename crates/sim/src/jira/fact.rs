//! What most searches ask of an issue, kept together: looking through all issues reads one small row of each.

use crate::frame::call::Person;
use crate::frame::table::Row;
use crate::jira::catalog::{Kind, Priority, Project, Resolution, Status};
use crate::jira::issue::Issue;

/// The small fields of an issue.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fact {
    pub(crate) id: u32,
    pub(crate) number: u32,
    pub(crate) project: Row<Project>,
    pub(crate) kind: Row<Kind>,
    pub(crate) status: Row<Status>,
    pub(crate) priority: Row<Priority>,
    pub(crate) resolution: Option<Row<Resolution>>,
    pub(crate) assignee: Option<Person>,
    pub(crate) reporter: Person,
    pub(crate) creator: Person,
    pub(crate) created: i64,
    pub(crate) updated: i64,
    /// The id of its security level.
    pub(crate) level: Option<u32>,
}

impl Fact {
    /// The small fields of an issue as it is.
    pub(crate) fn of(issue: &Issue) -> Self {
        Self {
            id: issue.id,
            number: issue.number,
            project: issue.project,
            kind: issue.kind,
            status: issue.status,
            priority: issue.priority,
            resolution: issue.resolution,
            assignee: issue.assignee,
            reporter: issue.reporter,
            creator: issue.creator,
            created: issue.created,
            updated: issue.updated,
            level: issue.parts().security,
        }
    }
}
