//! Workflow schemes: making, changing, removing, and giving them to projects.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::{Map, Value, json};

use super::super::project::find as find_project;
use super::super::rows::{Entry, administer, listed, name, project};
use super::super::{body, signed_in};
use super::{default, named, users};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::table::Row;
use crate::frame::world::{Act, Route};
use crate::jira::catalog::Kind;
use crate::jira::date::Stamp;
use crate::jira::input::{flag, id, object, text};
use crate::jira::refusal::Refusal;
use crate::jira::scheme::{Plan, WorkflowScheme};
use crate::jira::site::Site;
use crate::jira::view::person::PersonView;
use crate::jira::view::settings::KindView;
use crate::jira::view::{Show, put};

pub(super) fn table() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::POST, "/workflowscheme", Write(create)),
        (Method::GET, "/workflowscheme/{id}", Read(get)),
        (Method::PUT, "/workflowscheme/{id}", Write(update)),
        (Method::DELETE, "/workflowscheme/{id}", Write(delete)),
    ]
}

/// What only Data Center and Server have.
pub(super) fn data_center() -> Vec<Route<Site>> {
    vec![(Method::GET, "/project/{project}/workflowscheme", Act::Read(of_project))]
}

/// What only Cloud has.
pub(super) fn cloud() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::GET, "/workflowscheme", Read(list)),
        (Method::GET, "/workflowscheme/project", Read(by_project)),
        (Method::PUT, "/workflowscheme/project", Write(assign)),
    ]
}

/// The scheme the path names.
pub(super) fn find(site: &Site, call: &Call<'_>) -> Result<Row<WorkflowScheme>, Refusal> {
    by_id(site, call.param("id"))
}

/// The scheme with this id.
pub(super) fn by_id(site: &Site, wanted: &str) -> Result<Row<WorkflowScheme>, Refusal> {
    let found = site.catalog.workflow_schemes.find(|scheme| scheme.id.to_string() == wanted);
    found.ok_or_else(|| Refusal::missing(format!("No workflow scheme found with ID '{wanted}'.")))
}

fn mappings(show: Show<'_>, plan: &Plan) -> (Map<String, Value>, Map<String, Value>) {
    let catalog = &show.site.catalog;
    let (mut mappings, mut kinds) = (Map::new(), Map::new());
    for (kind, workflow) in &plan.mapped {
        let id = catalog.kinds.get(*kind).id.to_string();
        mappings.insert(id.clone(), (*catalog.workflows.get(*workflow).name).into());
        kinds.insert(id, serde_json::to_value(KindView(show, *kind)).unwrap_or_default());
    }
    (mappings, kinds)
}

/// A workflow scheme with its mappings, or its draft.
pub(super) fn view(show: Show<'_>, row: Row<WorkflowScheme>, draft: bool) -> Value {
    let (catalog, scheme) = (&show.site.catalog, show.site.catalog.workflow_schemes.get(row));
    let draft = scheme.draft.as_ref().filter(|_| draft);
    let plan = draft.map_or(&scheme.plan, |draft| &draft.plan);
    let (of_kinds, kinds) = mappings(show, plan);
    let path = format!("{}/rest/api/{}/workflowscheme/{}", show.site.base, show.api, scheme.id);
    let mut shown = json!({
        "id": scheme.id,
        "name": scheme.name,
        "description": scheme.description,
        "defaultWorkflow": catalog.workflows.get(plan.default).name,
        "issueTypeMappings": of_kinds,
        "issueTypes": kinds,
        "draft": draft.is_some(),
        "self": if draft.is_some() { format!("{path}/draft") } else { path },
    });
    if let Some(draft) = draft {
        put(&mut shown, "originalDefaultWorkflow", &*catalog.workflows.get(scheme.plan.default).name);
        put(&mut shown, "originalIssueTypeMappings", mappings(show, &scheme.plan).0);
        put(&mut shown, "lastModified", Stamp(draft.at).to_string());
        put(&mut shown, "lastModifiedUser", json!(PersonView(show, draft.who)));
    }
    shown
}

/// What a body says of workflows, on top of what there is.
pub(super) fn read(site: &Site, body: &Value, old: &Plan) -> Result<Plan, Refusal> {
    let mut plan = old.clone();
    if let Some(workflow) = text(body, "defaultWorkflow") {
        plan.default = named(site, workflow)?;
    }
    let Some(mappings) = body.get("issueTypeMappings") else { return Ok(plan) };
    let mappings =
        mappings.as_object().ok_or_else(|| Refusal::bad("The issue type mappings are not valid."))?;
    plan.mapped.clear();
    for (id, workflow) in mappings {
        let workflow = named(site, workflow.as_str().unwrap_or_default())?;
        plan.mapped.push((kind(site, id)?, workflow));
    }
    Ok(plan)
}

