//! Epics and the issues in them.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::Value;

use super::super::body;
use super::list::issues;
use super::{epic, named};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::world::{Act, Route};
use crate::jira::custom::Held;
use crate::jira::custom::Shape;
use crate::jira::deed::agile::{self, Place};
use crate::jira::edit::Set;
use crate::jira::input::{flag, id, object, text};
use crate::jira::refusal::Refusal;
use crate::jira::site::{Right, Site};
use crate::jira::view::agile as view;

pub(super) fn table() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::GET, "/epic/none/issue", Read(without)),
        (Method::POST, "/epic/none/issue", Write(remove)),
        (Method::GET, "/epic/{epic}", Read(get)),
        (Method::POST, "/epic/{epic}", Write(update)),
        (Method::GET, "/epic/{epic}/issue", Read(list)),
        (Method::POST, "/epic/{epic}/issue", Write(add)),
        (Method::PUT, "/epic/{epic}/rank", Write(rank)),
    ]
}

/// `GET epic/{idOrKey}`
fn get(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    super::super::signed_in(call)?;
    Ok(Answer::ok(&view::epic(site, epic(site, call.caller, call.param("epic"))?)))
}

/// `POST epic/{idOrKey}`: what the body does not name stays.
fn update(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    super::super::signed_in(call)?;
    epic(site, call.caller, call.param("epic"))?;
    let (id, by) = site.enter(call.caller, call.param("epic"), Right::Edit)?;
    let body = object(body(call)?)?;
    let wants = |name: &str| text(&body, name).map(str::trim);
    let color = body.get("color").and_then(|color| text(color, "key"));
    let known = |color: &str| {
        color
            .strip_prefix("color_")
            .and_then(|number| number.parse().ok())
            .is_some_and(|number: u8| (1..=14).contains(&number))
    };
    if color.is_some_and(|color| !known(color)) {
        return Err(Refusal::field("color", "Valid colors are color_1 to color_14."));
    }
    if wants("summary").is_some_and(str::is_empty) {
        return Err(Refusal::field("summary", "You must specify a summary of the issue."));
    }
    if wants("name").is_some_and(str::is_empty) {
        return Err(Refusal::field("name", "The epic name is required."));
    }
    if let Some(summary) = wants("summary") {
        agile::set(site, by, id, Set::Summary(summary.into()));
    }
    for (shape, text) in [(Shape::EpicName, wants("name")), (Shape::EpicColor, color)] {
        if let Some(text) = text {
            agile::put(site, by, id, shape, Some(Held::Text(text.into())));
        }
    }
    if let Some(done) = flag(&body, "done") {
        let name = if done { "Done" } else { "To Do" };
        let options =
            site.catalog.field_of(Shape::EpicStatus).map(|row| &site.catalog.custom.get(row).options);
        let option = options.and_then(|options| options.iter().find(|option| &*option.value == name));
        let option = option.map(|option| Held::Option(option.id));
        agile::put(site, by, id, Shape::EpicStatus, option);
    }
    Ok(Answer::ok(&view::epic(site, epic(site, call.caller, call.param("epic"))?)))
}

/// `GET epic/{idOrKey}/issue`
fn list(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    super::super::signed_in(call)?;
    let id = epic(site, call.caller, call.param("epic"))?.id;
    issues(site, call, |issue| issue.epic(&site.catalog) == Some(id))
}

/// `GET epic/none/issue`
fn without(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    issues(site, call, |issue| !site.is_epic(issue) && issue.epic(&site.catalog).is_none())
}

/// `POST epic/{idOrKey}/issue`
fn add(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    super::super::signed_in(call)?;
    let target = epic(site, call.caller, call.param("epic"))?.id;
    let (ids, by) = named(site, call, &object(body(call)?)?)?;
    let standard = |issue: &crate::jira::issue::Issue| site.catalog.kinds.get(issue.kind).level == 0;
    if let Some(issue) = ids.iter().filter_map(|id| site.issues.get(*id)).find(|issue| !standard(issue)) {
        return Err(Refusal::bad(format!(
            "Epics and sub-tasks cannot be added to an epic: {}.",
            site.key(issue)
        )));
    }
    agile::gather(site, by, &ids, Some(target));
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `POST epic/none/issue`
fn remove(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (ids, by) = named(site, call, &object(body(call)?)?)?;
    agile::gather(site, by, &ids, None);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `PUT epic/{idOrKey}/rank`
fn rank(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    super::super::signed_in(call)?;
    epic(site, call.caller, call.param("epic"))?;
    let (moved, by) = site.enter(call.caller, call.param("epic"), Right::Edit)?;
    let body: Value = object(body(call)?)?;
    let anchor = |name: &str| match body.get(name).and_then(id) {
        Some(named) => epic(site, call.caller, &named).map(|issue| Some(issue.id)),
        None => Ok(None),
    };
    let place = match (anchor("rankBeforeEpic")?, anchor("rankAfterEpic")?) {
        (Some(anchor), None) => Place::Before(anchor),
        (None, Some(anchor)) => Place::After(anchor),
        _ => return Err(Refusal::bad("Exactly one of rankBeforeEpic and rankAfterEpic is required.")),
    };
    agile::rank(site, by, &[moved], place);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}
