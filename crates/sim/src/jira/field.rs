//! Jira's fields: which there are, what they are called, and what they hold.

use std::sync::LazyLock;

use crate::frame::table::Row;
use crate::jira::catalog::Catalog;
use crate::jira::custom::Custom;

/// A field of an issue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    CategoryChanged,
    IssueType,
    TimeSpent,
    Project,
    FixVersions,
    AggregateTimeSpent,
    Resolution,
    ResolutionDate,
    WorkRatio,
    IssueRestriction,
    Watches,
    LastViewed,
    Created,
    Priority,
    Labels,
    AggregateOriginalEstimate,
    TimeEstimate,
    Versions,
    IssueLinks,
    Assignee,
    Updated,
    Status,
    Components,
    OriginalEstimate,
    Description,
    TimeTracking,
    Security,
    Attachment,
    AggregateTimeEstimate,
    Summary,
    Creator,
    Subtasks,
    Parent,
    Reporter,
    AggregateProgress,
    Environment,
    DueDate,
    Progress,
    Votes,
    Comment,
    Worklog,
    Custom(Row<Custom>),
}

/// What the API says about a system field.
#[derive(Debug)]
pub(crate) struct System {
    pub(crate) field: Field,
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    /// `schema.type`.
    pub(crate) kind: &'static str,
    /// `schema.items` of an array.
    pub(crate) items: Option<&'static str>,
    /// Whether it can stand on screens.
    pub(crate) orderable: bool,
    /// Whether `*navigable` includes it.
    pub(crate) navigable: bool,
    pub(crate) cloud_only: bool,
}

/// Marks used below: on screens, in `*navigable`, on Cloud only.
const SCREEN: u8 = 1;
const NAVIGABLE: u8 = 2;
const CLOUD: u8 = 4;

const fn system(field: Field, id: &'static str, name: &'static str, kind: &'static str, marks: u8) -> System {
    let (orderable, navigable) = (marks & SCREEN != 0, marks & NAVIGABLE != 0);
    System { field, id, name, kind, items: None, orderable, navigable, cloud_only: marks & CLOUD != 0 }
}

const fn list(field: Field, id: &'static str, name: &'static str, items: &'static str, marks: u8) -> System {
    System { items: Some(items), ..system(field, id, name, "array", marks) }
}

