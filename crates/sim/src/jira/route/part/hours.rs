//! Many worklogs at once on Cloud: moved to another issue, or deleted. Neither is told to anybody nor remembered.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::Value;

use super::{Entered, body, enter};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::world::{Act, Route};
use crate::jira::deed::hours as deed;
use crate::jira::deed::worklog::Adjust;
use crate::jira::input::{object, text};
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;

/// How many worklogs one call may name.
const MOST: usize = 5_000;

pub(super) fn cloud() -> Vec<Route<Site>> {
    use Act::Write;
    vec![
        (Method::POST, "/issue/{issue}/worklog/move", Write(relocate)),
        (Method::DELETE, "/issue/{issue}/worklog", Write(delete)),
    ]
}

/// The worklogs a body names, of an issue whose worklogs the caller may all delete.
fn named(site: &Site, call: &Call<'_>, body: &Value) -> Result<(Entered, Vec<u32>), Refusal> {
    let entered = enter(site, call)?;
    entered.needs(site, "DELETE_ALL_WORKLOGS", || {
        Refusal::bad("You do not have the permission to delete all worklogs of this issue.")
    })?;
    let ids = body.get("ids").and_then(Value::as_array).filter(|ids| !ids.is_empty());
    let read = |id: &Value| u32::try_from(id.as_u64()?).ok();
    let ids = ids.and_then(|ids| ids.iter().map(read).collect::<Option<Vec<u32>>>());
    let ids = ids.ok_or_else(|| Refusal::bad("The ids of the worklogs are required."))?;
    if ids.len() > MOST {
        return Err(Refusal::bad(format!("No more than {MOST} worklogs can be named at once.")));
    }
    let issue = site.issues.get(entered.id).ok_or_else(Refusal::no_issue)?;
    for id in &ids {
        let found = issue.parts().worklogs.iter().find(|worklog| worklog.id == *id);
        let open = found.is_some_and(|worklog| site.is_open(call.caller, worklog.visibility.as_ref()));
        if !open {
            return Err(Refusal::missing(format!("The worklog with id {id} is not one of this issue.")));
        }
    }
    Ok((entered, ids))
}

/// `adjustEstimate`: `auto` or `leave`.
fn adjust(site: &Site, call: &Call<'_>) -> Result<Adjust, Refusal> {
    match call.query.get("adjustEstimate") {
        None | Some("" | "auto" | "leave") => {
            Adjust::read(site.instance.pace, |name| call.query.get(name).map(str::to_owned), "")
        }
        Some(other) => Err(Refusal::field("adjustEstimate", format!("'{other}' is not possible here."))),
    }
}

/// `POST issue/{idOrKey}/worklog/move`: to the issue the body names. Those that only a role may see stay, and 200 says so.
fn relocate(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let body = object(body(call)?)?;
    let (entered, ids) = named(site, call, &body)?;
    let adjust = adjust(site, call)?;
    let target = site.see(call.caller, text(&body, "issueIdOrKey").unwrap_or_default())?;
    if !site.allows(call.caller, target.project, "WORK_ON_ISSUES") || target.id == entered.id {
        return Err(Refusal::bad("The worklogs cannot be moved to this issue."));
    }
    let target = target.id;
    site.stored(target)?;
    let issue = site.issues.get(entered.id).ok_or_else(Refusal::no_issue)?;
    let bound = |id: &u32| {
        let found = issue.parts().worklogs.iter().find(|worklog| worklog.id == *id);
        let visibility = found.and_then(|worklog| worklog.visibility.as_ref());
        visibility.is_some_and(|visibility| visibility.kind == "role")
    };
    let free: Vec<u32> = ids.iter().copied().filter(|id| !bound(id)).collect();
    for id in &free {
        deed::relocate(site, (entered.id, target), *id, adjust);
    }
    let whole = free.len() == ids.len();
    Ok(Answer::empty(if whole { StatusCode::NO_CONTENT } else { StatusCode::OK }))
}

/// `DELETE issue/{idOrKey}/worklog`
fn delete(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let body = object(body(call)?)?;
    let (entered, ids) = named(site, call, &body)?;
    let adjust = adjust(site, call)?;
    ids.into_iter().for_each(|id| deed::delete(site, entered.id, id, adjust));
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}
