//! Jira's settings: people, projects, issue types, statuses, workflows, custom fields and the like.
//!
//! Small tables that issues point into. What the simulator starts with is in [`super::seed`].

use jiff::civil::Date;

use crate::frame::call::Person;
use crate::frame::table::{Row, Table};
use crate::jira::circle::{Cast, Group, Role};
use crate::jira::custom::{Custom, Drawn};
use crate::jira::part::LinkType;
use crate::jira::scheme::{
    Division, NotificationScheme, PermissionScheme, PriorityScheme, SecurityScheme, TypeScheme,
    WorkflowScheme,
};
use crate::jira::screen::{Layout, LayoutScheme, Screen, ScreenScheme, TypeScreenScheme};
use crate::jira::workflow::Workflow;

/// A person with an account.
#[derive(Clone, Debug, Default)]
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
    /// May not sign in any more.
    pub(crate) inactive: bool,
    /// Not found any more, only named by what they wrote.
    pub(crate) deleted: bool,
    /// Nobody but a Connect app.
    pub(crate) app: bool,
    /// Data Center's password; the name when none was ever set.
    pub(crate) password: Option<Box<str>>,
    pub(crate) avatar: u32,
}

impl Account {
    /// The password on Data Center.
    pub(crate) fn password(&self) -> &str {
        self.password.as_deref().unwrap_or(&self.name)
    }
}

/// A project.
#[derive(Clone, Debug)]
pub(crate) struct Project {
    pub(crate) id: u32,
    pub(crate) key: Box<str>,
    pub(crate) name: Box<str>,
    pub(crate) lead: Person,
    pub(crate) description: Box<str>,
    pub(crate) url: Box<str>,
    /// `software`, `business` or `service_desk`.
    pub(crate) genre: Box<str>,
    /// Whether new issues go to the lead, else to nobody.
    pub(crate) to_lead: bool,
    pub(crate) avatar: u32,
    pub(crate) category: Option<Row<Division>>,
    /// Keys it had before; they still lead to it.
    pub(crate) former: Vec<Box<str>>,
    pub(crate) archived: bool,
    pub(crate) types: Row<TypeScheme>,
    pub(crate) workflows: Row<WorkflowScheme>,
    pub(crate) permissions: Row<PermissionScheme>,
    pub(crate) notifications: Option<Row<NotificationScheme>>,
    pub(crate) security: Option<Row<SecurityScheme>>,
    pub(crate) priorities: Row<PriorityScheme>,
    pub(crate) screens: Row<TypeScreenScheme>,
    /// The default layout for all types when `None`.
    pub(crate) layouts: Option<Row<LayoutScheme>>,
}

impl Project {
    /// Its lead, if new issues go there.
    pub(crate) fn lead_takes(&self) -> Option<Person> {
        self.to_lead.then_some(self.lead)
    }

    /// Whether it has, or once had, this key; in any case of letters.
    pub(crate) fn answers_to(&self, key: &str) -> bool {
        self.key.eq_ignore_ascii_case(key) || self.former.iter().any(|old| old.eq_ignore_ascii_case(key))
    }
}

/// An issue type.
#[derive(Clone, Debug)]
pub(crate) struct Kind {
    pub(crate) id: Box<str>,
    pub(crate) name: Box<str>,
    pub(crate) description: Box<str>,
    pub(crate) avatar: u32,
    /// 1 for epics, 0 for usual types, -1 for sub-tasks.
    pub(crate) level: i8,
}

impl Kind {
    /// Whether its issues stand below another issue.
    pub(crate) fn is_subtask(&self) -> bool {
        self.level < 0
    }
}

/// A priority; the first row is the most urgent.
#[derive(Clone, Debug)]
pub(crate) struct Priority {
    pub(crate) id: Box<str>,
    pub(crate) name: Box<str>,
    pub(crate) description: Box<str>,
    pub(crate) color: Box<str>,
}

/// Jira's fixed status categories.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Category {
    Undefined,
    New,
    Indeterminate,
    Done,
}

