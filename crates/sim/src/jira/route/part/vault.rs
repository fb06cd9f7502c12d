//! The archive of Cloud's issues as a whole: filled by a query, and listed in a file.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::{Value, json};

use super::super::task;
use super::{body, signed_in};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::world::{Act, Route};
use crate::jira::date::Stamp;
use crate::jira::input::{object, text};
use crate::jira::jql::Query;
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;
use crate::jira::task::Piece;

/// How many issues one call may archive.
const MOST: usize = 100_000;
/// What such a task is called.
const TITLE: &str = "Archive issues";

pub(super) fn cloud() -> Vec<Route<Site>> {
    use Act::Write;
    vec![
        (Method::POST, "/issue/archive", Write(store)),
        (Method::PUT, "/issues/archive/export", Write(export)),
    ]
}

/// Only administrators.
fn allowed(site: &Site, call: &Call<'_>) -> Result<(), Refusal> {
    let who = signed_in(call)?;
    if site.is_admin(Some(who)) {
        return Ok(());
    }
    Err(Refusal::forbidden("You do not have permission to archive issues."))
}

/// `POST issue/archive`: a task; 202 with its address as a text. One at a time.
fn store(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    allowed(site, call)?;
    let body = object(body(call)?)?;
    let jql = text(&body, "jql").filter(|jql| !jql.trim().is_empty());
    let jql = jql.ok_or_else(|| Refusal::bad("The jql is required."))?;
    if site.tasks.open().any(|task| task.title == TITLE) {
        let said = "Another request to archive issues is running.";
        return Err(Refusal::new(StatusCode::PRECONDITION_FAILED, said));
    }
    let found = Query::ask(site, call.caller, jql)?;
    let ids: Vec<u32> = found
        .all(site, call.caller)
        .into_iter()
        .filter(|issue| issue.parts().parent.is_none())
        .map(|issue| issue.id)
        .collect();
    if ids.len() > MOST {
        return Err(Refusal::bad(format!("No more than {MOST} issues can be archived at once.")));
    }
    let pieces = ids.into_iter().map(Piece::Archive).collect();
    let (who, now) = (signed_in(call)?, site.frame.clock.now());
    let id = site.tasks.submit((TITLE, false), who, now, pieces);
    Ok(Answer::json(StatusCode::ACCEPTED, &task::path(site, call, id)))
}

/// `PUT issues/archive/export`: a task that would send the file by mail.
fn export(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    allowed(site, call)?;
    let body = object(body(call)?)?;
    if let Some(range) = body.get("archivedDateRange").filter(|range| !range.is_null()) {
        let day = |name: &str| text(range, name).and_then(|text| text.parse::<jiff::civil::Date>().ok());
        let (after, before) = (day("dateAfter"), day("dateBefore"));
        if after.zip(before).is_none_or(|(after, before)| after > before) {
            return Err(Refusal::bad("The archivedDateRange needs two dates, the earlier first."));
        }
    }
    let (who, now) = (signed_in(call)?, site.frame.clock.now());
    let id = site.tasks.submit(("Export archived issues", false), who, now, Vec::new());
    let task = site.tasks.get(&id.to_string(), now);
    let (status, progress) = task.map_or(("ENQUEUED", 0), |task| (task.status(now), task.progress()));
    let payload: Value = body.to_string().into();
    Ok(Answer::json(
        StatusCode::ACCEPTED,
        &json!({"taskId": id.to_string(), "payload": payload, "status": status, "progress": progress,
            "submittedTime": Stamp(now)}),
    ))
}
