//! `bulk/issues/move`: where issues go, and with which statuses and fields.

use serde_json::Value;

use super::super::rows::ids;
use super::{ISSUES, Outcome, bad, body, enter, look_up, submit};
use crate::frame::call::Call;
use crate::jira::site::Site;
use crate::jira::task::{Piece, Target};

/// `POST bulk/issues/move`
pub(super) fn submit_all(site: &mut Site, call: &Call<'_>) -> Outcome {
    let (who, body) = (enter(site, call)?, body(call)?);
    let targets = body.get("targetToSourcesMapping").and_then(Value::as_object).filter(|map| !map.is_empty());
    let targets = targets.ok_or_else(|| bad("The targetToSourcesMapping is required."))?;
    let (mut pieces, mut invalid) = (Vec::new(), 0);
    for (place, wishes) in targets {
        let target = read(site, call, place, wishes).map_err(bad)?;
        let named = look_up(site, call, &ids(wishes, "issueIdsOrKeys"))?;
        pieces.extend(named.seen.into_iter().map(|id| Piece::Move(id, target.clone())));
        invalid += named.invalid;
    }
    if pieces.len() > ISSUES {
        return Err(bad(format!("The number of issues must not exceed {ISSUES}.")));
    }
    Ok(submit(site, who, "Bulk move of issues", pieces, invalid))
}

/// `project,type[,parent]`.
fn read(site: &Site, call: &Call<'_>, place: &str, wishes: &Value) -> Result<Target, String> {
    let mut parts = place.split(',').map(str::trim);
    let (project, kind) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let row = site.catalog.project(project);
    let row = row.ok_or_else(|| format!("The target project '{project}' does not exist."))?;
    let found = site.catalog.kinds.find(|one| *one.id == *kind);
    let found = found.filter(|kind| site.catalog.kinds_of(row).contains(kind));
    let kind =
        found.ok_or_else(|| format!("The target issue type '{kind}' is not valid for the project."))?;
    let parent = match parts.next() {
        None | Some("") => None,
        Some(parent) => {
            let issue = site.see(call.caller, parent);
            Some(issue.map_err(|_| format!("The target parent '{parent}' does not exist."))?.id)
        }
    };
    if parent.is_some() && !site.catalog.kinds.get(kind).is_subtask() {
        return Err("A target parent is for sub-tasks only.".to_owned());
    }
    Ok(Target { project: row, kind, parent, wishes: wishes.clone() })
}
