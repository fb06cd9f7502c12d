//! An issue as it is stored: numbers into the [`Catalog`](super::catalog::Catalog), texts in the format last written.

use std::sync::Arc;

use jiff::civil::Date;
use serde_json::value::RawValue;

use crate::frame::call::Person;
use crate::frame::slab::Slab;
use crate::frame::table::{Name, Row};
use crate::jira::catalog::{Component, Kind, Priority, Project, Resolution, Status, Version};
use crate::jira::custom::{Custom, Held};
use crate::jira::fact::Fact;
use crate::jira::field::Field;
use crate::jira::part::Parts;

/// A rich text, kept exactly as it was written; other formats are made on demand by [`super::text`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Text {
    /// Jira's wiki markup.
    Wiki(Box<str>),
    /// An Atlassian document as JSON.
    Adf(Box<str>),
}

/// Entity properties: key and JSON.
pub(crate) type Properties = Vec<(Name, Box<RawValue>)>;

/// Who may see a comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Visibility {
    /// `role` or `group`.
    pub(crate) kind: &'static str,
    /// The role's or group's name.
    pub(crate) value: Box<str>,
}

/// A comment.
#[derive(Clone, Debug)]
pub(crate) struct Comment {
    pub(crate) id: u32,
    pub(crate) author: Person,
    pub(crate) editor: Person,
    pub(crate) body: Text,
    pub(crate) created: i64,
    pub(crate) updated: i64,
    pub(crate) visibility: Option<Visibility>,
    pub(crate) properties: Properties,
}

/// One field's change within a [`Change`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    /// The field's id.
    pub(crate) id: Name,
    /// The field's name as history shows it: the id for system fields, the display name for custom ones.
    pub(crate) field: Name,
    pub(crate) custom: bool,
    pub(crate) from: Option<Box<str>>,
    pub(crate) from_text: Option<Box<str>>,
    pub(crate) to: Option<Box<str>>,
    pub(crate) to_text: Option<Box<str>>,
}

/// An entry of the change history.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub(crate) id: u32,
    pub(crate) at: i64,
    pub(crate) author: Person,
    pub(crate) items: Box<[Item]>,
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
    Transition,
    CommentCreate,
    CommentUpdate,
    CommentDelete,
    PropertySet,
    PropertyDelete,
    AttachmentCreate,
    AttachmentDelete,
    LinkCreate,
    LinkDelete,
    RemoteLinkSet,
    RemoteLinkDelete,
    WorklogCreate,
    WorklogUpdate,
    WorklogDelete,
    Watch,
    Unwatch,
    Vote,
    Unvote,
}

impl Deed {
    /// Whether [`Write::part`] is a comment's id.
    pub(crate) fn is_about_comment(self) -> bool {
        matches!(self, Self::CommentCreate | Self::CommentUpdate | Self::CommentDelete)
    }
}

/// One write that was executed, whether or not it changed anything. Kept for oracles only.
#[derive(Clone, Debug)]
pub(crate) struct Write {
    pub(crate) at: i64,
    pub(crate) who: Person,
    pub(crate) via: Via,
    pub(crate) deed: Deed,
    /// The id of the comment, attachment, link or worklog that was written, else zero.
    pub(crate) part: u32,
    /// The fields the request named.
    pub(crate) fields: Box<[Name]>,
}

/// An issue.
#[derive(Clone, Debug)]
pub(crate) struct Issue {
    pub(crate) id: u32,
    pub(crate) project: Row<Project>,
    pub(crate) number: u32,
    pub(crate) kind: Row<Kind>,
    pub(crate) status: Row<Status>,
    pub(crate) priority: Row<Priority>,
    pub(crate) resolution: Option<Row<Resolution>>,
    pub(crate) assignee: Option<Person>,
    pub(crate) reporter: Person,
    pub(crate) creator: Person,
    pub(crate) created: i64,
    pub(crate) updated: i64,
    pub(crate) resolved: Option<i64>,
    /// When the status category last changed.
    pub(crate) category_changed: i64,
    pub(crate) due: Option<Date>,
    pub(crate) summary: Box<str>,
    pub(crate) description: Option<Text>,
    pub(crate) environment: Option<Text>,
    /// Sorted by name.
    pub(crate) labels: Vec<Name>,
    pub(crate) components: Vec<Row<Component>>,
    pub(crate) fix_versions: Vec<Row<Version>>,
    pub(crate) versions: Vec<Row<Version>>,
    /// Only fields that hold something.
    pub(crate) custom: Vec<(Row<Custom>, Held)>,
    pub(crate) comments: Vec<Comment>,
    pub(crate) properties: Properties,
    /// Who watches it, in the order they began.
    pub(crate) watchers: Box<[Person]>,
    /// What few issues have; see [`Issue::parts`].
    pub(crate) more: Option<Box<Parts>>,
    pub(crate) history: Vec<Change>,
    pub(crate) writes: Vec<Write>,
}

impl Issue {
    /// A custom field's value.
    pub(crate) fn held(&self, field: Row<Custom>) -> Option<&Held> {
        self.custom.iter().find(|(row, _)| *row == field).map(|(_, held)| held)
    }

