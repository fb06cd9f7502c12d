//! What a fresh simulator holds: people, three projects with their workflows, custom fields.
//!
//! The issues are drawn in [`issues`].

pub(crate) mod agile;
mod circles;
mod desk;
mod fields;
pub(crate) mod issues;
mod links;
pub(crate) mod schemes;
mod screens;

use crate::frame::call::Person;
use crate::frame::table::Row;
use crate::jira::catalog::{
    Account, Catalog, Category, Component, Kind, Priority, Project, Resolution, Status, Version,
};
use crate::jira::scheme::{NotificationScheme, PermissionScheme, PriorityScheme, TypeScheme, WorkflowScheme};
use crate::jira::screen::{Screen, TypeScreenScheme};
use crate::jira::workflow::{DEFAULT, Transition, Workflow};

/// The ready-made people.
const PEOPLE: &[(&str, &str, bool)] =
    &[("admin", "Alex Admin", true), ("ada", "Ada Byron", false), ("bob", "Bob Kahn", false)];

const ADMIN: Person = Person(0);
const ADA: Person = Person(1);
const BOB: Person = Person(2);

/// The settings.
pub(crate) fn catalog() -> Catalog {
    let mut catalog = Catalog::default();
    people(&mut catalog);
    circles::add(&mut catalog);
    links::add(&mut catalog);
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
    fields::add(&mut catalog);
    let resolve = screens::add(&mut catalog);
    let statuses = statuses(&mut catalog);
    let (strict, open) = workflows(&mut catalog, statuses, resolve);
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
    let [todo, _, review, done] = statuses;
    desk::add(&mut catalog, [todo, review, done]);
    catalog
}

fn people(catalog: &mut Catalog) {
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

/// The statuses: to do, in progress, in review, done.
fn statuses(catalog: &mut Catalog) -> [Row<Status>; 4] {
    [
        ("10000", "To Do", Category::New),
        ("3", "In Progress", Category::Indeterminate),
        ("10001", "In Review", Category::Indeterminate),
        ("10002", "Done", Category::Done),
    ]
    .map(|(id, name, category)| {
        let (id, name, description) = (id.into(), name.into(), "".into());
        catalog.statuses.add(Status { id, name, description, category })
    })
}

/// Two workflows: a strict one where done is reached through review and asks for a resolution, and an open one.
fn workflows(
    catalog: &mut Catalog,
    [todo, progress, review, done]: [Row<Status>; 4],
    resolve: Row<Screen>,
) -> (Row<Workflow>, Row<Workflow>) {
    let step = |id, name: &str, from, to| Transition::plain(id, name, vec![from], to);
    let strict = vec![
        step(11, "Start Progress", todo, progress),
        step(21, "Send to Review", progress, review),
        Transition { screen: Some(resolve), ..step(31, "Done", review, done) },
        step(41, "Back to To Do", progress, todo),
        step(51, "Rework", review, progress),
        step(61, "Reopen", done, progress),
    ];
    let open = [(11, "To Do", todo), (21, "In Progress", progress), (31, "Done", done)]
        .map(|(id, name, to)| Transition::plain(id, name, Vec::new(), to));
    let mut add =
        |id, name: &str, transitions| catalog.workflows.add(Workflow::new(id, name, todo, transitions));
    add(1, DEFAULT, open.to_vec());
    (
        add(2, "Software workflow for Project ACME", strict),
        add(3, "Software Simplified Workflow for Project OPS", open.into()),
    )
}

/// What a project is made of besides its own schemes.
pub(crate) struct Usual {
    pub(crate) types: Row<TypeScheme>,
    pub(crate) workflows: Row<WorkflowScheme>,
    pub(crate) permissions: Row<PermissionScheme>,
    pub(crate) notifications: Option<Row<NotificationScheme>>,
    pub(crate) priorities: Row<PriorityScheme>,
    pub(crate) screens: Row<TypeScreenScheme>,
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
            screens: catalog.type_screen_schemes.iter().next()?.0,
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
            screens: self.screens,
            layouts: None,
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
