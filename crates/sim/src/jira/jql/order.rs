//! Sorting what a search found.

use std::cmp::Ordering;

use crate::frame::table::Row;
use crate::jira::catalog::Custom;
use crate::jira::issue::{Held, Issue};
use crate::jira::site::Site;

/// What to sort by.
#[derive(Clone, Copy, Debug)]
pub(super) enum Key {
    /// The issue's key: project and number.
    Number,
    Id,
    Project,
    Kind,
    Status,
    Priority,
    Resolution,
    Assignee,
    Reporter,
    Creator,
    Created,
    Updated,
    Resolved,
    Due,
    Summary,
    Custom(Row<Custom>),
}

/// Which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Up,
    Down,
}

impl Key {
    /// The way when the query does not say: times come newest first, the most urgent first, the rest upwards.
    pub(super) fn usual_way(self) -> Way {
        match self {
            Self::Created | Self::Updated | Self::Resolved | Self::Priority => Way::Down,
            _ => Way::Up,
        }
    }

    fn compare(self, site: &Site, left: &Issue, right: &Issue) -> Ordering {
        let catalog = &site.catalog;
        let display = |person| catalog.account(person).display.as_ref();
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
            Self::Resolution => left.resolution.cmp(&right.resolution),
            Self::Assignee => left.assignee.map(display).cmp(&right.assignee.map(display)),
            Self::Reporter => display(left.reporter).cmp(display(right.reporter)),
            Self::Creator => display(left.creator).cmp(display(right.creator)),
            Self::Created => left.created.cmp(&right.created),
            Self::Updated => left.updated.cmp(&right.updated),
            Self::Resolved => left.resolved.cmp(&right.resolved),
            Self::Due => left.due.cmp(&right.due),
            Self::Summary => left.summary.cmp(&right.summary),
            Self::Custom(row) => match (left.held(row), right.held(row)) {
                (Some(Held::Number(left)), Some(Held::Number(right))) => left.total_cmp(right),
                (Some(Held::Text(left)), Some(Held::Text(right))) => left.cmp(right),
                (Some(Held::Option(left)), Some(Held::Option(right))) => left.cmp(right),
                (left, right) => left.is_some().cmp(&right.is_some()),
            },
        }
    }
}

/// Sorts; without an order the newest issue comes first, and equals keep the order of their ids.
pub(super) fn sort(site: &Site, issues: &mut [&Issue], order: &[(Key, Way)]) {
    if order.is_empty() {
        issues.sort_unstable_by_key(|issue| std::cmp::Reverse(issue.id));
        return;
    }
    issues.sort_unstable_by(|left, right| {
        let by_keys = order.iter().map(|(key, way)| {
            let compared = key.compare(site, left, right);
            if *way == Way::Down { compared.reverse() } else { compared }
        });
        by_keys.fold(Ordering::Equal, Ordering::then).then(left.id.cmp(&right.id))
    });
}
