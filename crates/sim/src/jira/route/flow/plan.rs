//! Workflow schemes by Cloud's newer resources: without drafts, and with the issues moved by a task.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::{Value, json};

use super::super::body;
use super::super::rows::{ids, name, project};
use super::super::task::submitted;
use super::draft::{complete, status};
use super::scheme::{by_id as scheme, free, kind};
use super::{busy, by_id, editor, users, wire};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::table::Row;
use crate::frame::world::{Act, Route};
use crate::jira::catalog::{Kind, Project, Status};
use crate::jira::deed::adopt::{Move, adopt, unmapped};
use crate::jira::input::{id, number, object, text};
use crate::jira::refusal::Refusal;
use crate::jira::scheme::{Plan, WorkflowScheme};
use crate::jira::site::Site;
use crate::jira::task::Piece;
use crate::jira::workflow::Workflow;

/// What only Cloud has.
pub(super) fn cloud() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::POST, "/workflowscheme/read", Read(read)),
        (Method::POST, "/workflowscheme/update", Write(update)),
        (Method::POST, "/workflowscheme/update/mappings", Read(mappings)),
        (Method::POST, "/workflowscheme/project/switch", Write(switch)),
    ]
}

fn metadata(site: &Site, row: Row<Workflow>) -> Value {
    let workflow = site.catalog.workflows.get(row);
    json!({
        "id": workflow.id,
        "name": workflow.name,
        "description": workflow.description,
        "version": wire::version(&workflow.id, workflow.version),
    })
}

/// An id for a scheme's versions.
fn document(scheme: &WorkflowScheme) -> Value {
    wire::version(&format!("00000000-bc72-400f-aae0-{:012}", scheme.id), scheme.version)
}

fn view(site: &Site, row: Row<WorkflowScheme>) -> Value {
    let (catalog, scheme) = (&site.catalog, site.catalog.workflow_schemes.get(row));
    let mut mapped: Vec<(Row<Workflow>, Vec<&str>)> = Vec::new();
    for (kind, workflow) in &scheme.plan.mapped {
        let id = &*catalog.kinds.get(*kind).id;
        match mapped.iter_mut().find(|(own, _)| own == workflow) {
            Some((_, kinds)) => kinds.push(id),
            None => mapped.push((*workflow, vec![id])),
        }
    }
    let mapped = mapped.into_iter();
    let mapped = mapped.map(|(row, ids)| json!({"workflow": metadata(site, row), "issueTypeIds": ids}));
    json!({
        "id": scheme.id.to_string(),
        "name": scheme.name,
        "description": scheme.description,
        "scope": {"type": "GLOBAL"},
        "defaultWorkflow": metadata(site, scheme.plan.default),
        "workflowsForIssueTypes": mapped.collect::<Vec<_>>(),
        "version": document(scheme),
    })
}

/// `POST workflowscheme/read`: by ids of schemes or of projects; what is not there is passed over.
fn read(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    editor(site, call)?;
    let (body, catalog) = (object(body(call)?)?, &site.catalog);
    let (schemes, projects) = (ids(&body, "workflowSchemeIds"), ids(&body, "projectIds"));
    let named = |scheme: &WorkflowScheme| schemes.contains(&scheme.id.to_string());
    let used = |row| {
        users(site, row).into_iter().any(|one| projects.contains(&catalog.projects.get(one).id.to_string()))
    };
    let rows = catalog.workflow_schemes.iter().filter(|(row, scheme)| named(scheme) || used(*row));
    Ok(Answer::ok(&rows.map(|(row, _)| view(site, row)).collect::<Vec<_>>()))
}

/// The plan a body describes; the default workflow is left as it was when the body names none.
fn planned(site: &Site, body: &Value, old: &Plan) -> Result<Plan, Refusal> {
    let default = body.get("defaultWorkflowId").and_then(id).map(|id| by_id(site, &id)).transpose()?;
    let mut plan = Plan { default: default.unwrap_or(old.default), mapped: Vec::new() };
    for one in body.get("workflowsForIssueTypes").and_then(Value::as_array).into_iter().flatten() {
        let row = by_id(site, &one.get("workflowId").and_then(id).unwrap_or_default())?;
        for id in ids(one, "issueTypeIds") {
            let kind = kind(site, &id)?;
            if plan.mapped.iter().any(|(own, _)| *own == kind) {
                return Err(Refusal::bad(format!("The issue type with ID '{id}' is mapped more than once.")));
            }
            plan.mapped.push((kind, row));
        }
    }
    Ok(plan)
}

