//! Adding, editing and deleting comments. They are resources of their own: the item's fields do not change.

use serde_json::Value;

use super::{Hand, Members, named, reference, required};
use crate::frame::call::Person;
use crate::targetprocess::hook;
use crate::targetprocess::item::{Comment, Deed};
use crate::targetprocess::refusal::Refusal;
use crate::targetprocess::site::Site;

/// A comment's members as a request gives them; `None` is not given.
pub(crate) struct Given {
    description: Option<String>,
    parent: Option<u32>,
    owner: Option<Person>,
    created: Option<i64>,
    private: Option<bool>,
    pinned: Option<bool>,
}

/// Reads a comment's members, all but the item it is on.
pub(crate) fn read(site: &Site, hand: &Hand<'_>, body: &Value) -> Result<Given, Refusal> {
    let members = Members::of(body)?;
    let mut given =
        Given { description: None, parent: None, owner: None, created: None, private: None, pinned: None };
    for (name, value) in members.0 {
        hand.admit(name)?;
        match name.to_lowercase().as_str() {
            "description" => {
                let text = value.as_str().ok_or_else(|| Refusal::bad("Description must be a text."))?;
                given.description = Some(hand.normalise.apply(text.to_owned()));
            }
            "parentid" => given.parent = value.as_u64().and_then(|id| u32::try_from(id).ok()),
            "owner" => {
                let id = required("Owner", Some(value))?;
                let owner = site.catalog.person(|account| account.id == id);
                given.owner =
                    Some(owner.ok_or_else(|| Refusal::bad(format!("User with Id {id} not found.")))?);
            }
            "createdate" => given.created = super::read::time("CreateDate", value)?,
            "isprivate" => given.private = value.as_bool(),
            "ispinned" => given.pinned = value.as_bool(),
            "general" | "id" | "resourcetype" | "descriptionmodifydate" => {}
            _ => return Err(Refusal::bad(format!("Property '{name}' is not found on 'Comment'."))),
        }
    }
    if given.description.as_ref().is_some_and(|text| text.trim().is_empty()) {
        return Err(Refusal::bad("Description is required."));
    }
    Ok(given)
}

/// Adds the comment a body describes, to the item it names; the answer is its id.
pub(crate) fn create(site: &mut Site, hand: &Hand<'_>, body: &Value) -> Result<u32, Refusal> {
    let given = read(site, hand, body)?;
    let general = required("General", Members::of(body)?.get("General"))?;
    if site.items.get(general).is_none() {
        return Err(Refusal::bad(format!("General with Id {general} not found.")));
    }
    add(site, hand, general, given)
}

/// Adds a comment; the answer is its id.
pub(crate) fn add(site: &mut Site, hand: &Hand<'_>, general: u32, given: Given) -> Result<u32, Refusal> {
    let description = given.description.ok_or_else(|| Refusal::bad("Description is required."))?;
    if let Some(parent) = given.parent
        && site.comments.get(parent).is_none_or(|parent| parent.general != general)
    {
        return Err(Refusal::bad(format!("Comment with Id {parent} not found on this entity.")));
    }
    let (id, now) = (site.comments.next_id(), site.frame.clock.now());
    let who = given.owner.unwrap_or(hand.by.who);
    site.comments.add(Comment {
        id,
        general,
        parent: given.parent,
        description: description.into(),
        owner: who,
        created: given.created.unwrap_or(now),
        edited: None,
        private: given.private.unwrap_or(false),
        pinned: given.pinned.unwrap_or(false),
    });
    touch(site, hand, general, (Deed::CommentCreate, id), Some(who));
    hook::comment(site, id, general, hand.by.who, "Created", &[]);
    Ok(id)
}

/// Notes on the item that its comments changed; whether that counts as a change of the item is a switch.
fn touch(
    site: &mut Site,
    hand: &Hand<'_>,
    general: u32,
    (deed, comment): (Deed, u32),
    commenter: Option<Person>,
) {
    let write = (deed, comment, named(&mut site.names, std::iter::empty()));
    let bumps = site.switches.comment_bumps;
    let now = site.frame.clock.now();
    site.change(general, hand.by, write, |item, _, _, _| {
        match deed {
            Deed::CommentCreate => item.comments.push(comment),
            Deed::CommentDelete => item.comments.retain(|kept| *kept != comment),
            _ => {}
        }
        if let Some(commenter) = commenter {
            // Strictly after the last change of state, so that a required comment is seen to come after it.
            item.commented = Some((now.max(item.state_changed + 1), commenter));
        }
        if bumps { vec!["LastCommentDate"] } else { Vec::new() }
    });
}

/// Edits a comment that exists.
pub(crate) fn edit(site: &mut Site, hand: &Hand<'_>, id: u32, body: &Value) -> Result<(), Refusal> {
    let given = read(site, hand, body)?;
    let now = site.frame.clock.now();
    if let Some(general) =
        Members::of(body)?.get("General").map(|value| reference("General", value)).transpose()?.flatten()
        && site.comments.get(id).is_some_and(|comment| comment.general != general)
    {
        return Err(Refusal::bad("A comment cannot be moved to another entity."));
    }
    let comment = site.comments.get_mut(id).ok_or_else(|| Refusal::missing("Comment", id))?;
    let mut changed = Vec::new();
    if let Some(text) = given.description
        && *text != *comment.description
    {
        comment.description = text.into();
        comment.edited = Some(now);
        changed.push("Description");
    }
    if let Some(private) = given.private
        && private != comment.private
    {
        comment.private = private;
        changed.push("IsPrivate");
    }
    if let Some(pinned) = given.pinned
        && pinned != comment.pinned
    {
        comment.pinned = pinned;
        changed.push("IsPinned");
    }
    let general = comment.general;
    touch(site, hand, general, (Deed::CommentUpdate, id), None);
    if !changed.is_empty() {
        hook::comment(site, id, general, hand.by.who, "Updated", &changed);
    }
    Ok(())
}

/// Deletes a comment that exists.
pub(crate) fn delete(site: &mut Site, hand: &Hand<'_>, id: u32) -> Result<(), Refusal> {
    let comment = site.comments.remove(id).ok_or_else(|| Refusal::missing("Comment", id))?;
    touch(site, hand, comment.general, (Deed::CommentDelete, id), None);
    hook::comment(site, id, comment.general, hand.by.who, "Deleted", &[]);
    Ok(())
}
