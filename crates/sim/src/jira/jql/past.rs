//! Questions about the past: what a field was, and how it changed, by whom and when.

use std::borrow::Cow;

use super::test::Eye;
use super::time::Time;
use crate::frame::call::Person;
use crate::jira::issue::{Change, Issue, Item};

/// A field whose past can be asked for, as the history names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kept {
    Assignee,
    FixVersion,
    Priority,
    Reporter,
    Resolution,
    Status,
}

/// A value that is asked for: by id, by name, or none. The past knows values that are gone, so names count too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Was {
    Empty,
    Is { id: Option<String>, name: String },
}

/// A clause about the past.
#[derive(Clone, Debug)]
pub(super) struct Past {
    pub(super) field: Kept,
    /// What it was; `None` asks for changes.
    pub(super) was: Option<Vec<Was>>,
    pub(super) negated: bool,
    pub(super) when: When,
}

/// What a clause's predicates ask.
#[derive(Clone, Debug, Default)]
pub(super) struct When {
    pub(super) after: Option<Time>,
    pub(super) before: Option<Time>,
    /// The first instant and the first one after it.
    pub(super) within: Option<(Time, Time)>,
    /// A day, by any instant of it.
    pub(super) on: Option<Time>,
    pub(super) by: Option<Vec<Person>>,
    pub(super) from: Option<Vec<Was>>,
    pub(super) to: Option<Vec<Was>>,
}

const DAY: i64 = 86_400_000;

impl When {
    /// The span of time that is asked for, from an instant to before another.
    fn span(&self, now: i64) -> (i64, i64) {
        let (mut start, mut end) = (i64::MIN, i64::MAX);
        let mut narrow = |from: i64, to: i64| (start, end) = (start.max(from), end.min(to));
        if let Some(after) = self.after {
            narrow(after.instant(now).saturating_add(1), i64::MAX);
        }
        if let Some(before) = self.before {
            narrow(i64::MIN, before.instant(now));
        }
        if let Some((from, to)) = self.within {
            narrow(from.instant(now), to.instant(now).saturating_add(1));
        }
        if let Some(on) = self.on {
            let day = on.instant(now).div_euclid(DAY) * DAY;
            narrow(day, day + DAY);
        }
        (start, end)
    }

    fn is_by(&self, person: Person) -> bool {
        self.by.as_ref().is_none_or(|people| people.contains(&person))
    }
}

impl Was {
    fn fits(&self, id: Option<&str>, name: Option<&str>) -> bool {
        match self {
            Self::Empty => id.is_none() && name.is_none_or(str::is_empty),
            Self::Is { id: wanted, name: text } => {
                wanted.as_deref().is_some_and(|wanted| id == Some(wanted))
                    || name.is_some_and(|name| name.eq_ignore_ascii_case(text))
            }
        }
    }
}

fn any(set: &[Was], id: Option<&str>, name: Option<&str>) -> bool {
    set.iter().any(|was| was.fits(id, name))
}

/// A value for as long as it was held.
struct Held<'a> {
    id: Option<Cow<'a, str>>,
    name: Option<Cow<'a, str>>,
    start: i64,
    end: i64,
    by: Person,
}

impl Past {
    /// Whether an issue's history is so.
    pub(super) fn holds(&self, eye: Eye<'_>, issue: &Issue) -> bool {
        let (start, end) = self.when.span(eye.now);
        let Some(was) = &self.was else {
            return self.changes(eye, issue).any(|(change, item)| {
                let side = |set: &Option<Vec<Was>>, id: &Option<Box<str>>, text: &Option<Box<str>>| {
                    set.as_ref().is_none_or(|set| any(set, id.as_deref(), text.as_deref()))
                };
                (start..end).contains(&change.at)
                    && self.when.is_by(change.author)
                    && side(&self.when.from, &item.from, &item.from_text)
                    && side(&self.when.to, &item.to, &item.to_text)
            });
        };
        let held = self.values(eye, issue);
        let found = held.iter().any(|held| {
            held.start < end
                && held.end > start
                && self.when.is_by(held.by)
                && any(was, held.id.as_deref(), held.name.as_deref())
        });
        found != self.negated
    }

