//! Single issues as boards see them: their estimate, their rank.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::{Value, json};

use super::super::{body, signed_in};
use super::{list, named};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::table::Row;
use crate::frame::world::{Act, Route};
use crate::jira::agile::points;
use crate::jira::custom::Held;
use crate::jira::custom::{Custom, Shape};
use crate::jira::deed::agile::{self, Place};
use crate::jira::deed::board;
use crate::jira::edit::Set;
use crate::jira::input::{self, object};
use crate::jira::issue::Issue;
use crate::jira::refusal::Refusal;
use crate::jira::site::{Right, Site};
use crate::jira::view::agile as view;

pub(super) fn table() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::PUT, "/issue/rank", Write(rank)),
        (Method::GET, "/issue/{issue}", Read(get)),
        (Method::GET, "/issue/{issue}/estimation", Read(estimation)),
        (Method::PUT, "/issue/{issue}/estimation", Write(estimate)),
    ]
}

/// What only Cloud has.
pub(super) fn cloud() -> Vec<Route<Site>> {
    vec![
        (Method::POST, "/board/{board}/issue", Act::Write(onto_board)),
        (Method::POST, "/backlog/{board}/issue", Act::Write(off_board)),
    ]
}

/// `GET issue/{idOrKey}`
fn get(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let issue = site.see(call.caller, call.param("issue"))?;
    let (mut wanted, asked) = list::wanted(site, call);
    if asked.is_empty() {
        wanted.fields = crate::jira::view::fields::select(site, &[], &["*all"]);
    }
    Ok(Answer::ok(&view::issue(site, call.caller, issue, &wanted, &asked)))
}

/// `PUT issue/rank`
fn rank(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let body = object(body(call)?)?;
    let (ids, by) = named(site, call, &body)?;
    let place = place(site, call, &body)?
        .ok_or_else(|| Refusal::bad("Exactly one of rankBeforeIssue and rankAfterIssue is required."))?;
    let (Place::Before(anchor) | Place::After(anchor)) = place;
    if ids.contains(&anchor) {
        return Err(Refusal::bad("An issue cannot be ranked relative to itself."));
    }
    agile::rank(site, by, &ids, place);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// The place a body names with `rankBeforeIssue` or `rankAfterIssue`, in the only rank field there is.
pub(super) fn place(site: &Site, call: &Call<'_>, body: &Value) -> Result<Option<Place>, Refusal> {
    let own = site.catalog.field_of(Shape::Rank).map(|row| site.catalog.custom.get(row).number);
    if let Some(named) = body.get("rankCustomFieldId").filter(|named| !named.is_null())
        && input::id(named) != own.map(|own| own.to_string())
    {
        return Err(Refusal::bad("The custom field with the given id is not a rank field."));
    }
    let anchor = |name: &str| match body.get(name).and_then(input::id) {
        Some(named) => site.see(call.caller, &named).map(|issue| Some(issue.id)),
        None => Ok(None),
    };
    match (anchor("rankBeforeIssue")?, anchor("rankAfterIssue")?) {
        (Some(anchor), None) => Ok(Some(Place::Before(anchor))),
        (None, Some(anchor)) => Ok(Some(Place::After(anchor))),
        (None, None) => Ok(None),
        _ => Err(Refusal::bad("Only one of rankBeforeIssue and rankAfterIssue may be given.")),
    }
}

/// The issue, and the field with which the board of the query estimates.
fn estimated<'a>(site: &'a Site, call: &Call<'_>) -> Result<(&'a Issue, Row<Custom>), Refusal> {
    signed_in(call)?;
    let issue = site.see(call.caller, call.param("issue"))?;
    let id = call.query.get("boardId").ok_or_else(|| Refusal::bad("The boardId parameter is required."))?;
    let id = id.parse::<u32>().map_err(|_| Refusal::bad("The boardId parameter must be a number."))?;
    let found = site.agile.boards.get(&id).ok_or_else(board::missing)?;
    let field = points(&site.catalog).filter(|_| found.scrum);
    Ok((issue, field.ok_or_else(|| Refusal::bad("The board does not estimate issues."))?))
}

/// `GET issue/{idOrKey}/estimation`
fn estimation(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (issue, row) = estimated(site, call)?;
    let mut shown = json!({"fieldId": site.catalog.custom.get(row).id});
    if let Some(Held::Number(number)) = issue.held(row) {
        let value = if site.is_cloud() { json!(format!("{number:?}")) } else { json!(number) };
        crate::jira::view::put(&mut shown, "value", value);
    }
    Ok(Answer::ok(&shown))
}

/// `PUT issue/{idOrKey}/estimation`
fn estimate(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (_, row) = estimated(site, call)?;
    let (id, by) = site.enter(call.caller, call.param("issue"), Right::Edit)?;
    let held = match object(body(call)?)?.get("value") {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) if text.is_empty() => None,
        Some(given) => {
            let number = input::id(given)
                .and_then(|text| text.parse::<f64>().ok())
                .filter(|number| number.is_finite());
            Some(Held::Number(
                number.ok_or_else(|| Refusal::field("value", "The estimate must be a number."))?,
            ))
        }
    };
    agile::set(site, by, id, Set::Custom(row, held));
    estimation(site, call)
}

/// `POST board/{id}/issue`: from the backlog onto the board, which is into the sprint that runs.
fn onto_board(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let board = super::board(site, call)?.id;
    let wanted = object(body(call)?)?;
    let ((ids, by), place) = (named(site, call, &wanted)?, place(site, call, &wanted)?);
    let running = site.agile.sprints_of(Some(board)).into_iter().rev();
    let mut running =
        running.filter(|sprint| sprint.stage == crate::jira::agile::Stage::Active).map(|sprint| sprint.id);
    if let Some(sprint) = running.next() {
        agile::plan(site, by, &ids, Some(sprint));
    }
    if let Some(place) = place {
        agile::rank(site, by, &ids, place);
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `POST backlog/{boardId}/issue`
fn off_board(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    super::board(site, call)?;
    let wanted = object(body(call)?)?;
    let ((ids, by), place) = (named(site, call, &wanted)?, place(site, call, &wanted)?);
    agile::plan(site, by, &ids, None);
    if let Some(place) = place {
        agile::rank(site, by, &ids, place);
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}
