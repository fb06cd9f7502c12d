//! Properties of pages: JSON under a key, with a version of its own.

use http::StatusCode;
use serde_json::Value;

use super::super::view;
use super::super::wiki::{Property, Version};
use super::{Outcome, bad, caller, json_body, missing, next, page, refused, text};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::jira::site::Site;

/// The largest value in bytes of JSON ("Content properties": 32 KB).
const LARGEST: usize = 32_768;

/// `GET pages/{id}/properties`: all, or those of a `key`.
pub(super) fn list(site: &Site, call: &Call<'_>) -> Outcome {
    let page = page::find(site, call)?;
    let key = call.query.get("key");
    let wanted = page.properties.iter().filter(|own| key.is_none_or(|key| own.key == key));
    let shown: Vec<Value> = wanted.map(|own| view::property(site, own)).collect();
    Ok(Answer::ok(&view::list(site, shown)))
}

/// The property with the id in the path.
fn find<'a>(site: &'a Site, call: &Call<'_>) -> Result<&'a Property, Answer> {
    let page = page::find(site, call)?;
    page.properties.iter().find(|own| own.id.to_string() == call.param("key")).ok_or_else(missing)
}

/// `GET pages/{id}/properties/{property}`
pub(super) fn get(site: &Site, call: &Call<'_>) -> Outcome {
    Ok(Answer::ok(&view::property(site, find(site, call)?)))
}

fn value(body: &Value) -> Result<Value, Answer> {
    let value = body.get("value").ok_or_else(|| bad("The value is missing"))?;
    if value.to_string().len() > LARGEST {
        return Err(bad("The value is longer than 32 KB"));
    }
    Ok(value.clone())
}

/// `POST pages/{id}/properties`
pub(super) fn create(site: &mut Site, call: &Call<'_>) -> Outcome {
    let (who, body) = (caller(call)?, json_body(call)?);
    let page = page::find(site, call)?;
    let key = text(&body, "key").ok_or_else(|| bad("The key is missing"))?.to_owned();
    if page.properties.iter().any(|own| own.key == key) {
        return Err(refused(StatusCode::CONFLICT, "A property with this key exists already"));
    }
    let (page, value, at) = (page.id, value(&body)?, site.frame.clock.now());
    let version = Version { number: 1, author: who, at, message: String::new() };
    let property = Property { id: site.wiki.take(), key, value, version };
    let shown = view::property(site, &property);
    if let Some(page) = site.wiki.page_mut(page) {
        page.properties.push(property);
    }
    Ok(Answer::ok(&shown))
}

/// `PUT pages/{id}/properties/{property}`
pub(super) fn update(site: &mut Site, call: &Call<'_>) -> Outcome {
    let (who, body) = (caller(call)?, json_body(call)?);
    let own = find(site, call)?;
    let (id, page) = (own.id, page::find(site, call)?.id);
    let (version, value) = (next(site, &own.version, &body, who)?, value(&body)?);
    let page = site.wiki.page_mut(page).ok_or_else(missing)?;
    if let Some(own) = page.properties.iter_mut().find(|own| own.id == id) {
        (own.value, own.version) = (value, version);
    }
    Ok(Answer::ok(&view::property(site, find(site, call)?)))
}

/// `DELETE pages/{id}/properties/{property}`
pub(super) fn delete(site: &mut Site, call: &Call<'_>) -> Outcome {
    let (id, page) = (find(site, call)?.id, page::find(site, call)?.id);
    if let Some(page) = site.wiki.page_mut(page) {
        page.properties.retain(|own| own.id != id);
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}
