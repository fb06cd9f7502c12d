//! People's accounts: making, changing, removing, and lists of them beyond the plain searches in [`super::user`].

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::{Value, json};

use super::group::marked;
use super::permission::holds;
use super::user::{fits, of_page, wanted};
use super::{bean, body, page, signed_in, slice};
use crate::frame::answer::Answer;
use crate::frame::call::{Call, Person};
use crate::frame::table::Row;
use crate::frame::world::{Act, Route};
use crate::jira::app;
use crate::jira::catalog::Project;
use crate::jira::deed::account as deed;
use crate::jira::input::{object, text};
use crate::jira::refusal::Refusal;
use crate::jira::site::{Right, Site};
use crate::jira::view::person::{PersonView, whole};
use crate::jira::view::{Show, put};

pub(crate) fn table() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::POST, "/user", Write(create)),
        (Method::DELETE, "/user", Write(delete)),
        (Method::GET, "/user/picker", Read(picker)),
        (Method::GET, "/user/assignable/multiProjectSearch", Read(in_all)),
        (Method::GET, "/user/viewissue/search", Read(viewers)),
        (Method::GET, "/user/permission/search", Read(holders)),
    ]
}

/// What only Cloud has.
pub(crate) fn cloud() -> Vec<Route<Site>> {
    use Act::Read;
    vec![
        (Method::GET, "/user/bulk", Read(bulk)),
        (Method::GET, "/user/bulk/migration", Read(migration)),
        (Method::GET, "/user/email", Read(email)),
        (Method::GET, "/user/email/bulk", Read(emails)),
        (Method::GET, "/users", Read(everybody)),
        (Method::GET, "/users/search", Read(everybody)),
    ]
}

/// What only Data Center and Server have.
pub(crate) fn data_center() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::PUT, "/user", Write(update)),
        (Method::PUT, "/user/password", Write(set_password)),
        (Method::PUT, "/myself", Write(update_myself)),
        (Method::PUT, "/myself/password", Write(change_password)),
        (Method::GET, "/user/list", Read(stream)),
    ]
}

/// The person the query names: `accountId` on Cloud, `username` or `key` (`userKey`) elsewhere.
pub(super) fn named(site: &Site, call: &Call<'_>) -> Result<Person, Refusal> {
    let query = &call.query;
    let (name, found) = if site.is_cloud() {
        let id = query.get("accountId");
        (id, site.catalog.person(|account| Some(&*account.account_id) == id))
    } else if let Some(key) = query.get("key").or(query.get("userKey")) {
        (Some(key), site.catalog.person(|account| *account.key == *key))
    } else {
        let name = query.get("username");
        let same = |own: &str| name.is_some_and(|name| own.eq_ignore_ascii_case(name));
        (name, site.catalog.person(|account| same(&account.name)))
    };
    let Some(name) = name else {
        return Err(Refusal::bad(if site.is_cloud() {
            "The accountId query parameter needs to be provided"
        } else {
            "Either the 'username' or the 'key' query parameters need to be provided"
        }));
    };
    found.ok_or_else(|| {
        Refusal::missing(if site.is_cloud() {
            "Specified user does not exist or you do not have required permissions".to_owned()
        } else {
            format!("The user named '{name}' does not exist")
        })
    })
}

fn administrator(site: &Site, call: &Call<'_>) -> Result<Person, Refusal> {
    let who = signed_in(call)?;
    if site.is_admin(Some(who)) {
        return Ok(who);
    }
    Err(Refusal::forbidden(
        "You are not authorized to perform this operation. Administrator privileges are required.",
    ))
}

/// `POST user`
fn create(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let who = administrator(site, call)?;
    let person = deed::create(site, who, &object(body(call)?)?)?;
    site.audit_person(who, "User created", person);
    Ok(Answer::json(StatusCode::CREATED, &whole(Show::call(site, call), person, &[])))
}

/// `PUT user`
fn update(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let who = administrator(site, call)?;
    let person = named(site, call)?;
    deed::update(site, who, person, &object(body(call)?)?)?;
    site.audit_person(who, "User updated", person);
    Ok(Answer::ok(&whole(Show::call(site, call), person, &[])))
}

