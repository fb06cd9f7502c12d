//! The schemes of a fresh simulator, with Jira's own names and ids.

use crate::frame::table::Row;
use crate::jira::catalog::{Catalog, Kind};
use crate::jira::scheme::{
    Division, Grant, Holder, Level, Member, Notice, NotificationScheme, PermissionScheme, Plan,
    PriorityScheme, SecurityScheme, TypeScheme, WorkflowScheme,
};
use crate::jira::workflow::Workflow;

/// What members of a project may do by Jira's default permission scheme.
const EVERYBODY: &[&str] = &[
    "BROWSE_PROJECTS",
    "CREATE_ISSUES",
    "EDIT_ISSUES",
    "TRANSITION_ISSUES",
    "ASSIGN_ISSUES",
    "ASSIGNABLE_USER",
    "RESOLVE_ISSUES",
    "CLOSE_ISSUES",
    "ADD_COMMENTS",
    "EDIT_OWN_COMMENTS",
    "DELETE_OWN_COMMENTS",
    "DELETE_ISSUES",
    "LINK_ISSUES",
    "MOVE_ISSUES",
    "SCHEDULE_ISSUES",
    "MODIFY_REPORTER",
    "CREATE_ATTACHMENTS",
    "DELETE_OWN_ATTACHMENTS",
    "WORK_ON_ISSUES",
    "EDIT_OWN_WORKLOGS",
    "DELETE_OWN_WORKLOGS",
    "VIEW_DEV_TOOLS",
    "VIEW_READONLY_WORKFLOW",
    "VIEW_VOTERS_AND_WATCHERS",
    "MANAGE_WATCHERS",
    "MANAGE_SPRINTS_PERMISSION",
    "SET_ISSUE_SECURITY",
];
/// What only the project's administrators may do.
const ADMINISTRATORS: &[&str] = &[
    "ADMINISTER_PROJECTS",
    "EDIT_ALL_COMMENTS",
    "DELETE_ALL_COMMENTS",
    "DELETE_ALL_ATTACHMENTS",
    "EDIT_ALL_WORKLOGS",
    "DELETE_ALL_WORKLOGS",
];
/// The role whose members work on a project.
const DEVELOPERS_ROLE: &str = "10001";
/// The role whose members administer a project.
pub(crate) const ADMINISTRATORS_ROLE: &str = "10002";
/// Events of the default notification scheme: the reporter, the assignee and the watchers learn of each.
const EVENTS: std::ops::RangeInclusive<u32> = 1..=17;

/// The schemes that every Jira has.
pub(super) fn add(catalog: &mut Catalog) {
    let anybody = |permission: &&str| (Box::from(*permission), holder("applicationRole", None));
    let role = |permission: &&str| (Box::from(*permission), holder("projectRole", Some(ADMINISTRATORS_ROLE)));
    let grants = EVERYBODY.iter().map(anybody).chain(ADMINISTRATORS.iter().map(role));
    let grants =
        (10_000..).zip(grants).map(|(id, (permission, holder))| Grant { id, permission, holder }).collect();
    catalog.permission_schemes.add(PermissionScheme {
        id: 0,
        name: "Default Permission Scheme".into(),
        description: "Everybody who signs in works, the role Administrators administers.".into(),
        grants,
    });
    let to = |event: u32| {
        let people = ["CurrentAssignee", "Reporter", "AllWatchers"].map(|kind| holder(kind, None));
        (10_000 + 3 * event..).zip(people).collect()
    };
    catalog.notification_schemes.add(NotificationScheme {
        id: 10_000,
        name: "Default Notification Scheme".into(),
        description: String::new().into(),
        notices: EVENTS.map(|event| Notice { event, to: to(event) }).collect(),
    });
    let role = |id: &str| holder("projectRole", Some(id));
    let level = |id, name: &str, members: Vec<Holder>| Level {
        id,
        name: name.into(),
        description: "".into(),
        members: (2 * id..).zip(members).map(|(id, holder)| Member { id, holder }).collect(),
    };
    catalog.security_schemes.add(SecurityScheme {
        id: 10_000,
        name: "Default Issue Security Scheme".into(),
        description: "".into(),
        levels: vec![
            level(10_000, "Reporter and Developers", vec![holder("reporter", None), role(DEVELOPERS_ROLE)]),
            level(10_001, "Administrators only", vec![role(ADMINISTRATORS_ROLE)]),
        ],
        default: None,
    });
    let priorities: Vec<_> = catalog.priorities.iter().map(|(row, _)| row).collect();
    let default = catalog.priorities.find(|priority| &*priority.name == "Medium");
    catalog.priority_schemes.add(PriorityScheme {
        id: 10_000,
        name: "Default priority scheme".into(),
        description: "All priorities.".into(),
        priorities,
        default,
    });
    catalog.divisions.add(Division { id: 10_000, name: "Default".into(), description: "".into() });
    let kinds = catalog.kinds.iter().map(|(row, _)| row).collect();
    types(catalog, "Default Issue Type Scheme", kinds);
}

fn holder(kind: &str, parameter: Option<&str>) -> Holder {
    Holder { kind: kind.into(), parameter: parameter.map(Into::into) }
}

/// A new issue type scheme.
pub(crate) fn types(catalog: &mut Catalog, name: &str, kinds: Vec<Row<Kind>>) -> Row<TypeScheme> {
    let id = 10_000 + catalog.type_schemes.ever();
    catalog.type_schemes.add(TypeScheme {
        id,
        name: name.into(),
        description: "".into(),
        kinds,
        default: None,
    })
}

/// A new workflow scheme with one workflow for all types.
pub(crate) fn workflows(catalog: &mut Catalog, name: &str, default: Row<Workflow>) -> Row<WorkflowScheme> {
    let id = 10_100 + catalog.workflow_schemes.ever();
    let plan = Plan { default, mapped: Vec::new() };
    let (name, description) = (name.into(), "".into());
    catalog.workflow_schemes.add(WorkflowScheme { id, name, description, plan, draft: None, version: 0 })
}