    /// The changes of this field, oldest first.
    fn changes<'a>(&self, eye: Eye<'a>, issue: &'a Issue) -> impl Iterator<Item = (&'a Change, &'a Item)> {
        let id = self.field.id();
        let names = &eye.site.names;
        issue.history.iter().flat_map(move |change| {
            change.items.iter().filter(move |item| names.get(item.id) == id).map(move |item| (change, item))
        })
    }

    /// Every value this field held, and how long.
    fn values<'a>(&self, eye: Eye<'a>, issue: &'a Issue) -> Vec<Held<'a>> {
        let text = |text: &'a Option<Box<str>>| text.as_deref().map(Cow::Borrowed);
        let mut held: Vec<Held<'a>> = Vec::new();
        for (change, item) in self.changes(eye, issue) {
            let before = (self.field != Kept::FixVersion || item.from.is_some()) as usize;
            let known = held.iter_mut().find(|held| {
                held.end == i64::MAX
                    && (self.field != Kept::FixVersion || held.id.as_deref() == item.from.as_deref())
            });
            match known {
                Some(known) if before > 0 => known.end = change.at,
                None if before > 0 => held.push(Held {
                    id: text(&item.from),
                    name: text(&item.from_text),
                    start: issue.created,
                    end: change.at,
                    by: issue.creator,
                }),
                _ => {}
            }
            if self.field != Kept::FixVersion || item.to.is_some() {
                let (id, name) = (text(&item.to), text(&item.to_text));
                held.push(Held { id, name, start: change.at, end: i64::MAX, by: change.author });
            }
        }
        for (id, name) in self.field.now(eye, issue) {
            // What is held now and never came in was there from the beginning.
            if !held.iter().any(|held| held.end == i64::MAX && held.id.as_deref() == id.as_deref()) {
                let (start, end) = (issue.created, i64::MAX);
                held.push(Held { id, name, start, end, by: issue.creator });
            }
        }
        held
    }
}

/// Id and name of a value.
type Named<'a> = (Option<Cow<'a, str>>, Option<Cow<'a, str>>);

impl Kept {
    /// The field's id in the history.
    fn id(self) -> &'static str {
        match self {
            Self::Assignee => "assignee",
            Self::FixVersion => "fixVersions",
            Self::Priority => "priority",
            Self::Reporter => "reporter",
            Self::Resolution => "resolution",
            Self::Status => "status",
        }
    }

    /// What an issue holds now, in the history's terms.
    fn now<'a>(self, eye: Eye<'a>, issue: &'a Issue) -> Vec<Named<'a>> {
        let catalog = &eye.site.catalog;
        let named = |id: &'a str, name: &'a str| (Some(Cow::Borrowed(id)), Some(Cow::Borrowed(name)));
        let person = |person: Person| {
            let account = catalog.account(person);
            named(if eye.site.is_cloud() { &account.account_id } else { &account.key }, &account.display)
        };
        let nothing = (None, None);
        match self {
            Self::Assignee => vec![issue.assignee.map_or(nothing, person)],
            Self::Reporter => vec![person(issue.reporter)],
            Self::Priority => {
                let row = catalog.priorities.get(issue.priority);
                vec![named(&row.id, &row.name)]
            }
            Self::Status => {
                let row = catalog.statuses.get(issue.status);
                vec![named(&row.id, &row.name)]
            }
            Self::Resolution => vec![issue.resolution.map_or(nothing, |row| {
                let row = catalog.resolutions.get(row);
                named(&row.id, &row.name)
            })],
            Self::FixVersion if issue.fix_versions.is_empty() => vec![nothing],
            Self::FixVersion => {
                let version = |row| {
                    let row: &'a crate::jira::catalog::Version = catalog.versions.get(row);
                    (Some(Cow::Owned(row.id.to_string())), Some(Cow::Borrowed(&*row.name)))
                };
                issue.fix_versions.iter().map(|row| version(*row)).collect()
            }
        }
    }
}
