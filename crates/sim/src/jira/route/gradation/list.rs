//! Reading Cloud's priority schemes.

use axum::routing::MethodFilter as Method;
use serde_json::{Value, json};

use super::{administer, bean, body, is_default, lacking, page, priorities, row, rows, sized, users};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::table::Row;
use crate::frame::world::{Act, Route};
use crate::jira::catalog::{Priority, Project};
use crate::jira::input::{id, object};
use crate::jira::refusal::Refusal;
use crate::jira::scheme::PriorityScheme;
use crate::jira::site::Site;
use crate::jira::view::person::Avatars;
use crate::jira::view::project::Listed;
use crate::jira::view::settings::PriorityView;
use crate::jira::view::{Show, put};

pub(super) fn cloud() -> Vec<Route<Site>> {
    use Act::Read;
    vec![
        (Method::GET, "/priorityscheme", Read(list)),
        (Method::POST, "/priorityscheme/mappings", Read(mappings)),
        (Method::GET, "/priorityscheme/priorities/available", Read(available)),
        (Method::GET, "/priorityscheme/{id}/priorities", Read(of_scheme)),
        (Method::GET, "/priorityscheme/{id}/projects", Read(projects)),
    ]
}

/// Priorities with their places in all of Jira; `default` is the one of a scheme.
fn shown(site: &Site, call: &Call<'_>, rows: &[Row<Priority>], default: Option<Row<Priority>>) -> Vec<Value> {
    let show = Show::call(site, call);
    let view = |row: &Row<Priority>| {
        let mut one = serde_json::to_value(PriorityView(show, *row, true)).unwrap_or_default();
        put(&mut one, "isDefault", default == Some(*row));
        put(&mut one, "sequence", row.place().to_string());
        one
    };
    rows.iter().map(view).collect()
}

/// A whole page within something else.
fn whole(path: &str, values: Vec<Value>) -> Value {
    json!({"self": path, "startAt": 0, "maxResults": 50, "total": values.len(), "isLast": true, "values": values})
}

fn brief(show: Show<'_>, row: Row<Project>) -> Value {
    let project = show.site.catalog.projects.get(row);
    json!({
        "self": format!("{}/rest/api/{}/project/{}", show.site.base, show.api, project.id),
        "id": project.id.to_string(),
        "key": project.key,
        "name": project.name,
        "projectTypeKey": project.genre,
        "simplified": false,
        "avatarUrls": Avatars(&show.site.base, "projectavatar", project.avatar),
    })
}

/// A scheme; `expand` adds its priorities and projects.
pub(super) fn view(site: &Site, call: &Call<'_>, row: Row<PriorityScheme>, expand: &[String]) -> Value {
    let (scheme, show) = (site.catalog.priority_schemes.get(row), Show::call(site, call));
    let path = format!("{}/rest/api/{}/priorityscheme/{}", site.base, call.api, scheme.id);
    let wants = |name: &str| expand.iter().any(|one| one == name);
    let mut view = json!({
        "self": path,
        "id": scheme.id.to_string(),
        "name": scheme.name,
        "description": scheme.description,
        "isDefault": is_default(site, row),
    });
    if let Some(default) = scheme.default {
        put(&mut view, "defaultPriorityId", &*site.catalog.priorities.get(default).id);
    }
    if wants("priorities") {
        let values = shown(site, call, &scheme.priorities, scheme.default);
        put(&mut view, "priorities", whole(&format!("{path}/priorities"), values));
    }
    if wants("projects") {
        let values = users(site, row).into_iter().map(|row| brief(show, row)).collect();
        put(&mut view, "projects", whole(&format!("{path}/projects"), values));
    }
    view
}