    /// Whether a field that can be written holds something.
    pub(crate) fn has(&self, field: Field) -> bool {
        match field {
            Field::Description => self.description.is_some(),
            Field::Environment => self.environment.is_some(),
            Field::Resolution => self.resolution.is_some(),
            Field::Assignee => self.assignee.is_some(),
            Field::Labels => !self.labels.is_empty(),
            Field::Components => !self.components.is_empty(),
            Field::FixVersions => !self.fix_versions.is_empty(),
            Field::Versions => !self.versions.is_empty(),
            Field::DueDate => self.due.is_some(),
            Field::TimeTracking => self.parts().tracking.original.is_some(),
            Field::Attachment => !self.parts().attachments.is_empty(),
            Field::IssueLinks => !self.parts().links.is_empty(),
            Field::Worklog => !self.parts().worklogs.is_empty(),
            Field::Security => self.parts().security.is_some(),
            Field::Custom(row) => self.held(row).is_some(),
            _ => true,
        }
    }
}

/// The id of a fresh Jira's first issue.
const FIRST: u32 = 10_000;

/// All issues, by id and by project and number.
#[derive(Clone, Debug)]
pub(crate) struct Issues {
    rows: Slab<Issue>,
    /// Per project, the id of each number from 1 on.
    numbers: Vec<Vec<u32>>,
    /// The small fields by id, `None` for issues that are gone.
    facts: Vec<Option<Fact>>,
    /// The issue that was last handed out to be changed: its fact may be behind.
    changing: Option<u32>,
}

/// Where the fact of an id is.
fn place(id: u32) -> Option<usize> {
    usize::try_from(id.checked_sub(FIRST)?).ok()
}

impl Default for Issues {
    fn default() -> Self {
        Self { rows: Slab::new(FIRST), numbers: Vec::new(), facts: Vec::new(), changing: None }
    }
}

impl Issues {
    /// The id the next issue gets.
    pub(crate) fn next_id(&self) -> u32 {
        self.rows.next_id()
    }

    /// The number the next issue of a project gets.
    pub(crate) fn next_number(&self, project: Row<Project>) -> u32 {
        self.numbers.get(project.place()).map_or(1, |ids| u32::try_from(ids.len() + 1).unwrap_or(u32::MAX))
    }

    /// Adds an issue that has the next id and its project's next number.
    pub(crate) fn add(&mut self, issue: Issue) {
        if self.numbers.len() <= issue.project.place() {
            self.numbers.resize_with(issue.project.place() + 1, Vec::new);
        }
        if let Some(ids) = self.numbers.get_mut(issue.project.place()) {
            ids.push(issue.id);
        }
        self.facts.push(Some(Fact::of(&issue)));
        self.rows.add(issue);
    }

    /// Notes that an issue has the next number of its project; the former one leads to it as well.
    pub(crate) fn rehoused(&mut self, id: u32) {
        let Some(project) = self.rows.get(id).map(|issue| issue.project) else { return };
        if self.numbers.len() <= project.place() {
            self.numbers.resize_with(project.place() + 1, Default::default);
        }
        if let Some(ids) = self.numbers.get_mut(project.place()) {
            ids.push(id);
        }
    }

    /// Takes an issue out for good; its id and number are never used again.
    pub(crate) fn remove(&mut self, id: u32) -> Option<Arc<Issue>> {
        self.settle();
        if let Some(fact) = place(id).and_then(|place| self.facts.get_mut(place)) {
            *fact = None;
        }
        self.rows.remove(id)
    }

    pub(crate) fn get(&self, id: u32) -> Option<&Issue> {
        self.rows.get(id)
    }

    /// An issue that stays as it is now.
    pub(crate) fn share(&self, id: u32) -> Option<Arc<Issue>> {
        self.rows.share(id)
    }

    pub(crate) fn get_mut(&mut self, id: u32) -> Option<&mut Issue> {
        self.settle();
        self.changing = Some(id);
        self.rows.get_mut(id)
    }

    /// Brings the fact of the issue that was last changed up to date.
    fn settle(&mut self) {
        let Some(id) = self.changing.take() else { return };
        let now = self.rows.get(id).map(Fact::of);
        if let Some(fact) = place(id).and_then(|place| self.facts.get_mut(place)) {
            *fact = now;
        }
    }

    /// The small fields of all issues by id.
    pub(crate) fn facts(&self) -> impl Iterator<Item = Fact> {
        let changing = self.changing.and_then(|id| self.rows.get(id)).map(Fact::of);
        let current = move |fact: Fact| changing.filter(|now| now.id == fact.id).unwrap_or(fact);
        self.facts.iter().flatten().copied().map(current)
    }

    /// The id of a project's issue number.
    pub(crate) fn by_number(&self, project: Row<Project>, number: u32) -> Option<u32> {
        let index = usize::try_from(number).ok()?.checked_sub(1)?;
        self.numbers.get(project.place())?.get(index).copied()
    }

    /// All issues by id.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &Issue> {
        self.rows.iter()
    }

    /// How many issues there are.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }
}
