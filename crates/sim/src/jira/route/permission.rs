//! Permissions: which there are, and who has them. What gives them is in [`super::grant`].

use axum::routing::MethodFilter as Method;
use serde_json::{Map, Value, json};

use super::{body, signed_in, strings};
use crate::frame::answer::Answer;
use crate::frame::call::{Call, Person};
use crate::frame::table::Row;
use crate::frame::world::{Act, Route};
use crate::jira::app;
use crate::jira::catalog::Project;
use crate::jira::input::{object, person, text};
use crate::jira::refusal::Refusal;
use crate::jira::site::{Right, Site};
use crate::jira::view::put;

/// A permission: key, name, and whether it is held in a project (else in all of Jira).
const KNOWN: &[(&str, &str, bool)] = &[
    ("ADMINISTER", "Administer Jira", false),
    ("SYSTEM_ADMIN", "Jira System Administrators", false),
    ("USER_PICKER", "Browse Users", false),
    ("CREATE_SHARED_OBJECTS", "Create Shared Objects", false),
    ("MANAGE_GROUP_FILTER_SUBSCRIPTIONS", "Manage Group Filter Subscriptions", false),
    ("BULK_CHANGE", "Bulk Change", false),
    ("CREATE_PROJECT", "Create Projects", false),
    ("ADMINISTER_PROJECTS", "Administer Projects", true),
    ("BROWSE_PROJECTS", "Browse Projects", true),
    ("VIEW_DEV_TOOLS", "View Development Tools", true),
    ("VIEW_READONLY_WORKFLOW", "View Read-Only Workflow", true),
    ("MANAGE_SPRINTS_PERMISSION", "Manage Sprints", true),
    ("CREATE_ISSUES", "Create Issues", true),
    ("EDIT_ISSUES", "Edit Issues", true),
    ("TRANSITION_ISSUES", "Transition Issues", true),
    ("SCHEDULE_ISSUES", "Schedule Issues", true),
    ("MOVE_ISSUES", "Move Issues", true),
    ("ASSIGN_ISSUES", "Assign Issues", true),
    ("ASSIGNABLE_USER", "Assignable User", true),
    ("RESOLVE_ISSUES", "Resolve Issues", true),
    ("CLOSE_ISSUES", "Close Issues", true),
    ("MODIFY_REPORTER", "Modify Reporter", true),
    ("DELETE_ISSUES", "Delete Issues", true),
    ("LINK_ISSUES", "Link Issues", true),
    ("SET_ISSUE_SECURITY", "Set Issue Security", true),
    ("VIEW_VOTERS_AND_WATCHERS", "View Voters and Watchers", true),
    ("MANAGE_WATCHERS", "Manage Watchers", true),
    ("ADD_COMMENTS", "Add Comments", true),
    ("EDIT_ALL_COMMENTS", "Edit All Comments", true),
    ("EDIT_OWN_COMMENTS", "Edit Own Comments", true),
    ("DELETE_ALL_COMMENTS", "Delete All Comments", true),
    ("DELETE_OWN_COMMENTS", "Delete Own Comments", true),
    ("CREATE_ATTACHMENTS", "Create Attachments", true),
    ("DELETE_ALL_ATTACHMENTS", "Delete All Attachments", true),
    ("DELETE_OWN_ATTACHMENTS", "Delete Own Attachments", true),
    ("WORK_ON_ISSUES", "Work On Issues", true),
    ("EDIT_ALL_WORKLOGS", "Edit All Worklogs", true),
    ("EDIT_OWN_WORKLOGS", "Edit Own Worklogs", true),
    ("DELETE_ALL_WORKLOGS", "Delete All Worklogs", true),
    ("DELETE_OWN_WORKLOGS", "Delete Own Worklogs", true),
];

/// The global permissions that everybody who signs in has.
const EVERYBODY: &[&str] =
    &["USER_PICKER", "CREATE_SHARED_OBJECTS", "MANAGE_GROUP_FILTER_SUBSCRIPTIONS", "BULK_CHANGE"];

pub(crate) fn table() -> Vec<Route<Site>> {
    vec![(Method::GET, "/permissions", Act::Read(all))]
}

/// What only Cloud has.
pub(crate) fn cloud() -> Vec<Route<Site>> {
    vec![
        (Method::POST, "/permissions/check", Act::Read(check)),
        (Method::POST, "/permissions/project", Act::Read(projects)),
    ]
}

/// Whether somebody has a permission: in a project, or, when none is given, in any.
pub(super) fn holds(site: &Site, person: Option<Person>, project: Option<Row<Project>>, key: &str) -> bool {
    let Some(who) = person else { return false };
    match (KNOWN.iter().find(|known| known.0 == key), project) {
        (None, _) => false,
        (Some((_, _, false)), _) => site.is_admin(person) || EVERYBODY.contains(&key),
        (Some(_), Some(row)) => within(site, who, row, key),
        (Some(_), None) => site.catalog.projects.iter().any(|(row, _)| within(site, who, row, key)),
    }
}

/// Rights that were taken away by the control API are gone, whatever the scheme says.
fn within(site: &Site, who: Person, project: Row<Project>, key: &str) -> bool {
    let right = match key {
        "CREATE_ISSUES" => Right::Create,
        "EDIT_ISSUES" | "ASSIGN_ISSUES" | "MODIFY_REPORTER" => Right::Edit,
        "TRANSITION_ISSUES" | "RESOLVE_ISSUES" | "CLOSE_ISSUES" => Right::Transition,
        "ADD_COMMENTS" | "EDIT_OWN_COMMENTS" => Right::Comment,
        "DELETE_ISSUES" => Right::Delete,
        _ => Right::Browse,
    };
    site.may(Some(who), project, right) && site.granted(who, project, key)
}

