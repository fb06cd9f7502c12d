//! Boards and what is on them.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::{Value, json};

use super::super::{body, signed_in};
use super::list::{issues, on_board, query, waits};
use super::{board, number, values};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::table::Row;
use crate::frame::world::{Act, Route};
use crate::jira::agile::{Board, Stage, points};
use crate::jira::catalog::{Category, Project};
use crate::jira::custom::Shape;
use crate::jira::deed::board as deed;
use crate::jira::input::{flag, object};
use crate::jira::refusal::Refusal;
use crate::jira::site::{Right, Site};
use crate::jira::view::settings::{ProjectView, VersionView};
use crate::jira::view::{Show, agile as view, put};

pub(super) fn table() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::GET, "/board", Read(list)),
        (Method::POST, "/board", Write(create)),
        (Method::GET, "/board/{board}", Read(get)),
        (Method::DELETE, "/board/{board}", Write(delete)),
        (Method::GET, "/board/{board}/configuration", Read(configuration)),
        (Method::GET, "/board/{board}/issue", Read(shown)),
        (Method::GET, "/board/{board}/backlog", Read(backlog)),
        (Method::GET, "/board/{board}/epic", Read(epics)),
        (Method::GET, "/board/{board}/epic/none/issue", Read(without_epic)),
        (Method::GET, "/board/{board}/epic/{epic}/issue", Read(of_epic)),
        (Method::GET, "/board/{board}/sprint", Read(sprints)),
        (Method::GET, "/board/{board}/sprint/{sprint}/issue", Read(of_sprint)),
        (Method::GET, "/board/{board}/project", Read(projects)),
        (Method::GET, "/board/{board}/version", Read(versions)),
    ]
}

/// What only Cloud has.
pub(super) fn cloud() -> Vec<Route<Site>> {
    vec![
        (Method::GET, "/board/filter/{filter}", Act::Read(of_filter)),
        (Method::GET, "/board/{board}/project/full", Act::Read(projects)),
        (Method::GET, "/board/{board}/quickfilter", Act::Read(quick_filters)),
        (Method::GET, "/board/{board}/quickfilter/{filter}", Act::Read(quick_filter)),
    ]
}

/// What only Data Center and Server have.
pub(super) fn data_center() -> Vec<Route<Site>> {
    vec![
        (Method::GET, "/board/{board}/settings/refined-velocity", Act::Read(velocity)),
        (Method::PUT, "/board/{board}/settings/refined-velocity", Act::Write(set_velocity)),
    ]
}

/// `GET board`
fn list(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let kinds = call.query.list("type");
    let name = call.query.get("name").unwrap_or_default().to_lowercase();
    let project = match call.query.get("projectKeyOrId").filter(|named| !named.is_empty()) {
        None => None,
        Some(named) => {
            let found = site.catalog.project(named).filter(|row| site.may(call.caller, *row, Right::Browse));
            let text = format!("No project could be found with key or id '{named}'.");
            Some(found.ok_or_else(|| Refusal::bad(text))?)
        }
    };
    let filter = call.query.get("filterId");
    let found = site.agile.boards.values().filter(|board| {
        let kind = if board.scrum { "scrum" } else { "kanban" };
        (kinds.is_empty() || kinds.iter().any(|wanted| wanted.eq_ignore_ascii_case(kind)))
            && board.name.to_lowercase().contains(&name)
            && filter.is_none_or(|id| board.filter.to_string() == id)
            && project.is_none_or(|row| rows(site, call, board).contains(&row))
    });
    Ok(values(call, &found.map(|found| view::board(site, found)).collect::<Vec<_>>()))
}

/// `GET board/filter/{id}`
fn of_filter(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let found = site.agile.boards.values().filter(|board| board.filter == number(call, "filter"));
    let shown = found.map(|board| {
        json!({"id": board.id, "self": format!("{}/rest/agile/1.0/board/{}", site.base, board.id), "name": board.name})
    });
    Ok(values(call, &shown.collect::<Vec<_>>()))
}

/// `POST board`
fn create(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let who = signed_in(call)?;
    let id = deed::create(site, who, &object(body(call)?)?)?;
    let made = site.agile.boards.get(&id).ok_or_else(deed::missing)?;
    Ok(Answer::json(StatusCode::CREATED, &view::board(site, made)))
}

/// `GET board/{id}`
fn get(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    Ok(Answer::ok(&view::board(site, board(site, call)?)))
}

