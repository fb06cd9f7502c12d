//! Saved filters: made, changed, found, shared, and marked as favourites.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::{Value, json};

use super::{body, page, share, signed_in};
use crate::frame::answer::Answer;
use crate::frame::call::{Call, Person};
use crate::frame::world::{Act, Route};
use crate::jira::filter::{Circle, Filter, Share};
use crate::jira::jql;
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;
use crate::jira::view::Show;
use crate::jira::view::person::PersonView;

/// What both faces have.
pub(crate) fn both() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::POST, "/filter", Write(create)),
        (Method::GET, "/filter/favourite", Read(favourites)),
        (Method::GET, "/filter/defaultShareScope", Read(scope)),
        (Method::PUT, "/filter/defaultShareScope", Write(set_scope)),
        (Method::GET, "/filter/{id}", Read(get)),
        (Method::PUT, "/filter/{id}", Write(update)),
        (Method::DELETE, "/filter/{id}", Write(delete)),
    ]
}

/// What only Cloud has.
pub(crate) fn cloud() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::GET, "/filter/my", Read(mine)),
        (Method::GET, "/filter/search", Read(search)),
        (Method::PUT, "/filter/{id}/favourite", Write(mark)),
        (Method::DELETE, "/filter/{id}/favourite", Write(mark)),
        (Method::PUT, "/filter/{id}/owner", Write(set_owner)),
    ]
}

/// A filter as the API shows it.
fn show(site: &Site, call: &Call<'_>, filter: &Filter) -> Value {
    let to = Show::call(site, call);
    let (base, api, id) = (&site.base, call.api, filter.id);
    let jql = escaped(&filter.jql);
    let none = json!({"size": 0, "items": [], "max-results": 1000, "start-index": 0, "end-index": 0});
    let favourite = call.caller.is_some_and(|person| filter.favourites.contains(&person));
    let search = if site.is_cloud() { "search/jql" } else { "search" };
    let mut shown = json!({
        "self": format!("{base}/rest/api/{api}/filter/{id}"),
        "id": id.to_string(),
        "name": filter.name,
        "owner": PersonView(to, filter.owner),
        "jql": filter.jql,
        "viewUrl": format!("{base}/issues/?filter={id}"),
        "searchUrl": format!("{base}/rest/api/{api}/{search}?jql={jql}"),
        "favourite": favourite,
        "sharePermissions": share::list(to, &filter.shares, false),
        "sharedUsers": none,
        "subscriptions": none,
    });
    if let Some(members) = shown.as_object_mut() {
        if let Some(description) = &filter.description {
            members.insert("description".to_owned(), json!(description));
        }
        if site.is_cloud() {
            members.insert("favouritedCount".to_owned(), json!(filter.favourites.len()));
            members.insert("editPermissions".to_owned(), json!(share::list(to, &filter.shares, true)));
        } else {
            members.insert("editable".to_owned(), json!(filter.is_editable(site, call.caller)));
        }
    }
    shown
}

/// A text as it stands in the query of an address.
fn escaped(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        match byte {
            b' ' => out.push('+'),
            b'-' | b'.' | b'_' => out.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
        out
    })
}

fn gone() -> Refusal {
    Refusal::bad(
        "The selected filter is not available to you, perhaps it has been deleted or had its permissions changed.",
    )
}

/// The filter of the path, if the caller may see it.
pub(super) fn find<'a>(site: &'a Site, call: &Call<'_>) -> Result<&'a Filter, Refusal> {
    let found = call.param("id").parse().ok().and_then(|id| site.filters.get(id));
    found.filter(|filter| filter.is_visible(site, call.caller)).ok_or_else(gone)
}

/// The id of the filter of the path, if the caller may change it.
pub(super) fn enter(site: &Site, call: &Call<'_>) -> Result<(u32, Person), Refusal> {
    let caller = signed_in(call)?;
    let filter = find(site, call)?;
    if filter.is_editable(site, Some(caller)) {
        Ok((filter.id, caller))
    } else {
        Err(Refusal::bad("You do not have permission to edit this filter."))
    }
}

/// The same for paths about permissions, where a missing filter is a missing page.
pub(super) fn shared<'a>(site: &'a Site, call: &Call<'_>) -> Result<&'a Filter, Refusal> {
    signed_in(call)?;
    find(site, call).map_err(|refusal| Refusal { status: StatusCode::NOT_FOUND, ..refusal })
}

fn one(site: &Site, call: &Call<'_>, id: u32) -> Result<Answer, Refusal> {
    site.filters.get(id).map(|filter| Answer::ok(&show(site, call, filter))).ok_or_else(gone)
}

fn text<'a>(body: &'a Value, name: &str) -> Option<&'a str> {
    body.get(name).and_then(Value::as_str)
}

