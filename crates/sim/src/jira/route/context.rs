//! Contexts of custom fields on Cloud: for which projects and issue types a field is in force.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::{Value, json};

use super::field::find;
use super::rows::{administer, ids, kind, name, project};
use super::{bean, body};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::table::Row;
use crate::frame::world::{Act, Route};
use crate::jira::catalog::{Kind, Project};
use crate::jira::custom::{Context, Custom};
use crate::jira::input::{id, object, text};
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;

/// What only Cloud has.
pub(crate) fn cloud() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::GET, "/field/{id}/contexts", Read(plain)),
        (Method::GET, "/field/{id}/context", Read(list)),
        (Method::POST, "/field/{id}/context", Write(create)),
        (Method::GET, "/field/{id}/context/issuetypemapping", Read(kinds)),
        (Method::GET, "/field/{id}/context/projectmapping", Read(projects)),
        (Method::POST, "/field/{id}/context/mapping", Read(lookup)),
        (Method::PUT, "/field/{id}/context/{context}", Write(update)),
        (Method::DELETE, "/field/{id}/context/{context}", Write(delete)),
        (Method::PUT, "/field/{id}/context/{context}/issuetype", Write(add_kinds)),
        (Method::POST, "/field/{id}/context/{context}/issuetype/remove", Write(take_kinds)),
        (Method::PUT, "/field/{id}/context/{context}/project", Write(add_projects)),
        (Method::POST, "/field/{id}/context/{context}/project/remove", Write(take_projects)),
    ]
}

/// The field and the place of its context that the path names.
pub(super) fn place(site: &Site, call: &Call<'_>) -> Result<(Row<Custom>, usize), Refusal> {
    let row = find(site, call)?;
    let wanted = call.param("context");
    let contexts = &site.catalog.custom.get(row).contexts;
    let place = contexts.iter().position(|context| context.id.to_string() == wanted);
    let missing = || Refusal::missing("The custom field context was not found.");
    place.map(|place| (row, place)).ok_or_else(missing)
}

/// The context at a place that [`place`] found.
fn at(site: &mut Site, (row, place): (Row<Custom>, usize)) -> Result<&mut Context, Refusal> {
    let found = site.catalog.custom.get_mut(row).contexts.get_mut(place);
    found.ok_or_else(|| Refusal::missing("The custom field context was not found."))
}

/// `GET field/{id}/contexts`, deprecated: ids and names.
fn plain(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let custom = site.catalog.custom.get(find(site, call)?);
    let all: Vec<Value> = custom.contexts.iter().map(|one| json!({"id": one.id, "name": one.name})).collect();
    Ok(bean(site, call, &format!("field/{}/contexts", custom.id), &all))
}

/// The contexts of the path's field that `contextId` names; all when it names none.
fn asked<'a>(site: &'a Site, call: &Call<'_>) -> Result<Vec<&'a Context>, Refusal> {
    administer(site, call)?;
    let ids = call.query.list("contextId");
    let contexts = &site.catalog.custom.get(find(site, call)?).contexts;
    Ok(contexts.iter().filter(|one| ids.is_empty() || ids.contains(&one.id.to_string())).collect())
}

/// `GET field/{id}/context`
fn list(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let flag = |name: &str, is: bool| call.query.get(name).is_none_or(|flag| flag == is.to_string());
    let all = asked(site, call)?.into_iter().filter(|context| {
        flag("isAnyIssueType", context.kinds.is_empty())
            && flag("isGlobalContext", context.projects.is_empty())
    });
    let all = all.map(|context| {
        json!({
            "id": context.id.to_string(),
            "name": context.name,
            "description": context.description,
            "isGlobalContext": context.projects.is_empty(),
            "isAnyIssueType": context.kinds.is_empty(),
        })
    });
    let all: Vec<Value> = all.collect();
    Ok(bean(site, call, &format!("field/{}/context", call.param("id")), &all))
}

