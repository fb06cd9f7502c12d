//! Project roles: which there are, and who has them in a project.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::{Map, Value, json};

use super::project::{administrator, find, keeper};
use super::{body, signed_in, strings};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::table::Row;
use crate::frame::world::{Act, Route};
use crate::jira::catalog::Project;
use crate::jira::circle::{Actor, Role};
use crate::jira::input::{object, person, text};
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;
use crate::jira::view::put;

pub(crate) fn table() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::GET, "/role", Read(list)),
        (Method::POST, "/role", Write(create)),
        (Method::GET, "/role/{id}", Read(get)),
        (Method::PUT, "/role/{id}", Write(update)),
        (Method::POST, "/role/{id}", Write(update)),
        (Method::DELETE, "/role/{id}", Write(delete)),
        (Method::GET, "/role/{id}/actors", Read(defaults)),
        (Method::POST, "/role/{id}/actors", Write(add_defaults)),
        (Method::DELETE, "/role/{id}/actors", Write(take_defaults)),
        (Method::GET, "/project/{project}/role", Read(of_project)),
        (Method::GET, "/project/{project}/role/{id}", Read(actors)),
        (Method::PUT, "/project/{project}/role/{id}", Write(set)),
        (Method::POST, "/project/{project}/role/{id}", Write(add)),
        (Method::DELETE, "/project/{project}/role/{id}", Write(take)),
    ]
}

/// What only Cloud has.
pub(crate) fn cloud() -> Vec<Route<Site>> {
    vec![(Method::GET, "/project/{project}/roledetails", Act::Read(details))]
}

fn actor_view(site: &Site, id: u32, actor: Actor) -> Value {
    match actor {
        Actor::Group(row) => {
            let group = site.catalog.groups.get(row);
            let mut shown = json!({"id": id, "displayName": group.name, "type": "atlassian-group-role-actor",
                "name": group.name});
            let own = json!({"name": group.name, "displayName": group.name, "groupId": group.id});
            if site.is_cloud() {
                put(&mut shown, "actorGroup", own);
            }
            shown
        }
        Actor::Person(person) => {
            let account = site.catalog.account(person);
            let mut shown = json!({"id": id, "displayName": account.display, "type": "atlassian-user-role-actor",
                "avatarUrl": format!("{}/secure/useravatar?size=xsmall&avatarId={}", site.base, account.avatar)});
            if site.is_cloud() {
                put(&mut shown, "actorUser", json!({"accountId": account.account_id}));
            } else {
                put(&mut shown, "name", &*account.name);
            }
            shown
        }
    }
}

/// A role, with its members in a project or else in new projects.
fn view(site: &Site, call: &Call<'_>, row: Row<Role>, project: Option<Row<Project>>) -> Value {
    let role = site.catalog.roles.get(row);
    let root = format!("{}/rest/api/{}", site.base, call.api);
    let (path, actors): (String, Vec<Value>) = match project {
        None => (
            format!("{root}/role/{}", role.id),
            (1..).zip(&role.defaults).map(|(id, actor)| actor_view(site, id, *actor)).collect(),
        ),
        Some(project) => {
            let cast = site.catalog.cast.iter().filter(|cast| cast.project == project && cast.role == row);
            (
                format!("{root}/project/{}/role/{}", site.catalog.projects.get(project).id, role.id),
                cast.map(|cast| actor_view(site, cast.id, cast.actor)).collect(),
            )
        }
    };
    json!({"self": path, "name": role.name, "id": role.id, "description": role.description, "actors": actors})
}

fn row(site: &Site, call: &Call<'_>) -> Result<Row<Role>, Refusal> {
    let wanted = call.param("id");
    let found = site.catalog.roles.find(|role| role.id.to_string() == wanted);
    found.ok_or_else(|| Refusal::missing(format!("Can not find a role with the id: {wanted}")))
}

/// `GET role`
fn list(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let all = site.catalog.roles.iter().map(|(row, _)| view(site, call, row, None));
    Ok(Answer::ok(&all.collect::<Vec<_>>()))
}

/// `GET role/{id}`
fn get(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    Ok(Answer::ok(&view(site, call, row(site, call)?, None)))
}

