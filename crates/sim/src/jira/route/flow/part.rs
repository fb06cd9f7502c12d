//! Parts of workflow schemes and of their drafts: the default workflow, the workflow of a type, the types of a workflow.

use axum::routing::MethodFilter as Method;
use serde_json::{Value, json};

use super::super::body;
use super::super::rows::{administer, ids};
use super::draft::alter;
use super::scheme::{find, kind, view};
use super::{default, named};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::table::Row;
use crate::frame::world::{Act, Route};
use crate::jira::catalog::Kind;
use crate::jira::input::{flag, object, text};
use crate::jira::refusal::Refusal;
use crate::jira::scheme::Plan;
use crate::jira::site::Site;
use crate::jira::view::Show;
use crate::jira::workflow::Workflow;

pub(super) fn table() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::GET, "/workflowscheme/{id}/default", Read(get_default)),
        (Method::PUT, "/workflowscheme/{id}/default", Write(set_default)),
        (Method::DELETE, "/workflowscheme/{id}/default", Write(reset_default)),
        (Method::GET, "/workflowscheme/{id}/issuetype/{kind}", Read(get_kind)),
        (Method::PUT, "/workflowscheme/{id}/issuetype/{kind}", Write(set_kind)),
        (Method::DELETE, "/workflowscheme/{id}/issuetype/{kind}", Write(reset_kind)),
        (Method::GET, "/workflowscheme/{id}/workflow", Read(get_workflow)),
        (Method::PUT, "/workflowscheme/{id}/workflow", Write(set_workflow)),
        (Method::DELETE, "/workflowscheme/{id}/workflow", Write(drop_workflow)),
        (Method::GET, "/workflowscheme/{id}/draft/default", Read(get_default)),
        (Method::PUT, "/workflowscheme/{id}/draft/default", Write(set_default)),
        (Method::DELETE, "/workflowscheme/{id}/draft/default", Write(reset_default)),
        (Method::GET, "/workflowscheme/{id}/draft/issuetype/{kind}", Read(get_kind)),
        (Method::PUT, "/workflowscheme/{id}/draft/issuetype/{kind}", Write(set_kind)),
        (Method::DELETE, "/workflowscheme/{id}/draft/issuetype/{kind}", Write(reset_kind)),
        (Method::GET, "/workflowscheme/{id}/draft/workflow", Read(get_workflow)),
        (Method::PUT, "/workflowscheme/{id}/draft/workflow", Write(set_workflow)),
        (Method::DELETE, "/workflowscheme/{id}/draft/workflow", Write(drop_workflow)),
    ]
}

/// Whether the path means the draft.
fn of_draft(call: &Call<'_>) -> bool {
    call.route.contains("/draft/")
}

/// The plan that is looked at.
fn plan<'a>(site: &'a Site, call: &Call<'_>) -> Result<&'a Plan, Refusal> {
    administer(site, call)?;
    let scheme = site.catalog.workflow_schemes.get(find(site, call)?);
    match &scheme.draft {
        Some(draft) if of_draft(call) || call.query.flag("returnDraftIfExists") => Ok(&draft.plan),
        None if of_draft(call) => Err(Refusal::missing("Draft workflow scheme was not found.")),
        _ => Ok(&scheme.plan),
    }
}

/// Changes the plan that is meant, and answers the scheme as it is then.
fn change(
    site: &mut Site,
    call: &Call<'_>,
    wish: bool,
    edit: impl FnOnce(&Site, &mut Plan) -> Result<(), Refusal>,
) -> Result<Answer, Refusal> {
    let who = administer(site, call)?;
    let row = find(site, call)?;
    let draft = alter(site, who, (row, of_draft(call)), wish, |site, old| {
        let mut plan = old.clone();
        edit(site, &mut plan)?;
        Ok(plan)
    })?;
    Ok(Answer::ok(&view(Show::call(site, call), row, draft)))
}

fn wishes(body: &Value) -> bool {
    flag(body, "updateDraftIfNeeded").unwrap_or_default()
}

/// The workflow a body names.
fn workflow(site: &Site, body: &Value) -> Result<Row<Workflow>, Refusal> {
    let name = text(body, "workflow").filter(|name| !name.is_empty());
    named(site, name.ok_or_else(|| Refusal::bad("The workflow is required."))?)
}

/// `GET …/default`
fn get_default(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let row = plan(site, call)?.default;
    Ok(Answer::ok(&json!({"workflow": site.catalog.workflows.get(row).name})))
}

/// `PUT …/default`
fn set_default(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let body = object(body(call)?)?;
    change(site, call, wishes(&body), |site, plan| {
        plan.default = workflow(site, &body)?;
        Ok(())
    })
}

