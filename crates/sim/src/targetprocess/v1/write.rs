//! Writing in v1: POST creates, POST with an id changes, DELETE deletes.

use http::StatusCode;
use serde_json::Value;

use super::include::Tree;
use super::list::{Items, single};
use super::{collection, id, json_only, signed_in};
use crate::frame::answer::Answer;
use crate::frame::call::{Call, Person};
use crate::targetprocess::control;
use crate::targetprocess::deed::{Hand, assignment, comment, item, relation};
use crate::targetprocess::refusal::Refusal;
use crate::targetprocess::schema::{ITEMS, Kind};
use crate::targetprocess::site::Site;

/// How many resources one bulk request may write.
const BULK_LIMIT: usize = 500;

fn body(call: &Call<'_>) -> Result<Value, Refusal> {
    call.json().map_err(Refusal::not_json)
}

fn not_allowed(what: &str) -> Refusal {
    Refusal::new(StatusCode::METHOD_NOT_ALLOWED, format!("{what} is not allowed."))
}

/// The id in a body turns a create into an update.
fn given_id(body: &Value) -> Result<Option<u32>, Refusal> {
    let Some(members) = body.as_object() else { return Err(Refusal::bad("The body must be an object.")) };
    match members.iter().find(|(name, _)| name.eq_ignore_ascii_case("id")).map(|(_, id)| id) {
        None | Some(Value::Null) => Ok(None),
        Some(id) => id
            .as_u64()
            .and_then(|id| u32::try_from(id).ok())
            .map(|id| (id != 0).then_some(id))
            .ok_or_else(|| Refusal::bad("Id must be a number.")),
    }
}

/// Writes one resource; the answer is its id and whether it is new.
fn put(
    site: &mut Site,
    call: &Call<'_>,
    who: Person,
    kind: Kind,
    id: Option<u32>,
    body: &Value,
) -> Result<(u32, bool), Refusal> {
    let hand = Hand::of(call, who);
    let written = match (kind, id) {
        (Kind::Comment, None) => (comment::create(site, &hand, body)?, true),
        (Kind::Comment, Some(id)) => {
            comment::edit(site, &hand, id, body)?;
            (id, false)
        }
        (Kind::Assignment, None) => (assignment::create(site, &hand, body)?, true),
        (Kind::Relation, None) => (relation::create(site, &hand, body)?, true),
        (kind, None) if ITEMS.contains(&kind) => (item::create(site, &hand, kind, body)?, true),
        (kind, Some(id)) if kind.is_item() => {
            if site.find(kind, id).is_none() {
                return Err(Refusal::missing(kind.name(), id));
            }
            item::update(site, &hand, id, body)?;
            (id, false)
        }
        (kind, _) => return Err(not_allowed(&format!("Writing a {}", kind.name()))),
    };
    settle(site, call, kind, written.0);
    Ok(written)
}

/// Applies the edit a fault rule has a person make right after a write to this item.
///
/// An edit that cannot be made is dropped: the request it struck was right, so there is nobody to tell.
fn settle(site: &mut Site, call: &Call<'_>, kind: Kind, id: u32) {
    let item = match kind {
        Kind::Comment => site.comments.get(id).map(|comment| comment.general),
        Kind::Assignment => site.assignments.get(id).map(|assignment| assignment.assignable),
        Kind::Relation => None,
        _ => Some(id),
    };
    let Some(item) = item else { return };
    if let Some(mut edit) = call.faults.edit_after(call.plan, &[&item.to_string()]) {
        if let Some(members) = edit.as_object_mut() {
            members.insert("item".to_owned(), item.into());
        }
        drop(control::edit(site, &edit));
    }
}

/// What a write answers: `resultInclude` and its kin choose the fields.
fn tree(kind: Kind, call: &Call<'_>) -> Result<Tree, Refusal> {
    let query = &call.query;
    let one = |result: &str, plain: &str| query.get(result).or_else(|| query.get(plain)).map(str::to_owned);
    let (include, exclude, append) =
        (one("resultInclude", "include"), one("resultExclude", "exclude"), one("resultAppend", "append"));
    Tree::read(kind, include.as_deref(), exclude.as_deref(), append.as_deref()).map_err(Refusal::bad)
}

fn answer(site: &Site, kind: Kind, tree: &Tree, (id, new): (u32, bool)) -> Result<Answer, Refusal> {
    let thing = site.find(kind, id).ok_or_else(|| Refusal::missing(kind.name(), id))?;
    let mut answer = single(site, thing, tree);
    answer.status = if new { StatusCode::CREATED } else { StatusCode::OK };
    Ok(answer)
}

/// `POST {collection}`: creates, or changes when the body has an id.
pub(crate) fn create(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let who = signed_in(call)?;
    json_only(call)?;
    let (kind, body) = (collection(call)?, body(call)?);
    let tree = tree(kind, call)?;
    let written = put(site, call, who, kind, given_id(&body)?, &body)?;
    answer(site, kind, &tree, written)
}

/// `POST {collection}/{id}`
pub(crate) fn update(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let who = signed_in(call)?;
    json_only(call)?;
    let (kind, body) = (collection(call)?, body(call)?);
    let (tree, id) = (tree(kind, call)?, id(call, kind)?);
    if given_id(&body)?.is_some_and(|given| given != id) {
        return Err(Refusal::bad("The Id in the body is not the one in the address."));
    }
    let written = put(site, call, who, kind, Some(id), &body)?;
    answer(site, kind, &tree, written)
}

/// `POST {collection}/bulk`: an array of creates and updates, done one after the other until one is refused.
pub(crate) fn bulk(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let who = signed_in(call)?;
    json_only(call)?;
    let (kind, body) = (collection(call)?, body(call)?);
    let tree = tree(kind, call)?;
    let list = body.as_array().ok_or_else(|| Refusal::bad("The body must be an array."))?;
    if list.len() > BULK_LIMIT {
        return Err(Refusal::bad(format!("No more than {BULK_LIMIT} resources can be written at once.")));
    }
    let (spoilt, mut shown) = (call.faults.spoils(call.plan), Vec::new());
    for (number, one) in list.iter().enumerate() {
        if let Some(text) = spoilt.refusal(number) {
            return Err(Refusal::bad(text));
        }
        let (id, _) = put(site, call, who, kind, given_id(one)?, one)?;
        shown.extend(site.find(kind, id));
    }
    let inner = std::cell::Cell::new(usize::MAX);
    let items = serde_json::json!({"Items": serde_json::to_value(Items { site, shown: &shown, tree: &tree, inner: &inner })
        .map_err(Refusal::not_json)?});
    Ok(Answer::ok(&items))
}

/// `DELETE {collection}/{id}`: 200 without a body.
pub(crate) fn delete(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let hand = Hand::of(call, signed_in(call)?);
    let kind = collection(call)?;
    let id = id(call, kind)?;
    match kind {
        Kind::Comment => comment::delete(site, &hand, id)?,
        Kind::Assignment => assignment::delete(site, &hand, id)?,
        Kind::Relation => relation::delete(site, id)?,
        kind if kind.is_item() => {
            if site.find(kind, id).is_none() {
                return Err(Refusal::missing(kind.name(), id));
            }
            item::delete(site, &hand, id)?;
        }
        kind => return Err(not_allowed(&format!("Deleting a {}", kind.name()))),
    }
    Ok(Answer::empty(StatusCode::OK))
}
