//! Workflows: statuses, and the transitions between them. Their rules are in [`super::rule`].

use std::collections::BTreeMap;

use crate::frame::call::Person;
use crate::frame::table::Row;
use crate::jira::catalog::{Catalog, Status};
use crate::jira::field::Field;
use crate::jira::issue::Issue;
use crate::jira::rule::{Conditions, Rule, VALIDATE};
use crate::jira::screen::Screen;
use crate::jira::site::Site;

/// The name of the workflow that every Jira has and that cannot be deleted.
pub(crate) const DEFAULT: &str = "jira";
/// The property that says whether issues in a status can be edited.
pub(crate) const EDITABLE: &str = "jira.issue.editable";

/// Texts by name, of a status in a workflow or of a transition.
pub(crate) type Notes = BTreeMap<Box<str>, Box<str>>;

/// A workflow: its first status and its transitions.
#[derive(Clone, Debug)]
pub(crate) struct Workflow {
    /// Cloud's entity id, a UUID.
    pub(crate) id: Box<str>,
    pub(crate) name: Box<str>,
    pub(crate) description: Box<str>,
    pub(crate) start: Row<Status>,
    /// Statuses that no transition need lead to.
    pub(crate) others: Vec<Row<Status>>,
    /// Properties of its statuses; those without any are not here.
    pub(crate) notes: Vec<(Row<Status>, Notes)>,
    pub(crate) transitions: Vec<Transition>,
    /// How often it was changed.
    pub(crate) version: u32,
    pub(crate) created: i64,
    pub(crate) updated: i64,
}

/// One step of a workflow.
#[derive(Clone, Debug)]
pub(crate) struct Transition {
    pub(crate) id: u32,
    pub(crate) name: Box<str>,
    pub(crate) description: Box<str>,
    /// Empty is a global transition, from every status.
    pub(crate) from: Vec<Row<Status>>,
    pub(crate) to: Row<Status>,
    /// Without a screen no field may be sent.
    pub(crate) screen: Option<Row<Screen>>,
    /// Who may take it.
    pub(crate) conditions: Conditions,
    /// What must hold when it is taken. Jira does not tell of these before.
    pub(crate) validators: Vec<Rule>,
    /// What it does besides.
    pub(crate) actions: Vec<Rule>,
    pub(crate) properties: Notes,
}

impl Transition {
    /// A plain step.
    pub(crate) fn plain(id: u32, name: &str, from: Vec<Row<Status>>, to: Row<Status>) -> Self {
        Self {
            id,
            name: name.into(),
            description: "".into(),
            from,
            to,
            screen: None,
            conditions: Conditions::default(),
            validators: Vec::new(),
            actions: Vec::new(),
            properties: Notes::new(),
        }
    }

    /// Whether it leads from every status.
    pub(crate) fn is_global(&self) -> bool {
        self.from.is_empty()
    }

    /// Whether somebody may take it with an issue, as far as its conditions say.
    pub(crate) fn admits(&self, site: &Site, who: Option<Person>, issue: &Issue) -> bool {
        self.conditions.admit(site, who, issue)
    }

    /// Fields that must hold something when it is taken, each with the words for when it does not.
    pub(crate) fn demands(&self, catalog: &Catalog) -> Vec<(Field, Option<&str>)> {
        let rules = self.validators.iter();
        let rules = rules.filter(|rule| *rule.key == *VALIDATE && rule.get("ruleType") == "fieldRequired");
        rules
            .flat_map(|rule| {
                let words = Some(rule.get("errorMessage")).filter(|words| !words.is_empty());
                rule.list("fieldsRequired").map(move |id| (id, words))
            })
            .filter_map(|(id, words)| Some((Field::of(id, catalog, true)?, words)))
            .collect()
    }
}

impl Workflow {
    /// A new workflow.
    pub(crate) fn new(id: u32, name: &str, start: Row<Status>, transitions: Vec<Transition>) -> Self {
        Self {
            id: format!("d7178e8d-bf6c-4c0c-9e90-{id:012}").into(),
            name: name.into(),
            description: "".into(),
            start,
            others: Vec::new(),
            notes: Vec::new(),
            transitions,
            version: 0,
            created: 0,
            updated: 0,
        }
    }

    /// Its statuses, the first one first.
    pub(crate) fn statuses(&self) -> Vec<Row<Status>> {
        let mut statuses = vec![self.start];
        let steps = self.transitions.iter();
        let steps = steps.flat_map(|step| step.from.iter().copied().chain([step.to]));
        for status in steps.chain(self.others.iter().copied()) {
            if !statuses.contains(&status) {
                statuses.push(status);
            }
        }
        statuses
    }

    /// The properties of a status.
    pub(crate) fn notes_of(&self, status: Row<Status>) -> Option<&Notes> {
        self.notes.iter().find(|(own, _)| *own == status).map(|(_, notes)| notes)
    }

    /// Whether issues in a status can be edited.
    pub(crate) fn is_editable(&self, status: Row<Status>) -> bool {
        let note = self.notes_of(status).and_then(|notes| notes.get(EDITABLE));
        note.is_none_or(|value| &**value != "false")
    }

    /// The transitions that leave a status, in order.
    pub(crate) fn leaving(&self, status: Row<Status>) -> impl Iterator<Item = &Transition> {
        self.transitions.iter().filter(move |step| step.is_global() || step.from.contains(&status))
    }

    /// The transitions of a shortest way from one status to another; `None` when there is no way.
    pub(crate) fn path(&self, from: Row<Status>, to: Row<Status>) -> Option<Vec<&Transition>> {
        let mut ways: Vec<(Row<Status>, Vec<&Transition>)> = vec![(from, Vec::new())];
        let mut next = 0;
        while let Some((at, way)) = ways.get(next).cloned() {
            if at == to {
                return Some(way);
            }
            next += 1;
            for transition in self.leaving(at) {
                if !ways.iter().any(|(reached, _)| *reached == transition.to) {
                    ways.push((transition.to, [way.as_slice(), &[transition]].concat()));
                }
            }
        }
        None
    }
}