/// The refusals of these resources are 400 where others say 404.
fn bad(refusal: Refusal) -> Refusal {
    Refusal { status: StatusCode::BAD_REQUEST, ..refusal }
}

/// The steps under `statusMappings`, for a type or all.
fn steps(site: &Site, body: &Value, kinds: &[Option<Row<Kind>>]) -> Result<Vec<Move>, Refusal> {
    let mut all = Vec::new();
    for one in body.get("statusMappings").and_then(Value::as_array).into_iter().flatten() {
        let of = |name: &str| status(site, &one.get(name).and_then(id).unwrap_or_default());
        let (from, to): (Row<Status>, Row<Status>) = (of("oldStatusId")?, of("newStatusId")?);
        all.extend(kinds.iter().map(|kind| Move { kind: *kind, from, to }));
    }
    Ok(all)
}

/// The moves of a body: by issue type, and for all types that go from one workflow to another.
fn moves(site: &Site, body: &Value, name: &str, plans: Option<(&Plan, &Plan)>) -> Result<Vec<Move>, Refusal> {
    let list = |name: &str| body.get(name).and_then(Value::as_array).into_iter().flatten();
    let mut all = Vec::new();
    for one in list(name) {
        let kind = kind(site, &one.get("issueTypeId").and_then(id).unwrap_or_default())?;
        all.extend(steps(site, one, &[Some(kind)])?);
    }
    let Some((old, new)) = plans else { return Ok(all) };
    for one in list("statusMappingsByWorkflows") {
        let of = |name: &str| by_id(site, &one.get(name).and_then(id).unwrap_or_default());
        let (from, to) = (of("oldWorkflowId")?, of("newWorkflowId")?);
        let goes = |kind: &Row<Kind>| old.workflow(*kind) == from && new.workflow(*kind) == to;
        let kinds = site.catalog.kinds.iter().map(|(row, _)| row).filter(goes);
        all.extend(steps(site, one, &kinds.map(Some).collect::<Vec<_>>())?);
    }
    Ok(all)
}

/// `POST workflowscheme/update`: 200 when no issue has to move, else a task.
fn update(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let who = editor(site, call)?;
    busy(site)?;
    let body = object(body(call)?)?;
    let row = scheme(site, &body.get("id").and_then(id).unwrap_or_default()).map_err(bad)?;
    let name = name(&body, "workflow scheme")?.to_owned();
    free(site, Some(row), &name)?;
    let own = site.catalog.workflow_schemes.get(row);
    if body.get("version").and_then(|version| number(version, "versionNumber")) != Some(own.version) {
        return Err(Refusal::bad("The workflow scheme was changed meanwhile: its version is another one."));
    }
    let plan = planned(site, &body, &own.plan).map_err(bad)?;
    let moves = moves(site, &body, "statusMappingsByIssueTypeOverride", Some((&own.plan, &plan)));
    let (moves, users) = (moves.map_err(bad)?, users(site, row));
    complete(site, &users, &plan, &moves)?;
    let calm = unmapped(site, &users, &plan, &[]).is_empty();
    let scheme = site.catalog.workflow_schemes.get_mut(row);
    scheme.name = name.into();
    scheme.description = text(&body, "description").map_or_else(|| scheme.description.clone(), Into::into);
    if calm {
        adopt(site, who, row, plan, &moves);
        return Ok(Answer::ok(&view(site, row)));
    }
    submitted(site, call, "Update a workflow scheme", vec![Piece::Adopt { scheme: row, plan, moves }])
}

