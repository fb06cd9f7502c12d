//! Putting what a search found in order: only as much of it as is shown.

use std::cmp::Ordering;

use super::part::Part;
use super::test::Subject;
use crate::frame::call::Person;
use crate::frame::table::Row;
use crate::jira::catalog::{Catalog, Version};
use crate::jira::custom::{Custom, Held, Shape};
use crate::jira::issue::Issue;
use crate::jira::site::Site;

/// What to sort by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// The issue's key: project and number.
    Number,
    Id,
    Project,
    Kind,
    Status,
    Priority,
    Resolution,
    Level,
    Assignee,
    Reporter,
    Creator,
    Created,
    Updated,
    Resolved,
    CategoryChanged,
    Due,
    Summary,
    Description,
    Environment,
    Labels,
    Component,
    FixVersion,
    Version,
    Custom(Row<Custom>),
    /// Something that is counted or measured.
    Part(Part),
}

/// Which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Up,
    Down,
}

/// Something found, with what its first key says as a number.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hit {
    first: i64,
    pub(super) id: u32,
}

impl Key {
    /// The way when the query does not say: times come newest first, the most urgent first, the rest upwards.
    pub(super) fn usual_way(self) -> Way {
        match self {
            Self::Created | Self::Updated | Self::Resolved | Self::CategoryChanged | Self::Priority => {
                Way::Down
            }
            _ => Way::Up,
        }
    }

    /// A number that sorts as the key does as far as it goes, for keys that facts tell; equals need [`Key::compare`].
    fn number(self, subject: &Subject<'_>) -> i64 {
        let fact = &subject.fact;
        let place = |place: usize| i64::try_from(place).unwrap_or(i64::MAX);
        match self {
            Self::Id => i64::from(fact.id),
            Self::Created => fact.created,
            Self::Updated => fact.updated,
            Self::Priority => -place(fact.priority.place()),
            Self::Status => place(fact.status.place()),
            Self::Kind => place(fact.kind.place()),
            _ => 0,
        }
    }

    /// Upwards; what has no value comes last.
    fn compare(self, site: &Site, left: &Issue, right: &Issue) -> Ordering {
        let catalog = &site.catalog;
        let display = |person| catalog.account(person).display.as_ref();
        let text =
            |text: &Option<crate::jira::issue::Text>| text.as_ref().map(|text| text.wiki().into_owned());
        let version = |rows: &[Row<Version>]| rows.first().copied();
        match self {
            Self::Number => (&catalog.projects.get(left.project).key, left.number)
                .cmp(&(&catalog.projects.get(right.project).key, right.number)),
            Self::Id => left.id.cmp(&right.id),
            Self::Project => {
                catalog.projects.get(left.project).name.cmp(&catalog.projects.get(right.project).name)
            }
            Self::Kind => left.kind.cmp(&right.kind),
            Self::Status => left.status.cmp(&right.status),
            // The first row is the most urgent: upwards is towards it.
            Self::Priority => right.priority.cmp(&left.priority),
            Self::Resolution => last(left.resolution, right.resolution),
            Self::Level => {
                let name = |issue: &Issue| Some(&catalog.level(issue.parts().security?)?.name);
                last(name(left), name(right))
            }
            Self::Assignee => last(left.assignee.map(display), right.assignee.map(display)),
            Self::Reporter => display(left.reporter).cmp(display(right.reporter)),
            Self::Creator => display(left.creator).cmp(display(right.creator)),
            Self::Created => left.created.cmp(&right.created),
            Self::Updated => left.updated.cmp(&right.updated),
            Self::Resolved => last(left.resolved, right.resolved),
            Self::CategoryChanged => left.category_changed.cmp(&right.category_changed),
            Self::Due => last(left.due, right.due),
            Self::Summary => left.summary.cmp(&right.summary),
            Self::Description => last(text(&left.description), text(&right.description)),
            Self::Environment => last(text(&left.environment), text(&right.environment)),
            Self::Labels => {
                let first =
                    |issue: &Issue| issue.labels.first().map(|label| site.names.get(*label).to_owned());
                last(first(left), first(right))
            }
            Self::Component => {
                let name = |issue: &Issue| {
                    issue.components.first().map(|row| catalog.components.get(*row).name.clone())
                };
                last(name(left), name(right))
            }
            Self::FixVersion => last(version(&left.fix_versions), version(&right.fix_versions)),
            Self::Version => last(version(&left.versions), version(&right.versions)),
            Self::Custom(row) if catalog.custom.get(row).shape == Shape::Rank => {
                left.rank(catalog).cmp(&right.rank(catalog))
            }
            Self::Part(part) => last(part.amount(left), part.amount(right)),
            Self::Custom(row) => held(catalog, row, left.held(row), right.held(row)),
        }
    }
}

