//! Putting projects into the archive and taking them out, removing them bit by bit, and those somebody saw last.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::Value;

use super::project::{administrator, find, visible};
use super::{signed_in, task};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::table::Row;
use crate::frame::world::{Act, Route};
use crate::jira::catalog::Project;
use crate::jira::deed::project::GENRES;
use crate::jira::hook;
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;
use crate::jira::task::Piece;
use crate::jira::view::Show;
use crate::jira::view::project::{Full, Listed};

/// How many projects `project/recent` answers at most.
const RECENT: usize = 20;

/// What only Cloud has.
pub(crate) fn cloud() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::GET, "/project/recent", Read(recent)),
        (Method::POST, "/project/{project}/archive", Write(store)),
        (Method::POST, "/project/{project}/restore", Write(fetch)),
        (Method::POST, "/project/{project}/delete", Write(delete)),
    ]
}

/// What only Data Center and Server have.
pub(crate) fn data_center() -> Vec<Route<Site>> {
    use Act::Write;
    vec![
        (Method::PUT, "/project/{project}/archive", Write(store)),
        (Method::PUT, "/project/{project}/restore", Write(fetch)),
        (Method::PUT, "/project/{project}/type/{kind}", Write(retype)),
    ]
}

/// The project of the path, for an administrator.
fn own(site: &Site, call: &Call<'_>) -> Result<Row<Project>, Refusal> {
    signed_in(call)?;
    let row = find(site, call)?;
    administrator(site, call)?;
    Ok(row)
}

/// `POST project/{idOrKey}/archive` on Cloud, `PUT` elsewhere: no search finds its issues and nobody changes them.
fn store(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let row = own(site, call)?;
    site.catalog.projects.get_mut(row).archived = true;
    let who = signed_in(call)?;
    hook::setup::project(site, who, "project_archived", row);
    site.audit_project(who, "Project archived", row);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `POST project/{idOrKey}/restore` on Cloud, `PUT` elsewhere
fn fetch(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let row = own(site, call)?;
    site.catalog.projects.get_mut(row).archived = false;
    let who = signed_in(call)?;
    hook::setup::project(site, who, "project_restored_archived", row);
    site.audit_project(who, "Project restored", row);
    if site.is_cloud() {
        return Ok(Answer::ok(&Full(Show::call(site, call), row, &call.query.list("expand"))));
    }
    Ok(Answer::empty(StatusCode::ACCEPTED))
}

/// What is in the archive has to be taken out before it can be removed ("Archive project").
pub(super) fn removable(site: &Site, row: Row<Project>) -> Result<(), Refusal> {
    if site.is_cloud() && site.catalog.projects.get(row).archived {
        return Err(Refusal::bad("An archived project cannot be deleted. Restore it first."));
    }
    Ok(())
}

/// `POST project/{idOrKey}/delete`: a task.
fn delete(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let row = own(site, call)?;
    removable(site, row)?;
    let title = format!("Delete project {}", site.catalog.projects.get(row).key);
    task::submitted(site, call, &title, vec![Piece::DropProject(row)])
}

/// `PUT project/{idOrKey}/type/{newProjectTypeKey}` of Data Center
fn retype(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let row = own(site, call)?;
    let kind = call.param("kind");
    let Some(kind) = GENRES.iter().find(|known| **known == kind) else {
        return Err(Refusal::missing(format!("The project type with key '{kind}' does not exist.")));
    };
    site.catalog.projects.get_mut(row).genre = (*kind).into();
    Ok(Answer::ok(&Full(Show::call(site, call), row, &[])))
}

/// `GET project/recent`: the projects of the issues the caller looked at last.
fn recent(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let visible = visible(site, call);
    let seen = call.caller.map(|who| site.parts.seen_by(who)).unwrap_or_default();
    let mut rows: Vec<Row<Project>> = Vec::new();
    for issue in seen.into_iter().filter_map(|id| site.issues.get(id)) {
        if visible.contains(&issue.project) && !rows.contains(&issue.project) {
            rows.push(issue.project);
        }
    }
    rows.truncate(RECENT);
    let (show, expand) = (Show::call(site, call), call.query.list("expand"));
    let shown = rows.iter().map(|row| serde_json::to_value(Listed(show, *row, &expand)).unwrap_or_default());
    Ok(Answer::ok(&shown.collect::<Vec<Value>>()))
}