/// Refuses names that are missing or taken, and queries that cannot be read.
fn check(
    site: &Site,
    owner: Person,
    own: Option<u32>,
    name: Option<&str>,
    jql: Option<&str>,
) -> Result<(), Refusal> {
    if let Some(name) = name {
        if name.trim().is_empty() {
            return Err(Refusal::field("filterName", "You must specify a name to save this filter as."));
        }
        let same = |filter: &Filter| {
            filter.owner == owner && Some(filter.id) != own && filter.name.eq_ignore_ascii_case(name)
        };
        if site.filters.list.iter().any(same) {
            return Err(Refusal::field("filterName", "Filter with same name already exists."));
        }
    }
    jql.map_or(Ok(()), |text| jql::Query::ask(site, Some(owner), text).map(drop))
}

/// `POST filter`
fn create(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let owner = signed_in(call)?;
    let body = body(call)?;
    let (name, jql) = (text(&body, "name").unwrap_or_default(), text(&body, "jql").unwrap_or_default());
    check(site, owner, None, Some(name), Some(jql))?;
    let mut shares = share::read_all(site, owner, &body)?;
    if shares.is_none() {
        let with = match site.filters.scopes.get(&owner).copied() {
            Some("GLOBAL") => Some(Circle::Global),
            Some("AUTHENTICATED") => Some(Circle::Authenticated),
            _ => None,
        };
        shares = with.map(|with| vec![Share { id: 0, with, edit: false }]);
    }
    let id = site.filters.take_id();
    let mut filter = Filter {
        id,
        name: name.to_owned(),
        description: text(&body, "description").map(str::to_owned),
        owner,
        jql: jql.to_owned(),
        favourites: std::collections::BTreeSet::new(),
        shares: numbered(site, shares.unwrap_or_default()),
        columns: None,
    };
    if body.get("favourite").and_then(Value::as_bool).unwrap_or_default() {
        filter.favourites.insert(owner);
    }
    site.filters.list.push(filter);
    one(site, call, id)
}

/// Gives new permissions their ids.
fn numbered(site: &mut Site, shares: Vec<Share>) -> Vec<Share> {
    shares.into_iter().map(|share| Share { id: site.filters.take_share(), ..share }).collect()
}

/// `GET filter/{id}`
fn get(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    Ok(Answer::ok(&show(site, call, find(site, call)?)))
}

/// `PUT filter/{id}`: what is not sent stays.
fn update(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (id, caller) = enter(site, call)?;
    let body = body(call)?;
    let owner = site.filters.get(id).map_or(caller, |filter| filter.owner);
    check(site, owner, Some(id), text(&body, "name"), text(&body, "jql"))?;
    let shares = share::read_all(site, caller, &body)?.map(|shares| numbered(site, shares));
    if let Some(filter) = site.filters.get_mut(id) {
        if let Some(name) = text(&body, "name") {
            name.clone_into(&mut filter.name);
        }
        if let Some(jql) = text(&body, "jql") {
            jql.clone_into(&mut filter.jql);
        }
        if body.get("description").is_some() {
            filter.description = text(&body, "description").map(str::to_owned);
        }
        if let Some(shares) = shares {
            filter.shares = shares;
        }
        match body.get("favourite").and_then(Value::as_bool) {
            Some(true) => drop(filter.favourites.insert(caller)),
            Some(false) => drop(filter.favourites.remove(&caller)),
            None => {}
        }
    }
    one(site, call, id)
}

