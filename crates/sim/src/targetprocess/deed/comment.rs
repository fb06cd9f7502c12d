//! Adding, editing and deleting comments. They are resources of their own: the item's fields do not change, but for the date and
//! the author of its last comment.

use serde_json::Value;

use super::given::{self, time};
use super::{Hand, Members, named, reference, required, unknown};
use crate::frame::call::Person;
use crate::targetprocess::hook;
use crate::targetprocess::item::Deed;
use crate::targetprocess::part::Comment;
use crate::targetprocess::read::Thing;
use crate::targetprocess::refusal::Refusal;
use crate::targetprocess::schema::Kind;
use crate::targetprocess::site::Site;

/// A comment's members as a request gives them; `None` is not given.
#[derive(Debug)]
pub(crate) struct Given {
    description: String,
    parent: Option<u32>,
    owner: Option<Person>,
    created: Option<i64>,
    private: bool,
    pinned: bool,
}

impl Given {
    /// Reads a new comment, all but what it is on.
    pub(super) fn read(site: &Site, hand: &Hand<'_>, body: &Value) -> Result<Self, Refusal> {
        let given = given::Given::read(site, hand, Kind::Comment, body)?;
        let description = given.filled("Description")?.ok_or_else(|| given.lacks("Description"))?;
        Ok(Self {
            description: description.into(),
            parent: parent(&given)?,
            owner: given.person("Owner")?.flatten(),
            created: given
                .get("CreateDate")
                .map(|value| time(site, "CreateDate", value))
                .transpose()?
                .flatten(),
            private: given.flag("IsPrivate")?.unwrap_or(false),
            pinned: given.flag("IsPinned")?.unwrap_or(false),
        })
    }
}

fn parent(given: &given::Given<'_>) -> Result<Option<u32>, Refusal> {
    match given.get("ParentId") {
        None | Some(Value::Null) => Ok(None),
        Some(value) => {
            let id = super::number_of(value).and_then(|id| u32::try_from(id).ok());
            id.map(Some).ok_or_else(|| Refusal::bad("ParentId must be a number."))
        }
    }
}

/// Adds the comment a body describes, to what it names; the answer is its id.
pub(crate) fn create(site: &mut Site, hand: &Hand<'_>, body: &Value) -> Result<u32, Refusal> {
    let given = Given::read(site, hand, body)?;
    let general = required("General", Members::of(body)?.get("General"))?;
    site.find(Kind::General, general).ok_or_else(|| unknown("General", general))?;
    if let Some(parent) = given.parent
        && site.comments.get(parent).is_none_or(|parent| parent.general != general)
    {
        return Err(Refusal::bad(format!("Comment with Id {parent} not found on this entity.")));
    }
    Ok(add(site, hand, general, given))
}

/// Adds a comment; the answer is its id. A parent that is not a comment on the same thing is left out.
pub(super) fn add(site: &mut Site, hand: &Hand<'_>, general: u32, given: Given) -> u32 {
    let (id, now, version) = (site.comments.next_id(), site.frame.clock.now(), site.next_version());
    let who = given.owner.unwrap_or(hand.by.who);
    let created = given.created.unwrap_or(now);
    let parent =
        given.parent.filter(|id| site.comments.get(*id).is_some_and(|parent| parent.general == general));
    site.comments.add(Comment {
        id,
        general,
        parent,
        description: given.description.into(),
        owner: who,
        created,
        edited: created,
        private: given.private,
        pinned: given.pinned,
        version,
    });
    note(site, hand, general, (Deed::CommentCreate, id), Some(who));
    hook::comment(site, id, (general, hand.by.who), "Created", &[]);
    id
}

/// Notes on the General that its comments changed; whether that counts as a change of it is a switch.
fn note(
    site: &mut Site,
    hand: &Hand<'_>,
    general: u32,
    (deed, comment): (Deed, u32),
    commenter: Option<Person>,
) {
    let (now, bumps) = (site.frame.clock.now(), site.switches.comment_bumps);
    let list = |comments: &mut Vec<u32>| match deed {
        Deed::CommentCreate => comments.push(comment),
        Deed::CommentDelete => comments.retain(|kept| *kept != comment),
        _ => {}
    };
    match site.find(Kind::General, general) {
        Some(Thing::Item(id)) => {
            let write = (deed, comment, named(&mut site.names, std::iter::empty()));
            site.change(id, hand.by, write, |item, _, _, _| {
                list(&mut item.parts.comments);
                if let Some(commenter) = commenter {
                    // Strictly after the last change of state, so that a required comment is seen to come after it.
                    item.commented = Some((now.max(item.state_changed + 1), commenter));
                }
                if bumps { vec!["LastCommentDate"] } else { Vec::new() }
            });
        }
        Some(other) => {
            if let Some(base) = site.base_mut(other) {
                list(&mut base.comments);
                base.commented = commenter.map(|who| (now, who)).or(base.commented);
            }
        }
        None => {}
    }
}

/// Edits a comment that exists.
pub(crate) fn edit(site: &mut Site, hand: &Hand<'_>, id: u32, body: &Value) -> Result<(), Refusal> {
    let given = given::Given::read(site, hand, Kind::Comment, body)?;
    let comment = site.comments.get(id).ok_or_else(|| Refusal::missing("Comment", id))?;
    if let Some(general) =
        given.get("General").map(|value| reference("General", value)).transpose()?.flatten()
        && comment.general != general
    {
        return Err(Refusal::bad("A comment cannot be moved to another entity."));
    }
    let (text, private, pinned) =
        (given.filled("Description")?, given.flag("IsPrivate")?, given.flag("IsPinned")?);
    given.person("Owner")?;
    let (now, general, version) = (site.frame.clock.now(), comment.general, site.version.saturating_add(1));
    let Some(comment) = site.comments.get_mut(id) else { return Ok(()) };
    let mut changed = Vec::new();
    if let Some(text) = text.filter(|text| *text != comment.description) {
        comment.description = text;
        comment.edited = now;
        changed.push("Description");
    }
    if let Some(private) = private.filter(|private| *private != comment.private) {
        comment.private = private;
        changed.push("IsPrivate");
    }
    if let Some(pinned) = pinned.filter(|pinned| *pinned != comment.pinned) {
        comment.pinned = pinned;
        changed.push("IsPinned");
    }
    if !changed.is_empty() {
        comment.version = version;
        site.version = version;
    }
    note(site, hand, general, (Deed::CommentUpdate, id), None);
    if !changed.is_empty() {
        hook::comment(site, id, (general, hand.by.who), "Updated", &changed);
    }
    Ok(())
}

/// Deletes a comment that exists. It cannot be brought back (developer hub, "Undelete API").
pub(crate) fn delete(site: &mut Site, hand: &Hand<'_>, id: u32) -> Result<(), Refusal> {
    let comment = site.comments.remove(id).ok_or_else(|| Refusal::missing("Comment", id))?;
    note(site, hand, comment.general, (Deed::CommentDelete, id), None);
    hook::comment(site, id, (comment.general, hand.by.who), "Deleted", &[]);
    Ok(())
}
