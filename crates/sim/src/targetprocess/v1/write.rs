//! Writing in v1: POST creates, POST with an id changes, DELETE deletes.

use http::StatusCode;
use serde_json::{Value, json};

use super::include::Tree;
use super::list::Asked;
use super::{body, collection, id, signed_in};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::targetprocess::control;
use crate::targetprocess::deed::{
    Hand, account, assignment, attachment, comment, effort, item, number_of, project, relation, removal,
    span, tag, team, time,
};
use crate::targetprocess::read::Thing;
use crate::targetprocess::refusal::Refusal;
use crate::targetprocess::schema::Kind;
use crate::targetprocess::site::Site;

/// How many resources one bulk request may write (developer hub, "Create": Batch create).
const BULK_LIMIT: usize = 500;

/// The id in a body turns a create into an update.
fn given_id(body: &Value) -> Result<Option<u32>, Refusal> {
    let Some(members) = body.as_object() else { return Err(Refusal::bad("The body must be an object.")) };
    match members.iter().find(|(name, _)| name.eq_ignore_ascii_case("id")).map(|(_, id)| id) {
        None | Some(Value::Null) => Ok(None),
        Some(id) => number_of(id)
            .and_then(|id| u32::try_from(id).ok())
            .map(|id| (id != 0).then_some(id))
            .ok_or_else(|| Refusal::bad("Id must be a number.")),
    }
}

fn create_one(site: &mut Site, hand: &Hand<'_>, kind: Kind, body: &Value) -> Result<u32, Refusal> {
    match kind {
        Kind::Comment => comment::create(site, hand, body),
        Kind::Assignment => assignment::create(site, hand, body),
        Kind::TeamAssignment => team::assign(site, hand, body),
        Kind::RoleEffort => effort::create(site, hand, body),
        Kind::Relation => relation::create(site, hand, body),
        Kind::Time => time::create(site, hand, body),
        Kind::Project => project::create(site, hand, body),
        Kind::Team => team::create(site, hand, body),
        Kind::Release | Kind::Iteration | Kind::TeamIteration | Kind::Milestone => {
            span::create(site, hand, kind, body)
        }
        Kind::User | Kind::Requester => account::create(site, hand, kind, body),
        Kind::Tag => tag::create(site, hand, body),
        kind if kind.is_item() => item::create(site, hand, kind, body),
        kind => Err(Refusal::not_allowed(format!("Creating a {}", kind.name()))),
    }
}

fn change_one(
    site: &mut Site,
    hand: &Hand<'_>,
    (kind, id): (Kind, u32),
    body: &Value,
) -> Result<(), Refusal> {
    let thing = site.find(kind, id).ok_or_else(|| Refusal::missing(kind.name(), id))?;
    match thing {
        Thing::Item(id) => item::update(site, hand, id, body),
        Thing::Comment(id) => comment::edit(site, hand, id, body),
        Thing::Attachment(id) => attachment::update(site, hand, id, body),
        Thing::Assignment(id) => assignment::update(site, hand, id, body),
        Thing::TeamAssignment(id) => team::reassign(site, hand, id, body),
        Thing::RoleEffort(id) => effort::update(site, hand, id, body),
        Thing::Relation(id) => relation::update(site, hand, id, body),
        Thing::Time(id) => time::update(site, hand, id, body),
        Thing::Project(row) => project::update(site, hand, row, body),
        Thing::Team(row) => team::update(site, hand, row, body),
        Thing::Release(row) | Thing::Iteration(row) | Thing::TeamIteration(row) | Thing::Milestone(row) => {
            span::update(site, hand, (site.kind(thing), row), body)
        }
        Thing::User(person) => account::update(site, hand, (site.kind(thing), person), body),
        _ => Err(Refusal::not_allowed(format!("Changing a {}", kind.name()))),
    }
}

