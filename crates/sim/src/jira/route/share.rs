//! With whom filters and dashboards are shared: read from requests and shown, and the permissions of a filter.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::{Value, json};

use super::body;
use super::filter::{enter, shared};
use crate::frame::answer::Answer;
use crate::frame::call::{Call, Person};
use crate::frame::world::{Act, Route};
use crate::jira::filter::{Circle, Share};
use crate::jira::refusal::Refusal;
use crate::jira::site::{Right, Site};
use crate::jira::view::Show;
use crate::jira::view::person::PersonView;
use crate::jira::view::settings::ProjectView;

/// The permissions of filters.
pub(crate) fn both() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::GET, "/filter/{id}/permission", Read(shares)),
        (Method::POST, "/filter/{id}/permission", Write(add_share)),
        (Method::GET, "/filter/{id}/permission/{share}", Read(one_share)),
        (Method::DELETE, "/filter/{id}/permission/{share}", Write(remove_share)),
    ]
}

/// A permission as the API shows it.
pub(crate) fn show(show: Show<'_>, share: &Share) -> Value {
    let (site, cloud) = (show.site, show.site.is_cloud());
    let mut shown = json!({"id": share.id});
    let mut put = |name: &str, value: Value| {
        if let Some(members) = shown.as_object_mut() {
            members.insert(name.to_owned(), value);
        }
    };
    put(
        "type",
        json!(match &share.with {
            Circle::Global => "global",
            Circle::Authenticated if cloud => "loggedin",
            Circle::Authenticated => "authenticated",
            Circle::Group(_) => "group",
            Circle::Project(_) => "project",
            Circle::Role(..) =>
                if cloud {
                    "projectRole"
                } else {
                    "project"
                },
            Circle::User(_) => "user",
        }),
    );
    match &share.with {
        Circle::Group(row) => {
            let group = site.catalog.groups.get(*row);
            let link = format!("{}/rest/api/{}/group?groupname={}", site.base, show.api, group.name);
            let mut shown = json!({"name": group.name, "self": link});
            if let (true, Some(members)) = (cloud, shown.as_object_mut()) {
                members.insert("groupId".to_owned(), json!(group.id));
            }
            put("group", shown);
        }
        Circle::Project(row) => put("project", json!(ProjectView(show, *row))),
        Circle::Role(row, role) => {
            let (project, role) = (site.catalog.projects.get(*row), site.catalog.roles.get(*role));
            let link = format!("{}/rest/api/{}/project/{}/role/{}", site.base, show.api, project.id, role.id);
            put("project", json!(ProjectView(show, *row)));
            put(
                "role",
                json!({"id": role.id, "name": role.name, "description": role.description, "self": link}),
            );
        }
        Circle::User(person) => put("user", json!(PersonView(show, *person))),
        Circle::Global | Circle::Authenticated => {}
    }
    if !cloud {
        put("view", json!(true));
        put("edit", json!(share.edit));
    }
    shown
}

/// Several of them; Cloud keeps those who may change something apart.
pub(crate) fn list(to: Show<'_>, shares: &[Share], edit: bool) -> Vec<Value> {
    let cloud = to.site.is_cloud();
    shares.iter().filter(|share| !cloud || share.edit == edit).map(|share| show(to, share)).collect()
}

