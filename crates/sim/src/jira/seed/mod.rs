//! What a fresh simulator holds: people, two projects with their workflows, custom fields.
//!
//! The issues are drawn in [`issues`].

pub(crate) mod agile;
mod circles;
pub(crate) mod issues;
pub(crate) mod schemes;

use crate::frame::call::Person;
use crate::frame::table::Row;
use crate::jira::catalog::{
    Account, Catalog, Category, Component, Custom, Kind, Priority, Project, Resolution, Shape, Status,
    Transition, Version, Workflow,
};
use crate::jira::scheme::{NotificationScheme, PermissionScheme, PriorityScheme, TypeScheme, WorkflowScheme};

/// The ready-made people.
const PEOPLE: &[(&str, &str, bool)] =
    &[("admin", "Alex Admin", true), ("ada", "Ada Byron", false), ("bob", "Bob Kahn", false)];

const ADMIN: Person = Person(0);
const ADA: Person = Person(1);
const BOB: Person = Person(2);

/// The settings.
pub(crate) fn catalog() -> Catalog {
    let mut catalog = Catalog::default();
    for (number, (name, display, admin)) in PEOPLE.iter().enumerate() {
        catalog.people.push(Account {
            name: (*name).into(),
            key: format!("JIRAUSER{}", 10_100 + number).into(),
            account_id: format!("712020:5f0c0000-0000-4000-8000-{:012}", number + 1).into(),
            email: format!("{name}@example.com").into(),
            display: (*display).into(),
            admin: *admin,
            avatar: 10_100 + u32::try_from(number).unwrap_or_default(),
            ..Account::default()
        });
    }
    circles::add(&mut catalog);
    for (id, name, color) in [
        ("1", "Highest", "#d04437"),
        ("2", "High", "#f15C75"),
        ("3", "Medium", "#f79232"),
        ("4", "Low", "#707070"),
        ("5", "Lowest", "#999999"),
    ] {
        catalog.priorities.add(Priority {
            id: id.into(),
            name: name.into(),
            description: "".into(),
            color: color.into(),
        });
    }
    for (id, name, description) in [
        ("10000", "Done", "Work has been completed on this issue."),
        ("10001", "Won't Do", "This issue won't be actioned."),
        ("10002", "Duplicate", "The problem is a duplicate of an existing issue."),
    ] {
        catalog.resolutions.add(Resolution {
            id: id.into(),
            name: name.into(),
            description: description.into(),
        });
    }
    let kinds = kinds(&mut catalog);
    schemes::add(&mut catalog);
    let (strict, open) = workflows(&mut catalog);
    for (id, key, name, lead, workflow) in
        [(10_000, "ACME", "Acme", ADA, strict), (10_001, "OPS", "Operations", BOB, open)]
    {
        let types = schemes::types(&mut catalog, &format!("{key}: Scrum Issue Type Scheme"), kinds.to_vec());
        let workflows = schemes::workflows(
            &mut catalog,
            &format!("{key}: Software Simplified Workflow Scheme"),
            workflow,
        );
        if let Some(usual) = Usual::of(&catalog, types, workflows) {
            let project = catalog.projects.add(usual.project((id, key, name), lead));
            catalog.give_defaults(project);
            parts(&mut catalog, project, id);
        }
    }
    custom(&mut catalog);
    catalog
}

/// The issue types.
fn kinds(catalog: &mut Catalog) -> [Row<Kind>; 5] {
    [
        ("10001", "Story", "A feature expressed as a goal of a user.", 10_315, 0),
        ("10002", "Task", "A piece of work.", 10_318, 0),
        ("10003", "Bug", "Something that does not work as it should.", 10_303, 0),
        ("10004", "Sub-task", "A part of another issue.", 10_316, -1),
        ("10000", "Epic", "A large piece of work that is broken down.", 10_307, 1),
    ]
    .map(|(id, name, description, avatar, level)| {
        let (id, name, description) = (id.into(), name.into(), description.into());
        catalog.kinds.add(Kind { id, name, description, avatar, level })
    })
}

