//! What is set for a Jira as a whole: its banner, its application properties, how time is counted; and its audit log.

use std::collections::{BTreeMap, BTreeSet};

use crate::frame::call::Person;
use crate::frame::table::Row;
use crate::jira::catalog::Project;
use crate::jira::site::Site;
use crate::jira::span::Pace;

/// How many audit records are kept; Jira drops the oldest as well ("Retention period").
const RECORDS: usize = 10_000;

/// A message over every page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Banner {
    pub(crate) message: String,
    pub(crate) enabled: bool,
    pub(crate) dismissible: bool,
    /// Only those who signed in see it.
    pub(crate) private: bool,
}

/// An entry of the audit log.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) id: u32,
    pub(crate) at: i64,
    pub(crate) who: Person,
    /// What was done, in words: "Project created".
    pub(crate) summary: &'static str,
    /// The part of Jira: "projects", "user management".
    pub(crate) category: &'static str,
    /// What it was done to: id, name, and `PROJECT`, `USER`, `GROUP` or `SCHEME`.
    pub(crate) object: (String, String, &'static str),
}

/// All of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Instance {
    pub(crate) banner: Banner,
    /// Application properties that were changed, by key.
    pub(crate) properties: BTreeMap<String, String>,
    pub(crate) pace: Pace,
    /// Addresses that projects send from, by project id.
    pub(crate) senders: BTreeMap<u32, String>,
    /// The groups that use the application; those that come with Jira when empty.
    pub(crate) application: Vec<String>,
    /// Features of projects that were turned off, by project id and feature.
    pub(crate) features_off: BTreeSet<(u32, String)>,
    /// When Data Center's index was last made anew, and how.
    pub(crate) reindexed: Option<(i64, &'static str)>,
    records: Vec<Record>,
    ever: u32,
}

impl Instance {
    /// Notes what an administrator did.
    pub(crate) fn note(
        &mut self,
        (at, who): (i64, Person),
        (summary, category): (&'static str, &'static str),
        object: (String, String, &'static str),
    ) {
        self.ever += 1;
        if self.records.len() >= RECORDS {
            self.records.remove(0);
        }
        self.records.push(Record { id: self.ever, at, who, summary, category, object });
    }

    /// The audit log, the latest first.
    pub(crate) fn records(&self) -> impl Iterator<Item = &Record> {
        self.records.iter().rev()
    }
}

impl Site {
    /// Notes in the audit log what somebody did to something: its id, name and kind.
    pub(crate) fn audit(
        &mut self,
        who: Person,
        what: (&'static str, &'static str),
        object: (String, String, &'static str),
    ) {
        let at = self.frame.clock.now();
        self.instance.note((at, who), what, object);
    }

    /// The same for a project.
    pub(crate) fn audit_project(&mut self, who: Person, summary: &'static str, row: Row<Project>) {
        let project = self.catalog.projects.get(row);
        let object = (project.id.to_string(), project.name.to_string(), "PROJECT");
        self.audit(who, (summary, "projects"), object);
    }

    /// The same for a person.
    pub(crate) fn audit_person(&mut self, who: Person, summary: &'static str, person: Person) {
        let account = self.catalog.account(person);
        let object = (account.account_id.to_string(), account.name.to_string(), "USER");
        self.audit(who, (summary, "user management"), object);
    }
}
