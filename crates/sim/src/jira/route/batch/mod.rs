//! Cloud's bulk operations: many issues changed by one task. What a request says of fields is read in [`input`], what
//! can be edited is told by [`offer`], moves are in [`movement`].
//!
//! All of them refuse in a shape of their own, `{"errors": [{"message": …}]}`.

mod input;
mod movement;
mod offer;

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::{Value, json};

use super::permission::holds;
use super::rows::ids;
use crate::frame::answer::Answer;
use crate::frame::call::{Call, Person};
use crate::frame::world::{Act, Route};
use crate::jira::input::id;
use crate::jira::issue::Issue;
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;
use crate::jira::task::Piece;
use crate::jira::view::put;

/// How many issues one operation may name (each operation's description).
const ISSUES: usize = 1_000;
/// How many fields one edit may change.
const FIELDS: usize = 200;

/// What only Cloud has.
pub(crate) fn cloud() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::GET, "/bulk/issues/fields", Read(|site, call| Ok(said(offer::fields(site, call))))),
        (Method::POST, "/bulk/issues/fields", Write(|site, call| Ok(said(edit(site, call))))),
        (Method::GET, "/bulk/issues/transition", Read(|site, call| Ok(said(offer::steps(site, call))))),
        (Method::POST, "/bulk/issues/transition", Write(|site, call| Ok(said(step(site, call))))),
        (Method::POST, "/bulk/issues/move", Write(|site, call| Ok(said(movement::submit_all(site, call))))),
        (Method::POST, "/bulk/issues/delete", Write(|site, call| Ok(said(delete(site, call))))),
        (Method::POST, "/bulk/issues/watch", Write(|site, call| Ok(said(watch(site, call))))),
        (Method::POST, "/bulk/issues/unwatch", Write(|site, call| Ok(said(watch(site, call))))),
        (Method::GET, "/bulk/queue/{task}", Read(|site, call| Ok(said(progress(site, call))))),
    ]
}

/// A refusal of these operations.
struct Wrong(StatusCode, String);

type Outcome = Result<Answer, Wrong>;

fn bad(words: impl Into<String>) -> Wrong {
    Wrong(StatusCode::BAD_REQUEST, words.into())
}

fn said(outcome: Outcome) -> Answer {
    outcome
        .unwrap_or_else(|Wrong(status, words)| Answer::json(status, &json!({"errors": [{"message": words}]})))
}

/// Who calls, if they may change many issues at once.
fn enter(site: &Site, call: &Call<'_>) -> Result<Person, Wrong> {
    let words = "You are not authenticated. Authentication required to perform this operation.";
    let who = call.caller.ok_or_else(|| Wrong(StatusCode::UNAUTHORIZED, words.to_owned()))?;
    if holds(site, call.caller, None, "BULK_CHANGE") {
        return Ok(who);
    }
    Err(Wrong(StatusCode::FORBIDDEN, "You do not have the global bulk change permission.".to_owned()))
}

fn body(call: &Call<'_>) -> Result<Value, Wrong> {
    let body = call.json().map_err(|_| bad("The request body is not valid JSON."))?;
    if body.is_object() { Ok(body) } else { Err(bad("The request body must be an object.")) }
}

/// Issues that were named: those that may be seen, once each, and how many others there were.
struct Named {
    seen: Vec<u32>,
    invalid: usize,
}

/// Looks names up. What cannot be an id or key at all is refused.
fn look_up(site: &Site, call: &Call<'_>, names: &[String]) -> Result<Named, Wrong> {
    if names.is_empty() {
        return Err(bad("At least one issue ID or key is required."));
    }
    if names.len() > ISSUES {
        return Err(bad(format!("The number of issues must not exceed {ISSUES}.")));
    }
    let mut named = Named { seen: Vec::new(), invalid: 0 };
    for name in names {
        let is_key = || {
            let (project, number) = name.rsplit_once('-')?;
            (!project.is_empty() && number.parse::<u32>().is_ok()).then_some(())
        };
        if name.parse::<u32>().is_err() && is_key().is_none() {
            return Err(bad("Some of the issues in the issueIdsOrKeys are not valid"));
        }
        match site.see(call.caller, name) {
            Ok(issue) if named.seen.contains(&issue.id) => {}
            Ok(issue) => named.seen.push(issue.id),
            Err(_) => named.invalid += 1,
        }
    }
    Ok(named)
}