/// The issue type with this id.
pub(super) fn kind(site: &Site, id: &str) -> Result<Row<Kind>, Refusal> {
    let found = site.catalog.kinds.find(|kind| *kind.id == *id);
    found.ok_or_else(|| Refusal::missing(format!("The issue type with ID '{id}' was not found.")))
}

/// Refuses a name that another scheme has.
pub(super) fn free(site: &Site, own: Option<Row<WorkflowScheme>>, name: &str) -> Result<(), Refusal> {
    let taken = site.catalog.workflow_schemes.find(|scheme| scheme.name.eq_ignore_ascii_case(name));
    if taken.is_some_and(|row| Some(row) != own) {
        return Err(Refusal::field("name", "A workflow scheme with this name already exists."));
    }
    Ok(())
}

/// `GET workflowscheme`
fn list(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let show = Show::call(site, call);
    let all = site.catalog.workflow_schemes.iter();
    let entries = all.map(|(row, one)| Entry::new(one.id, &one.name, view(show, row, false))).collect();
    Ok(listed(site, call, "workflowscheme", entries))
}

/// `POST workflowscheme`
fn create(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let body = object(body(call)?)?;
    let name = name(&body, "workflow scheme")?;
    free(site, None, name)?;
    let plan = read(site, &body, &Plan { default: default(site)?, mapped: Vec::new() })?;
    let row = site.catalog.workflow_schemes.add(WorkflowScheme {
        id: 10_100 + site.catalog.workflow_schemes.ever(),
        name: name.into(),
        description: text(&body, "description").unwrap_or_default().into(),
        plan,
        draft: None,
        version: 0,
    });
    Ok(Answer::json(StatusCode::CREATED, &view(Show::call(site, call), row, false)))
}

/// `GET workflowscheme/{id}`
fn get(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let row = find(site, call)?;
    Ok(Answer::ok(&view(Show::call(site, call), row, call.query.flag("returnDraftIfExists"))))
}

/// `PUT workflowscheme/{id}`: what projects use is changed in a draft.
fn update(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let who = administer(site, call)?;
    let (row, body) = (find(site, call)?, object(body(call)?)?);
    let new = if body.get("name").is_some() { Some(name(&body, "workflow scheme")?) } else { None };
    new.map(|name| free(site, Some(row), name)).transpose()?;
    let wish = flag(&body, "updateDraftIfNeeded").unwrap_or_default();
    let changes = body.get("defaultWorkflow").is_some() || body.get("issueTypeMappings").is_some();
    let mut draft = false;
    if changes {
        let edit = |site: &Site, plan: &Plan| read(site, &body, plan);
        draft = super::draft::alter(site, who, (row, false), wish, edit)?;
    }
    let scheme = site.catalog.workflow_schemes.get_mut(row);
    scheme.name = new.map_or_else(|| scheme.name.clone(), Into::into);
    scheme.description = text(&body, "description").map_or_else(|| scheme.description.clone(), Into::into);
    Ok(Answer::ok(&view(Show::call(site, call), row, draft)))
}

/// `DELETE workflowscheme/{id}`
fn delete(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let row = find(site, call)?;
    if !users(site, row).is_empty() {
        return Err(Refusal::bad("Cannot delete an active workflow scheme."));
    }
    site.catalog.workflow_schemes.strike(row);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `GET project/{idOrKey}/workflowscheme`
fn of_project(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let project = site.catalog.projects.get(find_project(site, call)?);
    administer(site, call)?;
    Ok(Answer::ok(&view(Show::call(site, call), project.workflows, false)))
}

/// `GET workflowscheme/project`: projects that are not there are passed over.
fn by_project(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let (wanted, show) = (call.query.list("projectId"), Show::call(site, call));
    if wanted.is_empty() {
        return Err(Refusal::bad("The projectId query parameter is required."));
    }
    let mut all = Vec::new();
    for (row, _) in site.catalog.workflow_schemes.iter() {
        let using = users(site, row).into_iter().map(|one| site.catalog.projects.get(one).id.to_string());
        let using: Vec<String> = using.filter(|id| wanted.contains(id)).collect();
        if !using.is_empty() {
            all.push(json!({"projectIds": using, "workflowScheme": view(show, row, false)}));
        }
    }
    Ok(Answer::ok(&json!({"values": all})))
}

/// `PUT workflowscheme/project`: only while the project has no issues.
fn assign(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let body = object(body(call)?)?;
    let of = |name: &str| body.get(name).and_then(id).unwrap_or_default();
    let (row, project) = (by_id(site, &of("workflowSchemeId"))?, project(site, &of("projectId"))?);
    if site.issues.iter().any(|issue| issue.project == project) {
        return Err(Refusal::bad(
            "The workflow scheme cannot be assigned: there are issues in the project. Switch the scheme instead.",
        ));
    }
    site.catalog.projects.get_mut(project).workflows = row;
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}
