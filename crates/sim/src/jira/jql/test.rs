//! Whether an issue matches a condition.

use super::past::Past;
use super::pick::{Pick, picked};
use super::time::Time;
use super::words::Words;
use crate::frame::call::Person;
use crate::frame::table::{Name, Row};
use crate::jira::catalog::{Category, Component, Kind, Priority, Project, Resolution, Status, Version};
use crate::jira::custom::{Custom, Held};
use crate::jira::fact::Fact;
use crate::jira::issue::{Issue, Issues};
use crate::jira::scheme::Division;
use crate::jira::site::Site;

/// Who looks, at what, and when.
#[derive(Clone, Copy)]
pub(super) struct Eye<'a> {
    pub(super) site: &'a Site,
    pub(super) viewer: Option<Person>,
    /// Milliseconds since 1970; one instant for a whole search.
    pub(super) now: i64,
}

/// An issue that is looked at. The whole of it is fetched only by conditions its fact does not answer.
#[derive(Clone, Copy)]
pub(super) struct Subject<'a> {
    pub(super) fact: Fact,
    /// The issue, if it is not the one with this id among [`Subject::issues`].
    pub(super) own: Option<&'a Issue>,
    pub(super) issues: &'a Issues,
}

impl<'a> Subject<'a> {
    /// The whole issue; it is there as long as its fact is.
    pub(super) fn issue(&self) -> Option<&'a Issue> {
        self.own.or_else(|| self.issues.get(self.fact.id))
    }
}

/// A condition whose names are resolved.
#[derive(Clone, Debug)]
pub(super) enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    /// The issue has one of these values; negated: it has a value, and none of these.
    Has {
        values: Values,
        negated: bool,
    },
    /// A comparison.
    Compare {
        what: Compared,
        compare: Compare,
    },
    /// Words in a text; negated: there is a text without them.
    Says {
        text: Texts,
        words: Words,
        negated: bool,
    },
    /// Something in the history.
    Past(Past),
    /// A part of an entity property.
    Property(super::property::Test),
    /// What hangs on the issue.
    Part(super::part::Test),
    /// Another query.
    Filter(Option<Box<Node>>),
}

/// Which person of an issue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Assignee,
    Reporter,
    Creator,
}

/// Sets of values by field. `None` within a set is `EMPTY`.
#[derive(Clone, Debug)]
pub(super) enum Values {
    Project(Vec<Row<Project>>),
    Issue(Vec<u32>),
    Kind(Vec<Row<Kind>>),
    Status(Vec<Row<Status>>),
    Category(Vec<Category>),
    Division(Vec<Option<Row<Division>>>),
    Priority(Vec<Option<Row<Priority>>>),
    Resolution(Vec<Option<Row<Resolution>>>),
    /// Security levels by id.
    Level(Vec<Option<u32>>),
    Person(Role, Vec<Option<Person>>),
    Labels(Vec<Option<Name>>),
    Components(Vec<Option<Row<Component>>>),
    FixVersions(Vec<Option<Row<Version>>>),
    Versions(Vec<Option<Row<Version>>>),
    Description,
    Environment,
    Due,
    Custom(Row<Custom>, Vec<Option<Pick>>),
    Text(Row<Custom>),
    Number(Row<Custom>, Vec<Option<f64>>),
}

/// What can be compared.
#[derive(Clone, Debug)]
pub(super) enum Compared {
    Created(Time),
    Updated(Time),
    Resolved(Time),
    CategoryChanged(Time),
    Due(Time),
    /// The first row is the most urgent, so the order is turned around.
    Priority(Row<Priority>),
    Resolution(Row<Resolution>),
    /// An issue's place: project and number.
    Key(Row<Project>, u32),
    Number(Row<Custom>, f64),
    Day(Row<Custom>, Time),
    Moment(Row<Custom>, Time),
    FixVersions(Vec<Row<Version>>),
    Versions(Vec<Row<Version>>),
}

/// How things are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compare {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

impl Compare {
    pub(super) fn holds<T: PartialOrd>(self, left: &T, right: &T) -> bool {
        match self {
            Self::Equal => left == right,
            Self::NotEqual => left != right,
            Self::Less => left < right,
            Self::LessEqual => left <= right,
            Self::Greater => left > right,
            Self::GreaterEqual => left >= right,
        }
    }
}

/// Where words are looked for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Texts {
    Summary,
    Description,
    Environment,
    Comment,
    /// All of them, and custom fields.
    Text,
    Custom(Row<Custom>),
}

