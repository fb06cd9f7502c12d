//! What queries ask of what hangs on an issue: its parent, its watchers and voters, links, files and logged work.
//!
//! Names and operators are those of Atlassian's page of JQL fields. Sub-tasks of an epic are a matter of Cloud alone:
//! there `parent` names epics as well.

use super::function::Called;
use super::pick::Pick;
use super::test::{Compare, Found};
use super::time::Time;
use super::tree::Operand;
use super::value::{Asked, Bound, picks};
use crate::frame::call::Person;
use crate::jira::date::civil;
use crate::jira::issue::Issue;
use crate::jira::site::Site;
use crate::jira::span;

/// A field about what hangs on an issue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Parent,
    Watcher,
    Voter,
    Link,
    Attachments,
    WorkAuthor,
    WorkDate,
    Watchers,
    Votes,
    Original,
    Remaining,
    Spent,
}

impl Part {
    /// Whether it holds a number, or a duration in seconds.
    pub(super) fn is_amount(self) -> bool {
        matches!(self, Self::Watchers | Self::Votes | Self::Original | Self::Remaining | Self::Spent)
    }

    fn is_duration(self) -> bool {
        matches!(self, Self::Original | Self::Remaining | Self::Spent)
    }

    /// The number an issue has of it.
    pub(super) fn amount(self, issue: &Issue) -> Option<u64> {
        let (parts, count) = (issue.parts(), |list: usize| u64::try_from(list).ok());
        match self {
            Self::Watchers => count(issue.watchers.len()),
            Self::Votes => count(parts.voters.len()),
            Self::Original => parts.tracking.original,
            Self::Remaining => parts.tracking.remaining,
            Self::Spent => parts.tracking.spent,
            _ => None,
        }
    }

    /// The things an issue has of it.
    fn things(self, site: &Site, issue: &Issue) -> Vec<Pick> {
        let parts = issue.parts();
        match self {
            Self::Parent => {
                let epic = issue.epic(&site.catalog).filter(|_| site.is_cloud());
                parts.parent.or(epic).into_iter().map(Pick::Issue).collect()
            }
            Self::Watcher => issue.watchers.iter().copied().map(Pick::Person).collect(),
            Self::Voter => parts.voters.iter().copied().map(Pick::Person).collect(),
            Self::WorkAuthor => parts.worklogs.iter().map(|log| Pick::Person(log.author)).collect(),
            Self::Link => {
                let links = parts.links.iter().filter_map(|id| site.parts.links.get(id));
                links.map(|link| Pick::Link(link.kind, link.source == issue.id)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Whether an issue has one of the things that are looked for.
    pub(super) fn within(self, site: &Site, set: &[Option<Pick>], issue: &Issue) -> Found {
        if self == Self::Attachments {
            // Only asked for EMPTY.
            return if issue.parts().attachments.is_empty() { Found::Yes } else { Found::No };
        }
        let things = self.things(site, issue);
        match set.iter().flatten().any(|wanted| things.contains(wanted)) {
            true => Found::Yes,
            false if !things.is_empty() => Found::No,
            false if set.contains(&None) => Found::Yes,
            false => Found::Empty,
        }
    }

    /// Whether some work of an issue was begun on such a day.
    pub(super) fn begun(compare: Compare, time: &Time, issue: &Issue, now: i64) -> bool {
        let mut logs = issue.parts().worklogs.iter();
        let wanted = civil(time.instant(now)).date();
        logs.any(|log| compare.holds(&civil(log.started).date(), &wanted))
    }
}

impl<'a> Asked<'a> {
    /// The things a clause asks for, or `None` if it cannot be asked.
    pub(super) fn things(self, part: Part, values: &'a [Operand]) -> Bound<Option<Vec<Option<Pick>>>> {
        Ok(Some(match part {
            Part::Parent => picks(self.issues(values)?, Pick::Issue),
            Part::Watcher | Part::Voter | Part::WorkAuthor => picks(self.people(values)?, Pick::Person),
            Part::Link => {
                let text = |text: &str| {
                    let found = ways(self.site, text);
                    if found.is_empty() { Err(self.missing(text)) } else { Ok(found) }
                };
                self.each(values, text, |called| Err(called.misplaced()))?
            }
            Part::Attachments if values == [Operand::Empty] => vec![None],
            _ => return Ok(None),
        }))
    }

    /// A number, or a duration in Jira's short form; `EMPTY` is `None`.
    pub(super) fn amount(self, part: Part, value: &'a Operand) -> Bound<Option<u64>> {
        let text = |text: &str| {
            let read = if part.is_duration() { span::parse(text) } else { text.parse().ok() };
            let wrong = || match part.is_duration() {
                true => format!("Duration '{text}' for field '{}' is invalid.", self.field),
                false => format!("Value '{text}' for the '{}' field is not a valid number.", self.field),
            };
            read.map(|amount| vec![amount]).ok_or_else(wrong)
        };
        let found = self.each(std::slice::from_ref(value), text, |called| Err(called.misplaced()))?;
        Ok(found.into_iter().next().flatten())
    }
}

impl Called<'_> {
    /// The issues of `linkedIssues()`, `votedIssues()` and `watchedIssues()`; `None` for other functions.
    pub(super) fn hung(&self) -> Option<Result<Vec<u32>, String>> {
        let every = |fits: &dyn Fn(&Issue) -> bool| {
            Ok(self.site.issues.iter().filter(|issue| fits(issue)).map(|issue| issue.id).collect())
        };
        let mine = |people: &[Person]| self.viewer.is_some_and(|viewer| people.contains(&viewer));
        if self.is("linkedIssues") {
            return Some(self.linked());
        }
        let is_watched = self.is("watchedIssues");
        (is_watched || self.is("votedIssues")).then(|| {
            self.takes(0, 0)?;
            if is_watched {
                every(&|issue| mine(&issue.watchers))
            } else {
                every(&|issue| mine(&issue.parts().voters))
            }
        })
    }

    /// What an issue is linked to, as its own page shows it: by all links, or by those of the descriptions named.
    fn linked(&self) -> Result<Vec<u32>, String> {
        self.takes(1, usize::MAX)?;
        let (site, key) = (self.site, self.argument(0).unwrap_or_default());
        let issue = site
            .see(self.viewer, key)
            .map_err(|_| format!("Issue '{key}' could not be found in function '{}'.", self.name))?;
        let mut wanted = Vec::new();
        for text in self.arguments.iter().skip(1) {
            let found = ways(site, text);
            if found.is_empty() {
                return Err(format!(
                    "Issue link type '{text}' could not be found in function '{}'.",
                    self.name
                ));
            }
            wanted.extend(found);
        }
        let links = issue.parts().links.iter().filter_map(|id| site.parts.links.get(id));
        let ends = links.filter_map(|link| {
            let out = link.source == issue.id;
            let fits = wanted.is_empty() || wanted.contains(&Pick::Link(link.kind, out));
            fits.then_some(if out { link.destination } else { link.source })
        });
        Ok(ends.collect())
    }
}

/// Which ways round a type of link goes: by its name both, by a description that one.
fn ways(site: &Site, text: &str) -> Vec<Pick> {
    let names = |name: &str| name.eq_ignore_ascii_case(text);
    let mut found = Vec::new();
    for (row, kind) in site.catalog.link_types.iter() {
        for (out, description) in [(true, &kind.outward), (false, &kind.inward)] {
            if names(&kind.name) || names(description) {
                found.push(Pick::Link(row, out));
            }
        }
    }
    found
}