fn delete_one(site: &mut Site, hand: &Hand<'_>, kind: Kind, id: u32) -> Result<Kind, Refusal> {
    let thing = site.find(kind, id).ok_or_else(|| Refusal::missing(kind.name(), id))?;
    let own = site.kind(thing);
    match thing {
        Thing::Item(id) => removal::item(site, hand, id)?,
        Thing::Comment(id) => comment::delete(site, hand, id)?,
        Thing::Attachment(id) => attachment::delete(site, hand, id)?,
        Thing::Assignment(id) => assignment::delete(site, hand, id)?,
        Thing::TeamAssignment(id) => team::unassign(site, hand, id)?,
        Thing::RoleEffort(id) => effort::delete(site, hand, id)?,
        Thing::Relation(id) => relation::delete(site, hand, id)?,
        Thing::Time(id) => time::delete(site, hand, id)?,
        Thing::Tag(name) => tag::delete(site, hand, name),
        Thing::User(person) => removal::account(site, hand, person)?,
        Thing::Project(_)
        | Thing::Team(_)
        | Thing::Release(_)
        | Thing::Iteration(_)
        | Thing::TeamIteration(_)
        | Thing::Milestone(_) => removal::general(site, hand, thing)?,
        _ => return Err(Refusal::not_allowed(format!("Deleting a {}", kind.name()))),
    }
    Ok(own)
}