/// Reads one permission of a request; its id is for whoever keeps it to give.
pub(crate) fn read(site: &Site, caller: Person, body: &Value, edit: bool) -> Result<Share, Refusal> {
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    let inner = |name: &str, member: &str| body.get(name)?.get(member).map(as_text);
    let project = || {
        let id = body
            .get("projectId")
            .map(as_text)
            .or_else(|| inner("project", "id"))
            .or_else(|| inner("project", "key"));
        let found = id.and_then(|id| site.catalog.project(&id));
        found
            .filter(|row| site.may(Some(caller), *row, Right::Browse))
            .ok_or_else(|| Refusal::bad("The project to share with does not exist or you may not see it."))
    };
    let with = match text("type").unwrap_or_default() {
        "global" => Circle::Global,
        "authenticated" | "loggedin" => Circle::Authenticated,
        "group" => {
            let given = text("groupname").or(text("groupId")).map(str::to_owned);
            let name = given.or_else(|| inner("group", "name")).unwrap_or_default();
            let found = site.catalog.group(&name);
            Circle::Group(found.ok_or_else(|| Refusal::bad(format!("Group: '{name}' does not exist.")))?)
        }
        "project" | "projectRole" => {
            let role = body.get("projectRoleId").map(as_text).or_else(|| inner("role", "id"));
            match role {
                Some(role) => {
                    let id = role.parse::<u32>().ok();
                    let found = site.catalog.roles.find(|known| Some(known.id) == id);
                    let missing = || Refusal::bad(format!("The role with id '{role}' does not exist."));
                    Circle::Role(project()?, found.ok_or_else(missing)?)
                }
                None => Circle::Project(project()?),
            }
        }
        "user" => {
            let names = ["accountId", "userKey", "username"];
            let wanted = names.iter().find_map(|name| text(name).map(str::to_owned));
            let wanted = wanted.or_else(|| inner("user", "accountId")).or_else(|| inner("user", "key"));
            let found = site.catalog.person(|account| {
                let wanted = wanted.as_deref();
                [&account.account_id, &account.key, &account.name].iter().any(|id| Some(&***id) == wanted)
            });
            Circle::User(found.ok_or_else(|| Refusal::bad("The user to share with does not exist."))?)
        }
        other => return Err(Refusal::bad(format!("'{other}' is not a valid share type."))),
    };
    let rights = body.get("rights").and_then(Value::as_u64).is_some_and(|rights| rights > 1);
    let edit = edit || rights || body.get("edit").and_then(Value::as_bool).unwrap_or_default();
    Ok(Share { id: 0, with, edit })
}

fn as_text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Reads the permissions of a body: those to see, and Cloud's to change. `None` when there are none at all.
pub(crate) fn read_all(site: &Site, caller: Person, body: &Value) -> Result<Option<Vec<Share>>, Refusal> {
    let mut found = None;
    for (name, edit) in [("sharePermissions", false), ("editPermissions", true)] {
        let Some(list) = body.get(name).and_then(Value::as_array) else { continue };
        let shares: &mut Vec<Share> = found.get_or_insert_with(Vec::new);
        for one in list {
            shares.push(read(site, caller, one, edit)?);
        }
    }
    Ok(found)
}

/// `GET filter/{id}/permission`
fn shares(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let filter = shared(site, call)?;
    let shown: Vec<Value> = filter.shares.iter().map(|one| show(Show::call(site, call), one)).collect();
    Ok(Answer::ok(&shown))
}

/// `GET filter/{id}/permission/{permissionId}`
fn one_share(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let filter = shared(site, call)?;
    let id = call.param("share").parse().ok();
    let found = filter.shares.iter().find(|share| Some(share.id) == id);
    let missing = || Refusal::missing("The requested share permission does not exist.");
    found.map(|one| Answer::ok(&show(Show::call(site, call), one))).ok_or_else(missing)
}

/// `POST filter/{id}/permission`: 201 and all of them.
fn add_share(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    shared(site, call)?;
    let (id, caller) = enter(site, call)?;
    let share = read(site, caller, &body(call)?, false)?;
    let share = Share { id: site.filters.take_share(), ..share };
    if let Some(filter) = site.filters.get_mut(id) {
        // Everybody at once needs no other permission beside it.
        if share.with == Circle::Global || filter.shares.iter().any(|other| other.with == Circle::Global) {
            filter.shares.clear();
        }
        filter.shares.retain(|other| other.with != share.with);
        filter.shares.push(share);
    }
    let listed = shares(site, call)?;
    Ok(Answer { status: StatusCode::CREATED, ..listed })
}

/// `DELETE filter/{id}/permission/{permissionId}`
fn remove_share(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    one_share(site, call)?;
    let (id, _) = enter(site, call)?;
    let gone = call.param("share").parse().ok();
    if let Some(filter) = site.filters.get_mut(id) {
        filter.shares.retain(|share| Some(share.id) != gone);
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}
