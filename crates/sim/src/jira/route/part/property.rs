//! Entity properties of comments and worklogs. They move no time and are told to nobody.

use http::StatusCode;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::body;
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::table::Name;
use crate::jira::deed::property::{checked_key, checked_value};
use crate::jira::issue::Properties;
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;
use crate::jira::view::Show;
use crate::jira::view::comment::PropertyView;

/// Their keys; `path` is where they are, below the API's root.
pub(super) fn keys(site: &Site, call: &Call<'_>, path: &str, properties: &Properties) -> Answer {
    let base = format!("{}/rest/api/{}/{path}/properties", site.base, call.api);
    let names = properties.iter().map(|(key, _)| site.names.get(*key));
    let keys: Vec<Value> = names.map(|key| json!({"key": key, "self": format!("{base}/{key}")})).collect();
    Answer::ok(&json!({"keys": keys}))
}

/// The one the path names.
pub(super) fn get(site: &Site, call: &Call<'_>, properties: &Properties) -> Result<Answer, Refusal> {
    let wanted = call.param("key");
    let found = properties.iter().find(|(key, _)| site.names.get(*key) == wanted);
    let (key, value) = found.ok_or_else(|| missing(wanted))?;
    Ok(Answer::ok(&PropertyView(Show::call(site, call), *key, value)))
}

fn missing(key: &str) -> Refusal {
    Refusal::missing(format!("The property with key '{key}' does not exist."))
}

/// The key of the path and the value of the body.
pub(super) fn given(site: &mut Site, call: &Call<'_>) -> Result<(Name, Box<RawValue>), Refusal> {
    let key = checked_key(call.param("key"))?;
    if call.body.is_empty() {
        return Err(Refusal::bad("The property value must be JSON."));
    }
    let value = checked_value(&body(call)?)?;
    Ok((site.names.intern(key), value))
}

/// Sets one: 201 for a new one, 200 for one that was there.
pub(super) fn set(properties: &mut Properties, (key, value): (Name, Box<RawValue>)) -> Answer {
    match properties.iter_mut().find(|(kept, _)| *kept == key) {
        Some((_, slot)) => {
            *slot = value;
            Answer::empty(StatusCode::OK)
        }
        None => {
            properties.push((key, value));
            Answer::empty(StatusCode::CREATED)
        }
    }
}

/// Takes the one the path names away.
pub(super) fn delete(properties: &mut Properties, name: Option<Name>, key: &str) -> Result<Answer, Refusal> {
    let before = properties.len();
    properties.retain(|(kept, _)| Some(*kept) != name);
    if properties.len() == before { Err(missing(key)) } else { Ok(Answer::empty(StatusCode::NO_CONTENT)) }
}
