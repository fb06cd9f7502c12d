//! Entity properties of projects, people and issue types; preferences and columns.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::{Value, json};

use super::account::named;
use super::project::{find, keeper};
use super::signed_in;
use crate::frame::answer::Answer;
use crate::frame::call::{Call, Person};
use crate::frame::world::{Act, Route};
use crate::jira::field::Field;
use crate::jira::keep::Owner;
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;

/// Jira's limit on a property's value in bytes, and on its key.
const VALUE: usize = 32_768;
const KEY: usize = 255;
/// The columns of a fresh issue navigator.
const COLUMNS: &[&str] = &[
    "issuetype",
    "issuekey",
    "summary",
    "assignee",
    "reporter",
    "priority",
    "status",
    "resolution",
    "created",
    "updated",
    "duedate",
];

pub(crate) fn table() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::GET, "/project/{project}/properties", Read(keys)),
        (Method::GET, "/project/{project}/properties/{key}", Read(get)),
        (Method::PUT, "/project/{project}/properties/{key}", Write(set)),
        (Method::DELETE, "/project/{project}/properties/{key}", Write(delete)),
        (Method::GET, "/user/properties", Read(keys)),
        (Method::GET, "/user/properties/{key}", Read(get)),
        (Method::PUT, "/user/properties/{key}", Write(set)),
        (Method::DELETE, "/user/properties/{key}", Write(delete)),
        (Method::GET, "/issuetype/{kind}/properties", Read(keys)),
        (Method::GET, "/issuetype/{kind}/properties/{key}", Read(get)),
        (Method::PUT, "/issuetype/{kind}/properties/{key}", Write(set)),
        (Method::DELETE, "/issuetype/{kind}/properties/{key}", Write(delete)),
        (Method::GET, "/mypreferences", Read(preference)),
        (Method::PUT, "/mypreferences", Write(prefer)),
        (Method::DELETE, "/mypreferences", Write(forget)),
        (Method::GET, "/user/columns", Read(columns)),
        (Method::PUT, "/user/columns", Write(set_columns)),
        (Method::DELETE, "/user/columns", Write(reset_columns)),
        (Method::GET, "/settings/columns", Read(usual_columns)),
        (Method::PUT, "/settings/columns", Write(set_usual_columns)),
    ]
}

/// What only Cloud has.
pub(crate) fn cloud() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::GET, "/mypreferences/locale", Read(locale)),
        (Method::PUT, "/mypreferences/locale", Write(set_locale)),
    ]
}

/// The preference that the locale is kept in.
const LOCALE: &str = "jira.user.locale";

/// `GET mypreferences/locale`: the site's, where the caller has none.
fn locale(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let own = call.caller.and_then(|who| site.keep.preferences.get(&(who, LOCALE.to_owned())));
    Ok(Answer::ok(&json!({"locale": own.map_or("en_US", String::as_str)})))
}

