//! Versions of projects.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::{Value, json};

use super::project::{find, keeper};
use super::{bean, body, signed_in};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::table::Row;
use crate::frame::world::{Act, Route};
use crate::jira::catalog::{Project, Version};
use crate::jira::deed::version::{self as deed, Replace};
use crate::jira::input::{id, number, object};
use crate::jira::refusal::Refusal;
use crate::jira::site::{Right, Site};
use crate::jira::view::project::versions;
use crate::jira::view::settings::VersionView;
use crate::jira::view::{Show, put};

pub(crate) fn table() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::GET, "/project/{project}/versions", Read(list)),
        (Method::GET, "/project/{project}/version", Read(paged)),
        (Method::POST, "/version", Write(create)),
        (Method::GET, "/version/{id}", Read(get)),
        (Method::PUT, "/version/{id}", Write(update)),
        (Method::DELETE, "/version/{id}", Write(delete)),
        (Method::POST, "/version/{id}/removeAndSwap", Write(swap)),
        (Method::PUT, "/version/{id}/mergeto/{into}", Write(merge)),
        (Method::POST, "/version/{id}/move", Write(shift)),
        (Method::GET, "/version/{id}/relatedIssueCounts", Read(related)),
        (Method::GET, "/version/{id}/unresolvedIssueCount", Read(unresolved)),
    ]
}

/// What only Data Center and Server have.
pub(crate) fn data_center() -> Vec<Route<Site>> {
    vec![(Method::GET, "/version", Act::Read(everywhere))]
}

/// `GET version`: a page of those in all projects the caller sees, or in `projectIds`; `query` narrows it.
fn everywhere(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (ids, text) =
        (call.query.list("projectIds"), call.query.get("query").unwrap_or_default().to_lowercase());
    let fits = |version: &Version| {
        let project = site.catalog.projects.get(version.project).id.to_string();
        (ids.is_empty() || ids.contains(&project))
            && version.name.to_lowercase().contains(&text)
            && site.may(call.caller, version.project, Right::Browse)
    };
    let found = site.catalog.versions.iter().filter(|(_, version)| fits(version));
    let all: Vec<Value> = found.map(|(row, _)| view(site, call, row)).collect();
    Ok(bean(site, call, "version", &all))
}

fn view(site: &Site, call: &Call<'_>, row: Row<Version>) -> Value {
    let mut shown = serde_json::to_value(VersionView(Show::call(site, call), row)).unwrap_or_default();
    let wanted = call.query.list("expand");
    let wants = |name: &str| wanted.iter().any(|one| one == name);
    // The document of Data Center does not know it.
    if wants("operations") && site.is_cloud() {
        put(&mut shown, "operations", json!([]));
    }
    if wants("issuesstatus") && site.is_cloud() {
        let mut counts = [0_usize; 4];
        for issue in site.issues.iter().filter(|issue| issue.fix_versions.contains(&row)) {
            let category = site.catalog.statuses.get(issue.status).category;
            if let Some(count) = counts.get_mut(category as usize) {
                *count += 1;
            }
        }
        let [unmapped, todo, progress, done] = counts;
        put(
            &mut shown,
            "issuesStatusForFixVersion",
            json!({"unmapped": unmapped, "toDo": todo, "inProgress": progress, "done": done}),
        );
    }
    shown
}

/// `GET project/{idOrKey}/versions`
fn list(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let rows = versions(&site.catalog, find(site, call)?);
    Ok(Answer::ok(&rows.iter().map(|row| view(site, call, *row)).collect::<Vec<_>>()))
}

/// `GET project/{idOrKey}/version`: a page; `query` and `status` narrow it, `orderBy` sorts it.
fn paged(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let project = find(site, call)?;
    let mut rows = versions(&site.catalog, project);
    let text = call.query.get("query").unwrap_or_default().to_lowercase();
    let states = call.query.list("status");
    rows.retain(|row| {
        let version = site.catalog.versions.get(*row);
        let state = if version.archived {
            "archived"
        } else if version.released {
            "released"
        } else {
            "unreleased"
        };
        let named =
            [&version.name, &version.description].iter().any(|part| part.to_lowercase().contains(&text));
        named && (states.is_empty() || states.iter().any(|one| one == state))
    });
    let order = call.query.get("orderBy").unwrap_or("sequence");
    let of = |row: &Row<Version>| site.catalog.versions.get(*row);
    match order.trim_start_matches(['+', '-']) {
        "name" => rows.sort_by(|a, b| of(a).name.cmp(&of(b).name)),
        "description" => rows.sort_by(|a, b| of(a).description.cmp(&of(b).description)),
        "releaseDate" => rows.sort_by_key(|row| of(row).release),
        "startDate" => rows.sort_by_key(|row| of(row).start),
        "sequence" => {}
        other => return Err(Refusal::bad(format!("The orderBy value '{other}' is not valid."))),
    }
    if order.starts_with('-') {
        rows.reverse();
    }
    let all: Vec<Value> = rows.iter().map(|row| view(site, call, *row)).collect();
    Ok(bean(site, call, &format!("project/{}/version", site.catalog.projects.get(project).id), &all))
}

