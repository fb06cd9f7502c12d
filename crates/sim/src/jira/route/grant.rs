//! Permission schemes and their grants, and the scheme a project uses.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::{Value, json};

use super::project::{administrator, find};
use super::{body, signed_in};
use crate::frame::answer::Answer;
use crate::frame::call::{Call, Person};
use crate::frame::table::Row;
use crate::frame::world::{Act, Route};
use crate::jira::input::{self, number, object, text};
use crate::jira::refusal::Refusal;
use crate::jira::scheme::{Grant, Holder, PermissionScheme};
use crate::jira::site::Site;
use crate::jira::view::{Show, put};

pub(crate) fn table() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::GET, "/permissionscheme", Read(list)),
        (Method::POST, "/permissionscheme", Write(create)),
        (Method::GET, "/permissionscheme/{id}", Read(get)),
        (Method::PUT, "/permissionscheme/{id}", Write(update)),
        (Method::DELETE, "/permissionscheme/{id}", Write(delete)),
        (Method::GET, "/permissionscheme/{id}/permission", Read(grants)),
        (Method::POST, "/permissionscheme/{id}/permission", Write(grant)),
        (Method::GET, "/permissionscheme/{id}/permission/{grant}", Read(one_grant)),
        (Method::DELETE, "/permissionscheme/{id}/permission/{grant}", Write(revoke)),
        (Method::GET, "/project/{project}/permissionscheme", Read(of_project)),
        (Method::PUT, "/project/{project}/permissionscheme", Write(assign)),
    ]
}

/// What only Data Center and Server have.
pub(crate) fn data_center() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::GET, "/permissionscheme/{id}/attribute/{key}", Read(attribute)),
        (Method::PUT, "/permissionscheme/{id}/attribute/{key}", Write(set_attribute)),
    ]
}

/// `GET permissionscheme/{id}/attribute/{key}`: a flag that apps keep at a scheme.
fn attribute(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administrator(site, call)?;
    let (scheme, key) = (site.catalog.permission_schemes.get(row(site, call)?).id, call.param("key"));
    let set = site.keep.attributes.contains(&(scheme, key.to_owned()));
    Ok(Answer::ok(&json!({"key": key, "value": set.to_string()})))
}

