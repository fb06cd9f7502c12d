//! Workflows: statuses, the transitions between them, and the rules of these.

use crate::frame::call::Person;
use crate::frame::table::Row;
use crate::jira::catalog::Status;
use crate::jira::circle::Role;
use crate::jira::field::Field;
use crate::jira::issue::Issue;
use crate::jira::screen::Screen;
use crate::jira::site::Site;

/// A workflow: its first status and its transitions.
#[derive(Clone, Debug)]
pub(crate) struct Workflow {
    pub(crate) name: Box<str>,
    pub(crate) description: Box<str>,
    pub(crate) start: Row<Status>,
    /// Statuses that no transition need lead to.
    pub(crate) others: Vec<Row<Status>>,
    pub(crate) transitions: Vec<Transition>,
}

/// One step of a workflow.
#[derive(Clone, Debug)]
pub(crate) struct Transition {
    pub(crate) id: u32,
    pub(crate) name: Box<str>,
    /// Empty is a global transition, from every status.
    pub(crate) from: Vec<Row<Status>>,
    pub(crate) to: Row<Status>,
    /// Without a screen no field may be sent.
    pub(crate) screen: Option<Row<Screen>>,
    /// Who may take it: all must hold.
    pub(crate) conditions: Vec<Condition>,
    /// Fields that must have a value when it is taken. Jira does not tell of these before.
    pub(crate) demands: Vec<Field>,
    pub(crate) functions: Vec<Function>,
}

/// Who may take a transition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Condition {
    Assignee,
    Role(Row<Role>),
}

/// What a transition does besides changing the status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Function {
    AssignReporter,
    /// To the lead of the project.
    AssignLead,
}

impl Transition {
    /// A plain step.
    pub(crate) fn plain(id: u32, name: &str, from: Vec<Row<Status>>, to: Row<Status>) -> Self {
        Self {
            id,
            name: name.into(),
            from,
            to,
            screen: None,
            conditions: Vec::new(),
            demands: Vec::new(),
            functions: Vec::new(),
        }
    }

    /// Whether it leads from every status.
    pub(crate) fn is_global(&self) -> bool {
        self.from.is_empty()
    }

    /// Whether somebody may take it with an issue, as far as its conditions say.
    pub(crate) fn admits(&self, site: &Site, who: Option<Person>, issue: &Issue) -> bool {
        self.conditions.iter().all(|condition| condition.holds(site, who, issue))
    }
}

impl Condition {
    fn holds(&self, site: &Site, who: Option<Person>, issue: &Issue) -> bool {
        let (Some(who), catalog) = (who, &site.catalog) else { return false };
        match self {
            Self::Assignee => issue.assignee == Some(who),
            Self::Role(role) => catalog.has_role(issue.project, *role, who),
        }
    }
}

impl Workflow {
    /// A new workflow.
    pub(crate) fn new(name: &str, start: Row<Status>, transitions: Vec<Transition>) -> Self {
        Self { name: name.into(), description: "".into(), start, others: Vec::new(), transitions }
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
