//! Groups and their members.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::{Value, json};

use super::account::named;
use super::{bean, body, page, signed_in, slice};
use crate::frame::answer::Answer;
use crate::frame::call::{Call, Person};
use crate::frame::table::Row;
use crate::frame::world::{Act, Route};
use crate::jira::circle::{ADMINISTRATORS, Actor, Group};
use crate::jira::input::{object, person, text};
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;
use crate::jira::view::person::{PersonView, group};
use crate::jira::view::{Show, put};

pub(crate) fn table() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::GET, "/group", Read(get)),
        (Method::POST, "/group", Write(create)),
        (Method::DELETE, "/group", Write(delete)),
        (Method::GET, "/group/member", Read(members)),
        (Method::POST, "/group/user", Write(join)),
        (Method::DELETE, "/group/user", Write(leave)),
        (Method::GET, "/groups/picker", Read(picker)),
        (Method::GET, "/groupuserpicker", Read(both)),
    ]
}

/// What only Cloud has.
pub(crate) fn cloud() -> Vec<Route<Site>> {
    vec![(Method::GET, "/group/bulk", Act::Read(bulk)), (Method::GET, "/user/groups", Act::Read(of_person))]
}

/// Who calls, if an administrator does.
fn administrator(site: &Site, call: &Call<'_>) -> Result<Person, Refusal> {
    let who = signed_in(call)?;
    if site.is_admin(Some(who)) {
        return Ok(who);
    }
    Err(Refusal::forbidden("You do not have permission to perform this operation."))
}

/// The group the query names by `groupname`, or by `groupId` on Cloud.
fn wanted(site: &Site, call: &Call<'_>) -> Result<Row<Group>, Refusal> {
    let name = call.query.get("groupname").or(call.query.get("groupId").filter(|_| site.is_cloud()));
    let name = name.ok_or_else(|| Refusal::bad("The query parameter 'groupname' was not provided."))?;
    let found = site.catalog.group(name);
    found.ok_or_else(|| Refusal::missing(format!("The group named '{name}' does not exist.")))
}

/// `users[3:10]` in `expand` asks for members from the fourth to the eleventh.
fn range(call: &Call<'_>) -> Option<(usize, usize)> {
    let wanted = call.query.get("expand")?;
    let inner = wanted.strip_prefix("users")?;
    let Some(inner) = inner.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) else {
        return Some((0, 49));
    };
    let (from, to) = inner.split_once(':')?;
    Some((from.parse().ok()?, to.parse().ok()?))
}

fn view(site: &Site, call: &Call<'_>, row: Row<Group>) -> Value {
    let show = Show::call(site, call);
    let members = &site.catalog.groups.get(row).members;
    let mut shown = group(show, row);
    let asked = range(call);
    let (from, to) = asked.unwrap_or((0, 49));
    let max = (to + 1).saturating_sub(from).min(50);
    let listed: &[Person] = if asked.is_some() { slice(members, (from, max)) } else { &[] };
    let items: Vec<Value> =
        listed.iter().map(|one| serde_json::to_value(PersonView(show, *one)).unwrap_or_default()).collect();
    let end = if asked.is_some() { (from + items.len()).saturating_sub(1) } else { 0 };
    put(
        &mut shown,
        "users",
        json!({"size": members.len(), "items": items, "max-results": 50, "start-index": from, "end-index": end}),
    );
    put(&mut shown, "expand", "users");
    shown
}

/// `GET group`
fn get(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    Ok(Answer::ok(&view(site, call, wanted(site, call)?)))
}

/// `POST group`
fn create(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let who = administrator(site, call)?;
    let body = object(body(call)?)?;
    let name = text(&body, "name").map(str::trim).filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| Refusal::bad("The name of the group is required."))?;
    if site.catalog.groups.find(|group| group.name.eq_ignore_ascii_case(name)).is_some() {
        return Err(Refusal::bad(format!("Group '{name}' already exists.")));
    }
    let id = format!("276f955c-63d7-42c8-9520-{:012}", site.catalog.groups.ever() + 1).into();
    let row = site.catalog.groups.add(Group { id, name: name.into(), members: Vec::new() });
    note(site, who, "Group created", row);
    Ok(Answer::json(StatusCode::CREATED, &view(site, call, row)))
}

/// `DELETE group`: the group the administrators are in stays.
fn delete(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let who = administrator(site, call)?;
    let row = wanted(site, call)?;
    if &*site.catalog.groups.get(row).name == ADMINISTRATORS {
        return Err(Refusal::bad("The group cannot be deleted: nobody would administer Jira any more."));
    }
    note(site, who, "Group deleted", row);
    let catalog = &mut site.catalog;
    catalog.groups.strike(row);
    catalog.cast.retain(|cast| cast.actor != Actor::Group(row));
    Ok(Answer::empty(StatusCode::OK))
}