/// `PUT permissionscheme/{id}/attribute/{key}`: the body is `true`, or anything else for false.
fn set_attribute(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administrator(site, call)?;
    let entry = (site.catalog.permission_schemes.get(row(site, call)?).id, call.param("key").to_owned());
    if String::from_utf8_lossy(&call.body).trim().trim_matches('"').eq_ignore_ascii_case("true") {
        site.keep.attributes.insert(entry);
    } else {
        site.keep.attributes.remove(&entry);
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

fn grant_view(show: Show<'_>, scheme: &PermissionScheme, grant: &Grant) -> Value {
    let mut holder = json!({"type": grant.holder.kind});
    if let Some(parameter) = &grant.holder.parameter {
        put(&mut holder, "parameter", &**parameter);
        if show.site.is_cloud() {
            put(&mut holder, "value", &**parameter);
        }
    }
    json!({
        "id": grant.id,
        "self": format!("{}/rest/api/{}/permissionscheme/{}/permission/{}", show.site.base, show.api, scheme.id, grant.id),
        "holder": holder,
        "permission": grant.permission,
    })
}

fn view(show: Show<'_>, scheme: &PermissionScheme, full: bool) -> Value {
    let mut shown = json!({
        "expand": "permissions,user,group,projectRole,field,all",
        "id": scheme.id,
        "self": format!("{}/rest/api/{}/permissionscheme/{}", show.site.base, show.api, scheme.id),
        "name": scheme.name,
        "description": scheme.description,
    });
    if full {
        let grants = scheme.grants.iter().map(|grant| grant_view(show, scheme, grant));
        put(&mut shown, "permissions", grants.collect::<Vec<_>>());
    }
    shown
}

/// Every name `expand` knows adds the grants.
fn full(call: &Call<'_>) -> bool {
    let known = ["permissions", "user", "group", "projectRole", "field", "all"];
    call.query.list("expand").iter().any(|name| known.contains(&name.as_str()))
}

/// Notes in the audit log what was done to a scheme.
fn note(site: &mut Site, who: Person, summary: &'static str, row: Row<PermissionScheme>) {
    let scheme = site.catalog.permission_schemes.get(row);
    let object = (scheme.id.to_string(), scheme.name.to_string(), "SCHEME");
    site.audit(who, (summary, "permissions"), object);
}

fn row(site: &Site, call: &Call<'_>) -> Result<Row<PermissionScheme>, Refusal> {
    let id = call.param("id");
    let found = site.catalog.permission_schemes.find(|scheme| scheme.id.to_string() == id);
    found.ok_or_else(|| Refusal::missing(format!("The permission scheme with id {id} does not exist.")))
}

/// `GET permissionscheme`
fn list(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let (show, full) = (Show::call(site, call), full(call));
    let all = site.catalog.permission_schemes.iter().map(|(_, scheme)| view(show, scheme, full));
    Ok(Answer::ok(&json!({"permissionSchemes": all.collect::<Vec<_>>()})))
}

/// `GET permissionscheme/{id}`
fn get(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let scheme = site.catalog.permission_schemes.get(row(site, call)?);
    Ok(Answer::ok(&view(Show::call(site, call), scheme, full(call))))
}

fn next_grant(site: &Site) -> u32 {
    let all = site.catalog.permission_schemes.iter().flat_map(|(_, scheme)| &scheme.grants);
    all.map(|grant| grant.id + 1).max().unwrap_or(10_000)
}

fn read_grant(site: &Site, body: &Value, id: u32) -> Result<Grant, Refusal> {
    let permission = text(body, "permission").filter(|name| super::permission::is_known(name));
    let permission = permission.ok_or_else(|| Refusal::bad("The permission key is missing or unknown."))?;
    let holder = body.get("holder").filter(|holder| holder.is_object());
    let holder = holder.ok_or_else(|| Refusal::bad("The holder of the permission is missing."))?;
    let kind = text(holder, "type").ok_or_else(|| Refusal::bad("The type of the holder is missing."))?;
    let parameter = holder.get("parameter").or_else(|| holder.get("value")).and_then(input::id);
    let ok = match (kind, &parameter) {
        (
            "anyone"
            | "applicationRole"
            | "projectLead"
            | "reporter"
            | "assignee"
            | "sd.customer.portal.only",
            _,
        ) => true,
        ("user", Some(name)) => input::person(site, name).is_some(),
        ("group" | "projectRole" | "userCustomField" | "groupCustomField", Some(_)) => true,
        _ => false,
    };
    if !ok {
        return Err(Refusal::bad(format!("The holder of type '{kind}' is not valid.")));
    }
    let holder = Holder { kind: kind.into(), parameter: parameter.map(Into::into) };
    Ok(Grant { id, permission: permission.into(), holder })
}

fn read_grants(site: &Site, body: &Value) -> Result<Option<Vec<Grant>>, Refusal> {
    let Some(Value::Array(list)) = body.get("permissions") else { return Ok(None) };
    (next_grant(site)..)
        .zip(list)
        .map(|(id, one)| read_grant(site, one, id))
        .collect::<Result<_, _>>()
        .map(Some)
}

/// `POST permissionscheme`
fn create(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let who = administrator(site, call)?;
    let body = object(body(call)?)?;
    let name = text(&body, "name").filter(|name| !name.trim().is_empty());
    let name =
        name.ok_or_else(|| Refusal::field("name", "The name of the permission scheme is required."))?;
    if site.catalog.permission_schemes.find(|scheme| scheme.name.eq_ignore_ascii_case(name)).is_some() {
        return Err(Refusal::field("name", "A permission scheme with this name already exists."));
    }
    let grants = read_grants(site, &body)?.unwrap_or_default();
    let (id, description) =
        (10_000 + site.catalog.permission_schemes.ever(), text(&body, "description").unwrap_or_default());
    let scheme = PermissionScheme { id, name: name.into(), description: description.into(), grants };
    let row = site.catalog.permission_schemes.add(scheme);
    note(site, who, "Permission scheme created", row);
    let shown = view(Show::call(site, call), site.catalog.permission_schemes.get(row), full(call));
    Ok(Answer::json(StatusCode::CREATED, &shown))
}

/// `PUT permissionscheme/{id}`
fn update(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let who = administrator(site, call)?;
    let (row, body) = (row(site, call)?, object(body(call)?)?);
    let grants = read_grants(site, &body)?;
    let scheme = site.catalog.permission_schemes.get_mut(row);
    if let Some(name) = text(&body, "name").filter(|name| !name.trim().is_empty()) {
        scheme.name = name.into();
    }
    if let Some(description) = text(&body, "description") {
        scheme.description = description.into();
    }
    scheme.grants = grants.unwrap_or_else(|| std::mem::take(&mut scheme.grants));
    note(site, who, "Permission scheme updated", row);
    Ok(Answer::ok(&view(Show::call(site, call), site.catalog.permission_schemes.get(row), full(call))))
}

/// `DELETE permissionscheme/{id}`: not while a project uses it.
fn delete(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let who = administrator(site, call)?;
    let row = row(site, call)?;
    if site.catalog.projects.find(|project| project.permissions == row).is_some() {
        return Err(Refusal::bad("The permission scheme is used by a project and cannot be deleted."));
    }
    note(site, who, "Permission scheme deleted", row);
    site.catalog.permission_schemes.strike(row);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `GET permissionscheme/{id}/permission`
fn grants(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let (scheme, show) = (site.catalog.permission_schemes.get(row(site, call)?), Show::call(site, call));
    let grants = scheme.grants.iter().map(|grant| grant_view(show, scheme, grant));
    Ok(Answer::ok(
        &json!({"permissions": grants.collect::<Vec<_>>(), "expand": "user,group,projectRole,field,all"}),
    ))
}

/// `GET permissionscheme/{id}/permission/{grant}`
fn one_grant(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let scheme = site.catalog.permission_schemes.get(row(site, call)?);
    let found = scheme.grants.iter().find(|grant| grant.id.to_string() == call.param("grant"));
    let grant = found.ok_or_else(|| Refusal::missing("The permission grant does not exist."))?;
    Ok(Answer::ok(&grant_view(Show::call(site, call), scheme, grant)))
}

/// `POST permissionscheme/{id}/permission`
fn grant(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let who = administrator(site, call)?;
    let row = row(site, call)?;
    let grant = read_grant(site, &object(body(call)?)?, next_grant(site))?;
    let same = |old: &Grant| old.permission == grant.permission && old.holder == grant.holder;
    if site.catalog.permission_schemes.get(row).grants.iter().any(same) {
        return Err(Refusal::bad("The permission is granted to this holder already."));
    }
    site.catalog.permission_schemes.get_mut(row).grants.push(grant.clone());
    note(site, who, "Permission scheme updated", row);
    let shown = grant_view(Show::call(site, call), site.catalog.permission_schemes.get(row), &grant);
    Ok(Answer::json(StatusCode::CREATED, &shown))
}

/// `DELETE permissionscheme/{id}/permission/{grant}`
fn revoke(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administrator(site, call)?;
    let row = row(site, call)?;
    let grants = &mut site.catalog.permission_schemes.get_mut(row).grants;
    let before = grants.len();
    grants.retain(|grant| grant.id.to_string() != call.param("grant"));
    if grants.len() == before {
        return Err(Refusal::missing("The permission grant does not exist."));
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `GET project/{idOrKey}/permissionscheme`
fn of_project(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let project = site.catalog.projects.get(find(site, call)?);
    let scheme = site.catalog.permission_schemes.get(project.permissions);
    Ok(Answer::ok(&view(Show::call(site, call), scheme, full(call))))
}

/// `PUT project/{idOrKey}/permissionscheme`
fn assign(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administrator(site, call)?;
    let (project, body) = (find(site, call)?, object(body(call)?)?);
    let id =
        number(&body, "id").ok_or_else(|| Refusal::bad("The id of the permission scheme is missing."))?;
    let scheme = site.catalog.permission_schemes.find(|scheme| scheme.id == id);
    let scheme = scheme
        .ok_or_else(|| Refusal::missing(format!("The permission scheme with id {id} does not exist.")))?;
    site.catalog.projects.get_mut(project).permissions = scheme;
    Ok(Answer::ok(&view(Show::call(site, call), site.catalog.permission_schemes.get(scheme), full(call))))
}
