//! Edits by people at the screen.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{number, person};
use crate::targetprocess::deed::{Hand, assignment, comment, convert, item as deed, removal};
use crate::targetprocess::refusal::Refusal;
use crate::targetprocess::schema::Kind;
use crate::targetprocess::site::Site;

/// An edit by a person. Texts are HTML.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Edit {
    /// `admin`, `ada` or `bob`.
    #[serde(rename = "as")]
    who: String,
    /// Id of the item to edit.
    #[serde(default)]
    item: Value,
    /// Members of an item to create, with its `ResourceType`.
    #[serde(default)]
    create: Value,
    /// Members as in v1; `Priority`, `EntityState` and other references by id.
    #[serde(default)]
    fields: Value,
    /// The text of a comment to add.
    #[serde(default)]
    comment: Option<String>,
    #[serde(default)]
    edit_comment: Option<CommentEdit>,
    #[serde(default)]
    delete_comment: Option<Value>,
    /// The state to walk to, state by state.
    #[serde(default)]
    state: Option<String>,
    /// A person to assign, in that person's own role.
    #[serde(default)]
    assign: Option<String>,
    /// A person to unassign, in whatever role.
    #[serde(default)]
    unassign: Option<String>,
    /// The type to turn the item into; it gets a new id.
    #[serde(default)]
    convert: Option<String>,
    #[serde(default)]
    delete: bool,
    /// Brings a deleted item back.
    #[serde(default)]
    undelete: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CommentEdit {
    id: Value,
    body: String,
}

fn said(refusal: Refusal) -> String {
    refusal.message
}

/// Edits as a person; the answer is the item's id, and the new comment's.
pub(crate) fn edit(site: &mut Site, edit: &Value) -> Result<Value, String> {
    let wanted: Edit = Edit::deserialize(edit).map_err(|error| error.to_string())?;
    let hand = Hand::person(person(site, &wanted.who)?);
    let mut id = found(site, &hand, &wanted)?;
    if wanted.fields.is_object() {
        deed::update(site, &hand, id, &wanted.fields).map_err(said)?;
    }
    if let Some(state) = &wanted.state {
        deed::walk(site, &hand, id, state)?;
    }
    let mut commented = None;
    if let Some(text) = &wanted.comment {
        let body = json!({"Description": text, "General": {"Id": id}});
        commented = Some(comment::create(site, &hand, &body).map_err(said)?);
    }
    if let Some(CommentEdit { id: which, body }) = &wanted.edit_comment {
        comment::edit(site, &hand, number(which)?, &json!({"Description": body})).map_err(said)?;
    }
    if let Some(which) = &wanted.delete_comment {
        comment::delete(site, &hand, number(which)?).map_err(said)?;
    }
    assign(site, &hand, id, &wanted)?;
    if let Some(kind) = &wanted.convert {
        let kind = Kind::of(kind).filter(|kind| kind.is_item()).ok_or("convert needs a type of item")?;
        id = convert::convert(site, &hand, id, kind)?;
    }
    if wanted.delete {
        removal::item(site, &hand, id).map_err(said)?;
    }
    Ok(json!({"id": id.to_string(), "key": id.to_string(), "comment": commented.map(|id| id.to_string())}))
}

/// The item to edit: one that is there, one that is made, or one that is brought back.
fn found(site: &mut Site, hand: &Hand<'_>, wanted: &Edit) -> Result<u32, String> {
    if !wanted.create.is_null() {
        let kind = wanted.create.get("ResourceType").and_then(Value::as_str).unwrap_or_default();
        let kind =
            Kind::of(kind).filter(|kind| kind.is_item()).ok_or("create needs the ResourceType of an item")?;
        return deed::create(site, hand, kind, &wanted.create).map_err(said);
    }
    let id = number(&wanted.item)?;
    if wanted.undelete {
        removal::undelete(site, hand, Kind::General, id).map_err(said)?;
    }
    site.items.get(id).map(|item| item.id).ok_or_else(|| format!("there is no item {id}"))
}

fn assign(site: &mut Site, hand: &Hand<'_>, id: u32, wanted: &Edit) -> Result<(), String> {
    if let Some(name) = &wanted.assign {
        let who = person(site, name)?;
        let role = site.catalog.account(who).and_then(|account| account.role);
        let role = role.ok_or_else(|| format!("'{name}' has no role to be assigned in"))?;
        assignment::add(site, hand, id, &assignment::New::of(who, role));
    }
    if let Some(name) = &wanted.unassign {
        let who = person(site, name)?;
        let assigned = site.assignments.iter().filter(|one| one.assignable == id && one.user == who);
        for assigned in assigned.map(|one| one.id).collect::<Vec<_>>() {
            assignment::delete(site, hand, assigned).map_err(said)?;
        }
    }
    Ok(())
}