/// Two workflows: a strict one where done is reached through review and asks for a resolution, and an open one.
fn workflows(catalog: &mut Catalog) -> (Row<Workflow>, Row<Workflow>) {
    let [todo, progress, review, done] = [
        ("10000", "To Do", Category::New),
        ("3", "In Progress", Category::Indeterminate),
        ("10001", "In Review", Category::Indeterminate),
        ("10002", "Done", Category::Done),
    ]
    .map(|(id, name, category)| {
        let (id, name, description) = (id.into(), name.into(), "".into());
        catalog.statuses.add(Status { id, name, description, category })
    });
    let step = |id, name: &str, from, to, screen| Transition { id, name: name.into(), from, to, screen };
    let strict = vec![
        step(11, "Start Progress", Some(todo), progress, false),
        step(21, "Send to Review", Some(progress), review, false),
        step(31, "Done", Some(review), done, true),
        step(41, "Back to To Do", Some(progress), todo, false),
        step(51, "Rework", Some(review), progress, false),
        step(61, "Reopen", Some(done), progress, false),
    ];
    let open = vec![
        step(11, "To Do", None, todo, false),
        step(21, "In Progress", None, progress, false),
        step(31, "Done", None, done, false),
    ];
    let mut add = |name: &str, transitions| {
        let (name, description) = (name.into(), "".into());
        catalog.workflows.add(Workflow { name, description, start: todo, transitions })
    };
    (
        add("Software workflow for Project ACME", strict),
        add("Software Simplified Workflow for Project OPS", open),
    )
}

/// What a project is made of besides its own schemes.
pub(crate) struct Usual {
    pub(crate) types: Row<TypeScheme>,
    pub(crate) workflows: Row<WorkflowScheme>,
    pub(crate) permissions: Row<PermissionScheme>,
    pub(crate) notifications: Option<Row<NotificationScheme>>,
    pub(crate) priorities: Row<PriorityScheme>,
}

impl Usual {
    /// The first scheme of each kind; `None` in a Jira without any, which there is not.
    pub(crate) fn of(
        catalog: &Catalog,
        types: Row<TypeScheme>,
        workflows: Row<WorkflowScheme>,
    ) -> Option<Self> {
        Some(Self {
            types,
            workflows,
            permissions: catalog.permission_schemes.iter().next()?.0,
            notifications: catalog.notification_schemes.iter().next().map(|(row, _)| row),
            priorities: catalog.priority_schemes.iter().next()?.0,
        })
    }

    /// A software project with these schemes.
    pub(crate) fn project(self, (id, key, name): (u32, &str, &str), lead: Person) -> Project {
        Project {
            id,
            key: key.into(),
            name: name.into(),
            lead,
            description: "".into(),
            url: "".into(),
            genre: "software".into(),
            to_lead: false,
            avatar: 10_400 + id % 16,
            category: None,
            former: Vec::new(),
            archived: false,
            types: self.types,
            workflows: self.workflows,
            permissions: self.permissions,
            notifications: self.notifications,
            security: None,
            priorities: self.priorities,
        }
    }
}

fn parts(catalog: &mut Catalog, project: Row<Project>, id: u32) {
    for (id, name) in [(id, "API"), (id + 100, "Web")] {
        let (name, description, assignee) = (name.into(), "".into(), "PROJECT_DEFAULT".into());
        catalog.components.add(Component { id, project, name, description, lead: None, assignee });
    }
    for (order, id, name, released) in [(0, id, "1.0", true), (1, id + 100, "2.0", false)] {
        catalog.versions.add(Version {
            id,
            project,
            name: name.into(),
            description: "".into(),
            released,
            archived: false,
            start: None,
            release: None,
            order,
        });
    }
}

fn custom(catalog: &mut Catalog) {
    let options =
        |first: u32, names: &[&str]| (first..).zip(names.iter().map(|name| (*name).into())).collect();
    for (number, name, shape, options) in [
        (10_010, "Customer", Shape::Text, Vec::new()),
        (10_011, "Story Points", Shape::Number, Vec::new()),
        (10_012, "Severity", Shape::Select, options(10_020, &["Critical", "Major", "Minor"])),
        (10_013, "Platforms", Shape::MultiSelect, options(10_030, &["Linux", "macOS", "Windows"])),
        (10_014, "Acceptance", Shape::Area, Vec::new()),
        (10_100, "Epic Link", Shape::EpicLink, Vec::new()),
        (10_101, "Epic Status", Shape::EpicStatus, options(10_040, &["To Do", "In Progress", "Done"])),
        (10_102, "Epic Name", Shape::EpicName, Vec::new()),
        (10_103, "Epic Colour", Shape::EpicColor, Vec::new()),
        (10_104, "Sprint", Shape::Sprint, Vec::new()),
        (10_105, "Rank", Shape::Rank, Vec::new()),
    ] {
        let id = format!("customfield_{number}").into();
        catalog.custom.add(Custom { number, id, name: name.into(), shape, options });
    }
}