/// Submits a task about issues: 201 with its id.
fn submit(site: &mut Site, who: Person, title: &str, pieces: Vec<Piece>, invalid: usize) -> Answer {
    let id = site.tasks.submit((title, true), who, site.frame.clock.now(), pieces);
    if let Some(task) = site.tasks.get_mut(id) {
        task.invalid = invalid;
    }
    Answer::json(StatusCode::CREATED, &json!({"taskId": id.to_string()}))
}

/// The issues under `selectedIssueIdsOrKeys`.
fn selected(site: &Site, call: &Call<'_>, body: &Value) -> Result<Named, Wrong> {
    look_up(site, call, &ids(body, "selectedIssueIdsOrKeys"))
}

/// `POST bulk/issues/fields`
fn edit(site: &mut Site, call: &Call<'_>) -> Outcome {
    let (who, body) = (enter(site, call)?, body(call)?);
    let named = selected(site, call, &body)?;
    let given = body.get("editedFieldsInput").ok_or_else(|| bad("The editedFieldsInput is required."))?;
    let edit = input::read(site, given).map_err(bad)?;
    let actions = ids(&body, "selectedActions");
    if actions.is_empty() || edit.fields.is_empty() {
        return Err(bad("At least one field is required in selectedActions and editedFieldsInput."));
    }
    if edit.fields.len() > FIELDS {
        return Err(bad(format!("The number of fields must not exceed {FIELDS}.")));
    }
    let listed = |field: &&String| !actions.iter().any(|action| action.eq_ignore_ascii_case(field));
    let unlisted: Vec<&str> = edit.fields.iter().filter(listed).map(String::as_str).collect();
    if !unlisted.is_empty() {
        let unlisted = unlisted.join(", ");
        return Err(bad(format!(
            "The following editedFieldInput values are not listed as selectedActions : {unlisted}"
        )));
    }
    let unset = |action: &&String| !edit.fields.iter().any(|field| field.eq_ignore_ascii_case(action));
    if let Some(unset) = actions.iter().find(unset) {
        return Err(bad(format!("The selectedActions value {unset} has no value in editedFieldsInput")));
    }
    let pieces = named.seen.iter().map(|id| Piece::Edit(*id, edit.body.clone())).collect();
    Ok(submit(site, who, "Bulk edit of issues", pieces, named.invalid))
}

/// `POST bulk/issues/transition`
fn step(site: &mut Site, call: &Call<'_>) -> Outcome {
    let (who, body) = (enter(site, call)?, body(call)?);
    let inputs = body.get("bulkTransitionInputs").and_then(Value::as_array).filter(|list| !list.is_empty());
    let inputs = inputs.ok_or_else(|| bad("The bulkTransitionInputs are required."))?;
    let (mut pieces, mut invalid) = (Vec::new(), 0);
    for one in inputs {
        let step = one.get("transitionId").and_then(id).filter(|id| id.parse::<u32>().is_ok());
        let step = step.ok_or_else(|| bad("A valid transitionId is required."))?;
        let named = selected(site, call, one)?;
        pieces.extend(named.seen.into_iter().map(|id| Piece::Step(id, step.clone())));
        invalid += named.invalid;
    }
    if pieces.len() > ISSUES {
        return Err(bad(format!("The number of issues must not exceed {ISSUES}.")));
    }
    Ok(submit(site, who, "Bulk transition of issues", pieces, invalid))
}

/// `POST bulk/issues/delete`
fn delete(site: &mut Site, call: &Call<'_>) -> Outcome {
    let (who, body) = (enter(site, call)?, body(call)?);
    let named = selected(site, call, &body)?;
    let pieces = named.seen.into_iter().map(Piece::Delete).collect();
    Ok(submit(site, who, "Bulk deletion of issues", pieces, named.invalid))
}