impl Node {
    pub(super) fn matches(&self, eye: Eye<'_>, subject: &Subject<'_>) -> bool {
        match self {
            Self::All(nodes) => nodes.iter().all(|node| node.matches(eye, subject)),
            Self::Any(nodes) => nodes.iter().any(|node| node.matches(eye, subject)),
            Self::Not(node) => !node.matches(eye, subject),
            Self::Has { values, negated } => match values.within(eye, subject) {
                Found::Yes => !negated,
                Found::No => *negated,
                Found::Empty => false,
            },
            Self::Compare { what, compare } => what.holds(*compare, eye, subject),
            Self::Says { text, words, negated } => {
                subject.issue().is_some_and(|issue| text.says(eye, issue, words) != *negated)
            }
            Self::Past(past) => subject.issue().is_some_and(|issue| past.holds(eye, issue)),
            Self::Property(test) => subject.issue().is_some_and(|issue| test.holds(eye, issue)),
            Self::Part(test) => subject.issue().is_some_and(|issue| test.holds(eye, issue)),
            Self::Filter(node) => node.as_ref().is_none_or(|node| node.matches(eye, subject)),
        }
    }

    /// The only issues that can match, when the condition names them.
    pub(super) fn ids(&self) -> Option<&[u32]> {
        match self {
            Self::Has { values: Values::Issue(ids), negated: false } => Some(ids),
            Self::All(nodes) => nodes.iter().find_map(Self::ids),
            Self::Filter(Some(node)) => node.ids(),
            _ => None,
        }
    }

    /// How much a look costs, roughly: conditions that facts answer come first.
    pub(super) fn cost(&self) -> u8 {
        match self {
            Self::All(nodes) | Self::Any(nodes) => nodes.iter().map(Self::cost).max().unwrap_or_default(),
            Self::Not(node) => node.cost(),
            Self::Filter(node) => node.as_ref().map_or(0, |node| node.cost()),
            Self::Has { values, .. } => values.cost(),
            Self::Compare { what, .. } => match what {
                Compared::Created(_)
                | Compared::Updated(_)
                | Compared::Priority(_)
                | Compared::Resolution(_)
                | Compared::Key(..) => 0,
                _ => 1,
            },
            Self::Part(_) => 1,
            Self::Past(_) => 2,
            Self::Says { .. } | Self::Property(_) => 3,
        }
    }
}

/// Whether a value is in a set; an issue without a value is in it only by `EMPTY`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    Yes,
    No,
    Empty,
}

fn one<T: PartialEq>(set: &[T], value: &T) -> Found {
    if set.contains(value) { Found::Yes } else { Found::No }
}

fn maybe<T: PartialEq + Copy>(set: &[Option<T>], value: Option<T>) -> Found {
    many(set, value.as_slice())
}

fn many<T: PartialEq + Copy>(set: &[Option<T>], values: &[T]) -> Found {
    if values.is_empty() {
        return if set.contains(&None) { Found::Yes } else { Found::Empty };
    }
    if values.iter().any(|value| set.contains(&Some(*value))) { Found::Yes } else { Found::No }
}

fn there(value: bool) -> Found {
    // These fields are only asked for EMPTY.
    if value { Found::No } else { Found::Yes }
}

impl Values {
    fn cost(&self) -> u8 {
        match self {
            Self::Project(_)
            | Self::Issue(_)
            | Self::Kind(_)
            | Self::Status(_)
            | Self::Category(_)
            | Self::Division(_)
            | Self::Priority(_)
            | Self::Resolution(_)
            | Self::Level(_)
            | Self::Person(..) => 0,
            _ => 1,
        }
    }

    fn within(&self, eye: Eye<'_>, subject: &Subject<'_>) -> Found {
        let fact = &subject.fact;
        match self {
            Self::Project(set) => one(set, &fact.project),
            Self::Issue(set) => one(set, &fact.id),
            Self::Kind(set) => one(set, &fact.kind),
            Self::Status(set) => one(set, &fact.status),
            Self::Category(set) => one(set, &eye.site.catalog.statuses.get(fact.status).category),
            Self::Division(set) => maybe(set, eye.site.catalog.projects.get(fact.project).category),
            Self::Priority(set) => one(set, &Some(fact.priority)),
            Self::Resolution(set) => maybe(set, fact.resolution),
            Self::Level(set) => maybe(set, fact.level),
            Self::Person(Role::Assignee, set) => maybe(set, fact.assignee),
            Self::Person(Role::Reporter, set) => maybe(set, Some(fact.reporter)),
            Self::Person(Role::Creator, set) => maybe(set, Some(fact.creator)),
            _ => subject.issue().map_or(Found::No, |issue| self.of_issue(issue)),
        }
    }

