//! Lists of workflows: Data Center's plain one, Cloud's older search, and its newer resources; and removing one.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::{Value, json};

use super::super::rows::{administer, ids, kind, project};
use super::super::{bean, body, page, slice};
use super::older::{self, Detail};
use super::{editor, named, projects_of, schemes_of, wire};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::table::Row;
use crate::frame::world::{Act, Route};
use crate::jira::input::{id, object};
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;
use crate::jira::view::put;
use crate::jira::workflow::{DEFAULT, Workflow};

/// What only Cloud has.
pub(super) fn cloud() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::GET, "/workflow/search", Read(search_older)),
        (Method::DELETE, "/workflow/{workflow}", Write(delete)),
        (Method::POST, "/workflows", Read(read)),
        (Method::GET, "/workflows/search", Read(search)),
        (Method::GET, "/workflows/defaultEditor", Read(default_editor)),
    ]
}

/// What only Data Center and Server have.
pub(super) fn data_center() -> Vec<Route<Site>> {
    vec![(Method::GET, "/workflow", Act::Read(all))]
}

/// Workflows by the query's `queryString`, `isActive` and `orderBy`.
fn found(site: &Site, call: &Call<'_>) -> Vec<Row<Workflow>> {
    let text = call.query.get("queryString").unwrap_or_default().to_lowercase();
    let active = call.query.get("isActive").map(|word| word == "true");
    let names: Vec<&str> = call.query.all("workflowName").collect();
    let fits = |(row, workflow): &(Row<Workflow>, &Workflow)| {
        workflow.name.to_lowercase().contains(&text)
            && active.is_none_or(|active| active != projects_of(site, *row).is_empty())
            && (names.is_empty() || names.contains(&&*workflow.name))
    };
    let mut rows: Vec<(Row<Workflow>, &Workflow)> = site.catalog.workflows.iter().filter(fits).collect();
    let order = call.query.get("orderBy").unwrap_or("name");
    match order.trim_start_matches(['+', '-', ' ']) {
        "created" => rows.sort_by_key(|(_, one)| one.created),
        "updated" => rows.sort_by_key(|(_, one)| one.updated),
        _ => rows.sort_by_key(|(_, one)| one.name.to_lowercase()),
    }
    if order.starts_with('-') {
        rows.reverse();
    }
    rows.into_iter().map(|(row, _)| row).collect()
}

/// `GET workflow/search`: of the older resources; `expand` says how much.
fn search_older(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let detail = Detail::of(call);
    let all: Vec<Value> =
        found(site, call).into_iter().map(|row| older::workflow(site, call, row, detail)).collect();
    Ok(bean(site, call, "workflow/search", &all))
}

/// `GET workflows/search`
fn search(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    editor(site, call)?;
    let rows = if call.query.get("scope") == Some("PROJECT") { Vec::new() } else { found(site, call) };
    let (start, max) = page(call, 50, 200);
    let shown = slice(&rows, (start, max));
    let root = format!("{}/rest/api/{}/workflows/search", site.base, call.api);
    let last = start + shown.len() >= rows.len();
    let mut answer = json!({
        "self": format!("{root}?startAt={start}&maxResults={max}"),
        "startAt": start,
        "maxResults": max,
        "total": rows.len(),
        "isLast": last,
        "statuses": wire::statuses(site, shown),
        "values": shown.iter().map(|row| wire::workflow(site, *row)).collect::<Vec<_>>(),
    });
    if !last && !shown.is_empty() {
        let next = start + shown.len();
        put(&mut answer, "nextPage", format!("{root}?startAt={next}&maxResults={max}"));
    }
    Ok(Answer::ok(&answer))
}

/// `POST workflows`: those with names or ids, or that types of projects follow. What is not there is passed over.
fn read(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    editor(site, call)?;
    let (body, catalog) = (object(body(call)?)?, &site.catalog);
    let mut rows: Vec<Row<Workflow>> = Vec::new();
    let names = ids(&body, "workflowNames");
    rows.extend(names.iter().filter_map(|name| catalog.workflows.find(|one| *one.name == **name)));
    let wanted = ids(&body, "workflowIds");
    rows.extend(wanted.iter().filter_map(|id| catalog.workflows.find(|one| *one.id == **id)));
    let pairs = body.get("projectAndIssueTypes").and_then(Value::as_array).into_iter().flatten();
    for pair in pairs {
        let of = |name: &str| pair.get(name).and_then(id).unwrap_or_default();
        let (Ok(project), Ok(kind)) = (project(site, &of("projectId")), kind(site, &of("issueTypeId")))
        else {
            continue;
        };
        let scheme = catalog.workflow_schemes.get(catalog.projects.get(project).workflows);
        rows.push(scheme.plan.workflow(kind));
    }
    let mut once: Vec<Row<Workflow>> = Vec::new();
    for row in rows {
        if !once.contains(&row) {
            once.push(row);
        }
    }
    let workflows: Vec<Value> = once.iter().map(|row| wire::workflow(site, *row)).collect();
    Ok(Answer::ok(&json!({"statuses": wire::statuses(site, &once), "workflows": workflows})))
}

/// `GET workflows/defaultEditor`
fn default_editor(_: &Site, _: &Call<'_>) -> Result<Answer, Refusal> {
    Ok(Answer::ok(&json!({"value": "NEW"})))
}

/// `DELETE workflow/{entityId}`: only what nothing uses.
fn delete(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let row = super::by_id(site, call.param("workflow"))?;
    let name = &site.catalog.workflows.get(row).name;
    if **name == *DEFAULT {
        return Err(Refusal::bad(format!("Workflow '{name}' is a system workflow and cannot be deleted.")));
    }
    if !projects_of(site, row).is_empty() {
        return Err(Refusal::bad(format!("Workflow '{name}' is active and cannot be deleted.")));
    }
    let schemes = schemes_of(site, row);
    if !schemes.is_empty() {
        let names = schemes.into_iter().map(|row| &*site.catalog.workflow_schemes.get(row).name);
        let names = names.collect::<Vec<&str>>().join(", ");
        return Err(Refusal::bad(format!(
            "Workflow '{name}' is used by workflow schemes and cannot be deleted: {names}."
        )));
    }
    site.catalog.workflows.strike(row);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `GET workflow` of Data Center: all, or the one that is named.
fn all(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    editor(site, call)?;
    let view = |workflow: &Workflow| {
        let mut shown = json!({
            "name": workflow.name,
            "description": workflow.description,
            "steps": workflow.statuses().len(),
            "default": *workflow.name == *DEFAULT,
        });
        if workflow.updated > 0 {
            let day = crate::jira::date::civil(workflow.updated).strftime("%d/%b/%y %-I:%M %p");
            put(&mut shown, "lastModifiedDate", day.to_string());
        }
        shown
    };
    if let Some(name) = call.query.get("workflowName").filter(|name| !name.is_empty()) {
        return Ok(Answer::ok(&view(site.catalog.workflows.get(named(site, name)?))));
    }
    let all: Vec<Value> = site.catalog.workflows.iter().map(|(_, workflow)| view(workflow)).collect();
    Ok(Answer::ok(&all))
}
