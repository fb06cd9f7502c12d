//! Carrying out a search: who matches, and which of them are on a page.

use std::collections::HashMap;

use super::Query;
use super::order::{Hit, Order};
use super::test::{Eye, Node, Subject};
use crate::frame::call::Person;
use crate::frame::table::Row;
use crate::jira::catalog::Project;
use crate::jira::fact::Fact;
use crate::jira::issue::Issue;
use crate::jira::site::{Right, Site};

/// What a search found, in no order yet.
pub(crate) struct Found<'a> {
    site: &'a Site,
    /// Issues as the lagging index still has them.
    former: HashMap<u32, &'a Issue>,
    hits: Vec<Hit>,
    order: Order<'a>,
}

impl Query {
    /// Every issue that matches and that the viewer may see, in order.
    pub(crate) fn all<'a>(&'a self, site: &'a Site, viewer: Option<Person>) -> Vec<&'a Issue> {
        self.find(site, viewer, &[]).page(0, usize::MAX)
    }

    /// Finds the issues that match and that the viewer may see; as the search index has them, but for `fresh` ones.
    pub(crate) fn find<'a>(&'a self, site: &'a Site, viewer: Option<Person>, fresh: &[u32]) -> Found<'a> {
        let eye = Eye { site, viewer, now: site.frame.clock.now() };
        let mut found =
            Found { site, former: HashMap::new(), hits: Vec::new(), order: Order::new(&self.order) };
        let mut seen = Seen { site, viewer, projects: Vec::new() };
        let mut look = |found: &mut Found<'a>, subject: Subject<'a>| {
            if seen.may(&subject) && self.node.as_ref().is_none_or(|node| node.matches(eye, &subject)) {
                found.hits.push(found.order.hit(&subject));
            }
        };
        let issues = &site.issues;
        if site.frame.faults.index_lag() > 0 {
            for issue in site.indexed(fresh) {
                found.former.insert(issue.id, issue);
                look(&mut found, Subject { fact: Fact::of(issue), own: Some(issue), issues });
            }
        } else if let Some(ids) = self.node.as_ref().and_then(Node::ids) {
            // Looked up rather than looked for: most queries of integrations name their issues.
            let mut ids = ids.to_vec();
            ids.sort_unstable();
            ids.dedup();
            for issue in ids.iter().filter_map(|id| issues.get(*id)) {
                look(&mut found, Subject { fact: Fact::of(issue), own: Some(issue), issues });
            }
        } else {
            for fact in issues.facts() {
                look(&mut found, Subject { fact, own: None, issues });
            }
        }
        found
    }
}

/// Which issues somebody may see; asked once for each project.
struct Seen<'a> {
    site: &'a Site,
    viewer: Option<Person>,
    projects: Vec<(Row<Project>, bool)>,
}

impl Seen<'_> {
    fn may(&mut self, subject: &Subject<'_>) -> bool {
        if self.site.parts.archived.contains(&subject.fact.id) {
            return false;
        }
        let project = subject.fact.project;
        let open = || self.site.opens(self.viewer, &subject.fact);
        if let Some((_, may)) = self.projects.iter().find(|(known, _)| *known == project) {
            return *may && open();
        }
        let may = self.site.may(self.viewer, project, Right::Browse)
            && !self.site.catalog.projects.get(project).archived;
        let seen = may && open();
        self.projects.push((project, may));
        seen
    }
}

impl<'a> Found<'a> {
    /// How many there are.
    pub(crate) fn total(&self) -> usize {
        self.hits.len()
    }

    /// The issues from a place on, in order; the others are not even sorted.
    pub(crate) fn page(&mut self, start: usize, max: usize) -> Vec<&'a Issue> {
        let end = start.saturating_add(max).min(self.hits.len());
        if start >= end {
            return Vec::new();
        }
        let Self { site, former, hits, order } = self;
        let whole = |id: u32| former.get(&id).copied().or_else(|| site.issues.get(id));
        let compare = |left: &Hit, right: &Hit| order.compare(site, &whole, *left, *right);
        if end < hits.len() {
            hits.select_nth_unstable_by(end, compare);
        }
        let front = hits.get_mut(..end).unwrap_or_default();
        if start > 0 && start < front.len() {
            front.select_nth_unstable_by(start, compare);
        }
        let shown = front.get_mut(start..).unwrap_or_default();
        shown.sort_unstable_by(compare);
        shown.iter().filter_map(|hit| whole(hit.id)).collect()
    }

    /// How many come before an issue that was found; `None` if it was not.
    pub(crate) fn rank(&self, id: u32) -> Option<usize> {
        let own = *self.hits.iter().find(|hit| hit.id == id)?;
        let whole = |id: u32| self.former.get(&id).copied().or_else(|| self.site.issues.get(id));
        let before = |hit: &&Hit| self.order.compare(self.site, &whole, **hit, own).is_lt();
        Some(self.hits.iter().filter(before).count())
    }
}