/// `GET priorityscheme`
fn list(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let query = &call.query;
    let (ids, wanted, usual) = (query.list("schemeId"), query.list("priorityId"), query.flag("onlyDefault"));
    let name = query.get("schemeName").unwrap_or_default().to_lowercase();
    let mut rows: Vec<(Row<PriorityScheme>, &PriorityScheme)> =
        site.catalog.priority_schemes.iter().collect();
    rows.retain(|(row, scheme)| {
        let has =
            |id: &String| scheme.priorities.iter().any(|row| *site.catalog.priorities.get(*row).id == **id);
        (ids.is_empty() || ids.contains(&scheme.id.to_string()))
            && (wanted.is_empty() || wanted.iter().any(has))
            && scheme.name.to_lowercase().contains(&name)
            && (!usual || is_default(site, *row))
    });
    rows.sort_by_key(|(_, scheme)| scheme.name.to_lowercase());
    if query.get("orderBy").is_some_and(|order| order.starts_with('-')) {
        rows.reverse();
    }
    let expand = query.list("expand");
    let all: Vec<Value> = rows.into_iter().map(|(row, _)| view(site, call, row, &expand)).collect();
    Ok(bean(site, call, "priorityscheme", &all))
}

/// `GET priorityscheme/{id}/priorities`
fn of_scheme(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let scheme = site.catalog.priority_schemes.get(row(site, call.param("id"))?);
    let all = shown(site, call, &scheme.priorities, scheme.default);
    Ok(bean(site, call, &format!("priorityscheme/{}/priorities", scheme.id), &all))
}

/// `GET priorityscheme/{id}/projects`
fn projects(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let row = row(site, call.param("id"))?;
    let (ids, name) =
        (call.query.list("projectId"), call.query.get("query").unwrap_or_default().to_lowercase());
    let (show, expand) = (Show::call(site, call), Vec::new());
    let fits = |row: &Row<Project>| {
        let project = site.catalog.projects.get(*row);
        (ids.is_empty() || ids.contains(&project.id.to_string()))
            && project.name.to_lowercase().contains(&name)
    };
    let found = users(site, row).into_iter().filter(fits);
    let all: Vec<Value> =
        found.map(|row| serde_json::to_value(Listed(show, row, &expand)).unwrap_or_default()).collect();
    Ok(bean(site, call, &format!("priorityscheme/{}/projects", call.param("id")), &all))
}

/// `GET priorityscheme/priorities/available`: those a scheme does not have.
fn available(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let wanted = call.query.get("schemeId").ok_or_else(|| Refusal::bad("The schemeId is required."))?;
    let scheme = site.catalog.priority_schemes.get(row(site, wanted)?);
    let (left_out, name) =
        (call.query.list("exclude"), call.query.get("query").unwrap_or_default().to_lowercase());
    let rows = site.catalog.priorities.iter().filter(|(row, priority)| {
        !scheme.priorities.contains(row)
            && !left_out.iter().any(|id| **id == *priority.id)
            && priority.name.to_lowercase().contains(&name)
    });
    let rows: Vec<_> = rows.map(|(row, _)| row).collect();
    Ok(bean(site, call, "priorityscheme/priorities/available", &shown(site, call, &rows, None)))
}

/// `POST priorityscheme/mappings`: the priorities of issues that would have to be mapped.
fn mappings(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let body = object(body(call)?)?;
    let part = |path: &str| body.pointer(path).cloned().unwrap_or_default();
    let (mut kept, mut touched) = (Vec::new(), Vec::new());
    if let Some(wanted) = body.get("schemeId").and_then(id) {
        let row = row(site, &wanted)?;
        kept.clone_from(&site.catalog.priority_schemes.get(row).priorities);
        touched = users(site, row);
    }
    kept.extend(priorities(site, &part("/priorities/add"))?);
    let removed = priorities(site, &part("/priorities/remove"))?;
    kept.retain(|row| !removed.contains(row));
    for one in part("/projects/add").as_array().into_iter().flatten().filter_map(id) {
        touched.push(rows::project(site, &one)?);
    }
    let all = shown(site, call, &lacking(site, &touched, &kept), None);
    let number = |name: &str, usual: usize| {
        let given = body.get(name).and_then(Value::as_u64).and_then(|number| usize::try_from(number).ok());
        given.unwrap_or(usual)
    };
    let (_, cap) = page(call, 50, 50);
    let size = (number("startAt", 0), number("maxResults", cap).min(cap));
    Ok(sized(site, call, "priorityscheme/mappings", &all, size))
}
