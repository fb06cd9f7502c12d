//! The administrators' webhooks as Data Center has them from version 10 on: `rest/jira-webhook/1.0/webhooks`.
//!
//! No page of Atlassian's describes it; members are those that jira.js, OpenHands and others send and read. Unlike the
//! older resource it can have Data Center sign what it sends, by `configuration.SECRET`.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::{Value, json};

use super::super::{body, slice};
use super::{SECTION, add, admin, blank, change, delete, fill, find, signed_in};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::world::{Act, Route};
use crate::jira::hook::Hook;
use crate::jira::input::object;
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;
use crate::jira::view::put;

/// Below `/rest/jira-webhook/1.0`.
pub(crate) fn table() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::GET, "/webhooks", Read(list as fn(&Site, &Call<'_>) -> _)),
        (Method::POST, "/webhooks", Write(create as fn(&mut Site, &Call<'_>) -> _)),
        (Method::GET, "/webhooks/{id}", Read(get)),
        (Method::PUT, "/webhooks/{id}", Write(update)),
        (Method::DELETE, "/webhooks/{id}", Write(delete)),
    ]
}

/// A webhook; its secret is never shown.
fn show(hook: &Hook) -> Value {
    let filters = json!({SECTION: hook.jql}).to_string();
    json!({
        "id": hook.id,
        "name": hook.name,
        "createdDate": hook.created,
        "updatedDate": hook.updated,
        "events": hook.events,
        "configuration": {"FILTERS": filters, "EXCLUDE_BODY": hook.exclude_body.to_string()},
        "url": hook.url,
        "active": hook.enabled,
        "scopeType": "global",
        "sslVerificationRequired": true,
    })
}

/// `GET webhooks`, of one `event` if asked so, from `start` on and at most `limit`.
fn list(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    admin(site, call)?;
    let event = call.query.get("event");
    let wanted = |hook: &&Hook| event.is_none_or(|event| hook.events.iter().any(|one| one == event));
    let all: Vec<Value> = site.hooks.iter().filter(wanted).map(show).collect();
    let page = (call.query.number("start", 0), call.query.number("limit", usize::MAX));
    Ok(Answer::ok(&slice(&all, page)))
}

/// `GET webhooks/{id}`
fn get(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    admin(site, call)?;
    let place = find(site, call)?;
    Ok(Answer::ok(&site.hooks.get(place).map(show)))
}

/// `POST webhooks`
fn create(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    admin(site, call)?;
    let mut hook = blank(site, signed_in(call)?);
    put_in(site, &mut hook, object(body(call)?)?)?;
    let place = add(site, hook)?;
    Ok(Answer::json(StatusCode::CREATED, &site.hooks.get(place).map(show)))
}

/// `PUT webhooks/{id}`
fn update(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    admin(site, call)?;
    let (place, body) = (find(site, call)?, object(body(call)?)?);
    let hook = change(site, call, place, |site, hook| put_in(site, hook, body))?;
    Ok(Answer::ok(&show(&hook)))
}

/// Puts a request's members into a webhook. A `secret` outside the configuration is passed over, as Jira does.
fn put_in(site: &Site, hook: &mut Hook, mut body: Value) -> Result<(), Refusal> {
    let own = body.get("configuration").cloned().unwrap_or_default();
    let flag = |value: &Value| value.as_bool().or_else(|| value.as_str()?.parse().ok());
    if let Some(excluded) = own.get("EXCLUDE_BODY").and_then(flag) {
        put(&mut body, "excludeBody", excluded);
    }
    if let Some(active) = body.get("active").and_then(flag) {
        put(&mut body, "enabled", active);
    }
    let filters = match own.get("FILTERS") {
        Some(Value::String(text)) => serde_json::from_str(text).ok(),
        other => other.cloned(),
    };
    if let Some(filters) = filters.filter(Value::is_object) {
        put(&mut body, "filters", filters);
    }
    fill(site, hook, &body)?;
    if let Some(secret) = own.get("SECRET").and_then(Value::as_str) {
        hook.secret = Some(secret.to_owned()).filter(|secret| !secret.is_empty());
    }
    Ok(())
}
