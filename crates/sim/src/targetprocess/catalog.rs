//! Targetprocess's settings: people, projects, processes with their states, priorities, roles, custom fields.
//!
//! Small tables that items point into. What the simulator starts with is in [`super::seed`]; people are in
//! [`super::account`], custom fields in [`super::custom`].

use crate::frame::call::Person;
use crate::frame::table::{Name, Row, Table};
use crate::targetprocess::account::Account;
use crate::targetprocess::custom::CustomField;
use crate::targetprocess::schema::Kind;

/// A process: the set of practices, states and priorities a project uses.
#[derive(Clone, Debug)]
pub(crate) struct Process {
    pub(crate) id: u32,
    pub(crate) name: Box<str>,
}

/// What projects, releases, teams and the like have in common: they are Generals as items are, without a workflow.
#[derive(Clone, Debug)]
pub(crate) struct Base {
    pub(crate) id: u32,
    pub(crate) name: Box<str>,
    /// HTML.
    pub(crate) description: Option<Box<str>>,
    pub(crate) start: Option<i64>,
    pub(crate) end: Option<i64>,
    pub(crate) created: i64,
    pub(crate) modified: i64,
    pub(crate) commented: Option<(i64, Person)>,
    pub(crate) owner: Person,
    pub(crate) editor: Person,
    pub(crate) tags: Vec<Name>,
    pub(crate) version: u32,
    /// Ids of comments and files, oldest first.
    pub(crate) comments: Vec<u32>,
    pub(crate) attachments: Vec<u32>,
    /// When it was deleted; nobody finds it then.
    pub(crate) deleted: Option<i64>,
}

impl Base {
    /// A new one.
    pub(crate) fn new(id: u32, name: &str, owner: Person, created: i64) -> Self {
        Self {
            id,
            name: name.into(),
            description: None,
            start: None,
            end: None,
            created,
            modified: created,
            commented: None,
            owner,
            editor: owner,
            tags: Vec::new(),
            version: 1,
            comments: Vec::new(),
            attachments: Vec::new(),
            deleted: None,
        }
    }
}

/// A project.
#[derive(Clone, Debug)]
pub(crate) struct Project {
    pub(crate) base: Base,
    pub(crate) short: Box<str>,
    pub(crate) process: Row<Process>,
    pub(crate) active: bool,
    pub(crate) color: Option<Box<str>>,
}

/// A release, an iteration, a team iteration or a milestone: something with a beginning and an end.
#[derive(Clone, Debug)]
pub(crate) struct Span {
    pub(crate) base: Base,
    /// A team iteration and a milestone need none.
    pub(crate) project: Option<Row<Project>>,
    /// The release an iteration belongs to.
    pub(crate) release: Option<Row<Span>>,
    /// The team of a team iteration.
    pub(crate) team: Option<Row<Team>>,
    pub(crate) velocity: f64,
}

/// A team.
#[derive(Clone, Debug)]
pub(crate) struct Team {
    pub(crate) base: Base,
    pub(crate) emoji: Option<Box<str>>,
    pub(crate) active: bool,
    pub(crate) projects: Vec<Row<Project>>,
}

/// A workflow: the states of one entity type in one process.
#[derive(Clone, Debug)]
pub(crate) struct Workflow {
    pub(crate) id: u32,
    pub(crate) name: Box<str>,
    pub(crate) process: Row<Process>,
    pub(crate) kind: Kind,
}

/// A state of a workflow.
#[derive(Clone, Debug)]
pub(crate) struct State {
    pub(crate) id: u32,
    pub(crate) name: Box<str>,
    pub(crate) workflow: Row<Workflow>,
    pub(crate) process: Row<Process>,
    pub(crate) kind: Kind,
    pub(crate) initial: bool,
    pub(crate) last: bool,
    pub(crate) planned: bool,
    pub(crate) comment_required: bool,
    pub(crate) rank: f64,
    pub(crate) next: Vec<Row<State>>,
}

