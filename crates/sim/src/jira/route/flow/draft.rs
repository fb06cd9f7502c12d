//! Drafts of workflow schemes: what projects use is not changed, but copied, changed, and published.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::Value;

use super::super::body;
use super::super::rows::administer;
use super::super::task::submitted;
use super::scheme::{find, kind, read, view};
use super::users;
use crate::frame::answer::Answer;
use crate::frame::call::{Call, Person};
use crate::frame::table::Row;
use crate::frame::world::{Act, Route};
use crate::jira::catalog::{Kind, Project, Status};
use crate::jira::deed::adopt::{Move, unmapped};
use crate::jira::input::{id, object};
use crate::jira::refusal::Refusal;
use crate::jira::scheme::{Draft, Plan, WorkflowScheme};
use crate::jira::site::Site;
use crate::jira::task::Piece;
use crate::jira::view::Show;

pub(super) fn table() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::POST, "/workflowscheme/{id}/createdraft", Write(create)),
        (Method::GET, "/workflowscheme/{id}/draft", Read(get)),
        (Method::PUT, "/workflowscheme/{id}/draft", Write(update)),
        (Method::DELETE, "/workflowscheme/{id}/draft", Write(delete)),
    ]
}

/// What only Cloud has.
pub(super) fn cloud() -> Vec<Route<Site>> {
    vec![(Method::POST, "/workflowscheme/{id}/draft/publish", Act::Write(publish))]
}

fn missing() -> Refusal {
    Refusal::missing("Draft workflow scheme was not found.")
}

/// Changes a scheme's plan, or its draft's: that when the draft itself is meant (`.1`), or when projects use the scheme
/// and the caller wishes so. The answer is whether it was the draft.
pub(super) fn alter(
    site: &mut Site,
    who: Person,
    (row, draft): (Row<WorkflowScheme>, bool),
    wish: bool,
    edit: impl FnOnce(&Site, &Plan) -> Result<Plan, Refusal>,
) -> Result<bool, Refusal> {
    let (at, active) = (site.frame.clock.now(), !users(site, row).is_empty());
    let scheme = site.catalog.workflow_schemes.get(row);
    let old = match &scheme.draft {
        Some(own) if draft || active => &own.plan,
        None if draft => return Err(missing()),
        _ => &scheme.plan,
    };
    let new = edit(site, old)?;
    if active && !draft && !wish {
        let said = "The workflow scheme is active and cannot be edited. Set updateDraftIfNeeded to change its draft.";
        return Err(Refusal::bad(said));
    }
    let scheme = site.catalog.workflow_schemes.get_mut(row);
    if draft || active {
        scheme.draft = Some(Draft { plan: new, at, who });
    } else {
        scheme.plan = new;
        scheme.version += 1;
    }
    Ok(draft || active)
}

/// `POST workflowscheme/{id}/createdraft`
fn create(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let who = administer(site, call)?;
    let (row, at) = (find(site, call)?, site.frame.clock.now());
    if users(site, row).is_empty() {
        return Err(Refusal::bad("A draft can be created for active workflow schemes only."));
    }
    let scheme = site.catalog.workflow_schemes.get_mut(row);
    if scheme.draft.is_some() {
        return Err(Refusal::bad("The workflow scheme already has a draft."));
    }
    scheme.draft = Some(Draft { plan: scheme.plan.clone(), at, who });
    Ok(Answer::json(StatusCode::CREATED, &view(Show::call(site, call), row, true)))
}

/// The path's scheme, if it has a draft.
fn drafted(site: &Site, call: &Call<'_>) -> Result<Row<WorkflowScheme>, Refusal> {
    administer(site, call)?;
    let row = find(site, call)?;
    site.catalog.workflow_schemes.get(row).draft.as_ref().map(|_| row).ok_or_else(missing)
}

/// `GET workflowscheme/{id}/draft`
fn get(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    Ok(Answer::ok(&view(Show::call(site, call), drafted(site, call)?, true)))
}

/// `PUT workflowscheme/{id}/draft`: one is made when there is none.
fn update(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let who = administer(site, call)?;
    let (row, body) = (find(site, call)?, object(body(call)?)?);
    if users(site, row).is_empty() {
        return Err(Refusal::bad("Only active workflow schemes have drafts."));
    }
    alter(site, who, (row, false), true, |site, plan| read(site, &body, plan))?;
    Ok(Answer::ok(&view(Show::call(site, call), row, true)))
}

/// `DELETE workflowscheme/{id}/draft`
fn delete(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let row = drafted(site, call)?;
    site.catalog.workflow_schemes.get_mut(row).draft = None;
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// The status with this id.
pub(super) fn status(site: &Site, wanted: &str) -> Result<Row<Status>, Refusal> {
    let found = site.catalog.statuses.find(|status| *status.id == *wanted);
    found.ok_or_else(|| Refusal::missing(format!("The status with ID '{wanted}' was not found.")))
}

/// Refuses when issues would be left in a status that their new workflow does not have.
pub(super) fn complete(
    site: &Site,
    projects: &[Row<Project>],
    plan: &Plan,
    moves: &[Move],
) -> Result<(), Refusal> {
    let left: Vec<(Row<Kind>, Row<Status>)> = unmapped(site, projects, plan, moves);
    if left.is_empty() {
        return Ok(());
    }
    let catalog = &site.catalog;
    let mut kinds: Vec<String> =
        left.iter().map(|(kind, _)| format!("'{}'", catalog.kinds.get(*kind).id)).collect();
    let mut statuses: Vec<&str> = left.iter().map(|(_, status)| &*catalog.statuses.get(*status).id).collect();
    kinds.sort_unstable();
    kinds.dedup();
    statuses.sort_unstable();
    statuses.dedup();
    Err(Refusal::bad(format!(
        "Issue type with ID {} is missing the mappings required for statuses with IDs {}.",
        kinds.join(","),
        statuses.join(",")
    )))
}

/// `POST workflowscheme/{id}/draft/publish`: a task.
fn publish(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let row = drafted(site, call)?;
    let body = object(body(call)?)?;
    let list = body.get("statusMappings").and_then(Value::as_array).into_iter().flatten();
    let moves = list.map(|one| {
        let of = |name: &str| one.get(name).and_then(id).unwrap_or_default();
        let (from, to) = (status(site, &of("statusId"))?, status(site, &of("newStatusId"))?);
        Ok(Move { kind: Some(kind(site, &of("issueTypeId"))?), from, to })
    });
    let moves = moves.collect::<Result<Vec<Move>, Refusal>>()?;
    let draft = site.catalog.workflow_schemes.get(row).draft.clone().ok_or_else(missing)?;
    complete(site, &users(site, row), &draft.plan, &moves)?;
    if call.query.flag("validateOnly") {
        return Ok(Answer::empty(StatusCode::NO_CONTENT));
    }
    let piece = Piece::Adopt { scheme: row, plan: draft.plan, moves };
    submitted(site, call, "Publish a draft workflow scheme", vec![piece])
}