/// `POST bulk/issues/watch` and `POST bulk/issues/unwatch`
fn watch(site: &mut Site, call: &Call<'_>) -> Outcome {
    let (who, body) = (enter(site, call)?, body(call)?);
    let named = selected(site, call, &body)?;
    let watch = call.path.ends_with("/watch");
    let pieces = named.seen.into_iter().map(|id| Piece::Watch(id, watch)).collect();
    let title = if watch { "Bulk watch of issues" } else { "Bulk unwatch of issues" };
    Ok(submit(site, who, title, pieces, named.invalid))
}

/// `GET bulk/queue/{taskId}`
fn progress(site: &Site, call: &Call<'_>) -> Outcome {
    let who = enter(site, call)?;
    let now = site.frame.clock.now();
    let task = site.tasks.get(call.param("task"), now).filter(|task| task.bulk);
    let task = task.filter(|task| task.who == who || site.is_admin(Some(who)));
    let task =
        task.ok_or_else(|| bad("The task associated with this taskId is not a bulk operation task"))?;
    let account = &site.catalog.account(task.who).account_id;
    let mut shown = json!({
        "taskId": task.id.to_string(),
        "status": task.status(now),
        "progressPercent": task.progress(),
        "submittedBy": {"accountId": account},
        "created": task.submitted,
        "updated": task.updated,
    });
    if now >= task.start() {
        put(&mut shown, "started", task.start());
    }
    if task.end.is_some() {
        put(&mut shown, "totalIssueCount", task.total + task.invalid);
        put(&mut shown, "invalidOrInaccessibleIssueCount", task.invalid);
        put(&mut shown, "processedAccessibleIssues", task.processed.clone());
        let failed = task.failed.iter().map(|(id, words)| (id.to_string(), json!(words)));
        put(&mut shown, "failedAccessibleIssues", failed.collect::<serde_json::Map<_, _>>());
    }
    Ok(Answer::ok(&shown))
}

/// The issues a query names; all of them must be there.
fn asked<'a>(site: &'a Site, call: &Call<'_>) -> Result<Vec<&'a Issue>, Wrong> {
    enter(site, call)?;
    let named = look_up(site, call, &call.query.list("issueIdsOrKeys"))?;
    if named.invalid > 0 {
        return Err(bad("Some of the issues in the issueIdsOrKeys are not valid"));
    }
    Ok(named.seen.iter().filter_map(|id| site.issues.get(*id)).collect())
}

/// A page of a list by cursors: what comes after `startingAfter` or before `endingBefore`, and the cursors of the page.
fn cursors<'a>(call: &Call<'_>, all: &'a [(String, Value)], most: usize) -> (Vec<&'a Value>, Value) {
    let place = |name: &str| {
        let cursor = call.query.get(name)?;
        all.iter().position(|(id, _)| id == cursor)
    };
    let (from, to) = match (place("startingAfter"), place("endingBefore")) {
        (Some(after), _) => (after + 1, (after + 1 + most).min(all.len())),
        (None, Some(before)) => (before.saturating_sub(most), before),
        (None, None) => (0, most.min(all.len())),
    };
    let page = all.get(from..to).unwrap_or_default();
    let mut ends = json!({});
    if let (true, Some((first, _))) = (from > 0, page.first()) {
        put(&mut ends, "endingBefore", first.as_str());
    }
    if let (true, Some((last, _))) = (to < all.len(), page.last()) {
        put(&mut ends, "startingAfter", last.as_str());
    }
    (page.iter().map(|(_, value)| value).collect(), ends)
}

impl From<Refusal> for Wrong {
    fn from(refusal: Refusal) -> Self {
        let words = refusal.messages.into_iter().chain(refusal.errors.into_iter().map(|(_, text)| text));
        Self(refusal.status, words.collect::<Vec<_>>().join(" "))
    }
}