/// `DELETE user`
fn delete(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let who = administrator(site, call)?;
    let person = named(site, call)?;
    deed::remove(site, who, person)?;
    site.audit_person(who, "User deleted", person);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `PUT myself`: display name and e-mail, with the password as proof.
fn update_myself(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let who = signed_in(call)?;
    let mut body = object(body(call)?)?;
    if let Value::Object(members) = &mut body {
        members.retain(|name, _| name == "displayName" || name == "emailAddress");
    }
    deed::update(site, who, who, &body)?;
    Ok(Answer::ok(&whole(Show::call(site, call), who, &[])))
}

fn store(site: &mut Site, person: Person, body: &Value) -> Result<Answer, Refusal> {
    let password = text(body, "password").filter(|password| !password.is_empty());
    let password = password.ok_or_else(|| Refusal::field("password", "A password is required."))?;
    if let Some(account) = site.catalog.people.get_mut(usize::from(person.0)) {
        account.password = Some(password.into());
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `PUT user/password`
fn set_password(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administrator(site, call)?;
    let person = named(site, call)?;
    store(site, person, &object(body(call)?)?)
}

/// `PUT myself/password`
fn change_password(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let who = signed_in(call)?;
    let body = object(body(call)?)?;
    if text(&body, "currentPassword") != Some(site.catalog.account(who).password()) {
        return Err(Refusal::bad("Your current password is incorrect."));
    }
    store(site, who, &body)
}

fn answer(site: &Site, call: &Call<'_>, found: impl Iterator<Item = Person>) -> Answer {
    let (found, show): (Vec<Person>, _) = (found.collect(), Show::call(site, call));
    let shown = slice(&found, page(call, 50, 1_000)).iter();
    Answer::ok(
        &shown
            .map(|one| serde_json::to_value(PersonView(show, *one)).unwrap_or_default())
            .collect::<Vec<_>>(),
    )
}

/// Everybody active who fits the search's text.
fn fitting(site: &Site, call: &Call<'_>) -> Vec<Person> {
    let text = wanted(site, call).unwrap_or_default();
    let people = site.catalog.people().filter(|(_, account)| !account.inactive);
    people.map(|(person, _)| person).filter(|person| fits(site, *person, &text)).collect()
}

/// `GET user/assignable/multiProjectSearch`: assignable in each of the projects.
fn in_all(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let keys = call.query.list("projectKeys");
    if keys.is_empty() {
        return Err(Refusal::bad("The query parameter 'projectKeys' is required."));
    }
    let missing = |key: &String| Refusal::missing(format!("No project could be found with key '{key}'."));
    let find = |key: &String| site.catalog.project(key).ok_or_else(|| missing(key));
    let projects = keys.iter().map(find).collect::<Result<Vec<_>, _>>()?;
    let may = |person: &Person| projects.iter().all(|project| site.may(Some(*person), *project, Right::Edit));
    Ok(of_page(site, call, fitting(site, call).into_iter(), may))
}

/// The project the query names by `projectKey` or by `issueKey`.
fn place(site: &Site, call: &Call<'_>) -> Result<Option<Row<Project>>, Refusal> {
    if let Some(issue) = call.query.get("issueKey") {
        return site.see(call.caller, issue).map(|issue| Some(issue.project));
    }
    let Some(key) = call.query.get("projectKey") else { return Ok(None) };
    let found = site.catalog.project(key).filter(|row| site.may(call.caller, *row, Right::Browse));
    found.map(Some).ok_or_else(|| Refusal::missing(format!("No project could be found with key '{key}'.")))
}

/// `GET user/viewissue/search`
fn viewers(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let project = place(site, call)?;
    let project = project.ok_or_else(|| {
        Refusal::bad("Either the 'issueKey' or the 'projectKey' query parameter is required.")
    })?;
    let issue = call.query.get("issueKey").map(|key| site.see(call.caller, key)).transpose()?;
    let may = |person: &Person| match issue {
        Some(issue) => site.sees(Some(*person), issue),
        None => site.may(Some(*person), project, Right::Browse),
    };
    Ok(of_page(site, call, fitting(site, call).into_iter(), may))
}

/// `GET user/permission/search`
fn holders(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let permissions = call.query.list("permissions");
    if permissions.is_empty() {
        return Err(Refusal::bad("The query parameter 'permissions' is required."));
    }
    if let Some(unknown) = permissions.iter().find(|key| !super::permission::is_known(key)) {
        return Err(Refusal::bad(format!("Unrecognized permission: {unknown}")));
    }
    let project = place(site, call)?;
    let has = |person: &Person| permissions.iter().all(|key| holds(site, Some(*person), project, key));
    Ok(of_page(site, call, fitting(site, call).into_iter(), has))
}

/// What pickers answer.
pub(super) fn picked(site: &Site, call: &Call<'_>) -> Value {
    let text = call.query.get("query").unwrap_or_default().to_lowercase();
    let left_out = [call.query.list("exclude"), call.query.list("excludeAccountIds")].concat();
    let max = call.query.number("maxResults", 50);
    let people = site.catalog.people().filter(|(_, account)| !account.inactive);
    let found: Vec<_> = people
        .filter(|(person, _)| fits(site, *person, &text))
        .filter(|(_, account)| {
            !left_out.iter().any(|out| **out == *account.name || **out == *account.account_id)
        })
        .collect();
    let shown = found.iter().take(max).map(|(_, account)| {
        let mut one = json!({"displayName": account.display});
        let avatar = format!("{}/secure/useravatar?size=xsmall&avatarId={}", site.base, account.avatar);
        if site.is_cloud() {
            put(&mut one, "accountId", &*account.account_id);
            put(&mut one, "accountType", "atlassian");
            put(&mut one, "html", marked(&account.display, &text));
        } else {
            put(&mut one, "name", &*account.name);
            put(&mut one, "key", &*account.key);
            let said = format!("{} - {} ({})", account.display, account.email, account.name);
            put(&mut one, "html", marked(&said, &text));
        }
        if call.query.flag("showAvatar") {
            put(&mut one, "avatarUrl", avatar);
        }
        one
    });
    let shown: Vec<Value> = shown.collect();
    let header = format!("Showing {} of {} matching users", shown.len(), found.len());
    json!({"users": shown, "total": found.len(), "header": header})
}

/// `GET user/picker`
fn picker(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    if call.query.get("query").is_none() {
        return Err(Refusal::bad("The query parameter 'query' is required."));
    }
    Ok(Answer::ok(&picked(site, call)))
}

/// The people whose account ids the query lists.
fn listed(site: &Site, call: &Call<'_>) -> Result<Vec<Person>, Refusal> {
    signed_in(call)?;
    let ids = call.query.list("accountId");
    if ids.is_empty() {
        return Err(Refusal::bad("The accountId query parameter needs to be provided"));
    }
    let find = |id: &String| site.catalog.person(|account| *account.account_id == **id);
    Ok(ids.iter().filter_map(find).collect())
}

/// `GET user/bulk`
fn bulk(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (people, show) = (listed(site, call)?, Show::call(site, call));
    let all = people.iter().map(|one| serde_json::to_value(PersonView(show, *one)).unwrap_or_default());
    Ok(bean(site, call, "user/bulk", &all.collect::<Vec<_>>()))
}

/// `GET user/bulk/migration`: account ids of names and keys from before privacy.
fn migration(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let (names, keys) = (call.query.list("username"), call.query.list("key"));
    if names.is_empty() == keys.is_empty() {
        return Err(Refusal::bad("Either the 'username' or the 'key' query parameter has to be provided."));
    }
    let by_name = names.iter().filter_map(|name| {
        let person = site.catalog.person(|account| *account.name == **name)?;
        Some(json!({"username": name, "accountId": site.catalog.account(person).account_id}))
    });
    let by_key = keys.iter().filter_map(|key| {
        let person = site.catalog.person(|account| *account.key == **key)?;
        Some(json!({"key": key, "accountId": site.catalog.account(person).account_id}))
    });
    let all: Vec<Value> = by_name.chain(by_key).collect();
    Ok(Answer::ok(&slice(&all, page(call, 10, 100))))
}

fn mail(site: &Site, person: Person) -> Value {
    let account = site.catalog.account(person);
    json!({"accountId": account.account_id, "email": account.email})
}

/// E-mail addresses are told to approved apps only; to a person, administrators among them, it is 401 (Cloud API, "Get
/// user email").
fn approved(site: &Site, call: &Call<'_>) -> Result<(), Refusal> {
    signed_in(call)?;
    app::of(site, call).map(|_| ()).ok_or_else(Refusal::anonymous)
}

/// `GET user/email`
fn email(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    approved(site, call)?;
    Ok(Answer::ok(&mail(site, named(site, call)?)))
}

/// `GET user/email/bulk`
fn emails(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    approved(site, call)?;
    let people = listed(site, call)?;
    Ok(Answer::ok(&people.into_iter().map(|person| mail(site, person)).collect::<Vec<_>>()))
}

/// `GET users` and `GET users/search`: active or not.
fn everybody(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    Ok(answer(site, call, site.catalog.people().map(|(person, _)| person)))
}

/// `GET user/list`: everybody, page by page with a cursor.
fn stream(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administrator(site, call)?;
    let (start, max) = (call.query.number("cursor", 0), call.query.number("maxResults", 100).min(1_000));
    let (all, show): (Vec<Person>, _) =
        (site.catalog.people().map(|(one, _)| one).collect(), Show::call(site, call));
    let shown = slice(&all, (start, max));
    let end = start.saturating_add(shown.len());
    let path = format!("{}/rest/api/{}/user/list", site.base, call.api);
    let mut page = json!({
        "self": format!("{path}?cursor={start}&maxResults={max}"),
        "maxResults": max,
        "isLast": end >= all.len(),
        "values": shown.iter().map(|one| serde_json::to_value(PersonView(show, *one)).unwrap_or_default()).collect::<Vec<_>>(),
    });
    if end < all.len() && !shown.is_empty() {
        put(&mut page, "nextCursor", end.to_string());
        put(&mut page, "nextPage", format!("{path}?cursor={end}&maxResults={max}"));
    }
    Ok(Answer::ok(&page))
}