/// `PUT mypreferences/locale`; without one the site's is used again.
fn set_locale(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let who = signed_in(call)?;
    let body = super::body(call)?;
    let key = (who, LOCALE.to_owned());
    match body.get("locale").and_then(Value::as_str) {
        None | Some("") => {
            site.keep.preferences.remove(&key);
        }
        Some(text) => {
            let letters = |part: &str| part.len() == 2 && part.chars().all(|one| one.is_ascii_alphabetic());
            if !text.split('_').all(letters) {
                return Err(Refusal::bad(format!("The locale '{text}' is not supported.")));
            }
            site.keep.preferences.insert(key, text.to_owned());
        }
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// Whose properties the path names; changing needs more than reading.
fn owner(site: &Site, call: &Call<'_>, change: bool) -> Result<(Owner, String), Refusal> {
    let caller = signed_in(call)?;
    let refused = || Refusal::forbidden("You do not have permission to change these properties.");
    if !call.param("project").is_empty() {
        let row = find(site, call)?;
        if change {
            keeper(site, call, row)?;
        }
        let id = site.catalog.projects.get(row).id;
        return Ok((Owner::Project(id), format!("project/{id}")));
    }
    if !call.param("kind").is_empty() {
        let id = call.param("kind");
        let found = site.catalog.kinds.find(|kind| *kind.id == *id);
        found.ok_or_else(|| Refusal::missing(format!("The issue type with id '{id}' does not exist")))?;
        if change && !site.is_admin(Some(caller)) {
            return Err(refused());
        }
        return Ok((Owner::Kind(id.parse().unwrap_or_default()), format!("issuetype/{id}")));
    }
    let person = named(site, call)?;
    if person != caller && !site.is_admin(Some(caller)) {
        return Err(refused());
    }
    Ok((Owner::Person(person), "user".to_owned()))
}

/// `GET …/properties`
fn keys(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (owner, path) = owner(site, call, false)?;
    let root = format!("{}/rest/api/{}/{path}/properties", site.base, call.api);
    let query = if call.raw_query.is_empty() { String::new() } else { format!("?{}", call.raw_query) };
    let own = site.keep.properties.keys().filter(|(whose, _)| *whose == owner);
    let shown: Vec<Value> =
        own.map(|(_, key)| json!({"self": format!("{root}/{key}{query}"), "key": key})).collect();
    Ok(Answer::ok(&json!({"keys": shown})))
}

fn missing(key: &str) -> Refusal {
    Refusal::missing(format!("The property with key '{key}' does not exist."))
}

/// `GET …/properties/{key}`
fn get(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (owner, _) = owner(site, call, false)?;
    let key = call.param("key");
    let value = site.keep.properties.get(&(owner, key.to_owned())).ok_or_else(|| missing(key))?;
    Ok(Answer::ok(&json!({"key": key, "value": value})))
}

/// `PUT …/properties/{key}`: 201 for a new one, 200 for another value.
fn set(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (owner, _) = owner(site, call, true)?;
    let key = call.param("key");
    if key.chars().count() > KEY {
        return Err(Refusal::bad(format!(
            "The property key is too long: at most {KEY} characters are allowed."
        )));
    }
    if call.body.len() > VALUE {
        return Err(Refusal::bad(format!(
            "The property value is too long: at most {VALUE} bytes are allowed."
        )));
    }
    let value = call.json().map_err(Refusal::not_json)?;
    if call.body.is_empty() {
        return Err(Refusal::bad("The property value must not be empty."));
    }
    let old = site.keep.properties.insert((owner, key.to_owned()), value);
    Ok(Answer::empty(if old.is_some() { StatusCode::OK } else { StatusCode::CREATED }))
}

/// `DELETE …/properties/{key}`
fn delete(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (owner, _) = owner(site, call, true)?;
    let key = call.param("key");
    site.keep.properties.remove(&(owner, key.to_owned())).ok_or_else(|| missing(key))?;
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

fn wanted<'a>(call: &'a Call<'_>) -> Result<(Person, &'a str), Refusal> {
    let who = signed_in(call)?;
    let key = call.query.get("key").filter(|key| !key.is_empty());
    Ok((who, key.ok_or_else(|| Refusal::missing("The query parameter 'key' is required."))?))
}

/// `GET mypreferences`
fn preference(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (who, key) = wanted(call)?;
    let value = site.keep.preferences.get(&(who, key.to_owned()));
    let value =
        value.ok_or_else(|| Refusal::missing(format!("No preference is set for the key '{key}'.")))?;
    Ok(Answer::ok(value))
}

/// `PUT mypreferences`: the body is a JSON text, or a bare one.
fn prefer(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (who, key) = wanted(call)?;
    let bare = || String::from_utf8_lossy(&call.body).into_owned();
    let value = match call.json() {
        Ok(Value::String(text)) => text,
        Ok(Value::Null) => return Err(Refusal::bad("The value of the preference is missing.")),
        _ => bare(),
    };
    site.keep.preferences.insert((who, key.to_owned()), value);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `DELETE mypreferences`
fn forget(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (who, key) = wanted(call)?;
    let gone = site.keep.preferences.remove(&(who, key.to_owned()));
    gone.ok_or_else(|| Refusal::missing(format!("No preference is set for the key '{key}'.")))?;
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// The caller, or whom the query names when an administrator asks.
fn whose(site: &Site, call: &Call<'_>) -> Result<Person, Refusal> {
    let caller = signed_in(call)?;
    if call.query.get("username").or(call.query.get("accountId")).is_none() {
        return Ok(caller);
    }
    let person = named(site, call)?;
    if person != caller && !site.is_admin(Some(caller)) {
        return Err(Refusal::forbidden(
            "You do not have permission to see or change another user's columns.",
        ));
    }
    Ok(person)
}

/// What a column is called, if it is a field.
fn label(site: &Site, id: &str) -> Option<String> {
    if id == "issuekey" {
        return Some("Key".to_owned());
    }
    let all = Field::all(&site.catalog, site.is_cloud());
    all.iter().find(|field| field.id(&site.catalog) == id).map(|field| field.name(&site.catalog).to_owned())
}

fn listed(site: &Site, ids: &[String]) -> Answer {
    let shown = ids.iter().filter_map(|id| Some(json!({"label": label(site, id)?, "value": id})));
    Answer::ok(&shown.collect::<Vec<_>>())
}

fn usual(site: &Site) -> Vec<String> {
    let set = site.keep.columns.get(&None);
    set.cloned().unwrap_or_else(|| COLUMNS.iter().map(|id| (*id).to_owned()).collect())
}

/// `GET user/columns`
fn columns(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let who = whose(site, call)?;
    let own = site.keep.columns.get(&Some(who)).cloned();
    Ok(listed(site, &own.unwrap_or_else(|| usual(site))))
}

/// `columns=…` of a form, or a JSON list (or an object with one) of ids.
fn given(site: &Site, call: &Call<'_>) -> Result<Vec<String>, Refusal> {
    let ids: Vec<String> = match call.json() {
        Ok(Value::Array(list)) => list.iter().filter_map(|id| id.as_str().map(str::to_owned)).collect(),
        Ok(Value::Object(body)) => super::strings(&Value::Object(body), "columns"),
        _ => {
            let form = String::from_utf8_lossy(&call.body).into_owned();
            form.split('&').filter_map(|pair| pair.strip_prefix("columns=")).map(str::to_owned).collect()
        }
    };
    if ids.is_empty() {
        return Err(Refusal::bad("At least one column is required."));
    }
    match ids.iter().find(|id| label(site, id).is_none()) {
        Some(unknown) => Err(Refusal::bad(format!("The column '{unknown}' does not exist."))),
        None => Ok(ids),
    }
}

/// `PUT user/columns`
fn set_columns(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (who, ids) = (whose(site, call)?, given(site, call)?);
    site.keep.columns.insert(Some(who), ids);
    Ok(Answer::empty(StatusCode::OK))
}

/// `DELETE user/columns`
fn reset_columns(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let who = whose(site, call)?;
    site.keep.columns.remove(&Some(who));
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `GET settings/columns`
fn usual_columns(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    super::project::administrator(site, call)?;
    Ok(listed(site, &usual(site)))
}

/// `PUT settings/columns`
fn set_usual_columns(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    super::project::administrator(site, call)?;
    let ids = given(site, call)?;
    site.keep.columns.insert(None, ids);
    Ok(Answer::empty(StatusCode::OK))
}