/// A priority or severity; priorities exist per entity type.
#[derive(Clone, Debug)]
pub(crate) struct Priority {
    pub(crate) id: u32,
    pub(crate) name: Box<str>,
    /// 1 is the most important.
    pub(crate) importance: u32,
    pub(crate) kind: Kind,
}

/// A role people are assigned in.
#[derive(Clone, Debug)]
pub(crate) struct Role {
    pub(crate) id: u32,
    pub(crate) name: Box<str>,
    /// Whether people of this role give estimates.
    pub(crate) has_effort: bool,
}

/// An entity type.
#[derive(Clone, Debug)]
pub(crate) struct EntityType {
    pub(crate) id: u32,
    pub(crate) kind: Kind,
}

/// A type of relation.
#[derive(Clone, Debug)]
pub(crate) struct RelationType {
    pub(crate) id: u32,
    pub(crate) name: Box<str>,
}

/// All settings.
#[derive(Clone, Debug, Default)]
pub(crate) struct Catalog {
    pub(crate) people: Vec<Account>,
    pub(crate) processes: Table<Process>,
    pub(crate) workflows: Table<Workflow>,
    pub(crate) projects: Table<Project>,
    pub(crate) releases: Table<Span>,
    pub(crate) iterations: Table<Span>,
    pub(crate) team_iterations: Table<Span>,
    pub(crate) milestones: Table<Span>,
    pub(crate) teams: Table<Team>,
    pub(crate) states: Table<State>,
    pub(crate) priorities: Table<Priority>,
    pub(crate) severities: Table<Priority>,
    pub(crate) roles: Table<Role>,
    pub(crate) entity_types: Table<EntityType>,
    pub(crate) relation_types: Table<RelationType>,
    pub(crate) custom: Table<CustomField>,
}

impl Catalog {
    /// A person's account; every [`Person`] here was made from this list.
    pub(crate) fn account(&self, person: Person) -> Option<&Account> {
        self.people.get(usize::from(person.0))
    }

    /// All people with their accounts.
    pub(crate) fn people(&self) -> impl Iterator<Item = (Person, &Account)> {
        self.people
            .iter()
            .enumerate()
            .map(|(index, account)| (Person(u16::try_from(index).unwrap_or(u16::MAX)), account))
    }

    /// The first person that fits.
    pub(crate) fn person(&self, fits: impl Fn(&Account) -> bool) -> Option<Person> {
        self.people().find(|(_, account)| fits(account)).map(|(person, _)| person)
    }

    /// A person's login name.
    pub(crate) fn login(&self, person: Person) -> &str {
        self.account(person).map_or("", |account| &account.login)
    }

    /// The entity type of a kind.
    pub(crate) fn entity_type(&self, kind: Kind) -> Option<Row<EntityType>> {
        self.entity_types.find(|found| found.kind == kind)
    }

    /// The states of a kind of item in a process, in order.
    pub(crate) fn states_of(
        &self,
        process: Row<Process>,
        kind: Kind,
    ) -> impl Iterator<Item = (Row<State>, &State)> {
        self.states.iter().filter(move |(_, state)| state.process == process && state.kind == kind)
    }

    /// A shortest way from one state to another, without the first; `None` when there is none.
    pub(crate) fn path(&self, from: Row<State>, to: Row<State>) -> Option<Vec<Row<State>>> {
        let mut ways = vec![vec![from]];
        let mut next = 0;
        while let Some(way) = ways.get(next).cloned() {
            let at = *way.last()?;
            if at == to {
                return way.get(1..).map(<[_]>::to_vec);
            }
            next += 1;
            for step in &self.states.get(at).next {
                if !ways.iter().any(|known| known.last() == Some(step)) {
                    ways.push([way.as_slice(), &[*step]].concat());
                }
            }
        }
        None
    }
}