/// `DELETE …/default`: Jira's own workflow takes its place.
fn reset_default(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    change(site, call, call.query.flag("updateDraftIfNeeded"), |site, plan| {
        plan.default = default(site)?;
        Ok(())
    })
}

/// The path's issue type and where it is among the mapped ones.
fn place(site: &Site, call: &Call<'_>, plan: &Plan) -> Result<(Row<Kind>, Option<usize>), Refusal> {
    let kind = kind(site, call.param("kind"))?;
    Ok((kind, plan.mapped.iter().position(|(own, _)| *own == kind)))
}

fn unmapped() -> Refusal {
    Refusal::missing("The issue type is not mapped in the workflow scheme.")
}

/// `GET …/issuetype/{issueType}`
fn get_kind(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let plan = plan(site, call)?;
    let (_, place) = place(site, call, plan)?;
    let (_, row) = place.and_then(|place| plan.mapped.get(place)).ok_or_else(unmapped)?;
    let workflow = &site.catalog.workflows.get(*row).name;
    Ok(Answer::ok(&json!({"issueType": call.param("kind"), "workflow": workflow})))
}

/// `PUT …/issuetype/{issueType}`
fn set_kind(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let body = object(body(call)?)?;
    change(site, call, wishes(&body), |site, plan| {
        let (kind, _) = place(site, call, plan)?;
        let workflow = workflow(site, &body)?;
        plan.mapped.retain(|(own, _)| *own != kind);
        plan.mapped.push((kind, workflow));
        Ok(())
    })
}

/// `DELETE …/issuetype/{issueType}`: it has the default workflow then.
fn reset_kind(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    change(site, call, call.query.flag("updateDraftIfNeeded"), |site, plan| {
        let (_, place) = place(site, call, plan)?;
        plan.mapped.remove(place.ok_or_else(unmapped)?);
        Ok(())
    })
}

fn mapping(site: &Site, plan: &Plan, row: Row<Workflow>) -> Value {
    let kinds = plan.mapped.iter().filter(|(_, own)| *own == row);
    let kinds: Vec<&str> = kinds.map(|(kind, _)| &*site.catalog.kinds.get(*kind).id).collect();
    let name = &site.catalog.workflows.get(row).name;
    json!({"workflow": name, "issueTypes": kinds, "defaultMapping": plan.default == row})
}

/// `GET …/workflow`: the mapping of `workflowName`, or all.
fn get_workflow(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let plan = plan(site, call)?;
    if let Some(name) = call.query.get("workflowName") {
        let row = named(site, name)?;
        if !plan.uses(row) {
            return Err(Refusal::missing(format!("The workflow '{name}' is not in the workflow scheme.")));
        }
        return Ok(Answer::ok(&mapping(site, plan, row)));
    }
    let mut rows: Vec<Row<Workflow>> = vec![plan.default];
    for (_, row) in &plan.mapped {
        if !rows.contains(row) {
            rows.push(*row);
        }
    }
    Ok(Answer::ok(&rows.into_iter().map(|row| mapping(site, plan, row)).collect::<Vec<_>>()))
}

/// The workflow the query names.
fn asked(site: &Site, call: &Call<'_>) -> Result<Row<Workflow>, Refusal> {
    let name = call.query.get("workflowName").filter(|name| !name.is_empty());
    named(site, name.ok_or_else(|| Refusal::missing("The workflow is not specified."))?)
}

/// `PUT …/workflow`: exactly the types that are named follow it, and all others when it becomes the default.
fn set_workflow(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let body = object(body(call)?)?;
    change(site, call, wishes(&body), |site, plan| {
        let row = asked(site, call)?;
        if body.get("issueTypes").is_some() {
            let kinds =
                ids(&body, "issueTypes").iter().map(|id| kind(site, id)).collect::<Result<Vec<_>, _>>()?;
            plan.mapped.retain(|(kind, own)| *own != row && !kinds.contains(kind));
            plan.mapped.extend(kinds.into_iter().map(|kind| (kind, row)));
        }
        if flag(&body, "defaultMapping") == Some(true) {
            plan.default = row;
        }
        Ok(())
    })
}

/// `DELETE …/workflow`
fn drop_workflow(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    change(site, call, call.query.flag("updateDraftIfNeeded"), |site, plan| {
        let row = asked(site, call)?;
        if !plan.uses(row) {
            return Err(Refusal::missing("The workflow is not in the workflow scheme."));
        }
        plan.mapped.retain(|(_, own)| *own != row);
        if plan.default == row {
            plan.default = default(site)?;
        }
        Ok(())
    })
}