/// `DELETE filter/{id}`: its owner and administrators.
fn delete(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let caller = signed_in(call)?;
    let filter = find(site, call)?;
    if filter.owner != caller && !site.is_admin(Some(caller)) {
        return Err(Refusal::bad("You do not have permission to delete this filter."));
    }
    let id = filter.id;
    site.filters.list.retain(|filter| filter.id != id);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `GET filter/favourite`
fn favourites(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let caller = signed_in(call)?;
    let mut found: Vec<&Filter> = site.filters.list.iter().collect();
    found.retain(|filter| filter.favourites.contains(&caller) && filter.is_visible(site, Some(caller)));
    found.sort_by_key(|filter| filter.name.to_lowercase());
    Ok(Answer::ok(&found.into_iter().map(|filter| show(site, call, filter)).collect::<Vec<_>>()))
}

/// `GET filter/my`
fn mine(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let caller = signed_in(call)?;
    let favourites = call.query.flag("includeFavourites");
    let mut found: Vec<&Filter> = site.filters.list.iter().collect();
    found.retain(|filter| {
        filter.owner == caller
            || (favourites && filter.favourites.contains(&caller) && filter.is_visible(site, Some(caller)))
    });
    found.sort_by_key(|filter| filter.name.to_lowercase());
    Ok(Answer::ok(&found.into_iter().map(|filter| show(site, call, filter)).collect::<Vec<_>>()))
}

/// `GET filter/search`: a page, each filter with what `expand` names.
fn search(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let query = &call.query;
    let ids = query.list("id");
    let name = query.get("filterName").map(str::to_lowercase);
    let group = query.get("groupname").or(query.get("groupId")).map(|name| site.catalog.group(name));
    let project = query.get("projectId").and_then(|id| site.catalog.project(id));
    let has = |filter: &Filter, with: &Circle| filter.shares.iter().any(|share| share.with == *with);
    let mut found: Vec<&Filter> = site.filters.list.iter().collect();
    found.retain(|filter| {
        filter.is_visible(site, call.caller)
            && (ids.is_empty() || ids.contains(&filter.id.to_string()))
            && name.as_ref().is_none_or(|name| filter.name.to_lowercase().contains(name))
            && query.get("accountId").is_none_or(|id| *site.catalog.account(filter.owner).account_id == *id)
            && group.is_none_or(|group| group.is_some_and(|row| has(filter, &Circle::Group(row))))
            && (query.get("projectId").is_none()
                || project.is_some_and(|row| has(filter, &Circle::Project(row))))
    });
    let order = query.get("orderBy").unwrap_or("name");
    let (down, key) =
        order.strip_prefix('-').map_or((false, order.trim_start_matches('+')), |key| (true, key));
    match key.to_lowercase().as_str() {
        "id" => found.sort_by_key(|filter| filter.id),
        "favourite_count" => found.sort_by_key(|filter| filter.favourites.len()),
        "owner" => found.sort_by_key(|filter| filter.owner),
        "description" => found.sort_by_key(|filter| filter.description.clone()),
        "name" | "is_favourite" | "is_shared" | "favourite" => {
            found.sort_by_key(|filter| filter.name.to_lowercase())
        }
        other => return Err(Refusal::bad(format!("'{other}' is not a valid value for orderBy."))),
    }
    if down {
        found.reverse();
    }
    let expand = query.list("expand");
    let shown = found.iter().map(|filter| brief(show(site, call, filter), &expand)).collect::<Vec<_>>();
    Ok(paged(site, call, &shown))
}

/// A filter of the search: only name, id and what is expanded.
fn brief(mut shown: Value, expand: &[String]) -> Value {
    if let Some(members) = shown.as_object_mut() {
        members.retain(|name, _| {
            matches!(name.as_str(), "self" | "id" | "name") || expand.iter().any(|wanted| wanted == name)
        });
        members.insert(
            "expand".to_owned(),
            json!("description,owner,jql,viewUrl,searchUrl,favourite,favouritedCount,sharePermissions,editPermissions,subscriptions"),
        );
    }
    shown
}

/// A page of Cloud's usual kind.
pub(super) fn paged(site: &Site, call: &Call<'_>, all: &[Value]) -> Answer {
    let (start, max) = page(call, 50, 100);
    let values = super::slice(all, (start, max));
    Answer::ok(&json!({
        "self": format!("{}{}", site.base, call.path),
        "startAt": start,
        "maxResults": max,
        "total": all.len(),
        "isLast": start.saturating_add(values.len()) >= all.len(),
        "values": values,
    }))
}

/// `PUT` and `DELETE filter/{id}/favourite`
fn mark(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let caller = signed_in(call)?;
    let id = find(site, call)?.id;
    if let Some(filter) = site.filters.get_mut(id) {
        if call.method == http::Method::PUT.as_str() {
            filter.favourites.insert(caller);
        } else {
            filter.favourites.remove(&caller);
        }
    }
    one(site, call, id)
}

/// `PUT filter/{id}/owner`: by the owner or an administrator.
fn set_owner(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let caller = signed_in(call)?;
    let filter = shared(site, call)?;
    let (id, former) = (filter.id, filter.owner);
    if former != caller && !site.is_admin(Some(caller)) {
        return Err(Refusal::forbidden("You do not have permission to change the owner of this filter."));
    }
    let body = body(call)?;
    let wanted = text(&body, "accountId").unwrap_or_default();
    let owner = site
        .catalog
        .person(|account| *account.account_id == *wanted)
        .ok_or_else(|| Refusal::bad(format!("The user with account id '{wanted}' does not exist.")))?;
    if let Some(filter) = site.filters.get_mut(id) {
        filter.owner = owner;
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `GET filter/defaultShareScope`
fn scope(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let caller = signed_in(call)?;
    let scope = site.filters.scopes.get(&caller).copied().unwrap_or("PRIVATE");
    Ok(Answer::ok(&json!({"scope": scope})))
}

/// `PUT filter/defaultShareScope`
fn set_scope(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let caller = signed_in(call)?;
    let body = body(call)?;
    let wanted = text(&body, "scope").unwrap_or_default();
    let scope = ["GLOBAL", "AUTHENTICATED", "PRIVATE"].into_iter().find(|scope| *scope == wanted);
    let scope = scope.ok_or_else(|| Refusal::bad(format!("'{wanted}' is not a valid share scope.")))?;
    site.filters.scopes.insert(caller, scope);
    Ok(Answer::ok(&json!({"scope": scope})))
}