fn project_rows(site: &Site, body: &Value) -> Result<Vec<Row<Project>>, Refusal> {
    ids(body, "projectIds").iter().map(|id| project(site, id)).collect()
}

fn kind_rows(site: &Site, body: &Value) -> Result<Vec<Row<Kind>>, Refusal> {
    ids(body, "issueTypeIds").iter().map(|id| kind(site, id)).collect()
}

/// Two contexts of a field never cover the same project, and only one covers all.
fn free(site: &Site, row: Row<Custom>, own: Option<u32>, projects: &[Row<Project>]) -> Result<(), Refusal> {
    let contexts = &site.catalog.custom.get(row).contexts;
    let mut others = contexts.iter().filter(|one| Some(one.id) != own);
    if projects.is_empty() && others.clone().any(|one| one.projects.is_empty()) {
        return Err(Refusal::bad("The custom field already has a global context."));
    }
    if others.any(|one| one.projects.iter().any(|project| projects.contains(project))) {
        return Err(Refusal::bad("A project is already assigned to a context of the custom field."));
    }
    Ok(())
}

/// `POST field/{id}/context`
fn create(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let (row, body) = (find(site, call)?, object(body(call)?)?);
    let name = name(&body, "custom field context")?;
    let (projects, kinds) = (project_rows(site, &body)?, kind_rows(site, &body)?);
    free(site, row, None, &projects)?;
    let id = site.catalog.next_context();
    let description = text(&body, "description").unwrap_or_default();
    site.catalog.custom.get_mut(row).contexts.push(Context {
        id,
        name: name.into(),
        description: description.into(),
        projects,
        kinds,
        default: None,
        current: false,
    });
    let shown = json!({"id": id.to_string(), "name": name, "description": description,
        "projectIds": ids(&body, "projectIds"), "issueTypeIds": ids(&body, "issueTypeIds")});
    Ok(Answer::json(StatusCode::CREATED, &shown))
}