/// The version the path names, if the caller may see its project.
fn row(site: &Site, call: &Call<'_>, name: &str) -> Result<Row<Version>, Refusal> {
    let wanted = call.param(name);
    let found = site.catalog.versions.find(|version| version.id.to_string() == wanted);
    found
        .filter(|row| site.may(call.caller, site.catalog.versions.get(*row).project, Right::Browse))
        .ok_or_else(|| Refusal::missing(format!("Could not find version for id '{wanted}'")))
}

/// `GET version/{id}`
fn get(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    Ok(Answer::ok(&view(site, call, row(site, call, "id")?)))
}

/// The project a body names by `projectId`, or by key under `project`.
fn project(site: &Site, body: &Value) -> Result<Row<Project>, Refusal> {
    let named = body.get("projectId").or_else(|| body.get("project")).and_then(id);
    let named = named.ok_or_else(|| {
        Refusal::field("project", "A project must be specified by 'project' or 'projectId'.")
    })?;
    let found = site.catalog.project(&named);
    found.ok_or_else(|| Refusal::missing(format!("Project with key '{named}' either does not exist or you do not have permission to create versions in it.")))
}

/// `POST version`
fn create(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let body = object(body(call)?)?;
    let project = project(site, &body)?;
    let who = keeper(site, call, project)?;
    let row = deed::create(site, who, project, &body)?;
    Ok(Answer::json(StatusCode::CREATED, &view(site, call, row)))
}

/// `PUT version/{id}`
fn update(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let row = row(site, call, "id")?;
    let who = keeper(site, call, site.catalog.versions.get(row).project)?;
    deed::update(site, who, row, &object(body(call)?)?)?;
    // Data Center's document declares no body here.
    Ok(if site.is_cloud() { Answer::ok(&view(site, call, row)) } else { Answer::empty(StatusCode::OK) })
}

/// The version with an id, of the same project as another.
fn other(site: &Site, of: Row<Version>, wanted: &str) -> Result<Row<Version>, Refusal> {
    let project = site.catalog.versions.get(of).project;
    let found =
        site.catalog.versions.find(|version| version.id.to_string() == wanted && version.project == project);
    let wrong = || {
        Refusal::bad(format!(
            "The version with id '{wanted}' to move issues to is not a version of this project."
        ))
    };
    found.filter(|row| *row != of).ok_or_else(wrong)
}

/// `DELETE version/{id}`: `moveFixIssuesTo` and `moveAffectedIssuesTo` name what takes its place.
fn delete(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let row = row(site, call, "id")?;
    let who = keeper(site, call, site.catalog.versions.get(row).project)?;
    let named = |name: &str| call.query.get(name).map(|id| other(site, row, id)).transpose();
    let (fix, affected) = (named("moveFixIssuesTo")?, named("moveAffectedIssuesTo")?);
    deed::remove(site, who, row, Replace { fix, affected, open_only: false });
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `POST version/{id}/removeAndSwap`: the same, named in the body.
fn swap(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let row = row(site, call, "id")?;
    let who = keeper(site, call, site.catalog.versions.get(row).project)?;
    let body = body(call)?;
    let named = |name: &str| number(&body, name).map(|id| other(site, row, &id.to_string())).transpose();
    let (fix, affected) = (named("moveFixIssuesTo")?, named("moveAffectedIssuesTo")?);
    deed::remove(site, who, row, Replace { fix, affected, open_only: false });
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `PUT version/{id}/mergeto/{into}`
fn merge(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let from = row(site, call, "id")?;
    let who = keeper(site, call, site.catalog.versions.get(from).project)?;
    row(site, call, "into")?;
    let into = other(site, from, call.param("into"))?;
    deed::merge(site, who, from, into);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `POST version/{id}/move`
fn shift(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let row = row(site, call, "id")?;
    let who = keeper(site, call, site.catalog.versions.get(row).project)?;
    deed::shift(site, who, row, &object(body(call)?)?)?;
    Ok(Answer::ok(&view(site, call, row)))
}

/// `GET version/{id}/relatedIssueCounts`
fn related(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let row = row(site, call, "id")?;
    let usage = if site.is_cloud() { "customFieldUsage" } else { "customFieldNames" };
    Ok(Answer::ok(&json!({
        "self": format!("{}/rest/api/{}/version/{}", site.base, call.api, site.catalog.versions.get(row).id),
        "issuesFixedCount": site.issues.iter().filter(|issue| issue.fix_versions.contains(&row)).count(),
        "issuesAffectedCount": site.issues.iter().filter(|issue| issue.versions.contains(&row)).count(),
        "issueCountWithCustomFieldsShowingVersion": 0,
        usage: [],
    })))
}

/// `GET version/{id}/unresolvedIssueCount`
fn unresolved(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let row = row(site, call, "id")?;
    let all = || site.issues.iter().filter(|issue| issue.fix_versions.contains(&row));
    let mut shown = json!({
        "self": format!("{}/rest/api/{}/version/{}", site.base, call.api, site.catalog.versions.get(row).id),
        "issuesUnresolvedCount": all().filter(|issue| issue.resolution.is_none()).count(),
    });
    if site.is_cloud() {
        put(&mut shown, "issuesCount", all().count());
    }
    Ok(Answer::ok(&shown))
}
