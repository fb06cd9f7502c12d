//! Jira's settings: people, projects, issue types, statuses, workflows, custom fields and the like.
//!
//! Small tables that issues point into. What the simulator starts with is in [`super::seed`].

use crate::frame::call::Person;
use crate::frame::table::{Row, Table};

/// A person with an account.
#[derive(Debug)]
pub(crate) struct Account {
    /// Login name on Data Center.
    pub(crate) name: Box<str>,
    /// Data Center's stable key, `JIRAUSER10100`.
    pub(crate) key: Box<str>,
    /// Cloud's account id.
    pub(crate) account_id: Box<str>,
    pub(crate) email: Box<str>,
    pub(crate) display: Box<str>,
    pub(crate) admin: bool,
}

/// A project.
#[derive(Debug)]
pub(crate) struct Project {
    pub(crate) id: u32,
    pub(crate) key: Box<str>,
    pub(crate) name: Box<str>,
    pub(crate) lead: Person,
    pub(crate) workflow: Row<Workflow>,
    pub(crate) kinds: Vec<Row<Kind>>,
}

/// An issue type.
#[derive(Debug)]
pub(crate) struct Kind {
    pub(crate) id: Box<str>,
    pub(crate) name: Box<str>,
    pub(crate) description: Box<str>,
    pub(crate) avatar: u32,
}

/// A priority; the first row is the most urgent.
#[derive(Debug)]
pub(crate) struct Priority {
    pub(crate) id: Box<str>,
    pub(crate) name: Box<str>,
    pub(crate) color: &'static str,
}

/// Jira's fixed status categories.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Category {
    New,
    Indeterminate,
    Done,
}

impl Category {
    /// Id, key, colour and name.
    pub(crate) fn parts(self) -> (u32, &'static str, &'static str, &'static str) {
        match self {
            Self::New => (2, "new", "blue-gray", "To Do"),
            Self::Indeterminate => (4, "indeterminate", "yellow", "In Progress"),
            Self::Done => (3, "done", "green", "Done"),
        }
    }
}

/// A workflow status.
#[derive(Debug)]
pub(crate) struct Status {
    pub(crate) id: Box<str>,
    pub(crate) name: Box<str>,
    pub(crate) category: Category,
}

/// A resolution.
#[derive(Debug)]
pub(crate) struct Resolution {
    pub(crate) id: Box<str>,
    pub(crate) name: Box<str>,
    pub(crate) description: Box<str>,
}

/// A workflow: its first status and its transitions.
#[derive(Debug)]
pub(crate) struct Workflow {
    pub(crate) start: Row<Status>,
    pub(crate) transitions: Vec<Transition>,
}

impl Workflow {
    /// The transitions that leave a status, in order.
    pub(crate) fn leaving(&self, status: Row<Status>) -> impl Iterator<Item = &Transition> {
        self.transitions.iter().filter(move |transition| transition.from.is_none_or(|from| from == status))
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

/// One step of a workflow.
#[derive(Debug)]
pub(crate) struct Transition {
    pub(crate) id: u32,
    pub(crate) name: Box<str>,
    /// `None` is a global transition, from every status.
    pub(crate) from: Option<Row<Status>>,
    pub(crate) to: Row<Status>,
    /// Whether a screen with a required resolution is shown; without a screen no field may be sent.
    pub(crate) screen: bool,
}

/// A component of a project.
#[derive(Debug)]
pub(crate) struct Component {
    pub(crate) id: u32,
    pub(crate) project: Row<Project>,
    pub(crate) name: Box<str>,
}

/// A version of a project.
#[derive(Debug)]
pub(crate) struct Version {
    pub(crate) id: u32,
    pub(crate) project: Row<Project>,
    pub(crate) name: Box<str>,
    pub(crate) released: bool,
}

/// What a custom field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Text,
    Area,
    Number,
    Select,
    MultiSelect,
}

impl Shape {
    /// The key of the field type, as `schema.custom` shows it.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Text => "com.atlassian.jira.plugin.system.customfieldtypes:textfield",
            Self::Area => "com.atlassian.jira.plugin.system.customfieldtypes:textarea",
            Self::Number => "com.atlassian.jira.plugin.system.customfieldtypes:float",
            Self::Select => "com.atlassian.jira.plugin.system.customfieldtypes:select",
            Self::MultiSelect => "com.atlassian.jira.plugin.system.customfieldtypes:multiselect",
        }
    }
}

/// A custom field.
#[derive(Debug)]
pub(crate) struct Custom {
    pub(crate) number: u32,
    /// `customfield_` and the number.
    pub(crate) id: Box<str>,
    pub(crate) name: Box<str>,
    pub(crate) shape: Shape,
    /// A select's options: id and value.
    pub(crate) options: Vec<(u32, Box<str>)>,
}

/// All settings.
#[derive(Debug, Default)]
pub(crate) struct Catalog {
    pub(crate) people: Vec<Account>,
    pub(crate) projects: Table<Project>,
    pub(crate) kinds: Table<Kind>,
    pub(crate) priorities: Table<Priority>,
    pub(crate) statuses: Table<Status>,
    pub(crate) resolutions: Table<Resolution>,
    pub(crate) workflows: Table<Workflow>,
    pub(crate) components: Table<Component>,
    pub(crate) versions: Table<Version>,
    pub(crate) custom: Table<Custom>,
}

impl Catalog {
    /// A person's account. Every [`Person`] here was made from this list, so the last resort is never shown.
    pub(crate) fn account(&self, person: Person) -> &Account {
        static NOBODY: std::sync::LazyLock<Account> = std::sync::LazyLock::new(|| Account {
            name: "".into(),
            key: "".into(),
            account_id: "".into(),
            email: "".into(),
            display: "Former user".into(),
            admin: false,
        });
        self.people.get(usize::from(person.0)).unwrap_or(&NOBODY)
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

    /// A project by id or key; keys in any case.
    pub(crate) fn project(&self, id_or_key: &str) -> Option<Row<Project>> {
        let id = id_or_key.parse().ok();
        self.projects.find(|project| Some(project.id) == id || project.key.eq_ignore_ascii_case(id_or_key))
    }
}
