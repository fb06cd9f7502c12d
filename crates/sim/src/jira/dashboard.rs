//! Dashboards, their gadgets, and the properties apps keep at gadgets.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::frame::call::Person;
use crate::jira::filter::Share;
use crate::jira::site::Site;

/// The system dashboard's id in a fresh Jira.
pub(crate) const SYSTEM: u32 = 10_000;

/// A gadget on a dashboard.
#[derive(Clone, Debug)]
pub(crate) struct Gadget {
    pub(crate) id: u32,
    pub(crate) title: String,
    pub(crate) color: String,
    pub(crate) uri: Option<String>,
    pub(crate) module: Option<String>,
    /// Column and row, from 0.
    pub(crate) place: (u64, u64),
    pub(crate) properties: BTreeMap<String, Value>,
}

/// A dashboard.
#[derive(Clone, Debug)]
pub(crate) struct Dashboard {
    pub(crate) id: u32,
    pub(crate) name: String,
    pub(crate) description: String,
    /// Nobody owns the system dashboard.
    pub(crate) owner: Option<Person>,
    pub(crate) favourites: BTreeSet<Person>,
    pub(crate) shares: Vec<Share>,
    pub(crate) gadgets: Vec<Gadget>,
}

impl Dashboard {
    /// Whether somebody may see it.
    pub(crate) fn is_visible(&self, site: &Site, person: Option<Person>) -> bool {
        match self.owner {
            None => true,
            Some(owner) => {
                person == Some(owner) || self.shares.iter().any(|share| share.reaches(site, person))
            }
        }
    }

    /// Whether somebody may change it: the system dashboard only administrators.
    pub(crate) fn is_writable(&self, site: &Site, person: Option<Person>) -> bool {
        match self.owner {
            None => site.is_admin(person),
            Some(owner) => {
                person == Some(owner)
                    || (person.is_some()
                        && self.shares.iter().any(|share| share.edit && share.reaches(site, person)))
            }
        }
    }
}

/// All dashboards.
#[derive(Clone, Debug)]
pub(crate) struct Dashboards {
    pub(crate) list: Vec<Dashboard>,
    next: u32,
    next_gadget: u32,
}

impl Default for Dashboards {
    fn default() -> Self {
        let system = Dashboard {
            id: SYSTEM,
            name: "System Dashboard".to_owned(),
            description: String::new(),
            owner: None,
            favourites: BTreeSet::new(),
            shares: Vec::new(),
            gadgets: Vec::new(),
        };
        let mut dashboards = Self { list: Vec::new(), next: SYSTEM + 100, next_gadget: 10_000 };
        let mut system = system;
        for (title, module, place) in [
            ("Introduction", "com.atlassian.jira.gadgets:introduction-dashboard-item", (0, 0)),
            ("Assigned to Me", "com.atlassian.jira.gadgets:assigned-to-me-dashboard-item", (1, 0)),
            ("Activity Stream", "com.atlassian.streams.streams-jira-plugin:activitystream-gadget", (1, 1)),
        ] {
            let id = dashboards.take_gadget();
            system.gadgets.push(Gadget {
                id,
                title: title.to_owned(),
                color: "blue".to_owned(),
                uri: None,
                module: Some(module.to_owned()),
                place,
                properties: BTreeMap::new(),
            });
        }
        dashboards.list.push(system);
        dashboards
    }
}

impl Dashboards {
    /// The id of the next dashboard.
    pub(crate) fn take_id(&mut self) -> u32 {
        self.next += 1;
        self.next - 1
    }

    /// The id of the next gadget.
    pub(crate) fn take_gadget(&mut self) -> u32 {
        self.next_gadget += 1;
        self.next_gadget - 1
    }

    /// The dashboard with an id, to change it.
    pub(crate) fn get_mut(&mut self, id: u32) -> Option<&mut Dashboard> {
        self.list.iter_mut().find(|dashboard| dashboard.id == id)
    }
}