fn free(site: &Site, own: Option<Row<Role>>, name: &str) -> Result<(), Refusal> {
    let taken = site.catalog.roles.find(|role| role.name.eq_ignore_ascii_case(name));
    if taken.is_some_and(|row| Some(row) != own) {
        let said = format!("A project role with name '{name}' already exists.");
        return Err(Refusal::new(StatusCode::CONFLICT, said));
    }
    Ok(())
}

/// `POST role`
fn create(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administrator(site, call)?;
    let body = object(body(call)?)?;
    let name = text(&body, "name").map(str::trim).filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| Refusal::bad("The name of a project role must not be empty."))?;
    free(site, None, name)?;
    let (id, description) =
        (10_100 + site.catalog.roles.ever(), text(&body, "description").unwrap_or_default());
    let role = Role { id, name: name.into(), description: description.into(), defaults: Vec::new() };
    let row = site.catalog.roles.add(role);
    Ok(Answer::ok(&view(site, call, row, None)))
}

/// `PUT role/{id}` (all members) and `POST role/{id}` (those that are given)
fn update(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administrator(site, call)?;
    let (row, body) = (row(site, call)?, object(body(call)?)?);
    let name = text(&body, "name").map(str::trim).filter(|name| !name.is_empty());
    let description = text(&body, "description");
    let both = name.is_some() && description.is_some();
    if (call.method == "PUT" && !both) || (name.is_none() && description.is_none()) {
        return Err(Refusal::bad("The name and the description of the project role are required."));
    }
    name.map(|name| free(site, Some(row), name)).transpose()?;
    let role = site.catalog.roles.get_mut(row);
    role.name = name.map_or_else(|| role.name.clone(), Into::into);
    role.description = description.map_or_else(|| role.description.clone(), Into::into);
    Ok(Answer::ok(&view(site, call, row, None)))
}

