//! Private resources of Server's and Data Center's project pages, `rest/projectconfig`: the workflow scheme of a
//! project, the workflow of a type, and the steps of a workflow.
//!
//! Atlassian describes none of them. The members below are those that public clients read; what a page has besides,
//! such as who changed a workflow, is left out. That project administrators may read them and others get 403 is
//! inferred from where the pages stand.

use axum::routing::MethodFilter as Method;
use serde_json::{Value, json};

use super::super::permission::holds;
use super::super::{project::find, rows::kind, signed_in};
use super::{named, projects_of};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::table::Row;
use crate::frame::world::{Act, Route};
use crate::jira::catalog::{Project, Status};
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;
use crate::jira::view::{Show, put};
use crate::jira::workflow::{DEFAULT, Workflow};

/// Below `/rest/projectconfig/{version}`.
pub(crate) fn table() -> Vec<Route<Site>> {
    use Act::Read;
    vec![
        (Method::GET, "/workflowscheme/{project}", Read(scheme)),
        (Method::GET, "/workflow", Read(workflow)),
        (Method::GET, "/issuetype/{project}/{kind}/workflow", Read(of_kind)),
    ]
}

/// The path's project, if the caller administers it.
fn enter(site: &Site, call: &Call<'_>) -> Result<Row<Project>, Refusal> {
    signed_in(call)?;
    let row = find(site, call)?;
    allow(site, call, Some(row))?;
    Ok(row)
}

fn allow(site: &Site, call: &Call<'_>, project: Option<Row<Project>>) -> Result<(), Refusal> {
    if site.is_admin(call.caller)
        || project.is_some() && holds(site, call.caller, project, "ADMINISTER_PROJECTS")
    {
        return Ok(());
    }
    Err(Refusal::forbidden("You cannot edit the configuration of this project."))
}

/// A workflow's name as pages show it.
fn display(workflow: &Workflow) -> String {
    if *workflow.name == *DEFAULT {
        format!("{DEFAULT} (Read-only System Workflow)")
    } else {
        workflow.name.to_string()
    }
}

/// `GET workflowscheme/{projectKey}`
fn scheme(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let row = enter(site, call)?;
    let (catalog, project) = (&site.catalog, site.catalog.projects.get(row));
    let scheme = catalog.workflow_schemes.get(project.workflows);
    let kinds = catalog.kinds_of(row);
    let mut rows: Vec<Row<Workflow>> = kinds.iter().map(|kind| scheme.plan.workflow(*kind)).collect();
    rows.sort_by_key(|own| *own != scheme.plan.default);
    rows.dedup();
    let mapping = |own: &Row<Workflow>| {
        let workflow = catalog.workflows.get(*own);
        let of = kinds.iter().filter(|kind| scheme.plan.workflow(**kind) == *own);
        json!({
            "name": workflow.name,
            "displayName": display(workflow),
            "description": workflow.description,
            "issueTypes": of.map(|kind| &catalog.kinds.get(*kind).id).collect::<Vec<_>>(),
            "default": *own == scheme.plan.default,
            "system": *workflow.name == *DEFAULT,
        })
    };
    let kind_view = |row: &Row<crate::jira::catalog::Kind>| {
        let kind = catalog.kinds.get(*row);
        json!({
            "id": kind.id,
            "name": kind.name,
            "description": kind.description,
            "iconUrl": format!("{}/secure/viewavatar?size=xsmall&avatarId={}&avatarType=issuetype", site.base, kind.avatar),
            "subTask": kind.is_subtask(),
            "defaultIssueType": catalog.type_schemes.get(project.types).default == Some(*row),
        })
    };
    let sharers = super::users(site, project.workflows).into_iter().filter(|own| *own != row);
    let sharers = sharers.map(|own| catalog.projects.get(own));
    let sharers = sharers.map(|one| json!({"id": one.id, "key": one.key, "name": one.name}));
    Ok(Answer::ok(&json!({
        "id": scheme.id,
        "name": scheme.name,
        "description": scheme.description,
        "shared": {"sharedWithProjects": sharers.collect::<Vec<_>>()},
        "mappings": rows.iter().map(mapping).collect::<Vec<_>>(),
        "issueTypes": kinds.iter().map(kind_view).collect::<Vec<_>>(),
        "admin": site.is_admin(call.caller),
        "sysAdmin": site.is_admin(call.caller),
        "defaultScheme": false,
        "draftScheme": false,
    })))
}

fn status(show: Show<'_>, row: Row<Status>) -> Value {
    let status = show.site.catalog.statuses.get(row);
    let (id, key, color, name) = status.category.parts();
    json!({
        "id": status.id,
        "name": status.name,
        "description": status.description,
        "iconUrl": format!("{}/images/icons/statuses/generic.png", show.site.base),
        "statusCategory": {
            "id": id,
            "key": key,
            "colorName": color,
            "name": name,
            "translatedName": name,
            "primaryAlias": name,
            "aliases": [name],
            "sequence": id,
        },
    })
}

/// `GET workflow?workflowName=…&projectKey=…`: each status and where it leads.
fn workflow(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let show = Show::call(site, call);
    let row = named(site, call.query.get("workflowName").unwrap_or_default())?;
    let named = call.query.get("projectKey").and_then(|key| site.catalog.project(key));
    allow(site, call, named.filter(|project| projects_of(site, row).contains(project)))?;
    let workflow = site.catalog.workflows.get(row);
    let source = |from: Row<Status>| {
        let targets = workflow.leaving(from).map(|step| {
            let mut target = json!({"toStatus": status(show, step.to), "transitionName": step.name});
            if let Some(row) = step.screen {
                let screen = site.catalog.screens.get(row);
                put(&mut target, "screenName", &*screen.name);
                put(&mut target, "screenId", screen.id);
            }
            target
        });
        json!({"fromStatus": status(show, from), "targets": targets.collect::<Vec<_>>()})
    };
    let place = site.catalog.workflows.iter().position(|(own, _)| own == row).unwrap_or_default();
    Ok(Answer::ok(&json!({
        "id": place,
        "name": workflow.name,
        "displayName": display(workflow),
        "description": workflow.description,
        "sources": workflow.statuses().into_iter().map(source).collect::<Vec<_>>(),
        "admin": site.is_admin(call.caller),
    })))
}

/// `GET issuetype/{projectKey}/{issueTypeId}/workflow`
fn of_kind(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (project, kind) = (enter(site, call)?, kind(site, call.param("kind"))?);
    if !site.catalog.kinds_of(project).contains(&kind) {
        return Err(Refusal::missing("The issue type is not in this project."));
    }
    let workflow = site.catalog.workflow_of(project, kind);
    let row = named(site, &workflow.name)?;
    let users = projects_of(site, row);
    let view = |row: &Row<Project>| {
        let one = site.catalog.projects.get(*row);
        json!({"id": one.id, "key": one.key, "name": one.name})
    };
    let system = *workflow.name == *DEFAULT;
    Ok(Answer::ok(&json!({
        "name": workflow.name,
        "displayName": display(workflow),
        "state": if system { "READ_ONLY_SYSTEM" } else { "EDITABLE" },
        "isDraftWithChanges": false,
        "sharedWithProjects": users.iter().filter(|row| **row != project).map(view).collect::<Vec<_>>(),
        "totalProjectsCount": users.len(),
        "hiddenProjectsCount": 0,
    })))
}