    /// What the fact does not tell.
    fn of_issue(&self, issue: &Issue) -> Found {
        match self {
            Self::Labels(set) => many(set, &issue.labels),
            Self::Components(set) => many(set, &issue.components),
            Self::FixVersions(set) => many(set, &issue.fix_versions),
            Self::Versions(set) => many(set, &issue.versions),
            Self::Description => there(issue.description.is_some()),
            Self::Environment => there(issue.environment.is_some()),
            Self::Due => there(issue.due.is_some()),
            Self::Text(row) => there(issue.held(*row).is_some()),
            Self::Custom(row, set) => picked(set, issue.held(*row)),
            Self::Number(row, set) => match issue.held(*row) {
                Some(Held::Number(number)) => maybe(set, Some(*number)),
                _ => maybe(set, None),
            },
            _ => Found::No,
        }
    }
}

impl Compared {
    fn holds(&self, compare: Compare, eye: Eye<'_>, subject: &Subject<'_>) -> bool {
        let (fact, now) = (&subject.fact, eye.now);
        match self {
            Self::Created(time) => compare.holds(&fact.created, &time.instant(now)),
            Self::Updated(time) => compare.holds(&fact.updated, &time.instant(now)),
            Self::Priority(row) => compare.holds(row, &fact.priority),
            Self::Resolution(row) => fact.resolution.is_some_and(|held| compare.holds(&held, row)),
            Self::Key(project, number) => fact.project == *project && compare.holds(&fact.number, number),
            _ => subject.issue().is_some_and(|issue| self.of_issue(compare, eye, issue)),
        }
    }

    /// What the fact does not tell.
    fn of_issue(&self, compare: Compare, Eye { site, now, .. }: Eye<'_>, issue: &Issue) -> bool {
        let versions = |rows: &[Row<Version>], wanted: &[Row<Version>]| {
            let place = |row: &Row<Version>| site.catalog.versions.get(*row).order;
            let same = |row: &Row<Version>, other: &Row<Version>| {
                let versions = &site.catalog.versions;
                versions.get(*row).project == versions.get(*other).project
            };
            rows.iter().any(|row| {
                wanted.iter().any(|other| same(row, other) && compare.holds(&place(row), &place(other)))
            })
        };
        match self {
            Self::Resolved(time) => issue.resolved.is_some_and(|at| compare.holds(&at, &time.instant(now))),
            Self::CategoryChanged(time) => compare.holds(&issue.category_changed, &time.instant(now)),
            // Days are compared with the day that the time falls on.
            Self::Due(time) => issue
                .due
                .is_some_and(|due| compare.holds(&due, &crate::jira::date::civil(time.instant(now)).date())),
            Self::Number(row, number) => match issue.held(*row) {
                Some(Held::Number(held)) => compare.holds(held, number),
                _ => false,
            },
            Self::Day(row, time) => match issue.held(*row) {
                Some(Held::Date(day)) => {
                    compare.holds(day, &crate::jira::date::civil(time.instant(now)).date())
                }
                _ => false,
            },
            Self::Moment(row, time) => match issue.held(*row) {
                Some(Held::Moment(at)) => compare.holds(at, &time.instant(now)),
                _ => false,
            },
            Self::FixVersions(wanted) => versions(&issue.fix_versions, wanted),
            Self::Versions(wanted) => versions(&issue.versions, wanted),
            _ => false,
        }
    }
}

impl Texts {
    fn says(self, eye: Eye<'_>, issue: &Issue, words: &Words) -> bool {
        let rich = |text: &Option<_>| {
            text.as_ref().is_some_and(|text: &crate::jira::issue::Text| words.within(&text.wiki()))
        };
        let held = |held: &Held| match held {
            Held::Text(text) => words.within(text),
            Held::Area(text) => words.within(&text.wiki()),
            _ => false,
        };
        match self {
            Self::Summary => words.within(&issue.summary),
            Self::Description => rich(&issue.description),
            Self::Environment => rich(&issue.environment),
            Self::Comment => issue
                .comments
                .iter()
                .any(|comment| eye.site.may_read(eye.viewer, comment) && words.within(&comment.body.wiki())),
            Self::Text => {
                let custom = || issue.custom.iter().any(|(_, value)| held(value));
                [Self::Summary, Self::Description, Self::Environment, Self::Comment]
                    .into_iter()
                    .any(|text| text.says(eye, issue, words))
                    || custom()
            }
            Self::Custom(row) => issue.held(row).is_some_and(held),
        }
    }
}
