//! JQL: a real parser and evaluator for the fields this simulator has.
//!
//! [`lex`] and [`parse`] know the grammar, [`bind`] turns names into rows and words errors as Jira does, [`test`]
//! matches issues, [`order`] sorts them. Times relative to now and `currentUser()` are resolved when matching, so a
//! webhook's filter stays right.

mod bind;
mod lex;
mod order;
mod parse;
mod test;
#[cfg(test)]
mod tests;
mod time;

use crate::frame::call::Person;
use crate::jira::issue::Issue;
use crate::jira::refusal::Refusal;
use crate::jira::site::{Right, Site};

/// A query whose names are resolved.
#[derive(Debug, Default)]
pub(crate) struct Query {
    node: Option<test::Node>,
    order: Vec<(order::Key, order::Way)>,
}

impl Query {
    /// Reads a query; a refusal says in Jira's words what is wrong with it.
    pub(crate) fn read(site: &Site, jql: &str) -> Result<Self, Refusal> {
        let parsed =
            parse::parse(jql).map_err(|text| Refusal::bad(format!("Error in the JQL Query: {text}")))?;
        bind::bind(site, parsed).map_err(|messages| Refusal { messages, ..Refusal::bad("") })
    }

    /// Whether the query restricts anything; Cloud's `search/jql` refuses one that does not.
    pub(crate) fn is_bounded(&self) -> bool {
        self.node.is_some()
    }

    /// Whether an issue matches; `viewer` is who `currentUser()` means.
    pub(crate) fn matches(&self, site: &Site, issue: &Issue, viewer: Option<Person>) -> bool {
        let eye = test::Eye { site, viewer, now: site.frame.clock.now() };
        self.node.as_ref().is_none_or(|node| node.matches(eye, issue))
    }

    /// The issues that match and that the viewer may see, in order; as the search index has them, but for `fresh` ones.
    pub(crate) fn run<'a>(&self, site: &'a Site, viewer: Option<Person>, fresh: &[u32]) -> Vec<&'a Issue> {
        let eye = test::Eye { site, viewer, now: site.frame.clock.now() };
        let fits = |issue: &&Issue| {
            site.may(viewer, issue.project, Right::Browse)
                && self.node.as_ref().is_none_or(|node| node.matches(eye, issue))
        };
        let named =
            self.node.as_ref().and_then(test::Node::ids).filter(|_| site.frame.faults.index_lag() == 0);
        let mut found: Vec<&Issue> = match named {
            // Looked up rather than looked for: most queries of integrations name their issues.
            Some(ids) => ids.iter().filter_map(|id| site.issues.get(*id)).filter(fits).collect(),
            None => site.indexed(fresh).filter(fits).collect(),
        };
        order::sort(site, &mut found, &self.order);
        found
    }
}
