//! Boards, sprints and epics, and what the agile API adds to issues.

use std::fmt;

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Value, json};

use super::issue::{IssueView, Wanted};
use super::person::Avatars;
use super::{Show, put};
use crate::frame::call::Person;
use crate::jira::agile::{Board, Sprint, Stage};
use crate::jira::catalog::Category;
use crate::jira::custom::{Held, Shape};
use crate::jira::date::{Stamp, civil};
use crate::jira::issue::Issue;
use crate::jira::site::Site;

/// An instant as Cloud's agile API writes it, `2020-07-07T00:37:08.707Z`.
struct Zulu(i64);

impl fmt::Display for Zulu {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&civil(self.0).strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string())
    }
}

/// An instant as this face's agile API writes it.
fn moment(site: &Site, at: i64) -> String {
    if site.is_cloud() { Zulu(at).to_string() } else { Stamp(at).to_string().replace("+0000", "Z") }
}

/// A sprint in the Sprint field of an issue: an object on Cloud, a text on Data Center.
pub(crate) struct SprintField<'a>(pub(crate) Show<'a>, pub(crate) &'a Sprint);

impl Serialize for SprintField<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(show, sprint) = *self;
        if !show.site.is_cloud() {
            return serializer.collect_str(&Bracketed(sprint));
        }
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &sprint.id)?;
        map.serialize_entry("name", &sprint.name)?;
        map.serialize_entry("state", sprint.stage.name())?;
        map.serialize_entry("boardId", &sprint.board)?;
        map.serialize_entry("goal", &sprint.goal)?;
        for (name, at) in
            [("startDate", sprint.start), ("endDate", sprint.end), ("completeDate", sprint.completed)]
        {
            if let Some(at) = at {
                map.serialize_entry(name, &format_args!("{}", Zulu(at)))?;
            }
        }
        map.end()
    }
}

/// What the class of the field's value prints on Data Center; integrations take it apart.
struct Bracketed<'a>(&'a Sprint);

impl fmt::Display for Bracketed<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(sprint) = *self;
        let at = |at: Option<i64>| {
            at.map_or("<null>".to_owned(), |at| Stamp(at).to_string().replace("+0000", "Z"))
        };
        write!(
            formatter,
            "com.atlassian.greenhopper.service.sprint.Sprint@{:x}[id={},rapidViewId={},state={},name={},\
             startDate={},endDate={},completeDate={},activatedDate={},sequence={},goal={},synced=false,\
             autoStartStop=false,incompleteIssuesDestinationId=<null>]",
            sprint.id.wrapping_mul(0x9E37_79B1),
            sprint.id,
            sprint.board,
            sprint.stage.name().to_uppercase(),
            sprint.name,
            at(sprint.start),
            at(sprint.end),
            at(sprint.completed),
            at(sprint.activated),
            sprint.order,
            sprint.goal,
        )
    }
}

/// A sprint.
pub(crate) fn sprint(site: &Site, sprint: &Sprint) -> Value {
    let mut shown = json!({
        "id": sprint.id,
        "self": format!("{}/rest/agile/1.0/sprint/{}", site.base, sprint.id),
        "state": sprint.stage.name(),
        "name": sprint.name,
    });
    for (name, at) in
        [("startDate", sprint.start), ("endDate", sprint.end), ("completeDate", sprint.completed)]
    {
        if let Some(at) = at {
            put(&mut shown, name, moment(site, at));
        }
    }
    if site.is_cloud() {
        put(&mut shown, "createdDate", moment(site, sprint.created));
    } else {
        if let Some(at) = sprint.activated {
            put(&mut shown, "activatedDate", moment(site, at));
        }
        put(&mut shown, "synced", false);
        put(&mut shown, "autoStartStop", false);
    }
    put(&mut shown, "originBoardId", sprint.board);
    if !sprint.goal.is_empty() || sprint.stage != Stage::Future {
        put(&mut shown, "goal", &*sprint.goal);
    }
    shown
}

