//! JQL: a real parser and evaluator.
//!
//! [`lex`] and [`parse`] know the grammar and make a [`tree`], [`print`] writes one, [`bind`] turns names into rows and
//! words errors as Jira does, [`test`] matches issues, [`order`] sorts them. Times relative to now are resolved when
//! matching, so a webhook's filter stays right.

mod agile;
mod bind;
pub(crate) mod function;
mod lex;
pub(crate) mod name;
mod order;
pub(crate) mod parse;
pub(crate) mod part;
mod past;
mod pick;
mod print;
mod property;
mod run;
mod test;
#[cfg(test)]
mod tests;
mod time;
pub(crate) mod tree;
mod value;
pub(crate) mod word;
mod words;

pub(crate) use run::Found;

use crate::frame::call::Person;
use crate::jira::fact::Fact;
use crate::jira::issue::Issue;
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;

/// A query whose names are resolved.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query {
    node: Option<test::Node>,
    order: Vec<(order::Key, order::Way)>,
}

impl Query {
    /// Reads a query as an administrator does, for webhooks; a refusal says in Jira's words what is wrong with it.
    pub(crate) fn read(site: &Site, jql: &str) -> Result<Self, Refusal> {
        Self::ask(site, site.catalog.person(|account| account.admin), jql)
    }

    /// Reads a query of somebody.
    pub(crate) fn ask(site: &Site, viewer: Option<Person>, jql: &str) -> Result<Self, Refusal> {
        match Self::lenient(site, viewer, jql)? {
            (query, errors) if errors.is_empty() => Ok(query),
            (_, messages) => Err(Refusal { messages, ..Refusal::bad("") }),
        }
    }

    /// Reads a query of somebody; what does not exist matches nothing and is told as a warning.
    pub(crate) fn lenient(
        site: &Site,
        viewer: Option<Person>,
        jql: &str,
    ) -> Result<(Self, Vec<String>), Refusal> {
        let parsed = parse::parse(jql).map_err(Refusal::bad)?;
        Ok(bind::bind(site, viewer, &parsed))
    }

    /// Resolves a query that was read already.
    pub(crate) fn bind(site: &Site, viewer: Option<Person>, parsed: &tree::Parsed) -> (Self, Vec<String>) {
        bind::bind(site, viewer, parsed)
    }

    /// Whether the query restricts anything; Cloud's `search/jql` refuses one that does not.
    pub(crate) fn is_bounded(&self) -> bool {
        self.node.is_some()
    }

    /// Whether an issue matches.
    pub(crate) fn matches(&self, site: &Site, issue: &Issue, viewer: Option<Person>) -> bool {
        let eye = test::Eye { site, viewer, now: site.frame.clock.now() };
        let subject = test::Subject { fact: Fact::of(issue), own: Some(issue), issues: &site.issues };
        self.node.as_ref().is_none_or(|node| node.matches(eye, &subject))
    }
}
