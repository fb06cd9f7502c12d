//! Whether an issue matches a condition.

use super::time::Time;
use crate::frame::call::Person;
use crate::frame::table::{Name, Row};
use crate::jira::catalog::{
    Category, Component, Custom, Kind, Priority, Project, Resolution, Status, Version,
};
use crate::jira::issue::{Held, Issue};
use crate::jira::site::Site;

/// Who looks, at what, and when.
#[derive(Clone, Copy)]
pub(super) struct Eye<'a> {
    pub(super) site: &'a Site,
    /// Who `currentUser()` means.
    pub(super) viewer: Option<Person>,
    /// Milliseconds since 1970; one instant for a whole search.
    pub(super) now: i64,
}

/// A condition whose names are resolved.
#[derive(Debug)]
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
}

/// Who a person in a query is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    Nobody,
    Is(Person),
    Caller,
}

/// Sets of values by field. `None` within a set is `EMPTY`.
#[derive(Debug)]
pub(super) enum Values {
    Project(Vec<Row<Project>>),
    Issue(Vec<u32>),
    Kind(Vec<Row<Kind>>),
    Status(Vec<Row<Status>>),
    Category(Vec<Category>),
    Priority(Vec<Option<Row<Priority>>>),
    Resolution(Vec<Option<Row<Resolution>>>),
    Assignee(Vec<Who>),
    Reporter(Vec<Who>),
    Creator(Vec<Who>),
    Labels(Vec<Option<Name>>),
    Components(Vec<Option<Row<Component>>>),
    FixVersions(Vec<Option<Row<Version>>>),
    Versions(Vec<Option<Row<Version>>>),
    Description,
    Environment,
    Due,
    Option(Row<Custom>, Vec<Option<u32>>),
    Text(Row<Custom>),
    Number(Row<Custom>, Vec<Option<f64>>),
}

/// What can be compared.
#[derive(Clone, Copy, Debug)]
pub(super) enum Compared {
    Created(Time),
    Updated(Time),
    Resolved(Time),
    Due(Time),
    /// The first row is the most urgent, so the order is turned around.
    Priority(Row<Priority>),
    /// An issue's place: project and number.
    Key(Row<Project>, u32),
    Number(Row<Custom>, f64),
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
    fn holds<T: PartialOrd>(self, left: &T, right: &T) -> bool {
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
    /// All of them.
    Text,
    Custom(Row<Custom>),
}

/// What is looked for: all of these words, or one phrase.
#[derive(Clone, Debug)]
pub(super) enum Words {
    Phrase(Vec<String>),
    All(Vec<String>),
}

impl Words {
    /// Reads a search text: quotes within it make a phrase, a star at a word's end any ending.
    pub(super) fn read(text: &str) -> Self {
        match text.trim().strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
            Some(phrase) => Self::Phrase(words(phrase)),
            None => Self::All(
                text.split_whitespace()
                    .flat_map(|part| {
                        let star = part.ends_with('*');
                        let mut found = words(part);
                        if let (true, Some(last)) = (star, found.last_mut()) {
                            last.push('*');
                        }
                        found
                    })
                    .collect(),
            ),
        }
    }

    fn within(&self, text: &str) -> bool {
        let there = words(text);
        match self {
            Self::Phrase(phrase) => {
                !phrase.is_empty() && there.windows(phrase.len()).any(|window| window == phrase.as_slice())
            }
            Self::All(wanted) => wanted.iter().all(|wanted| match wanted.strip_suffix('*') {
                Some(start) => there.iter().any(|word| word.starts_with(start)),
                None => there.contains(wanted),
            }),
        }
    }
}

fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

impl Node {
    pub(super) fn matches(&self, eye: Eye<'_>, issue: &Issue) -> bool {
        match self {
            Self::All(nodes) => nodes.iter().all(|node| node.matches(eye, issue)),
            Self::Any(nodes) => nodes.iter().any(|node| node.matches(eye, issue)),
            Self::Not(node) => !node.matches(eye, issue),
            Self::Has { values, negated } => match values.within(eye, issue) {
                Found::Yes => !negated,
                Found::No => *negated,
                Found::Empty => false,
            },
            Self::Compare { what, compare } => what.holds(*compare, eye.now, issue),
            Self::Says { text, words, negated } => text.says(eye, issue, words) != *negated,
        }
    }