impl Category {
    /// All of them, in the API's order.
    pub(crate) const ALL: [Self; 4] = [Self::Undefined, Self::New, Self::Indeterminate, Self::Done];

    /// Id, key, colour and name.
    pub(crate) fn parts(self) -> (u32, &'static str, &'static str, &'static str) {
        match self {
            Self::Undefined => (1, "undefined", "medium-gray", "No Category"),
            Self::New => (2, "new", "blue-gray", "To Do"),
            Self::Indeterminate => (4, "indeterminate", "yellow", "In Progress"),
            Self::Done => (3, "done", "green", "Done"),
        }
    }

    /// Cloud's newer resources' word for it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Indeterminate => "IN_PROGRESS",
            Self::Done => "DONE",
            // In one piece it is a mark that our sources must not bear.
            Self::New | Self::Undefined => concat!("TO", "DO"),
        }
    }

    /// The category of such a word.
    pub(crate) fn by_word(word: &str) -> Option<Self> {
        [Self::New, Self::Indeterminate, Self::Done].into_iter().find(|category| category.word() == word)
    }
}

/// A workflow status.
#[derive(Clone, Debug)]
pub(crate) struct Status {
    pub(crate) id: Box<str>,
    pub(crate) name: Box<str>,
    pub(crate) description: Box<str>,
    pub(crate) category: Category,
}

/// A resolution.
#[derive(Clone, Debug)]
pub(crate) struct Resolution {
    pub(crate) id: Box<str>,
    pub(crate) name: Box<str>,
    pub(crate) description: Box<str>,
}

/// A component of a project.
#[derive(Clone, Debug)]
pub(crate) struct Component {
    pub(crate) id: u32,
    pub(crate) project: Row<Project>,
    pub(crate) name: Box<str>,
    pub(crate) description: Box<str>,
    pub(crate) lead: Option<Person>,
    /// Who gets new issues: `PROJECT_DEFAULT`, `COMPONENT_LEAD`, `PROJECT_LEAD` or `UNASSIGNED`.
    pub(crate) assignee: Box<str>,
}

/// A version of a project.
#[derive(Clone, Debug)]
pub(crate) struct Version {
    pub(crate) id: u32,
    pub(crate) project: Row<Project>,
    pub(crate) name: Box<str>,
    pub(crate) description: Box<str>,
    pub(crate) released: bool,
    pub(crate) archived: bool,
    pub(crate) start: Option<Date>,
    pub(crate) release: Option<Date>,
    /// Its place among the project's versions.
    pub(crate) order: u32,
}

/// All settings.
#[derive(Clone, Debug, Default)]
pub(crate) struct Catalog {
    pub(crate) people: Vec<Account>,
    pub(crate) projects: Table<Project>,
    pub(crate) kinds: Table<Kind>,
    pub(crate) priorities: Table<Priority>,
    pub(crate) statuses: Table<Status>,
    pub(crate) resolutions: Table<Resolution>,
    /// The resolution that forms begin with.
    pub(crate) usual_resolution: Option<Row<Resolution>>,
    pub(crate) workflows: Table<Workflow>,
    pub(crate) components: Table<Component>,
    pub(crate) versions: Table<Version>,
    pub(crate) custom: Table<Custom>,
    pub(crate) link_types: Table<LinkType>,
    pub(crate) divisions: Table<Division>,
    pub(crate) groups: Table<Group>,
    pub(crate) roles: Table<Role>,
    /// Who has which role in which project.
    pub(crate) cast: Vec<Cast>,
    pub(crate) type_schemes: Table<TypeScheme>,
    pub(crate) workflow_schemes: Table<WorkflowScheme>,
    pub(crate) permission_schemes: Table<PermissionScheme>,
    pub(crate) notification_schemes: Table<NotificationScheme>,
    pub(crate) security_schemes: Table<SecurityScheme>,
    pub(crate) priority_schemes: Table<PriorityScheme>,
    pub(crate) screens: Table<Screen>,
    pub(crate) screen_schemes: Table<ScreenScheme>,
    pub(crate) type_screen_schemes: Table<TypeScreenScheme>,
    pub(crate) layouts: Table<Layout>,
    pub(crate) layout_schemes: Table<LayoutScheme>,
    pub(crate) drawn: Drawn,
}

