//! Data Center's list of an issue's sub-tasks, and their order.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::Value;

use super::{body, enter};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::world::{Act, Route};
use crate::jira::refusal::Refusal;
use crate::jira::site::{Right, Site};
use crate::jira::view::Show;
use crate::jira::view::link::SubtasksView;

pub(super) fn data_center() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::GET, "/issue/{issue}/subtask", Read(list)),
        (Method::GET, "/issue/{issue}/subtask/move", Read(movable)),
        (Method::POST, "/issue/{issue}/subtask/move", Write(reorder)),
    ]
}

/// `GET issue/{idOrKey}/subtask`
fn list(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let issue = site.see(call.caller, call.param("issue"))?;
    Ok(Answer::ok(&SubtasksView(Show::call(site, call), issue)))
}

/// `GET issue/{idOrKey}/subtask/move`
fn movable(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let issue = site.see(call.caller, call.param("issue"))?;
    Ok(Answer::ok(&site.may(call.caller, issue.project, Right::Edit)))
}

/// `POST issue/{idOrKey}/subtask/move`: from one place to another, counted from 0.
fn reorder(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let entered = enter(site, call)?;
    entered.needs(site, "EDIT_ISSUES", || {
        Refusal::forbidden("You do not have permission to edit this issue.")
    })?;
    let body = body(call)?;
    let count = site.issues.get(entered.id).map_or(0, |issue| issue.parts().children.len());
    let place = |name: &str| {
        let given = body.get(name).and_then(Value::as_u64).and_then(|place| usize::try_from(place).ok());
        given.filter(|place| *place < count).ok_or_else(|| {
            Refusal::bad(format!("The position '{name}' is not one of the sub-tasks of the issue."))
        })
    };
    let (original, current) = (place("original")?, place("current")?);
    if let Some(issue) = site.issues.get_mut(entered.id) {
        let children = &mut issue.parts_mut().children;
        let child = children.remove(original);
        children.insert(current, child);
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}