/// `GET group/member`: a page; inactive ones only when asked for.
fn members(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administrator(site, call)?;
    let (row, show) = (wanted(site, call)?, Show::call(site, call));
    let all = call.query.flag("includeInactiveUsers");
    let members = site.catalog.groups.get(row).members.iter();
    let shown: Vec<Value> = members
        .filter(|one| all || !site.catalog.account(**one).inactive)
        .map(|one| serde_json::to_value(PersonView(show, *one)).unwrap_or_default())
        .collect();
    Ok(bean(site, call, "group/member", &shown))
}

/// `POST group/user`
fn join(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let by = administrator(site, call)?;
    let (row, body) = (wanted(site, call)?, object(body(call)?)?);
    let name = text(&body, if site.is_cloud() { "accountId" } else { "name" }).unwrap_or_default();
    let who = person(site, name);
    let who = who.ok_or_else(|| Refusal::missing(format!("Cannot add user. '{name}' does not exist.")))?;
    if !site.catalog.join(row, who) {
        let group = &site.catalog.groups.get(row).name;
        let said = format!("Cannot add user '{name}', user is already a member of '{group}'");
        return Err(Refusal::bad(said));
    }
    note(site, by, "User added to group", row);
    Ok(Answer::json(StatusCode::CREATED, &view(site, call, row)))
}

/// `DELETE group/user`
fn leave(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let caller = administrator(site, call)?;
    let (row, who) = (wanted(site, call)?, named(site, call)?);
    if &*site.catalog.groups.get(row).name == ADMINISTRATORS && who == caller {
        return Err(Refusal::bad("You cannot remove yourself from the administrators."));
    }
    if !site.catalog.leave(row, who) {
        let group = &site.catalog.groups.get(row).name;
        let said = format!(
            "Cannot remove user '{}' from '{group}', user is not a member of this group.",
            site.catalog.account(who).name
        );
        return Err(Refusal::bad(said));
    }
    note(site, caller, "User removed from group", row);
    Ok(Answer::empty(StatusCode::OK))
}

/// Notes in the audit log what was done to a group.
fn note(site: &mut Site, who: Person, summary: &'static str, row: Row<Group>) {
    let name = site.catalog.groups.get(row).name.to_string();
    site.audit(who, (summary, "group management"), (name.clone(), name, "GROUP"));
}

/// The text of a suggestion with the match in bold, as pickers show it.
pub(super) fn marked(name: &str, text: &str) -> String {
    let place = name.to_lowercase().find(text).filter(|_| !text.is_empty());
    let parts = place
        .and_then(|at| Some((name.get(..at)?, name.get(at..at + text.len())?, name.get(at + text.len()..)?)));
    parts.map_or_else(|| name.to_owned(), |(before, hit, after)| format!("{before}<b>{hit}</b>{after}"))
}

fn picked(site: &Site, call: &Call<'_>) -> Value {
    let text = call.query.get("query").unwrap_or_default().to_lowercase();
    let (left_out, max) = (call.query.list("exclude"), call.query.number("maxResults", 20));
    let mut rows: Vec<_> = site
        .catalog
        .groups
        .iter()
        .filter(|(_, group)| group.name.to_lowercase().contains(&text))
        .filter(|(_, group)| !left_out.iter().any(|name| **name == *group.name))
        .collect();
    rows.sort_by(|a, b| a.1.name.cmp(&b.1.name));
    let total = rows.len();
    let shown: Vec<Value> = rows
        .iter()
        .take(max)
        .map(|(_, group)| {
            let mut one = json!({"name": group.name, "html": marked(&group.name, &text), "labels": []});
            if site.is_cloud() {
                put(&mut one, "groupId", &*group.id);
            }
            one
        })
        .collect();
    json!({"header": format!("Showing {} of {total} matching groups", shown.len()), "total": total, "groups": shown})
}

/// `GET groups/picker`
fn picker(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    Ok(Answer::ok(&picked(site, call)))
}

/// `GET groupuserpicker`
fn both(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    if call.query.get("query").is_none() {
        return Err(Refusal::bad("The query parameter 'query' is required."));
    }
    Ok(Answer::ok(&json!({"users": super::account::picked(site, call), "groups": picked(site, call)})))
}

/// `GET group/bulk`
fn bulk(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administrator(site, call)?;
    let (ids, names) = (call.query.list("groupId"), call.query.list("groupName"));
    let wanted = |group: &Group| {
        (ids.is_empty() && names.is_empty())
            || ids.iter().any(|id| **id == *group.id)
            || names.iter().any(|name| **name == *group.name)
    };
    let groups = site.catalog.groups.iter().map(|(_, group)| group).filter(|group| wanted(group));
    let all: Vec<Value> = groups.map(|group| json!({"name": group.name, "groupId": group.id})).collect();
    Ok(bean(site, call, "group/bulk", &all))
}

/// `GET user/groups`
fn of_person(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let (who, show) = (named(site, call)?, Show::call(site, call));
    let groups: Vec<Value> = site.catalog.groups_of(who).into_iter().map(|row| group(show, row)).collect();
    Ok(Answer::ok(&slice(&groups, page(call, 1_000, 1_000))))
}
