//! Putting new values into an issue, and the history items that say what changed.

use super::Set;
use super::side::{self, Side};
use crate::frame::call::Person;
use crate::frame::table::{Name, Names, Row, Table};
use crate::jira::agile::Agile;
use crate::jira::catalog::Catalog;
use crate::jira::custom::{Custom, Held, Shape};
use crate::jira::field::Field;
use crate::jira::issue::{Issue, Item, Text};
use crate::jira::part::Tracking;

/// What the history needs to know beside the issue.
pub(crate) struct Desk<'a> {
    pub(crate) catalog: &'a Catalog,
    pub(crate) agile: &'a Agile,
    pub(crate) names: &'a mut Names,
    pub(crate) cloud: bool,
    pub(crate) now: i64,
}

impl Desk<'_> {
    /// Puts one value into the issue; the items say what changed, none if nothing did.
    pub(crate) fn apply(&mut self, issue: &mut Issue, set: Set) -> Vec<Item> {
        let field = set.field();
        let catalog = self.catalog;
        match set {
            // A project is set only at creation, before there is a history.
            Set::Project(row) => {
                issue.project = row;
                Vec::new()
            }
            Set::Kind(row) => {
                let side = |row| named(&catalog.kinds.get(row).id, &catalog.kinds.get(row).name);
                self.replace(field, &mut issue.kind, row, side)
            }
            Set::Summary(text) => self.replace(field, &mut issue.summary, text, |text| (None, Some(text))),
            Set::Description(text) => self.text(field, &mut issue.description, text),
            Set::Environment(text) => self.text(field, &mut issue.environment, text),
            Set::Priority(row) => {
                let side = |row| named(&catalog.priorities.get(row).id, &catalog.priorities.get(row).name);
                self.replace(field, &mut issue.priority, row, side)
            }
            Set::Resolution(row) => {
                if row != issue.resolution {
                    issue.resolved = row.map(|_| self.now);
                }
                let side = |row: Option<Row<_>>| {
                    row.map_or((None, None), |row| {
                        named(&catalog.resolutions.get(row).id, &catalog.resolutions.get(row).name)
                    })
                };
                self.replace(field, &mut issue.resolution, row, side)
            }
            Set::Assignee(person) => {
                let cloud = self.cloud;
                let side =
                    |who: Option<Person>| who.map_or((None, None), |who| side::person(catalog, cloud, who));
                self.replace(field, &mut issue.assignee, person, side)
            }
            Set::Reporter(person) => {
                let cloud = self.cloud;
                self.replace(field, &mut issue.reporter, person, |who| side::person(catalog, cloud, who))
            }
            Set::Labels(labels) => self.labels(field, issue, labels),
            Set::Components(rows) => {
                let table = &catalog.components;
                self.rows(field, &mut issue.components, rows, table, |row| (row.id, &row.name))
            }
            Set::FixVersions(rows) => {
                let table = &catalog.versions;
                self.rows(field, &mut issue.fix_versions, rows, table, |row| (row.id, &row.name))
            }
            Set::Versions(rows) => {
                let table = &catalog.versions;
                self.rows(field, &mut issue.versions, rows, table, |row| (row.id, &row.name))
            }
            Set::Due(date) => self.replace(field, &mut issue.due, date, day),
            Set::Security(level) => self.security(issue, level),
            Set::Parent { from, to } => self.parent(issue, from, to),
            Set::Estimates(original, remaining) => self.estimates(issue, original, remaining),
            Set::Custom(row, held) => self.custom(field, issue, row, held),
        }
    }

    fn security(&mut self, issue: &mut Issue, level: Option<u32>) -> Vec<Item> {
        if issue.parts().security == level {
            return Vec::new();
        }
        let catalog = self.catalog;
        let side = |id: Option<u32>| {
            let known = id.and_then(|id| catalog.level(id));
            known.map_or((None, None), |level| named(&level.id.to_string(), &level.name))
        };
        let old = std::mem::replace(&mut issue.parts_mut().security, level);
        vec![self.item(Field::Security, side(old), side(level))]
    }

    /// The history item of a field.
    pub(crate) fn item(&mut self, field: Field, from: Side, to: Side) -> Item {
        let id = field.id(self.catalog);
        let (shown, custom) = match field {
            Field::Components => ("Component", false),
            Field::FixVersions => ("Fix Version", false),
            Field::Versions => ("Version", false),
            Field::Attachment => ("Attachment", false),
            Field::Custom(_) => (field.name(self.catalog), true),
            _ => (id, false),
        };
        let (id, field) = (self.names.intern(id), self.names.intern(shown));
        Item { id, field, custom, from: from.0, from_text: from.1, to: to.0, to_text: to.1 }
    }

    /// A history item of something that is no field: it has a name and no id.
    pub(crate) fn note(&mut self, name: &str, from: Side, to: Side) -> Item {
        let (id, field) = (self.names.intern(""), self.names.intern(name));
        Item { id, field, custom: false, from: from.0, from_text: from.1, to: to.0, to_text: to.1 }
    }

    fn replace<T: PartialEq + Clone>(
        &mut self,
        field: Field,
        slot: &mut T,
        new: T,
        side: impl Fn(T) -> Side,
    ) -> Vec<Item> {
        if *slot == new {
            return Vec::new();
        }
        let old = std::mem::replace(slot, new.clone());
        vec![self.item(field, side(old), side(new))]
    }

    fn text(&mut self, field: Field, slot: &mut Option<Text>, new: Option<Text>) -> Vec<Item> {
        let same = match (&*slot, &new) {
            (Some(old), Some(new)) => old.same(new),
            (old, new) => old == new,
        };
        if same {
            return Vec::new();
        }
        let side = |text: &Option<Text>| (None, text.as_ref().map(|text| text.wiki().into()));
        let (from, to) = (side(slot), side(&new));
        *slot = new;
        vec![self.item(field, from, to)]
    }

    fn labels(&mut self, field: Field, issue: &mut Issue, mut labels: Vec<String>) -> Vec<Item> {
        labels.sort_unstable();
        labels.dedup();
        let old = issue.labels.iter().map(|label| self.names.get(*label)).collect::<Vec<_>>().join(" ");
        let new = labels.join(" ");
        if old == new {
            return Vec::new();
        }
        issue.labels = labels.iter().map(|label| self.names.intern(label)).collect::<Vec<Name>>();
        vec![self.item(field, (None, Some(old.into())), (None, Some(new.into())))]
    }

    /// Lists have an item for each row that came or went.
    fn rows<T>(
        &mut self,
        field: Field,
        slot: &mut Vec<Row<T>>,
        mut new: Vec<Row<T>>,
        table: &Table<T>,
        parts: impl for<'a> Fn(&'a T) -> (u32, &'a Box<str>),
    ) -> Vec<Item> {
        new.sort_unstable();
        new.dedup();
        let old = std::mem::replace(slot, new.clone());
        let side = |row: &Row<T>| {
            let (id, name) = parts(table.get(*row));
            (Some(id.to_string().into()), Some(name.clone()))
        };
        let gone: Vec<Side> = old.iter().filter(|row| !new.contains(row)).map(side).collect();
        let come: Vec<Side> = new.iter().filter(|row| !old.contains(row)).map(side).collect();
        let mut items: Vec<Item> =
            gone.into_iter().map(|from| self.item(field, from, (None, None))).collect();
        items.extend(come.into_iter().map(|to| self.item(field, (None, None), to)));
        items
    }

    /// A new issue's parent is no change of it.
    fn parent(&mut self, issue: &mut Issue, from: Option<(u32, Box<str>)>, to: (u32, Box<str>)) -> Vec<Item> {
        issue.parts_mut().parent = Some(to.0);
        let side = |(id, key): (u32, Box<str>)| -> Side { (Some(id.to_string().into()), Some(key)) };
        match from.filter(|from| from.0 != to.0) {
            Some(from) => vec![self.note("IssueParentAssociation", side(from), side(to))],
            None => Vec::new(),
        }
    }

    /// An issue that had no estimate takes the one that is given for both.
    fn estimates(&mut self, issue: &mut Issue, original: Option<u64>, remaining: Option<u64>) -> Vec<Item> {
        let old = issue.parts().tracking;
        let none = old.original.is_none() && old.remaining.is_none();
        let new = Tracking {
            original: original.or(remaining.filter(|_| none)).or(old.original),
            remaining: remaining.or(original.filter(|_| none)).or(old.remaining),
            spent: old.spent,
        };
        if new == old {
            return Vec::new();
        }
        issue.parts_mut().tracking = new;
        let side = |seconds: Option<u64>| -> Side {
            let text = seconds.map(|seconds| Box::from(seconds.to_string()));
            (text.clone(), text)
        };
        [
            (Field::OriginalEstimate, old.original, new.original),
            (Field::TimeEstimate, old.remaining, new.remaining),
        ]
        .into_iter()
        .filter(|(_, from, to)| from != to)
        .map(|(field, from, to)| self.item(field, side(from), side(to)))
        .collect()
    }

    fn custom(&mut self, field: Field, issue: &mut Issue, row: Row<Custom>, new: Option<Held>) -> Vec<Item> {
        let old = issue.held(row).cloned();
        let same = match (&old, &new) {
            (Some(Held::Area(old)), Some(Held::Area(new))) => old.same(new),
            (old, new) => old == new,
        };
        if same {
            return Vec::new();
        }
        let old_rank = issue.rank(self.catalog);
        issue.custom.retain(|(kept, _)| *kept != row);
        if let Some(held) = &new {
            issue.custom.push((row, held.clone()));
        }
        let custom = self.catalog.custom.get(row);
        if custom.shape == Shape::Rank {
            let higher = issue.rank(self.catalog) < old_rank;
            let moved = if higher { "Ranked higher" } else { "Ranked lower" };
            return vec![self.item(
                field,
                (Some("".into()), Some("".into())),
                (Some("".into()), Some(moved.into())),
            )];
        }
        let side =
            |held: &Option<Held>| side::held((self.catalog, self.agile), self.cloud, custom, held.as_ref());
        let (from, to) = (side(&old), side(&new));
        vec![self.item(field, from, to)]
    }
}

fn day(date: Option<jiff::civil::Date>) -> Side {
    match date {
        Some(date) => (Some(date.to_string().into()), Some(format!("{date} 00:00:00.0").into())),
        None => (None, None),
    }
}

fn named(id: &str, name: &str) -> Side {
    (Some(id.into()), Some(name.into()))
}
