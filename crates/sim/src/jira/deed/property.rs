//! Entity properties of issues. They change neither `updated` nor the history.

use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

use super::named;
use crate::jira::edit::Hand;
use crate::jira::hook;
use crate::jira::issue::Deed;
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;

/// The largest value Jira stores.
const VALUE_LIMIT: usize = 32_768;
/// The longest key Jira stores.
const KEY_LIMIT: usize = 255;

/// Reads a body's `properties`: a list of `{key, value}`.
pub(crate) fn read_list(body: &Value) -> Result<Vec<(String, Box<RawValue>)>, Refusal> {
    let list = match body.get("properties") {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(list)) => list,
        Some(_) => return Err(Refusal::field("properties", "data was not an array")),
    };
    let read = |one: &Value| {
        let key = one
            .get("key")
            .and_then(Value::as_str)
            .ok_or_else(|| Refusal::field("properties", "A property needs a key."))?;
        Ok((checked_key(key)?.to_owned(), checked_value(one.get("value").unwrap_or(&Value::Null))?))
    };
    list.iter().map(read).collect()
}

/// A key that can be stored.
pub(crate) fn checked_key(key: &str) -> Result<&str, Refusal> {
    if key.is_empty() || key.chars().count() > KEY_LIMIT {
        return Err(Refusal::bad(format!(
            "The property key must have between 1 and {KEY_LIMIT} characters."
        )));
    }
    Ok(key)
}

/// A value that can be stored.
pub(crate) fn checked_value(value: &Value) -> Result<Box<RawValue>, Refusal> {
    let raw = to_raw_value(value).map_err(Refusal::not_json)?;
    if raw.get().len() > VALUE_LIMIT {
        return Err(Refusal::bad(format!("The property value must not exceed {VALUE_LIMIT} characters.")));
    }
    Ok(raw)
}

/// Sets a property; true when it is new.
pub(crate) fn set(
    site: &mut Site,
    hand: &Hand<'_>,
    id: u32,
    key: &str,
    value: Box<RawValue>,
) -> Result<bool, Refusal> {
    let (name, told) = (site.names.intern(key), value.get().to_owned());
    let write = (Deed::PropertySet, 0, named(&mut site.names, &[key.to_owned()]));
    let mut new = false;
    let done = site.change(id, hand.by, write, false, |issue, _| {
        match issue.properties.iter_mut().find(|(kept, _)| *kept == name) {
            Some((_, slot)) => *slot = value,
            None => {
                new = true;
                issue.properties.push((name, value));
            }
        }
        Vec::new()
    });
    done.ok_or_else(Refusal::no_issue)?;
    hook::announce_property(site, id, hand.by.who, key, Some(&told));
    Ok(new)
}

/// Takes a property away; false when there was none.
pub(crate) fn delete(site: &mut Site, hand: &Hand<'_>, id: u32, key: &str) -> bool {
    let name = site.names.intern(key);
    let write = (Deed::PropertyDelete, 0, named(&mut site.names, &[key.to_owned()]));
    let mut there = false;
    site.change(id, hand.by, write, false, |issue, _| {
        let before = issue.properties.len();
        issue.properties.retain(|(kept, _)| *kept != name);
        there = issue.properties.len() < before;
        Vec::new()
    });
    if there {
        hook::announce_property(site, id, hand.by.who, key, None);
    }
    there
}