/// `PUT field/{id}/context/{contextId}`
fn update(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let (place, body) = (place(site, call)?, object(body(call)?)?);
    let new = if body.get("name").is_some() { Some(name(&body, "custom field context")?) } else { None };
    let context = at(site, place)?;
    context.name = new.map_or_else(|| context.name.clone(), Into::into);
    context.description = text(&body, "description").map_or_else(|| context.description.clone(), Into::into);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `DELETE field/{id}/context/{contextId}`, with its options.
fn delete(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let (row, place) = place(site, call)?;
    let custom = site.catalog.custom.get_mut(row);
    if custom.contexts.get(place).is_some_and(|context| context.projects.is_empty()) {
        // Refused from April 2026 on (CHANGE-3019).
        return Err(Refusal::bad("The global context of a custom field cannot be deleted."));
    }
    let gone = custom.contexts.remove(place);
    custom.options.retain(|option| option.context != gone.id);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `GET field/{id}/context/issuetypemapping`
fn kinds(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let mut all = Vec::new();
    for context in asked(site, call)? {
        let id = context.id.to_string();
        if context.kinds.is_empty() {
            all.push(json!({"contextId": id, "isAnyIssueType": true}));
        }
        let kinds = context.kinds.iter().map(|row| &site.catalog.kinds.get(*row).id);
        all.extend(kinds.map(|kind| json!({"contextId": id, "issueTypeId": kind})));
    }
    Ok(bean(site, call, &format!("field/{}/context/issuetypemapping", call.param("id")), &all))
}

/// `GET field/{id}/context/projectmapping`
fn projects(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let mut all = Vec::new();
    for context in asked(site, call)? {
        let id = context.id.to_string();
        if context.projects.is_empty() {
            all.push(json!({"contextId": id, "isGlobalContext": true}));
        }
        let projects = context.projects.iter().map(|row| site.catalog.projects.get(*row).id.to_string());
        all.extend(projects.map(|project| json!({"contextId": id, "projectId": project})));
    }
    Ok(bean(site, call, &format!("field/{}/context/projectmapping", call.param("id")), &all))
}

/// `POST field/{id}/context/mapping`: the context for each project and issue type.
fn lookup(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let (row, body) = (find(site, call)?, object(body(call)?)?);
    let mappings = body.get("mappings").and_then(Value::as_array);
    let mappings = mappings.ok_or_else(|| Refusal::bad("The mappings are required."))?;
    let mut all: Vec<Value> = Vec::new();
    for mapping in mappings {
        let of = |name: &str| mapping.get(name).and_then(id).unwrap_or_default();
        let (project_id, kind_id) = (of("projectId"), of("issueTypeId"));
        let same = |one: &Value| one["projectId"] == project_id && one["issueTypeId"] == kind_id;
        if all.iter().any(same) {
            return Err(Refusal::bad("The mappings must not name a project and issue type twice."));
        }
        let (project, kind) = (project(site, &project_id)?, kind(site, &kind_id)?);
        let context = site.catalog.custom.get(row).context(project, Some(kind));
        let context = context.map_or(Value::Null, |context| context.id.to_string().into());
        all.push(json!({"projectId": project_id, "issueTypeId": kind_id, "contextId": context}));
    }
    Ok(bean(site, call, &format!("field/{}/context/mapping", call.param("id")), &all))
}

/// Adds to a list, unless one is there already.
fn join<T: PartialEq>(list: &mut Vec<T>, new: Vec<T>, what: &str) -> Result<(), Refusal> {
    if new.is_empty() {
        return Err(Refusal::bad(format!("At least one {what} is required.")));
    }
    if new.iter().any(|one| list.contains(one)) {
        return Err(Refusal::bad(format!("The {what} is already in the context.")));
    }
    list.extend(new);
    Ok(())
}

/// Takes from a list, if all are there.
fn part<T: PartialEq>(list: &mut Vec<T>, gone: &[T], what: &str) -> Result<(), Refusal> {
    if gone.is_empty() || gone.iter().any(|one| !list.contains(one)) {
        return Err(Refusal::bad(format!("The {what} is not in the context.")));
    }
    list.retain(|one| !gone.contains(one));
    Ok(())
}

/// `PUT field/{id}/context/{contextId}/issuetype`
fn add_kinds(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let (place, body) = (place(site, call)?, object(body(call)?)?);
    let kinds = kind_rows(site, &body)?;
    let context = at(site, place)?;
    if context.projects.is_empty() {
        return Err(Refusal::bad("Issue types cannot be added to the global context."));
    }
    join(&mut context.kinds, kinds, "issue type")?;
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `POST field/{id}/context/{contextId}/issuetype/remove`
fn take_kinds(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let (place, body) = (place(site, call)?, object(body(call)?)?);
    let kinds = kind_rows(site, &body)?;
    part(&mut at(site, place)?.kinds, &kinds, "issue type")?;
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `PUT field/{id}/context/{contextId}/project`
fn add_projects(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let (place, body) = (place(site, call)?, object(body(call)?)?);
    let projects = project_rows(site, &body)?;
    let own = at(site, place)?;
    if own.projects.is_empty() {
        return Err(Refusal::bad("Projects cannot be added to the global context."));
    }
    let own = own.id;
    free(site, place.0, Some(own), &projects)?;
    join(&mut at(site, place)?.projects, projects, "project")?;
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `POST field/{id}/context/{contextId}/project/remove`: without projects it is for all of them.
fn take_projects(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let (place, body) = (place(site, call)?, object(body(call)?)?);
    let projects = project_rows(site, &body)?;
    let context = at(site, place)?;
    let (own, mut left) = (context.id, context.projects.clone());
    part(&mut left, &projects, "project")?;
    if left.is_empty() {
        free(site, place.0, Some(own), &left)?;
    }
    at(site, place)?.projects = left;
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}