/// The statuses of the workflows a change is about, and where each workflow has them.
fn outlines(site: &Site, old: &Plan, plan: &Plan) -> (Vec<Value>, Vec<Value>) {
    let catalog = &site.catalog;
    let mut workflows: Vec<Row<Workflow>> = plan.mapped.iter().map(|(_, row)| *row).collect();
    workflows.extend([plan.default, old.default]);
    workflows.sort_unstable();
    workflows.dedup();
    let id = |row: Row<Status>| &catalog.statuses.get(row).id;
    let mut statuses: Vec<Row<Status>> = Vec::new();
    for row in workflows.iter().flat_map(|row| catalog.workflows.get(*row).statuses()) {
        if !statuses.contains(&row) {
            statuses.push(row);
        }
    }
    let statuses = statuses.into_iter().map(|row| {
        let status = catalog.statuses.get(row);
        json!({"id": status.id, "name": status.name, "category": status.category.word()})
    });
    let workflows = workflows.into_iter().map(|row| {
        let workflow = catalog.workflows.get(row);
        let statuses = workflow.statuses().into_iter().map(id).collect::<Vec<_>>();
        json!({"workflowId": workflow.id, "initialStatusId": id(workflow.start), "statuses": statuses})
    });
    (statuses.collect(), workflows.collect())
}

/// From which workflow to which.
type Change = (Row<Workflow>, Row<Workflow>);

/// `POST workflowscheme/update/mappings`: what a plan would need.
fn mappings(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    editor(site, call)?;
    let (body, catalog) = (object(body(call)?)?, &site.catalog);
    let row = scheme(site, &body.get("id").and_then(id).unwrap_or_default()).map_err(bad)?;
    let old = &catalog.workflow_schemes.get(row).plan;
    let plan = planned(site, &body, old).map_err(bad)?;
    let left = unmapped(site, &users(site, row), &plan, &[]);
    let mut by_kind: Vec<(Row<Kind>, Vec<&str>)> = Vec::new();
    let mut by_workflow: Vec<(Change, Vec<&str>)> = Vec::new();
    for (kind, status) in &left {
        let id = &*catalog.statuses.get(*status).id;
        match by_kind.iter_mut().find(|(own, _)| own == kind) {
            Some((_, ids)) => ids.push(id),
            None => by_kind.push((*kind, vec![id])),
        }
        let pair = (old.workflow(*kind), plan.workflow(*kind));
        match by_workflow.iter_mut().find(|(own, _)| *own == pair) {
            Some((_, ids)) => ids.push(id),
            None => by_workflow.push((pair, vec![id])),
        }
    }
    let (statuses, per_workflow) = outlines(site, old, &plan);
    let id = |row: Row<Workflow>| &catalog.workflows.get(row).id;
    let by_kind = by_kind.into_iter();
    let by_kind =
        by_kind.map(|(kind, ids)| json!({"issueTypeId": catalog.kinds.get(kind).id, "statusIds": ids}));
    let by_workflow = by_workflow.into_iter().map(|((from, to), ids)| {
        json!({"sourceWorkflowId": id(from), "targetWorkflowId": id(to), "statusIds": ids})
    });
    Ok(Answer::ok(&json!({
        "statusMappingsByIssueTypes": by_kind.collect::<Vec<_>>(),
        "statusMappingsByWorkflows": by_workflow.collect::<Vec<_>>(),
        "statuses": statuses,
        "statusesPerWorkflow": per_workflow,
    })))
}

/// `POST workflowscheme/project/switch`
fn switch(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    editor(site, call)?;
    busy(site)?;
    let body = object(body(call)?)?;
    let of = |name: &str| body.get(name).and_then(id).unwrap_or_default();
    let project: Row<Project> = project(site, &of("projectId")).map_err(bad)?;
    let row = scheme(site, &of("targetSchemeId")).map_err(bad)?;
    let moves = moves(site, &body, "mappingsByIssueTypeOverride", None).map_err(bad)?;
    complete(site, &[project], &site.catalog.workflow_schemes.get(row).plan, &moves)?;
    let piece = Piece::Switch { project, scheme: row, moves };
    submitted(site, call, "Switch the workflow scheme of a project", vec![piece])
}
