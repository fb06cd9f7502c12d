//! Long-running tasks on Cloud: how far they are, and stopping them.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use http::header::LOCATION;
use serde_json::{Value, json};

use super::signed_in;
use crate::frame::answer::Answer;
use crate::frame::call::{Call, Person};
use crate::frame::world::{Act, Route};
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;
use crate::jira::task::{End, Piece, Task};
use crate::jira::view::put;

/// What only Cloud has.
pub(crate) fn cloud() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![(Method::GET, "/task/{id}", Read(get)), (Method::POST, "/task/{id}/cancel", Write(cancel))]
}

/// Where a task is.
pub(super) fn path(site: &Site, call: &Call<'_>, id: u32) -> String {
    format!("{}/rest/api/{}/task/{id}", site.base, call.api)
}

/// A person as tasks number them.
fn number(person: Person) -> u32 {
    10_000 + u32::from(person.0)
}

fn view(site: &Site, call: &Call<'_>, task: &Task) -> Value {
    let now = site.frame.clock.now();
    let mut shown = json!({
        "self": path(site, call, task.id),
        "id": task.id.to_string(),
        "description": task.title,
        "status": task.status(now),
        "submittedBy": number(task.who),
        "progress": task.progress(),
        "submitted": task.submitted,
        "lastUpdate": task.updated,
        "elapsedRuntime": task.end.map_or(now, |_| task.updated).saturating_sub(task.start()).max(0),
    });
    if now >= task.start() {
        put(&mut shown, "started", task.start());
    }
    if task.end.is_some() {
        put(&mut shown, "finished", task.updated);
    }
    if let (Some(End::Complete), Some(result)) = (task.end, &task.result) {
        put(&mut shown, "result", result.clone());
    }
    shown
}

/// Submits a task that is no bulk operation: 303 with its address.
pub(super) fn submitted(
    site: &mut Site,
    call: &Call<'_>,
    title: &str,
    pieces: Vec<Piece>,
) -> Result<Answer, Refusal> {
    let (who, now) = (signed_in(call)?, site.frame.clock.now());
    let id = site.tasks.submit((title, false), who, now, pieces);
    let task = site.tasks.get(&id.to_string(), now).map(|task| view(site, call, task));
    Ok(Answer::json(StatusCode::SEE_OTHER, &task).header(LOCATION, &path(site, call, id)))
}

/// A task as it is answered; null when there is none with this id.
pub(super) fn shown(site: &Site, call: &Call<'_>, id: u32) -> Value {
    let task = site.tasks.get(&id.to_string(), site.frame.clock.now());
    task.map(|task| view(site, call, task)).unwrap_or_default()
}

/// The same with nothing but the address, as some operations answer.
pub(super) fn queued(
    site: &mut Site,
    call: &Call<'_>,
    title: &str,
    pieces: Vec<Piece>,
) -> Result<Answer, Refusal> {
    let (who, now) = (signed_in(call)?, site.frame.clock.now());
    let id = site.tasks.submit((title, false), who, now, pieces);
    Ok(Answer::empty(StatusCode::SEE_OTHER).header(LOCATION, &path(site, call, id)))
}

/// `GET task/{taskId}`: for whoever submitted it, and administrators.
fn get(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let who = signed_in(call)?;
    let task = site.tasks.get(call.param("id"), site.frame.clock.now());
    let task = task.ok_or_else(|| Refusal::missing("The task could not be found."))?;
    if task.who != who && !site.is_admin(Some(who)) {
        return Err(Refusal::forbidden("You do not have permission to view this task."));
    }
    Ok(Answer::ok(&view(site, call, task)))
}

/// `POST task/{taskId}/cancel`: what was done stays done. Refusals are bare lists of words here.
fn cancel(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let said = |status: StatusCode, words: &str| Ok(Answer::json(status, &[words]));
    let Some(who) = call.caller else {
        return said(StatusCode::UNAUTHORIZED, "You must be authenticated to cancel a task.");
    };
    let now = site.frame.clock.now();
    let Some(task) = site.tasks.get(call.param("id"), now) else {
        return said(StatusCode::NOT_FOUND, "The task could not be found.");
    };
    if task.who != who && !site.is_admin(Some(who)) {
        return said(StatusCode::FORBIDDEN, "You do not have permission to cancel this task.");
    }
    if task.end.is_some() {
        return said(StatusCode::BAD_REQUEST, "The task has finished already and cannot be cancelled.");
    }
    let id = task.id;
    if let Some(task) = site.tasks.get_mut(id) {
        task.end = Some(End::Cancelled);
        task.updated = now;
    }
    Ok(Answer::empty(StatusCode::ACCEPTED))
}