/// Writes one resource; the answer is its id and whether it is new.
fn put(
    site: &mut Site,
    call: &Call<'_>,
    hand: &Hand<'_>,
    (kind, id): (Kind, Option<u32>),
    body: &Value,
) -> Result<(u32, bool), Refusal> {
    let written = match id {
        None => (create_one(site, hand, kind, body)?, true),
        Some(id) => {
            change_one(site, hand, (kind, id), body)?;
            (id, false)
        }
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
        Kind::Attachment => site.attachments.get(id).map(|file| file.general),
        Kind::Assignment => site.assignments.get(id).map(|assignment| assignment.assignable),
        Kind::TeamAssignment => site.team_assignments.get(id).map(|assignment| assignment.assignable),
        Kind::RoleEffort => site.efforts.get(id).map(|effort| effort.assignable),
        Kind::Time => site.times.get(id).and_then(|time| time.assignable),
        _ => site.items.get(id).map(|item| item.id),
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
    let one = |result: &str, plain: &str| query.get(result).or_else(|| query.get(plain));
    let (include, exclude) = (one("resultInclude", "include"), one("resultExclude", "exclude"));
    Tree::read(kind, include, exclude, one("resultAppend", "append")).map_err(Refusal::bad)
}

fn answer(
    site: &Site,
    call: &Call<'_>,
    (kind, tree): (Kind, &Tree),
    (id, new): (u32, bool),
) -> Result<Answer, Refusal> {
    let thing = site.find(kind, id).ok_or_else(|| Refusal::missing(kind.name(), id))?;
    let status = if new { StatusCode::CREATED } else { StatusCode::OK };
    Asked::of(site, call)?.single(status, thing, tree)
}

/// Whether everything the answer needs can be read, before anything is written.
fn ready(site: &Site, call: &Call<'_>, kind: Kind) -> Result<Tree, Refusal> {
    Asked::of(site, call)?.inner()?;
    tree(kind, call)
}

/// `POST {collection}`: creates, or changes when the body has an id.
pub(super) fn create(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let who = signed_in(call)?;
    let kind = collection(call)?;
    let body = body::read(call, kind)?;
    if body.is_array() {
        return Err(Refusal::bad(format!("Several resources are written to '{}/bulk'.", kind.plural())));
    }
    let tree = ready(site, call, kind)?;
    let written = put(site, call, &Hand::of(call, who), (kind, given_id(&body)?), &body)?;
    answer(site, call, (kind, &tree), written)
}

/// `POST {collection}/{id}`
pub(super) fn update(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let who = signed_in(call)?;
    let (kind, id) = (collection(call)?, id(call, collection(call)?)?);
    if overrides(call) {
        return delete(site, call);
    }
    let body = body::read(call, kind)?;
    let tree = ready(site, call, kind)?;
    if given_id(&body)?.is_some_and(|given| given != id) {
        return Err(Refusal::bad("The Id in the body is not the one in the address."));
    }
    let written = put(site, call, &Hand::of(call, who), (kind, Some(id)), &body)?;
    answer(site, call, (kind, &tree), written)
}

/// Whether a POST stands for a DELETE, as clients send it that cannot give a DELETE a body.
fn overrides(call: &Call<'_>) -> bool {
    let header = call.headers.get("x-http-method-override").and_then(|value| value.to_str().ok());
    header.is_some_and(|method| method.eq_ignore_ascii_case("DELETE"))
}

/// The list in the body of a request about several resources.
fn several(body: &Value) -> Result<&[Value], Refusal> {
    let list = body.as_array().ok_or_else(|| Refusal::bad("The body must be an array."))?;
    if list.len() > BULK_LIMIT {
        return Err(Refusal::bad(format!("No more than {BULK_LIMIT} resources can be written at once.")));
    }
    Ok(list)
}

/// `POST {collection}/bulk`: an array of creates and updates, done one after the other until one is refused.
pub(super) fn bulk(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    if overrides(call) {
        return bulk_delete(site, call);
    }
    let who = signed_in(call)?;
    let kind = collection(call)?;
    let body = body::read(call, kind)?;
    let (tree, list) = (ready(site, call, kind)?, several(&body)?);
    let (spoilt, mut shown, hand) = (call.faults.spoils(call.plan), Vec::new(), Hand::of(call, who));
    for (number, one) in list.iter().enumerate() {
        if let Some(text) = spoilt.refusal(number) {
            return Err(Refusal::bad(text));
        }
        let (id, _) = put(site, call, &hand, (kind, given_id(one)?), one)?;
        shown.extend(site.find(kind, id));
    }
    Asked::of(site, call)?.many(kind, (&shown, &tree), (None, None))
}

/// `DELETE {collection}/bulk`: an array of `{"Id": …}`, deleted one after the other until one is refused.
pub(super) fn bulk_delete(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let hand = Hand::of(call, signed_in(call)?);
    let kind = collection(call)?;
    let body = body::read(call, kind)?;
    let (spoilt, mut gone) = (call.faults.spoils(call.plan), Vec::new());
    Asked::of(site, call)?;
    for (number, one) in several(&body)?.iter().enumerate() {
        if let Some(text) = spoilt.refusal(number) {
            return Err(Refusal::bad(text));
        }
        let id = given_id(one)?.ok_or_else(|| Refusal::bad("Id is required."))?;
        let own = delete_one(site, &hand, kind, id)?;
        gone.push(json!({"ResourceType": own.name(), "Id": id}));
    }
    Asked::of(site, call)?.value(StatusCode::OK, kind.plural(), &json!({"Items": gone}))
}

/// `DELETE {collection}/{id}`
pub(super) fn delete(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let hand = Hand::of(call, signed_in(call)?);
    let kind = collection(call)?;
    let id = id(call, kind)?;
    Asked::of(site, call)?;
    let own = delete_one(site, &hand, kind, id)?;
    let gone = json!({"ResourceType": own.name(), "Id": id});
    Asked::of(site, call)?.value(StatusCode::OK, own.name(), &gone)
}

/// `DELETE TestPlans/{id}/TestCases?childrenIds=1,2` and the same from a test case: unlinks without deleting.
pub(super) fn unlink(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let hand = Hand::of(call, signed_in(call)?);
    let kind = collection(call)?;
    let id = id(call, kind)?;
    site.find(kind, id).ok_or_else(|| Refusal::missing(kind.name(), id))?;
    let inner = Kind::of(call.param("inner"));
    let mut children = Vec::new();
    for text in call.query.list("childrenIds") {
        let child = text.parse::<u32>().map_err(|_| Refusal::bad(format!("'{text}' is not an Id.")))?;
        children.push(child);
    }
    if children.is_empty() {
        return Err(Refusal::bad("childrenIds is required."));
    }
    Asked::of(site, call)?;
    let pairs: Vec<(u32, u32)> = match (kind, inner) {
        (Kind::TestPlan, Some(Kind::TestCase)) => children.iter().map(|case| (id, *case)).collect(),
        (Kind::TestCase, Some(Kind::TestPlan)) => children.iter().map(|plan| (*plan, id)).collect(),
        _ => {
            return Err(Refusal::not_allowed(format!(
                "Unlinking {} of a {}",
                call.param("inner"),
                kind.name()
            )));
        }
    };
    item::unlink(site, &hand, &pairs)?;
    let gone: Vec<Value> = children.iter().map(|id| json!({"Id": id})).collect();
    Asked::of(site, call)?.value(StatusCode::OK, "Items", &json!({"Items": gone}))
}