/// A board; Cloud says as well where it is shown.
pub(crate) fn board(site: &Site, board: &Board) -> Value {
    let mut shown = json!({
        "id": board.id,
        "self": format!("{}/rest/agile/1.0/board/{}", site.base, board.id),
        "name": board.name,
        "type": if board.scrum { "scrum" } else { "kanban" },
    });
    if site.is_cloud() {
        put(&mut shown, "location", location(site, board));
        put(&mut shown, "isPrivate", false);
    }
    shown
}

fn location(site: &Site, board: &Board) -> Value {
    let Some(row) = board.location else {
        let owner = site.catalog.account(board.owner);
        return json!({
            "userAccountId": owner.account_id,
            "displayName": owner.display,
            "name": owner.display,
            "avatarURI": "/secure/useravatar?size=small",
        });
    };
    let project = site.catalog.projects.get(row);
    let avatars =
        serde_json::to_value(Avatars(&site.base, "projectavatar", project.avatar)).unwrap_or_default();
    json!({
        "projectId": project.id,
        "projectKey": project.key,
        "projectName": project.name,
        "projectTypeKey": project.genre,
        "displayName": format!("{} ({})", project.name, project.key),
        "name": format!("{} ({})", project.name, project.key),
        "avatarURI": avatars.get("24x24"),
    })
}

/// The text of one of an epic's own fields.
fn said(site: &Site, issue: &Issue, shape: Shape) -> Option<String> {
    match issue.held(site.catalog.field_of(shape)?)? {
        Held::Text(text) => Some(text.to_string()),
        _ => None,
    }
}

/// Whether boards count an epic as done: its Epic Status says so, or else its status.
pub(crate) fn is_done(site: &Site, issue: &Issue) -> bool {
    let row = site.catalog.field_of(Shape::EpicStatus);
    match row.and_then(|row| Some((row, issue.held(row)?))) {
        Some((row, Held::Option(id))) => site.catalog.custom.get(row).value(*id) == "Done",
        _ => site.catalog.statuses.get(issue.status).category == Category::Done,
    }
}

/// An epic.
pub(crate) fn epic(site: &Site, issue: &Issue) -> Value {
    json!({
        "id": issue.id,
        "key": site.key(issue),
        "self": format!("{}/rest/agile/1.0/epic/{}", site.base, issue.id),
        "name": said(site, issue, Shape::EpicName).unwrap_or_default(),
        "summary": issue.summary,
        "color": {"key": said(site, issue, Shape::EpicColor).unwrap_or_else(|| "color_1".to_owned())},
        "done": is_done(site, issue),
    })
}

/// An issue with the members that only the agile API has: `sprint`, `closedSprints`, `epic` and `flagged`.
pub(crate) fn issue(
    site: &Site,
    viewer: Option<Person>,
    issue: &Issue,
    wanted: &Wanted,
    asked: &[String],
) -> Value {
    let show = Show { site, api: "2", adf: false, hook: false, viewer };
    let mut shown = serde_json::to_value(IssueView(show, issue, wanted)).unwrap_or_default();
    put(&mut shown, "key", site.key(issue));
    put(&mut shown, "self", format!("{}/rest/agile/1.0/issue/{}", site.base, issue.id));
    let all = asked.is_empty() || asked.iter().any(|name| name == "*all" || name == "*navigable");
    let wants = |name: &str| all || asked.iter().any(|asked| asked == name);
    if shown.get("fields").is_none() {
        put(&mut shown, "fields", json!({}));
    }
    let Some(fields) = shown.get_mut("fields") else { return shown };
    let sprints = issue.sprints(&site.catalog).iter().filter_map(|id| site.agile.sprints.get(id));
    let (closed, open): (Vec<_>, Vec<_>) = sprints.partition(|sprint| sprint.stage == Stage::Closed);
    if wants("sprint") {
        put(fields, "sprint", open.last().map_or(Value::Null, |open| sprint(site, open)));
    }
    if wants("closedSprints") && !closed.is_empty() {
        put(fields, "closedSprints", closed.iter().map(|closed| sprint(site, closed)).collect::<Vec<_>>());
    }
    if wants("flagged") {
        put(fields, "flagged", false);
    }
    if wants("epic") {
        let found = issue.epic(&site.catalog).and_then(|id| site.issues.get(id));
        put(fields, "epic", found.map_or(Value::Null, |found| epic(site, found)));
    }
    shown
}
