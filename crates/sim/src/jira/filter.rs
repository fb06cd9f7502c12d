//! Saved filters: a query with a name, an owner, and who else may see or change it.

use std::collections::{BTreeSet, HashMap};

use crate::frame::call::Person;
use crate::frame::table::Row;
use crate::jira::catalog::Project;
use crate::jira::circle::{Actor, Group, Role};
use crate::jira::site::{Right, Site};

/// With whom something is shared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Circle {
    /// Everybody, also who did not sign in.
    Global,
    /// Everybody who signed in.
    Authenticated,
    Group(Row<Group>),
    Project(Row<Project>),
    /// Those with a role in a project.
    Role(Row<Project>, Row<Role>),
    User(Person),
}

/// One permission of a filter or a dashboard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Share {
    pub(crate) id: u32,
    pub(crate) with: Circle,
    /// Whether they may change it, not only see it.
    pub(crate) edit: bool,
}

impl Share {
    /// Whether it is for somebody.
    pub(crate) fn reaches(&self, site: &Site, person: Option<Person>) -> bool {
        match &self.with {
            Circle::Global => true,
            Circle::Authenticated => person.is_some(),
            Circle::Group(row) => person.is_some_and(|person| site.catalog.acts(Actor::Group(*row), person)),
            Circle::Role(project, role) => {
                person.is_some_and(|person| site.catalog.has_role(*project, *role, person))
            }
            Circle::Project(project) => site.may(person, *project, Right::Browse),
            Circle::User(wanted) => person == Some(*wanted),
        }
    }
}

/// A saved filter.
#[derive(Clone, Debug)]
pub(crate) struct Filter {
    pub(crate) id: u32,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) owner: Person,
    pub(crate) jql: String,
    pub(crate) favourites: BTreeSet<Person>,
    pub(crate) shares: Vec<Share>,
    /// The fields of its columns, when they are not the usual ones.
    pub(crate) columns: Option<Vec<String>>,
}

impl Filter {
    /// Whether somebody may see it.
    pub(crate) fn is_visible(&self, site: &Site, person: Option<Person>) -> bool {
        person == Some(self.owner) || self.shares.iter().any(|share| share.reaches(site, person))
    }

    /// Whether somebody may change it.
    pub(crate) fn is_editable(&self, site: &Site, person: Option<Person>) -> bool {
        person == Some(self.owner)
            || (person.is_some() && self.shares.iter().any(|share| share.edit && share.reaches(site, person)))
    }
}

/// All filters.
#[derive(Clone, Debug)]
pub(crate) struct Filters {
    pub(crate) list: Vec<Filter>,
    next: u32,
    next_share: u32,
    /// With whom people's new filters are shared unless they say so; privately if they never chose.
    pub(crate) scopes: HashMap<Person, &'static str>,
}

impl Default for Filters {
    fn default() -> Self {
        // A fresh Jira's first filter and first permission have these ids.
        Self { list: Vec::new(), next: 10_000, next_share: 10_000, scopes: HashMap::new() }
    }
}

impl Filters {
    /// The id of the next filter.
    pub(crate) fn take_id(&mut self) -> u32 {
        self.next += 1;
        self.next - 1
    }

    /// The id of the next permission.
    pub(crate) fn take_share(&mut self) -> u32 {
        self.next_share += 1;
        self.next_share - 1
    }

    /// The filter with an id.
    pub(crate) fn get(&self, id: u32) -> Option<&Filter> {
        self.list.iter().find(|filter| filter.id == id)
    }

    /// The filter with an id, to change it.
    pub(crate) fn get_mut(&mut self, id: u32) -> Option<&mut Filter> {
        self.list.iter_mut().find(|filter| filter.id == id)
    }

    /// The query of a filter somebody may see, by name or id.
    pub(crate) fn named(&self, site: &Site, person: Option<Person>, text: &str) -> Option<&str> {
        let id = text.parse::<u32>().ok();
        let seen = || self.list.iter().filter(|filter| filter.is_visible(site, person));
        let own = seen().find(|filter| filter.name.eq_ignore_ascii_case(text));
        own.or_else(|| seen().find(|filter| Some(filter.id) == id)).map(|filter| filter.jql.as_str())
    }
}
