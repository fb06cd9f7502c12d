//! Entity properties of many issues at once, on Cloud: tasks.

use axum::routing::MethodFilter as Method;
use serde_json::{Map, Value};

use super::super::task::queued;
use super::{body, signed_in};
use crate::frame::answer::Answer;
use crate::frame::call::{Call, Person};
use crate::frame::world::{Act, Route};
use crate::jira::deed::property::{checked_key, checked_value};
use crate::jira::input::{flag, object, text};
use crate::jira::issue::Issue;
use crate::jira::jexp::context;
use crate::jira::jexp::parse::parse;
use crate::jira::jexp::run::{Run, plain};
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;
use crate::jira::task::Piece;
use crate::jira::view::Show;

/// How many properties, and how many issues one by one or at once (Cloud API, "Issue properties").
const PROPERTIES: usize = 10;
const SINGLE: usize = 100;
const AT_ONCE: usize = 10_000;

pub(super) fn cloud() -> Vec<Route<Site>> {
    use Act::Write;
    vec![
        (Method::POST, "/issue/properties", Write(same)),
        (Method::POST, "/issue/properties/multi", Write(several)),
        (Method::PUT, "/issue/properties/{key}", Write(set)),
        (Method::DELETE, "/issue/properties/{key}", Write(delete)),
    ]
}

/// The properties of a body, each with a value that can be stored.
fn given(body: &Value) -> Result<&Map<String, Value>, Refusal> {
    let found = body.get("properties").and_then(Value::as_object).filter(|found| !found.is_empty());
    let found = found.ok_or_else(|| Refusal::bad("The properties are required."))?;
    if found.len() > PROPERTIES {
        return Err(Refusal::bad(format!("No more than {PROPERTIES} properties can be set at once.")));
    }
    for (key, value) in found {
        checked_key(key)?;
        checked_value(value)?;
    }
    Ok(found)
}

/// The ids under a name.
fn ids(body: &Value, name: &str, most: usize) -> Result<Option<Vec<u32>>, Refusal> {
    let Some(list) = body.get(name).filter(|list| !list.is_null()) else { return Ok(None) };
    let read = |one: &Value| u32::try_from(one.as_u64()?).ok();
    let ids = list.as_array().and_then(|list| list.iter().map(read).collect::<Option<Vec<u32>>>());
    let ids = ids.ok_or_else(|| Refusal::bad(format!("'{name}' must be a list of the ids of issues.")))?;
    if ids.len() > most {
        return Err(Refusal::bad(format!("No more than {most} issues can be named at once.")));
    }
    Ok(Some(ids))
}

fn piece(issue: u32, key: &str, value: Option<&Value>) -> Piece {
    Piece::Property { issue, key: key.to_owned(), value: value.cloned() }
}

/// `POST issue/properties`: the same properties on all of `entitiesIds`.
fn same(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let body = object(body(call)?)?;
    let issues = ids(&body, "entitiesIds", AT_ONCE)?.filter(|ids| !ids.is_empty());
    let issues = issues.ok_or_else(|| Refusal::bad("The ids of the issues are required."))?;
    let given = given(&body)?;
    let all = issues.iter().flat_map(|id| given.iter().map(|(key, value)| piece(*id, key, Some(value))));
    queued(site, call, "Set issue properties", all.collect())
}

/// `POST issue/properties/multi`: each issue its own properties.
fn several(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let body = object(body(call)?)?;
    let issues = body.get("issues").and_then(Value::as_array).filter(|list| !list.is_empty());
    let issues = issues.ok_or_else(|| Refusal::bad("The list of issues is required."))?;
    if issues.len() > SINGLE {
        return Err(Refusal::bad(format!("No more than {SINGLE} issues can be named at once.")));
    }
    let mut pieces = Vec::new();
    for one in issues {
        let id = one.get("issueID").and_then(Value::as_u64).and_then(|id| u32::try_from(id).ok());
        let id = id.ok_or_else(|| Refusal::bad("The issueID is required."))?;
        pieces.extend(given(one)?.iter().map(|(key, value)| piece(id, key, Some(value))));
    }
    queued(site, call, "Set issue properties", pieces)
}

/// The issues a filter names that the caller may see: by ids, by the value they have, and by having one.
fn eligible(site: &Site, caller: Person, key: &str, filter: &Value) -> Result<Vec<u32>, Refusal> {
    let wanted = ids(filter, "entityIds", AT_ONCE)?;
    let (current, has) = (filter.get("currentValue"), flag(filter, "hasProperty"));
    let name = site.names.find(key);
    let held = |issue: &Issue| -> Option<Value> {
        let (_, value) = issue.properties.iter().find(|(own, _)| Some(*own) == name)?;
        serde_json::from_str(value.get()).ok()
    };
    let fits = |issue: &&Issue| {
        wanted.as_ref().is_none_or(|ids| ids.contains(&issue.id))
            && has.is_none_or(|has| held(issue).is_some() == has)
            && current.is_none_or(|current| held(issue).as_ref() == Some(current))
            && site.sees(Some(caller), issue)
    };
    Ok(site.issues.iter().filter(fits).map(|issue| issue.id).collect())
}

/// `PUT issue/properties/{key}`: to a `value`, or to what an `expression` gives for each issue.
fn set(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let caller = signed_in(call)?;
    let key = checked_key(call.param("key"))?;
    let body = object(body(call)?)?;
    let none = Value::Null;
    let issues = eligible(site, caller, key, body.get("filter").unwrap_or(&none))?;
    let pieces = match (text(&body, "expression"), body.get("value")) {
        (Some(_), Some(_)) | (None, None) => {
            return Err(Refusal::bad("Either the value or the expression is required."));
        }
        (None, Some(value)) => {
            checked_value(value)?;
            issues.iter().map(|id| piece(*id, key, Some(value))).collect()
        }
        (Some(expression), None) => computed(site, call, (key, expression), &issues)?,
    };
    queued(site, call, "Set issue property", pieces)
}

fn computed(
    site: &Site,
    call: &Call<'_>,
    (key, expression): (&str, &str),
    issues: &[u32],
) -> Result<Vec<Piece>, Refusal> {
    let wrong = |said: String| Refusal::bad(format!("Evaluation failed: \"{expression}\" - {said}"));
    let tree = parse(expression).map_err(|fault| wrong(fault.message))?;
    let show = Show::call(site, call);
    let value = |issue: &Issue| {
        let names = vec![("issue".to_owned(), context::issue(show, issue))];
        let value = plain(Run::new(names).value(&tree).map_err(wrong)?);
        checked_value(&value)?;
        Ok(piece(issue.id, key, Some(&value)))
    };
    issues.iter().filter_map(|id| site.issues.get(*id)).map(value).collect()
}

/// `DELETE issue/properties/{key}`
fn delete(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let caller = signed_in(call)?;
    let key = checked_key(call.param("key"))?;
    let filter = body(call)?;
    let issues = eligible(site, caller, key, &filter)?;
    let pieces = issues.iter().map(|id| piece(*id, key, None)).collect();
    queued(site, call, "Delete issue property", pieces)
}