fn shown(number: usize, (key, name, within): (&str, &str, bool)) -> Value {
    json!({"id": number.to_string(), "key": key, "name": name, "type": if within { "PROJECT" } else { "GLOBAL" },
        "description": name})
}

/// `GET permissions`: all there are.
fn all(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    if !site.is_admin(call.caller) {
        return Err(Refusal::forbidden("You do not have permission to perform this operation."));
    }
    let all = KNOWN.iter().enumerate().map(|(number, known)| (known.0.to_owned(), shown(number, *known)));
    let all: Map<String, Value> = all
        .map(|(key, mut one)| {
            if let Value::Object(members) = &mut one {
                members.remove("id");
            }
            (key, one)
        })
        .collect();
    Ok(Answer::ok(&json!({"permissions": all})))
}

/// `POST permissions/check`: which of the asked permissions somebody has, for whole projects and for issues.
fn check(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let body = object(body(call)?)?;
    let who = match text(&body, "accountId") {
        None => call.caller,
        Some(id) => {
            // A Connect app's own call may ask about anybody; what its page asks for a person may not ("Get bulk permissions").
            let is_app = app::of(site, call).is_some_and(|app| app.kind == app::Kind::Connect);
            let found = person(site, id)
                .filter(|found| Some(*found) == call.caller || site.is_admin(call.caller) || is_app);
            Some(found.ok_or_else(|| Refusal::forbidden("You may only check your own permissions."))?)
        }
    };
    let global = strings(&body, "globalPermissions");
    if let Some(unknown) = global.iter().find(|key| !is_known(key)) {
        return Err(Refusal::bad(format!("Unrecognized permission: {unknown}")));
    }
    let mut answer = Vec::new();
    for asked in body.get("projectPermissions").and_then(Value::as_array).into_iter().flatten() {
        let (wanted, issues) = (strings(asked, "projects"), strings(asked, "issues"));
        for key in strings(asked, "permissions") {
            if !is_known(&key) {
                return Err(Refusal::bad(format!("Unrecognized permission: {key}")));
            }
            let projects = wanted.iter().filter(|id| {
                let row = site.catalog.project(id);
                row.is_some_and(|row| holds(site, who, Some(row), &key))
            });
            let issues = issues.iter().filter(|id| {
                let issue = site.find(id).and_then(|id| site.issues.get(id));
                let seen = issue.filter(|issue| site.sees(who, issue));
                seen.is_some_and(|issue| holds(site, who, Some(issue.project), &key))
            });
            let number = |id: &String| id.parse::<u64>().ok();
            answer
                .push(json!({"permission": key, "projects": projects.filter_map(number).collect::<Vec<_>>(),
                "issues": issues.filter_map(number).collect::<Vec<_>>()}));
        }
    }
    let global: Vec<_> = global.into_iter().filter(|key| holds(site, who, None, key)).collect();
    Ok(Answer::ok(&json!({"projectPermissions": answer, "globalPermissions": global})))
}

/// `POST permissions/project`: the projects in which the caller has all of them.
fn projects(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let keys = strings(&object(body(call)?)?, "permissions");
    if let Some(unknown) = keys.iter().find(|key| !is_known(key)) {
        return Err(Refusal::bad(format!("Unrecognized permission: {unknown}")));
    }
    let has = |row: &Row<Project>| keys.iter().all(|key| holds(site, call.caller, Some(*row), key));
    let rows = site.catalog.projects.iter().map(|(row, _)| row).filter(has);
    let shown = rows.map(|row| site.catalog.projects.get(row));
    let shown: Vec<Value> = shown.map(|project| json!({"id": project.id, "key": project.key})).collect();
    Ok(Answer::ok(&json!({"projects": shown})))
}

/// Whether there is a permission with this key.
pub(super) fn is_known(key: &str) -> bool {
    KNOWN.iter().any(|known| known.0 == key)
}

/// `GET mypermissions`: Cloud wants the `permissions` named, Data Center answers all.
pub(crate) fn mine(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let wanted = call.query.list("permissions");
    if site.is_cloud() && wanted.is_empty() {
        return Err(Refusal::bad("The 'permissions' query parameter is required."));
    }
    if let Some(unknown) = wanted.iter().find(|name| !KNOWN.iter().any(|known| known.0 == name.as_str())) {
        return Err(Refusal::bad(format!("Unrecognized permission: {unknown}")));
    }
    let project = context(site, call)?;
    let mut permissions = Map::new();
    for (number, known) in KNOWN.iter().enumerate() {
        if wanted.is_empty() || wanted.iter().any(|name| name == known.0) {
            let mut one = shown(number, *known);
            put(&mut one, "havePermission", holds(site, call.caller, project, known.0));
            permissions.insert(known.0.to_owned(), one);
        }
    }
    Ok(Answer::ok(&json!({"permissions": Value::Object(permissions)})))
}

/// The project the query names, by itself or by an issue.
fn context(site: &Site, call: &Call<'_>) -> Result<Option<Row<Project>>, Refusal> {
    let query = &call.query;
    if let Some(issue) = query.get("issueKey").or(query.get("issueId")) {
        return site.see(call.caller, issue).map(|issue| Some(issue.project));
    }
    let Some(wanted) = query.get("projectKey").or(query.get("projectId")) else { return Ok(None) };
    let found = site.catalog.project(wanted).filter(|row| site.may(call.caller, *row, Right::Browse));
    found.map(Some).ok_or_else(|| Refusal::missing(format!("No project could be found with key '{wanted}'.")))
}