/// The system fields in the order the API shows them.
pub(crate) static SYSTEM: &[System] = &[
    system(
        Field::CategoryChanged,
        "statuscategorychangedate",
        "Status Category Changed",
        "datetime",
        NAVIGABLE | CLOUD,
    ),
    system(Field::IssueType, "issuetype", "Issue Type", "issuetype", SCREEN | NAVIGABLE),
    system(Field::TimeSpent, "timespent", "Time Spent", "number", NAVIGABLE),
    system(Field::Project, "project", "Project", "project", SCREEN | NAVIGABLE),
    list(Field::FixVersions, "fixVersions", "Fix Version/s", "version", SCREEN | NAVIGABLE),
    system(Field::AggregateTimeSpent, "aggregatetimespent", "Σ Time Spent", "number", NAVIGABLE),
    system(Field::Resolution, "resolution", "Resolution", "resolution", SCREEN | NAVIGABLE),
    system(Field::ResolutionDate, "resolutiondate", "Resolved", "datetime", NAVIGABLE),
    system(Field::WorkRatio, "workratio", "Work Ratio", "number", NAVIGABLE),
    system(
        Field::IssueRestriction,
        "issuerestriction",
        "Restrict to",
        "issuerestriction",
        SCREEN | NAVIGABLE | CLOUD,
    ),
    system(Field::Watches, "watches", "Watchers", "watches", NAVIGABLE),
    system(Field::LastViewed, "lastViewed", "Last Viewed", "datetime", NAVIGABLE),
    system(Field::Created, "created", "Created", "datetime", NAVIGABLE),
    system(Field::Priority, "priority", "Priority", "priority", SCREEN | NAVIGABLE),
    list(Field::Labels, "labels", "Labels", "string", SCREEN | NAVIGABLE),
    system(
        Field::AggregateOriginalEstimate,
        "aggregatetimeoriginalestimate",
        "Σ Original Estimate",
        "number",
        NAVIGABLE,
    ),
    system(Field::TimeEstimate, "timeestimate", "Remaining Estimate", "number", NAVIGABLE),
    list(Field::Versions, "versions", "Affects Version/s", "version", SCREEN | NAVIGABLE),
    list(Field::IssueLinks, "issuelinks", "Linked Issues", "issuelinks", SCREEN | NAVIGABLE),
    system(Field::Assignee, "assignee", "Assignee", "user", SCREEN | NAVIGABLE),
    system(Field::Updated, "updated", "Updated", "datetime", NAVIGABLE),
    system(Field::Status, "status", "Status", "status", NAVIGABLE),
    list(Field::Components, "components", "Component/s", "component", SCREEN | NAVIGABLE),
    system(Field::OriginalEstimate, "timeoriginalestimate", "Original Estimate", "number", NAVIGABLE),
    system(Field::Description, "description", "Description", "string", SCREEN | NAVIGABLE),
    system(Field::TimeTracking, "timetracking", "Time Tracking", "timetracking", SCREEN),
    system(Field::Security, "security", "Security Level", "securitylevel", SCREEN | NAVIGABLE),
    list(Field::Attachment, "attachment", "Attachment", "attachment", SCREEN),
    system(
        Field::AggregateTimeEstimate,
        "aggregatetimeestimate",
        "Σ Remaining Estimate",
        "number",
        NAVIGABLE,
    ),
    system(Field::Summary, "summary", "Summary", "string", SCREEN | NAVIGABLE),
    system(Field::Creator, "creator", "Creator", "user", NAVIGABLE),
    list(Field::Subtasks, "subtasks", "Sub-Tasks", "issuelinks", NAVIGABLE),
    system(Field::Parent, "parent", "Parent", "issuelink", NAVIGABLE),
    system(Field::Reporter, "reporter", "Reporter", "user", SCREEN | NAVIGABLE),
    system(Field::AggregateProgress, "aggregateprogress", "Σ Progress", "progress", NAVIGABLE),
    system(Field::Environment, "environment", "Environment", "string", SCREEN | NAVIGABLE),
    system(Field::DueDate, "duedate", "Due Date", "date", SCREEN | NAVIGABLE),
    system(Field::Progress, "progress", "Progress", "progress", NAVIGABLE),
    system(Field::Votes, "votes", "Votes", "votes", NAVIGABLE),
    system(Field::Comment, "comment", "Comment", "comments-page", SCREEN),
    list(Field::Worklog, "worklog", "Log Work", "worklog", SCREEN),
];

/// Places in [`SYSTEM`] by id.
static BY_ID: LazyLock<std::collections::HashMap<&'static str, &'static System>> =
    LazyLock::new(|| SYSTEM.iter().map(|system| (system.id, system)).collect());

impl Field {
    /// The field with this id on this face of Jira.
    pub(crate) fn of(id: &str, catalog: &Catalog, cloud: bool) -> Option<Self> {
        match BY_ID.get(id) {
            Some(system) => (cloud || !system.cloud_only).then_some(system.field),
            None => catalog.customs().find(|(_, custom)| &*custom.id == id).map(|(row, _)| Self::Custom(row)),
        }
    }

    /// What the API says about it; `None` for custom fields.
    pub(crate) fn system(self) -> Option<&'static System> {
        SYSTEM.iter().find(|system| system.field == self)
    }

    /// The field's id.
    pub(crate) fn id(self, catalog: &Catalog) -> &str {
        match self {
            Self::Custom(row) => &catalog.custom.get(row).id,
            _ => self.system().map_or("", |system| system.id),
        }
    }

    /// The field's display name.
    pub(crate) fn name(self, catalog: &Catalog) -> &str {
        match self {
            Self::Custom(row) => &catalog.custom.get(row).name,
            _ => self.system().map_or("", |system| system.name),
        }
    }

    /// Every field of this face of Jira.
    pub(crate) fn all(catalog: &Catalog, cloud: bool) -> Vec<Self> {
        let system = SYSTEM.iter().filter(|system| cloud || !system.cloud_only).map(|system| system.field);
        system.chain(catalog.customs().map(|(row, _)| Self::Custom(row))).collect()
    }

    /// Whether `*navigable` includes it.
    pub(crate) fn is_navigable(self) -> bool {
        self.system().is_none_or(|system| system.navigable)
    }
}
