//! Who uses what: workflows by projects and schemes, schemes by projects, statuses by workflows and projects.
//!
//! All of it comes in pages by tokens; a token is the place where the next page starts.

use axum::routing::MethodFilter as Method;
use serde_json::{Value, json};

use super::draft::status;
use super::scheme::by_id as scheme;
use super::{by_id, editor, projects_of, schemes_of, users};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::table::Row;
use crate::frame::world::{Act, Route};
use crate::jira::catalog::{Kind, Project, Status};
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;
use crate::jira::view::put;
use crate::jira::workflow::Workflow;

/// What only Cloud has.
pub(super) fn cloud() -> Vec<Route<Site>> {
    use Act::Read;
    vec![
        (Method::GET, "/workflow/{workflow}/projectUsages", Read(projects)),
        (Method::GET, "/workflow/{workflow}/workflowSchemes", Read(schemes)),
        (Method::GET, "/workflow/{workflow}/project/{project}/issueTypeUsages", Read(kinds)),
        (Method::GET, "/workflowscheme/{id}/projectUsages", Read(projects_of_scheme)),
        (Method::GET, "/statuses/{id}/workflowUsages", Read(workflows_of_status)),
        (Method::GET, "/statuses/{id}/projectUsages", Read(projects_of_status)),
        (Method::GET, "/statuses/{id}/project/{project}/issueTypeUsages", Read(kinds_of_status)),
    ]
}

/// A page of ids.
fn usages(call: &Call<'_>, all: Vec<String>) -> Result<Value, Refusal> {
    let max = call.query.number("maxResults", 50);
    if !(1..=200).contains(&max) {
        return Err(Refusal::bad("The maxResults must be between 1 and 200."));
    }
    let start = call.query.get("nextPageToken").map_or(Some(0), |token| token.parse::<usize>().ok());
    let start = start.ok_or_else(|| Refusal::bad("The nextPageToken is not valid."))?;
    let values: Vec<Value> = all.iter().skip(start).take(max).map(|id| json!({"id": id})).collect();
    let mut page = json!({"values": values});
    if start.saturating_add(max) < all.len() {
        put(&mut page, "nextPageToken", (start + max).to_string());
    }
    Ok(page)
}

fn project_ids(site: &Site, rows: Vec<Row<Project>>) -> Vec<String> {
    rows.into_iter().map(|row| site.catalog.projects.get(row).id.to_string()).collect()
}

fn project(site: &Site, call: &Call<'_>) -> Result<Row<Project>, Refusal> {
    super::super::rows::project(site, call.param("project"))
}

/// The ids of a project's types that fit.
fn kind_ids(site: &Site, project: Row<Project>, fits: impl Fn(Row<Workflow>) -> bool) -> Vec<String> {
    let scheme = site.catalog.workflow_schemes.get(site.catalog.projects.get(project).workflows);
    let kinds: &[Row<Kind>] = site.catalog.kinds_of(project);
    let kinds = kinds.iter().filter(|kind| fits(scheme.plan.workflow(**kind)));
    kinds.map(|kind| site.catalog.kinds.get(*kind).id.to_string()).collect()
}

/// `GET workflow/{workflowId}/projectUsages`
fn projects(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    editor(site, call)?;
    let row = by_id(site, call.param("workflow"))?;
    let page = usages(call, project_ids(site, projects_of(site, row)))?;
    Ok(Answer::ok(&json!({"workflowId": call.param("workflow"), "projects": page})))
}

/// `GET workflow/{workflowId}/workflowSchemes`
fn schemes(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    editor(site, call)?;
    let rows = schemes_of(site, by_id(site, call.param("workflow"))?).into_iter();
    let ids = rows.map(|row| site.catalog.workflow_schemes.get(row).id.to_string()).collect();
    let page = usages(call, ids)?;
    Ok(Answer::ok(&json!({"workflowId": call.param("workflow"), "workflowSchemes": page})))
}

/// `GET workflow/{workflowId}/project/{projectId}/issueTypeUsages`
fn kinds(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    editor(site, call)?;
    let (row, project) = (by_id(site, call.param("workflow"))?, project(site, call)?);
    let page = usages(call, kind_ids(site, project, |own| own == row))?;
    let (workflow, project) = (call.param("workflow"), call.param("project"));
    Ok(Answer::ok(&json!({"workflowId": workflow, "projectId": project, "issueTypes": page})))
}

/// `GET workflowscheme/{workflowSchemeId}/projectUsages`
fn projects_of_scheme(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    editor(site, call)?;
    let row = scheme(site, call.param("id"))?;
    let page = usages(call, project_ids(site, users(site, row)))?;
    Ok(Answer::ok(&json!({"workflowSchemeId": call.param("id"), "projects": page})))
}

/// The workflows that have the path's status.
fn having(site: &Site, call: &Call<'_>) -> Result<Vec<Row<Workflow>>, Refusal> {
    editor(site, call)?;
    let row: Row<Status> = status(site, call.param("id"))?;
    let all = site.catalog.workflows.iter();
    Ok(all.filter(|(_, workflow)| workflow.statuses().contains(&row)).map(|(row, _)| row).collect())
}

/// `GET statuses/{statusId}/workflowUsages`
fn workflows_of_status(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let rows = having(site, call)?.into_iter();
    let page = usages(call, rows.map(|row| site.catalog.workflows.get(row).id.to_string()).collect())?;
    Ok(Answer::ok(&json!({"statusId": call.param("id"), "workflows": page})))
}

/// `GET statuses/{statusId}/projectUsages`
fn projects_of_status(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let mut rows: Vec<Row<Project>> =
        having(site, call)?.into_iter().flat_map(|row| projects_of(site, row)).collect();
    rows.sort_unstable();
    rows.dedup();
    Ok(Answer::ok(&json!({"statusId": call.param("id"), "projects": usages(call, project_ids(site, rows))?})))
}

/// `GET statuses/{statusId}/project/{projectId}/issueTypeUsages`
fn kinds_of_status(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (rows, project) = (having(site, call)?, project(site, call)?);
    let page = usages(call, kind_ids(site, project, |own| rows.contains(&own)))?;
    let (status, project) = (call.param("id"), call.param("project"));
    Ok(Answer::ok(&json!({"statusId": status, "projectId": project, "issueTypes": page})))
}
