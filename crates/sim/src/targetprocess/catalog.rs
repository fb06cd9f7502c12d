//! Targetprocess's settings: people, projects, processes with their states, priorities, roles, custom fields.
//!
//! Small tables that items point into. What the simulator starts with is in [`super::seed`].

use crate::frame::call::Person;
use crate::frame::table::{Row, Table};
use crate::targetprocess::schema::Kind;

/// A person with an account.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) id: u32,
    pub(crate) login: Box<str>,
    pub(crate) first: Box<str>,
    pub(crate) last: Box<str>,
    pub(crate) email: Box<str>,
    pub(crate) admin: bool,
    pub(crate) role: Row<Role>,
}

/// A process: the set of practices, states and priorities a project uses.
#[derive(Clone, Debug)]
pub(crate) struct Process {
    pub(crate) id: u32,
    pub(crate) name: Box<str>,
}

/// A project.
#[derive(Clone, Debug)]
pub(crate) struct Project {
    pub(crate) id: u32,
    pub(crate) name: Box<str>,
    pub(crate) short: Box<str>,
    pub(crate) process: Row<Process>,
    pub(crate) owner: Person,
    pub(crate) created: i64,
}

/// A release or an iteration of a project.
#[derive(Clone, Debug)]
pub(crate) struct Span {
    pub(crate) id: u32,
    pub(crate) name: Box<str>,
    pub(crate) project: Row<Project>,
    /// The release an iteration belongs to; `None` for a release itself.
    pub(crate) release: Option<Row<Span>>,
    pub(crate) start: i64,
    pub(crate) end: i64,
}

/// A workflow state of one entity type in one process.
#[derive(Clone, Debug)]
pub(crate) struct State {
    pub(crate) id: u32,
    pub(crate) name: Box<str>,
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

/// What a custom field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Text,
    Number,
    DropDown,
    MultipleSelectionList,
    CheckBox,
}

impl Shape {
    /// The field type's name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Text => "Text",
            Self::Number => "Number",
            Self::DropDown => "DropDown",
            Self::MultipleSelectionList => "MultipleSelectionList",
            Self::CheckBox => "CheckBox",
        }
    }
}

/// A custom field of one entity type in one process.
#[derive(Clone, Debug)]
pub(crate) struct CustomField {
    pub(crate) id: u32,
    pub(crate) name: Box<str>,
    pub(crate) shape: Shape,
    pub(crate) options: Vec<Box<str>>,
    pub(crate) process: Row<Process>,
    pub(crate) kind: Kind,
}

/// All settings.
#[derive(Clone, Debug, Default)]
pub(crate) struct Catalog {
    pub(crate) people: Vec<Account>,
    pub(crate) processes: Table<Process>,
    pub(crate) projects: Table<Project>,
    pub(crate) releases: Table<Span>,
    pub(crate) iterations: Table<Span>,
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
