//! `mypermissions`.

use serde_json::{Map, Value, json};

use super::signed_in;
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::table::Row;
use crate::jira::catalog::Project;
use crate::jira::refusal::Refusal;
use crate::jira::site::{Right, Site};

/// A permission: id, key, name, and the right behind it (`None`: administrators only; else everybody with the right).
const KNOWN: &[(&str, &str, &str, Option<Right>)] = &[
    ("10", "BROWSE_PROJECTS", "Browse Projects", Some(Right::Browse)),
    ("11", "CREATE_ISSUES", "Create Issues", Some(Right::Create)),
    ("12", "EDIT_ISSUES", "Edit Issues", Some(Right::Edit)),
    ("46", "TRANSITION_ISSUES", "Transition Issues", Some(Right::Transition)),
    ("13", "ASSIGN_ISSUES", "Assign Issues", Some(Right::Edit)),
    ("14", "RESOLVE_ISSUES", "Resolve Issues", Some(Right::Transition)),
    ("15", "ADD_COMMENTS", "Add Comments", Some(Right::Comment)),
    ("16", "DELETE_ISSUES", "Delete Issues", Some(Right::Delete)),
    ("30", "MODIFY_REPORTER", "Modify Reporter", Some(Right::Edit)),
    ("36", "EDIT_OWN_COMMENTS", "Edit Own Comments", Some(Right::Comment)),
    ("34", "EDIT_ALL_COMMENTS", "Edit All Comments", None),
    ("23", "ADMINISTER_PROJECTS", "Administer Projects", None),
    ("0", "ADMINISTER", "Administer Jira", None),
];

/// Whether there is a permission with this key.
pub(super) fn is_known(key: &str) -> bool {
    KNOWN.iter().any(|known| known.1 == key)
}

/// `GET mypermissions`: Cloud wants the `permissions` named, Data Center answers all.
pub(crate) fn mine(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let wanted = call.query.list("permissions");
    if site.is_cloud() && wanted.is_empty() {
        return Err(Refusal::bad("The 'permissions' query parameter is required."));
    }
    if let Some(unknown) = wanted.iter().find(|name| !KNOWN.iter().any(|known| known.1 == name.as_str())) {
        return Err(Refusal::bad(format!("Unrecognized permission: {unknown}")));
    }
    let project = context(site, call)?;
    let mut permissions = Map::new();
    for (id, key, name, right) in
        KNOWN.iter().filter(|known| wanted.is_empty() || wanted.iter().any(|name| name == known.1))
    {
        let have = match (right, project) {
            (None, _) => site.is_admin(call.caller),
            (Some(right), Some(project)) => site.may(call.caller, project, *right),
            (Some(right), None) => {
                site.catalog.projects.iter().any(|(row, _)| site.may(call.caller, row, *right))
            }
        };
        let kind = if *key == "ADMINISTER" { "GLOBAL" } else { "PROJECT" };
        let shown = json!({"id": id, "key": key, "name": name, "type": kind, "description": name, "havePermission": have});
        permissions.insert((*key).to_owned(), shown);
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
