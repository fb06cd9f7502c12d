//! Comments: as read from a tool, and as remembered in pairs.

use jiff::Timestamp;

use crate::fingerprint::Fingerprint;
use crate::id::{CommandId, ShareId, TenantId};
use crate::item::Side;
use crate::text::Doc;
use crate::value::Person;

/// A comment as read from a tool at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Comment {
    /// The tool's id.
    pub id: String,
    /// Who wrote it, as the tool knows them.
    pub author: Person,
    /// Who edited it last, if the tool tells; who wrote it as long as nobody has.
    pub editor: Option<Person>,
    /// What it says.
    pub body: Doc,
    /// When it was written, by the tool's clock.
    pub created_at: Timestamp,
    /// When it was last edited, by the tool's clock.
    pub updated_at: Timestamp,
    /// Whether only some people may see it (restricted, internal, private). Such a comment never leaves its tool.
    pub hidden: bool,
    /// The command that made it, read from the marker we left; only tools with comment properties have one.
    pub marker: Option<CommandId>,
}

/// What is remembered of one end of a comment pair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommentEnd {
    /// The tool's id of the comment; `None` until it was created there.
    pub id: Option<String>,
    /// The fingerprint of the body last in sync, without attribution; `None` without an id, and where an edit was refused.
    pub body: Option<Fingerprint>,
    /// The comment's own edit time at that moment: an event that is no newer needs no look.
    pub seen_at: Option<Timestamp>,
}

/// How a comment pair stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PairState {
    /// Both exist, or the mirror is about to.
    Active,
    /// One was deleted in its tool; the other is left alone and the pair is never made again.
    Tombstoned,
}

impl PairState {
    /// The word used in columns.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Tombstoned => "tombstoned",
        }
    }
}

/// A comment and its mirror on the other side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommentPair {
    /// The customer it belongs to.
    pub tenant: TenantId,
    /// The share whose items carry the comments.
    pub share: ShareId,
    /// The side where a person wrote it; the other is a mirror, with attribution if it stands under another name.
    pub origin: Side,
    /// The left comment.
    pub left: CommentEnd,
    /// The right comment.
    pub right: CommentEnd,
    /// How the pair stands.
    pub state: PairState,
}

impl CommentPair {
    /// One end.
    pub const fn end(&self, side: Side) -> &CommentEnd {
        match side {
            Side::Left => &self.left,
            Side::Right => &self.right,
        }
    }

    /// One end, to change.
    pub const fn end_mut(&mut self, side: Side) -> &mut CommentEnd {
        match side {
            Side::Left => &mut self.left,
            Side::Right => &mut self.right,
        }
    }

    /// Whether an end is there and does not say what it should: the tool refused an edit. What it should say is the other
    /// end's.
    pub const fn is_behind(&self, side: Side) -> bool {
        let end = self.end(side);
        end.id.is_some() && end.body.is_none()
    }

    /// What identifies the pair for ever: the id of the comment a person wrote.
    pub fn origin_id(&self) -> &str {
        self.end(self.origin).id.as_deref().unwrap_or_default()
    }
}
