//! Commands: calls that change a tool, and what the journal keeps of them.
//!
//! A [`Write`] is what an adapter is asked to do. A [`Command`] is the journal's row: committed in state
//! `sending` before the call and settled after it. The row holds fingerprints, not content: after a crash the
//! tool is read again, and the fingerprints tell whether the write arrived.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::code::Code;
use crate::comment::Comment;
use crate::failure::Words;
use crate::fingerprint::Fingerprint;
use crate::id::{CommandId, GrantId, ShareId, TenantId};
use crate::item::{FieldName, Item, Locator, Side, Step, Version};
use crate::text::Doc;
use crate::value::Value;

/// Field values by the target tool's own field names.
pub type Fields = BTreeMap<FieldName, Value>;

/// A change to make in a tool.
#[derive(Clone, Debug, PartialEq)]
pub enum Write {
    /// Make an item, with the share's id as a marker inside the same call.
    Create {
        /// The project.
        scope: String,
        /// The type.
        kind: String,
        /// Found again by this after a crash.
        marker: ShareId,
        /// What to fill in. Fields that the tool refuses and does not demand are left out and reported.
        fields: Fields,
        /// Fields to read back.
        read: Vec<FieldName>,
    },
    /// Set fields of an item.
    Update {
        /// Which item.
        at: Locator,
        /// What to set.
        fields: Fields,
        /// What the same fields held when this was decided. A tool that can add to a set and take from it does
        /// just that, so that nobody's edit in between is undone.
        was: Fields,
        /// Fields to read back: all that sync, so that an edit by somebody else is noticed.
        read: Vec<FieldName>,
    },
    /// Take one step through the item's workflow.
    Step {
        /// Which item.
        at: Locator,
        /// Which step.
        step: Step,
        /// What its screen demands.
        fields: Fields,
        /// Fields to read back.
        read: Vec<FieldName>,
    },
    /// Write a comment.
    Comment {
        /// On which item.
        at: Locator,
        /// Found again by this after a crash, in tools that can carry it.
        marker: CommandId,
        /// What it says, attribution included.
        body: Doc,
    },
    /// Change a comment.
    EditComment {
        /// On which item.
        at: Locator,
        /// The tool's id of the comment.
        id: String,
        /// What it says now, attribution included.
        body: Doc,
    },
    /// Remove the visible traces of the marker. Does nothing where the marker is invisible.
    Unmark {
        /// Which item.
        at: Locator,
        /// The marker left at creation.
        marker: ShareId,
    },
}

/// Fields that a tool would not take, while it took the rest.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// Which; several if they had to travel together.
    pub fields: Vec<FieldName>,
    /// Why, as a code.
    pub code: Code,
    /// The tool's own words.
    pub words: Words,
}

/// What came of a write.
#[derive(Clone, Debug, Default)]
pub struct Written {
    /// The item as read back, with all the fields asked for; `None` if the tool had none to give.
    pub item: Option<Item>,
    /// Where the item is that was made, if it could not be read back: it exists all the same.
    pub place: Option<Locator>,
    /// The comment as read back.
    pub comment: Option<Comment>,
    /// What the tool refused.
    pub refused: Vec<Refusal>,
}

/// What kind of call a journal row stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CommandKind {
    /// An item is made.
    Create,
    /// Fields are set.
    Update,
    /// A workflow step is taken.
    Step,
    /// A comment is written.
    Comment,
    /// A comment is changed.
    EditComment,
}

/// How a journal row stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CommandState {
    /// Committed before the call; what became of it is not known yet.
    Sending,
    /// Read back as sent.
    Verified,
    /// Some fields were refused; the rest was read back as sent.
    Partial,
    /// Refused as a whole.
    Refused,
    /// It never left, or was found not to have arrived; a later look decides anew.
    Dropped,
}

/// One field of a journaled write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentField {
    /// The field mapping it belongs to (`sync::base` key).
    pub key: u64,
    /// The fingerprint of the source value.
    #[serde(with = "hex")]
    pub source: Fingerprint,
    /// The fingerprint of the value as the target will hold it; `None` if a create left the field to the target.
    #[serde(with = "maybe_hex", default)]
    pub sent: Option<Fingerprint>,
    /// Whether it is the first half of a merge, after which the other side is still to be written.
    #[serde(default)]
    pub half: bool,
    /// As whom it is sent, if under a person's own name. Nothing but its marker tells then that it is ours.
    #[serde(default)]
    pub acted: Option<Acted>,
}

/// As whom, and by which consent, something is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acted {
    /// The person, as the tool names authors.
    pub person: String,
    /// Their grant.
    pub grant: GrantId,
}

/// How an item stood when a write to it was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Before {
    /// Its version: if it has not moved, the write did nothing.
    pub version: Version,
    /// When it had last changed, by the tool's clock: a field that changed later may have been ours.
    pub updated_at: Timestamp,
}

/// A journal row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// The customer it belongs to.
    pub tenant: TenantId,
    /// Its identifier; also the marker in a comment we write.
    pub id: CommandId,
    /// The share it serves.
    pub share: ShareId,
    /// The side it changes.
    pub target: Side,
    /// What kind of call it is.
    pub kind: CommandKind,
    /// How it stands.
    pub state: CommandState,
    /// The profile's revision that produced it.
    pub revision: i64,
    /// The fields it sets.
    pub fields: Vec<SentField>,
    /// How the target stood when the write was decided; `None` for a create.
    pub before: Option<Before>,
    /// For a comment: the id of the comment it mirrors, on the other side.
    pub comment: Option<String>,
    /// When it was committed.
    pub sent_at: Timestamp,
    /// Why it was refused or dropped; of a row in state `sending`, why its outcome is not known.
    pub code: Option<Code>,
}

/// Fingerprints that may be missing, as hex text in JSON.
mod maybe_hex {
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::fingerprint::Fingerprint;

    #[derive(Deserialize)]
    struct Hex(#[serde(with = "super::hex")] Fingerprint);

    pub(super) fn serialize<S: Serializer>(print: &Option<Fingerprint>, s: S) -> Result<S::Ok, S::Error> {
        match print {
            Some(print) => super::hex::serialize(print, s),
            None => s.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Fingerprint>, D::Error> {
        Ok(Option::<Hex>::deserialize(d)?.map(|Hex(print)| print))
    }
}

/// Fingerprints as hex text in JSON.
mod hex {
    use serde::{Deserialize, Deserializer, Serializer, de};

    use crate::fingerprint::Fingerprint;

    pub(super) fn serialize<S: Serializer>(fingerprint: &Fingerprint, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(&format_args!("{:032x}", u128::from_be_bytes(fingerprint.0)))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Fingerprint, D::Error> {
        let text = String::deserialize(d)?;
        u128::from_str_radix(&text, 16).map(|n| Fingerprint(n.to_be_bytes())).map_err(de::Error::custom)
    }
}