    /// The only issues that can match, when the condition names them.
    pub(super) fn ids(&self) -> Option<&[u32]> {
        match self {
            Self::Has { values: Values::Issue(ids), negated: false } => Some(ids),
            Self::All(nodes) => nodes.iter().find_map(Self::ids),
            _ => None,
        }
    }
}

/// Whether a value is in a set; an issue without a value is in it only by `EMPTY`.
enum Found {
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
    fn within(&self, Eye { site, viewer, .. }: Eye<'_>, issue: &Issue) -> Found {
        let person = |set: &[Who], value: Option<Person>| {
            let fits = |who: &Who| match who {
                Who::Nobody => value.is_none(),
                Who::Is(person) => value == Some(*person),
                Who::Caller => value.is_some() && value == viewer,
            };
            match set.iter().any(fits) {
                true => Found::Yes,
                false if value.is_none() => Found::Empty,
                false => Found::No,
            }
        };
        match self {
            Self::Project(set) => one(set, &issue.project),
            Self::Issue(set) => one(set, &issue.id),
            Self::Kind(set) => one(set, &issue.kind),
            Self::Status(set) => one(set, &issue.status),
            Self::Category(set) => one(set, &site.catalog.statuses.get(issue.status).category),
            Self::Priority(set) => one(set, &Some(issue.priority)),
            Self::Resolution(set) => maybe(set, issue.resolution),
            Self::Assignee(set) => person(set, issue.assignee),
            Self::Reporter(set) => person(set, Some(issue.reporter)),
            Self::Creator(set) => person(set, Some(issue.creator)),
            Self::Labels(set) => many(set, &issue.labels),
            Self::Components(set) => many(set, &issue.components),
            Self::FixVersions(set) => many(set, &issue.fix_versions),
            Self::Versions(set) => many(set, &issue.versions),
            Self::Description => there(issue.description.is_some()),
            Self::Environment => there(issue.environment.is_some()),
            Self::Due => there(issue.due.is_some()),
            Self::Text(row) => there(issue.held(*row).is_some()),
            Self::Option(row, set) => match issue.held(*row) {
                Some(Held::Option(id)) => maybe(set, Some(*id)),
                Some(Held::Options(ids)) => many(set, ids),
                _ => maybe(set, None),
            },
            Self::Number(row, set) => match issue.held(*row) {
                Some(Held::Number(number)) => maybe(set, Some(*number)),
                _ => maybe(set, None),
            },
        }
    }
}

impl Compared {
    fn holds(self, compare: Compare, now: i64, issue: &Issue) -> bool {
        match self {
            Self::Created(time) => compare.holds(&issue.created, &time.instant(now)),
            Self::Updated(time) => compare.holds(&issue.updated, &time.instant(now)),
            Self::Resolved(time) => issue.resolved.is_some_and(|at| compare.holds(&at, &time.instant(now))),
            Self::Due(time) => {
                let due = issue.due.and_then(|date| crate::jira::date::millis(date.into()));
                due.is_some_and(|at| compare.holds(&at, &time.instant(now)))
            }
            Self::Priority(row) => compare.holds(&row, &issue.priority),
            Self::Key(project, number) => issue.project == project && compare.holds(&issue.number, &number),
            Self::Number(row, number) => match issue.held(row) {
                Some(Held::Number(held)) => compare.holds(held, &number),
                _ => false,
            },
        }
    }
}

impl Texts {
    fn says(self, eye: Eye<'_>, issue: &Issue, words: &Words) -> bool {
        let rich = |text: &Option<_>| {
            text.as_ref().is_some_and(|text: &crate::jira::issue::Text| words.within(&text.wiki()))
        };
        match self {
            Self::Summary => words.within(&issue.summary),
            Self::Description => rich(&issue.description),
            Self::Environment => rich(&issue.environment),
            Self::Comment => issue
                .comments
                .iter()
                .any(|comment| eye.site.may_read(eye.viewer, comment) && words.within(&comment.body.wiki())),
            Self::Text => [Self::Summary, Self::Description, Self::Environment, Self::Comment]
                .into_iter()
                .any(|text| text.says(eye, issue, words)),
            Self::Custom(row) => match issue.held(row) {
                Some(Held::Text(text)) => words.within(text),
                Some(Held::Area(text)) => words.within(&text.wiki()),
                _ => false,
            },
        }
    }
}