/// `DELETE role/{id}`: while it has members somewhere only with `swap`, which gets them.
fn delete(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administrator(site, call)?;
    let row = row(site, call)?;
    let members: Vec<_> = site.catalog.cast.iter().filter(|cast| cast.role == row).copied().collect();
    let swap = match call.query.get("swap") {
        None if members.is_empty() => None,
        None => {
            return Err(Refusal::new(
                StatusCode::CONFLICT,
                "The project role is in use and cannot be deleted.",
            ));
        }
        Some(id) => {
            let found =
                site.catalog.roles.find(|role| role.id.to_string() == id).filter(|other| *other != row);
            Some(found.ok_or_else(|| Refusal::missing(format!("Can not find a role with the id: {id}")))?)
        }
    };
    let catalog = &mut site.catalog;
    catalog.cast.retain(|cast| cast.role != row);
    for (swap, cast) in swap.into_iter().flat_map(|swap| members.iter().map(move |cast| (swap, cast))) {
        catalog.give(cast.project, swap, cast.actor);
    }
    catalog.roles.strike(row);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// The people and groups a body names under `user` and `group` (`groupId` on Cloud).
fn named(site: &Site, body: &Value, user: &str, group: &str) -> Result<Vec<Actor>, Refusal> {
    let mut actors = Vec::new();
    for name in strings(body, user) {
        let found = person(site, &name);
        actors.push(Actor::Person(found.ok_or_else(|| {
            Refusal::missing(format!("We can't find '{name}' in any accessible user directory."))
        })?));
    }
    for name in strings(body, group).into_iter().chain(strings(body, "groupId")) {
        let found = site.catalog.group(&name);
        actors.push(Actor::Group(
            found.ok_or_else(|| Refusal::missing(format!("The group named '{name}' does not exist.")))?,
        ));
    }
    Ok(actors)
}

fn some(actors: Vec<Actor>) -> Result<Vec<Actor>, Refusal> {
    if actors.is_empty() {
        return Err(Refusal::bad("You must provide at least one actor: 'user' or 'group'."));
    }
    Ok(actors)
}

/// The same from a query.
fn asked(site: &Site, call: &Call<'_>) -> Result<Vec<Actor>, Refusal> {
    let query = json!({"user": call.query.list("user"), "group": call.query.list("group"),
        "groupId": call.query.list("groupId")});
    some(named(site, &query, "user", "group")?)
}

/// `GET role/{id}/actors`
fn defaults(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administrator(site, call)?;
    let shown = view(site, call, row(site, call)?, None);
    Ok(Answer::ok(&json!({"actors": shown.get("actors")})))
}

/// `POST role/{id}/actors`
fn add_defaults(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administrator(site, call)?;
    let (row, body) = (row(site, call)?, object(body(call)?)?);
    for actor in some(named(site, &body, "user", "group")?)? {
        let own = &mut site.catalog.roles.get_mut(row).defaults;
        if !own.contains(&actor) {
            own.push(actor);
        }
    }
    defaults(site, call)
}

/// `DELETE role/{id}/actors`
fn take_defaults(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administrator(site, call)?;
    let (row, gone) = (row(site, call)?, asked(site, call)?);
    site.catalog.roles.get_mut(row).defaults.retain(|actor| !gone.contains(actor));
    defaults(site, call)
}

/// `GET project/{idOrKey}/role`: addresses by name.
fn of_project(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let project = site.catalog.projects.get(find(site, call)?).id;
    let path = format!("{}/rest/api/{}/project/{project}/role", site.base, call.api);
    let roles = site.catalog.roles.iter().map(|(_, role)| role);
    let shown: Map<_, _> =
        roles.map(|role| (role.name.to_string(), format!("{path}/{}", role.id).into())).collect();
    Ok(Answer::ok(&Value::Object(shown)))
}

/// `GET project/{idOrKey}/roledetails`
fn details(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let project = find(site, call)?;
    let shown: Vec<Value> = site
        .catalog
        .roles
        .iter()
        .map(|(row, role)| {
            let mut shown = view(site, call, row, Some(project));
            if let Value::Object(members) = &mut shown {
                members.remove("actors");
            }
            put(&mut shown, "admin", &*role.name == "Administrators");
            put(&mut shown, "default", !role.defaults.is_empty());
            put(&mut shown, "roleConfigurable", true);
            put(&mut shown, "translatedName", &*role.name);
            shown
        })
        .collect();
    Ok(Answer::ok(&shown))
}

/// `GET project/{idOrKey}/role/{id}`
fn actors(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let project = find(site, call)?;
    Ok(Answer::ok(&view(site, call, row(site, call)?, Some(project))))
}

/// `PUT project/{idOrKey}/role/{id}`: exactly those named in `categorisedActors`.
fn set(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let project = find(site, call)?;
    keeper(site, call, project)?;
    let (row, body) = (row(site, call)?, object(body(call)?)?);
    let sorted = body.get("categorisedActors").filter(|sorted| sorted.is_object());
    let sorted = sorted.ok_or_else(|| Refusal::bad("The member 'categorisedActors' is required."))?;
    let mut actors = named(site, sorted, "atlassian-user-role-actor", "atlassian-group-role-actor")?;
    let by_id = json!({"groupId": sorted.get("atlassian-group-role-actor-id")});
    actors.extend(named(site, &by_id, "none", "none")?);
    let catalog = &mut site.catalog;
    catalog.cast.retain(|cast| cast.project != project || cast.role != row || actors.contains(&cast.actor));
    for actor in actors {
        catalog.give(project, row, actor);
    }
    Ok(Answer::ok(&view(site, call, row, Some(project))))
}

/// `POST project/{idOrKey}/role/{id}`
fn add(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let project = find(site, call)?;
    keeper(site, call, project)?;
    let (row, body) = (row(site, call)?, object(body(call)?)?);
    for actor in some(named(site, &body, "user", "group")?)? {
        if !site.catalog.give(project, row, actor) {
            return Err(Refusal::bad("The actor is already a member of the project role."));
        }
    }
    Ok(Answer::ok(&view(site, call, row, Some(project))))
}

/// `DELETE project/{idOrKey}/role/{id}`
fn take(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let project = find(site, call)?;
    keeper(site, call, project)?;
    let (row, gone) = (row(site, call)?, asked(site, call)?);
    let before = site.catalog.cast.len();
    let out = |actor: &Actor| gone.contains(actor);
    site.catalog.cast.retain(|cast| cast.project != project || cast.role != row || !out(&cast.actor));
    if site.catalog.cast.len() == before {
        return Err(Refusal::missing("The actor is not a member of the project role."));
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}