fn last<T: Ord>(left: Option<T>, right: Option<T>) -> Ordering {
    match (left, right) {
        (Some(left), Some(right)) => left.cmp(&right),
        (left, right) => right.is_some().cmp(&left.is_some()),
    }
}

fn held(catalog: &Catalog, field: Row<Custom>, left: Option<&Held>, right: Option<&Held>) -> Ordering {
    let place = |id: u32| catalog.custom.get(field).options.iter().position(|option| option.id == id);
    let display = |who: &Person| &catalog.account(*who).display;
    match (left, right) {
        (Some(Held::Number(left)), Some(Held::Number(right))) => left.total_cmp(right),
        (Some(Held::Text(left)), Some(Held::Text(right))) => left.cmp(right),
        (Some(Held::Date(left)), Some(Held::Date(right))) => left.cmp(right),
        (Some(Held::Moment(left)), Some(Held::Moment(right))) => left.cmp(right),
        (Some(Held::Option(left)), Some(Held::Option(right))) => place(*left).cmp(&place(*right)),
        (Some(Held::Cascade(left, below)), Some(Held::Cascade(right, under))) => {
            (place(*left), below.map(place)).cmp(&(place(*right), under.map(place)))
        }
        (Some(Held::Person(left)), Some(Held::Person(right))) => display(left).cmp(display(right)),
        (Some(Held::Labels(left)), Some(Held::Labels(right))) => left.cmp(right),
        (Some(Held::Version(left)), Some(Held::Version(right))) => left.cmp(right),
        (Some(Held::Project(left)), Some(Held::Project(right))) => {
            catalog.projects.get(*left).name.cmp(&catalog.projects.get(*right).name)
        }
        (left, right) => right.is_some().cmp(&left.is_some()),
    }
}

/// The order of a query: its keys, then the id; without keys the newest issue comes first.
pub(super) struct Order<'a> {
    keys: &'a [(Key, Way)],
}

impl<'a> Order<'a> {
    pub(super) fn new(keys: &'a [(Key, Way)]) -> Self {
        Self { keys: if keys.is_empty() { &[(Key::Id, Way::Down)] } else { keys } }
    }

    /// What is kept of something found.
    pub(super) fn hit(&self, subject: &Subject<'_>) -> Hit {
        let first = self.keys.first().map_or(0, |(key, way)| {
            let number = key.number(subject);
            if *way == Way::Down { -number } else { number }
        });
        Hit { first, id: subject.fact.id }
    }

    /// Which of two comes first.
    pub(super) fn compare<'b>(
        &self,
        site: &Site,
        whole: &impl Fn(u32) -> Option<&'b Issue>,
        left: Hit,
        right: Hit,
    ) -> Ordering {
        left.first.cmp(&right.first).then_with(|| {
            let only_id = matches!(self.keys, [(Key::Id, _)]);
            let issues = if only_id { None } else { whole(left.id).zip(whole(right.id)) };
            let by_keys = issues.map_or(Ordering::Equal, |(one, other)| {
                self.keys.iter().fold(Ordering::Equal, |order, (key, way)| {
                    order.then_with(|| {
                        let compared = key.compare(site, one, other);
                        if *way == Way::Down { compared.reverse() } else { compared }
                    })
                })
            });
            by_keys.then(left.id.cmp(&right.id))
        })
    }
}