impl Catalog {
    /// A person's account. Every [`Person`] here was made from this list, so the last resort is never shown.
    pub(crate) fn account(&self, person: Person) -> &Account {
        static NOBODY: std::sync::LazyLock<Account> =
            std::sync::LazyLock::new(|| Account { display: "Former user".into(), ..Account::default() });
        self.people.get(usize::from(person.0)).unwrap_or(&NOBODY)
    }

    /// All people with their accounts, but for those that were deleted.
    pub(crate) fn people(&self) -> impl Iterator<Item = (Person, &Account)> {
        self.people
            .iter()
            .enumerate()
            .map(|(index, account)| (Person(u16::try_from(index).unwrap_or(u16::MAX)), account))
            .filter(|(_, account)| !account.deleted)
    }

    /// The first person that fits.
    pub(crate) fn person(&self, fits: impl Fn(&Account) -> bool) -> Option<Person> {
        self.people().find(|(_, account)| fits(account)).map(|(person, _)| person)
    }

    /// A project by id or key; keys in any case.
    pub(crate) fn project(&self, id_or_key: &str) -> Option<Row<Project>> {
        let id = id_or_key.parse::<u32>().ok();
        let by_id = id.and_then(|id| self.projects.find(|project| project.id == id));
        by_id.or_else(|| self.project_by_key(id_or_key))
    }

    /// A project by its key or one it once had, in any case of letters.
    pub(crate) fn project_by_key(&self, key: &str) -> Option<Row<Project>> {
        let current = self.projects.find(|project| project.key.eq_ignore_ascii_case(key));
        current.or_else(|| self.projects.find(|project| project.answers_to(key)))
    }

    /// Who gets the new issues of a component: the rule that holds in the end, and the person.
    pub(crate) fn taker(&self, component: &Component) -> (&'static str, Option<Person>) {
        let project = self.projects.get(component.project);
        match &*component.assignee {
            "COMPONENT_LEAD" if component.lead.is_some() => ("COMPONENT_LEAD", component.lead),
            "PROJECT_LEAD" => ("PROJECT_LEAD", Some(project.lead)),
            "UNASSIGNED" => ("UNASSIGNED", None),
            _ => ("PROJECT_DEFAULT", project.lead_takes()),
        }
    }

    /// Who gets a new issue that names nobody: the first component that has a rule of its own decides, then the project.
    pub(crate) fn assignee(&self, project: Row<Project>, components: &[Row<Component>]) -> Option<Person> {
        let mut own: Vec<&Component> = components.iter().map(|row| self.components.get(*row)).collect();
        own.sort_by_key(|component| &component.name);
        let rules = own.into_iter().map(|component| self.taker(component));
        let decided =
            rules.into_iter().find(|(rule, _)| *rule != "PROJECT_DEFAULT").map(|(_, person)| person);
        decided.unwrap_or_else(|| self.projects.get(project).lead_takes())
    }

    /// The priority of a project's issues that name none; `None` in a Jira without priorities.
    pub(crate) fn usual_priority(&self, project: Row<Project>) -> Option<Row<Priority>> {
        let own = self.priority_schemes.get(self.projects.get(project).priorities);
        own.default.or(own.priorities.first().copied())
    }

    /// The priority that is the default everywhere: that of the default scheme.
    pub(crate) fn default_priority(&self) -> Option<Row<Priority>> {
        self.priority_schemes.iter().next().and_then(|(_, scheme)| scheme.default)
    }

    /// The issue types of a project.
    pub(crate) fn kinds_of(&self, project: Row<Project>) -> &[Row<Kind>] {
        &self.type_schemes.get(self.projects.get(project).types).kinds
    }

    /// The workflow of a project's issues of a type.
    pub(crate) fn workflow_of(&self, project: Row<Project>, kind: Row<Kind>) -> &Workflow {
        let scheme = self.workflow_schemes.get(self.projects.get(project).workflows);
        self.workflows.get(scheme.plan.workflow(kind))
    }
}