/// `DELETE board/{id}`
fn delete(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let who = signed_in(call)?;
    let found = board(site, call)?;
    if found.owner != who && !site.is_admin(call.caller) {
        return Err(Refusal::forbidden("You do not have permission to delete this board."));
    }
    deed::delete(site, who, number(call, "board"))?;
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// The projects of a board: where it is shown, and those of its issues, by name.
fn rows(site: &Site, call: &Call<'_>, board: &Board) -> Vec<Row<Project>> {
    let query = query(site, board);
    let found = query.as_ref().map(|query| query.all(site, call.caller)).unwrap_or_default();
    let mut rows: Vec<Row<Project>> = found.iter().map(|issue| issue.project).chain(board.location).collect();
    rows.sort_by_key(|row| &site.catalog.projects.get(*row).name);
    rows.dedup();
    rows.retain(|row| site.catalog.projects.holds(*row) && site.may(call.caller, *row, Right::Browse));
    rows
}

/// `GET board/{id}/configuration`: a column for each category of statuses.
fn configuration(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (board, catalog) = (board(site, call)?, &site.catalog);
    let mut statuses = Vec::new();
    for row in rows(site, call, board) {
        for kind in catalog.kinds_of(row) {
            statuses.extend(catalog.workflow_of(row, *kind).statuses());
        }
    }
    statuses.sort_unstable();
    statuses.dedup();
    let column = |name: &str, category: Category| {
        let own = statuses
            .iter()
            .map(|row| catalog.statuses.get(*row))
            .filter(|status| status.category == category);
        let own = own.map(|status| {
            json!({"id": status.id, "self": format!("{}/rest/api/2/status/{}", site.base, status.id)})
        });
        json!({"name": name, "statuses": own.collect::<Vec<_>>()})
    };
    let columns =
        [("To Do", Category::New), ("In Progress", Category::Indeterminate), ("Done", Category::Done)]
            .map(|(name, category)| column(name, category));
    let rank = catalog.field_of(Shape::Rank).map(|row| catalog.custom.get(row).number);
    let mut shown = json!({
        "id": board.id,
        "name": board.name,
        "type": if board.scrum { "scrum" } else { "kanban" },
        "self": format!("{}/rest/agile/1.0/board/{}/configuration", site.base, board.id),
        "filter": {"id": board.filter.to_string(), "self": format!("{}/rest/api/2/filter/{}", site.base, board.filter)},
        "columnConfig": {"columns": columns, "constraintType": if board.scrum { "none" } else { "issueCount" }},
        "ranking": {"rankCustomFieldId": rank},
    });
    match points(catalog).map(|row| catalog.custom.get(row)) {
        Some(field) if board.scrum => {
            let field = json!({"fieldId": field.id, "displayName": field.name});
            put(&mut shown, "estimation", json!({"type": "field", "field": field}));
        }
        _ if board.scrum => put(&mut shown, "estimation", json!({"type": "none"})),
        _ => {
            let query = "fixVersion in unreleasedVersions() OR fixVersion is EMPTY";
            put(&mut shown, "subQuery", json!({"query": query}));
        }
    }
    if let Some(project) = board.location.filter(|_| site.is_cloud()).map(|row| catalog.projects.get(row)) {
        let link = format!("{}/rest/api/2/project/{}", site.base, project.id);
        let location = json!({
            "type": "project", "id": project.id.to_string(), "key": project.key, "name": project.name, "self": link,
        });
        put(&mut shown, "location", location);
    }
    Ok(Answer::ok(&shown))
}

/// `GET board/{id}/issue`
fn shown(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let board = board(site, call)?;
    let query = query(site, board);
    issues(site, call, |issue| on_board(site, call, board, &query, issue))
}

/// `GET board/{id}/backlog`
fn backlog(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let board = board(site, call)?;
    let query = query(site, board);
    issues(site, call, |issue| on_board(site, call, board, &query, issue) && waits(site, board, issue))
}

/// `GET board/{id}/epic`
fn epics(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let board = board(site, call)?;
    let query = query(site, board);
    let mut found = query.as_ref().map(|query| query.all(site, call.caller)).unwrap_or_default();
    let done = call.query.get("done").filter(|done| matches!(*done, "true" | "false"));
    found.retain(|issue| {
        site.is_epic(issue) && done.is_none_or(|done| (done == "true") == view::is_done(site, issue))
    });
    found.sort_by_cached_key(|issue| issue.rank(&site.catalog));
    Ok(values(call, &found.into_iter().map(|issue| view::epic(site, issue)).collect::<Vec<_>>()))
}

/// `GET board/{id}/epic/none/issue`
fn without_epic(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let board = board(site, call)?;
    let query = query(site, board);
    issues(site, call, |issue| {
        !site.is_epic(issue)
            && issue.epic(&site.catalog).is_none()
            && on_board(site, call, board, &query, issue)
    })
}

/// `GET board/{id}/epic/{epicId}/issue`
fn of_epic(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let board = board(site, call)?;
    let (query, epic) = (query(site, board), super::epic(site, call.caller, call.param("epic"))?.id);
    issues(site, call, |issue| {
        issue.epic(&site.catalog) == Some(epic) && on_board(site, call, board, &query, issue)
    })
}

/// `GET board/{id}/sprint`
fn sprints(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let board = board(site, call)?;
    if !board.scrum {
        return Err(Refusal::bad("The board does not support sprints"));
    }
    let mut stages = Vec::new();
    for name in call.query.list("state") {
        let stage = Stage::parse(&name);
        stages.push(stage.ok_or_else(|| Refusal::bad(format!("'{name}' is not a state of a sprint.")))?);
    }
    let mut found = site.agile.sprints_of(Some(board.id));
    found.retain(|sprint| stages.is_empty() || stages.contains(&sprint.stage));
    Ok(values(call, &found.into_iter().map(|sprint| view::sprint(site, sprint)).collect::<Vec<_>>()))
}

/// `GET board/{id}/sprint/{sprintId}/issue`
fn of_sprint(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (board, sprint) = (board(site, call)?, super::sprint(site, call)?.id);
    let query = query(site, board);
    issues(site, call, |issue| {
        issue.sprints(&site.catalog).contains(&sprint) && on_board(site, call, board, &query, issue)
    })
}

/// `GET board/{id}/project`
fn projects(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let rows = rows(site, call, board(site, call)?);
    let show = Show { api: "2", ..Show::call(site, call) };
    let shown = rows.into_iter().map(|row| serde_json::to_value(ProjectView(show, row)).unwrap_or_default());
    Ok(values(call, &shown.collect::<Vec<_>>()))
}

/// `GET board/{id}/version`
fn versions(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let rows = rows(site, call, board(site, call)?);
    let released = call.query.get("released").filter(|flag| matches!(*flag, "true" | "false"));
    let show = Show { api: "2", ..Show::call(site, call) };
    let mut shown = Vec::new();
    for project in rows {
        for row in crate::jira::view::project::versions(&site.catalog, project) {
            let version = site.catalog.versions.get(row);
            if released.is_some_and(|flag| (flag == "true") != version.released) {
                continue;
            }
            let mut one = serde_json::to_value(VersionView(show, row)).unwrap_or_default();
            if site.is_cloud() {
                put(&mut one, "id", version.id);
            }
            shown.push(one);
        }
    }
    Ok(values(call, &shown))
}

/// The two quick filters that Jira gives every board.
fn quick(board: &Board) -> [Value; 2] {
    [
        ("Only My Issues", "assignee = currentUser()", "Displays issues which are currently assigned to the current user"),
        ("Recently Updated", "updatedDate >= -1d", "Displays issues which have been updated in the last day"),
    ]
    .map(|(name, jql, description)| {
        let position = u32::from(name == "Recently Updated");
        let id = board.id * 2 - 1 + position;
        json!({"id": id, "boardId": board.id, "name": name, "jql": jql, "description": description, "position": position})
    })
}

/// `GET board/{id}/quickfilter`
fn quick_filters(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    Ok(values(call, &quick(board(site, call)?)))
}

/// `GET board/{id}/quickfilter/{filterId}`
fn quick_filter(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (found, id) = (quick(board(site, call)?), number(call, "filter"));
    let one = found.iter().find(|one| one.get("id").and_then(Value::as_u64) == Some(u64::from(id)));
    let one = one.ok_or_else(|| Refusal::missing("The quick filter does not exist."))?;
    Ok(Answer::ok(one))
}

/// `GET board/{id}/settings/refined-velocity`
fn velocity(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    Ok(Answer::ok(&json!({"value": board(site, call)?.refined_velocity})))
}

/// `PUT board/{id}/settings/refined-velocity`
fn set_velocity(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let id = board(site, call)?.id;
    let wanted = flag(&object(body(call)?)?, "value");
    let wanted = wanted.ok_or_else(|| Refusal::field("value", "The value must be true or false."))?;
    if let Some(board) = site.agile.boards.get_mut(&id) {
        board.refined_velocity = wanted;
    }
    Ok(Answer::empty(StatusCode::OK))
}
