//! Entity properties of an issue.

use http::StatusCode;
use serde_json::{Value, json};

use super::body;
use super::issue::settle;
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::jira::deed::property as deed;
use crate::jira::edit::Hand;
use crate::jira::refusal::Refusal;
use crate::jira::site::{Right, Site};
use crate::jira::view::Show;
use crate::jira::view::comment::PropertyView;

/// `GET issue/{idOrKey}/properties`
pub(crate) fn list(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let issue = site.see(call.caller, call.param("issue"))?;
    let base = format!("{}/rest/api/{}/issue/{}/properties", site.base, call.api, issue.id);
    let keys: Vec<Value> = issue
        .properties
        .iter()
        .map(|(key, _)| site.names.get(*key))
        .map(|key| json!({"key": key, "self": format!("{base}/{key}")}))
        .collect();
    Ok(Answer::ok(&json!({"keys": keys})))
}

/// `GET issue/{idOrKey}/properties/{key}`
pub(crate) fn get(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let issue = site.see(call.caller, call.param("issue"))?;
    let wanted = call.param("key");
    let found = issue.properties.iter().find(|(key, _)| site.names.get(*key) == wanted);
    let (key, value) = found.ok_or_else(|| missing(wanted))?;
    Ok(Answer::ok(&PropertyView(Show::call(site, call), *key, value)))
}

fn missing(key: &str) -> Refusal {
    Refusal::missing(format!("The property with key '{key}' does not exist."))
}

/// `PUT issue/{idOrKey}/properties/{key}`: 201 for a new one, 200 for one that was there.
pub(crate) fn set(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (id, by) = site.enter(call.caller, call.param("issue"), Right::Edit)?;
    let key = deed::checked_key(call.param("key"))?;
    if call.body.is_empty() {
        return Err(Refusal::bad("The property value must be JSON."));
    }
    let value = deed::checked_value(&body(call)?)?;
    let new = deed::set(site, &Hand::of(call, by), id, key, value)?;
    settle(site, call, id);
    Ok(Answer::empty(if new { StatusCode::CREATED } else { StatusCode::OK }))
}

/// `DELETE issue/{idOrKey}/properties/{key}`
pub(crate) fn delete(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (id, by) = site.enter(call.caller, call.param("issue"), Right::Edit)?;
    if !deed::delete(site, &Hand::of(call, by), id, call.param("key")) {
        return Err(missing(call.param("key")));
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}
