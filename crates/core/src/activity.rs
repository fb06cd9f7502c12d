//! Activity: the line a person reads about what sync just did. Ids, field names and times; never content.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::code::Code;
use crate::id::{EventId, ShareId, TenantId};
use crate::item::Side;

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    /// A share was made and its counterpart created.
    Created,
    /// Two existing items were tied.
    Connected,
    /// A share was untied.
    Unlinked,
    /// Fields were carried over.
    Synced,
    /// A comment was carried over.
    Commented,
    /// Our own write came back and was recognised.
    Echoed,
    /// Both sides had changed the same field; a rule decided.
    Decided,
    /// Something could not be carried over; a finding says why.
    Held,
    /// An item went; its share is at rest.
    Tombstoned,
}

impl Deed {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Created,
        Self::Connected,
        Self::Unlinked,
        Self::Synced,
        Self::Commented,
        Self::Echoed,
        Self::Decided,
        Self::Held,
        Self::Tombstoned,
    ];

    /// The word used in columns, metrics and lists.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Connected => "connected",
            Self::Unlinked => "unlinked",
            Self::Synced => "synced",
            Self::Commented => "commented",
            Self::Echoed => "echoed",
            Self::Decided => "decided",
            Self::Held => "held",
            Self::Tombstoned => "tombstoned",
        }
    }
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    /// The customer it belongs to.
    pub tenant: TenantId,
    /// Its identifier; later lines sort later.
    pub id: EventId,
    /// Which share.
    pub share: ShareId,
    /// What was done.
    pub deed: Deed,
    /// The side it was done to.
    pub target: Option<Side>,
    /// The left item's key at the time.
    pub left_key: String,
    /// The right item's key at the time.
    pub right_key: String,
    /// Which fields, by the names the profile gives them (`summary → Name`).
    pub fields: Vec<String>,
    /// From the first hint received to the write read back, in microseconds.
    pub delay_us: Option<i64>,
    /// Which rule or why, where there is a code for it.
    pub code: Option<Code>,
    /// When.
    pub at: Timestamp,
}
