//! A share: a linked pair of items, and how far its making has come.
//!
//! A share holds ids and fingerprints, never content. Its field state is one packed column that only `sync`
//! reads (`sync::base`).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::code::Code;
use crate::id::{ConnectionId, ProfileId, ShareId, TenantId};
use crate::item::{Locator, Side, Version};

/// How far a share's making has come. Creating is a saga, so that a crash between “created there” and “stored
/// here” never makes a second item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShareState {
    /// Wanted; nothing was sent.
    Intended,
    /// A create was or may have been sent; the marker tells.
    Creating,
    /// Both items exist; the first full transfer is not done.
    Created,
    /// Syncs.
    Active,
    /// Held until a person acts; see [`Share::reason`].
    Broken,
    /// One item is gone from its tool.
    Tombstoned,
    /// Untied by a person; both items stay.
    Unlinked,
}

impl ShareState {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Intended,
        Self::Creating,
        Self::Created,
        Self::Active,
        Self::Broken,
        Self::Tombstoned,
        Self::Unlinked,
    ];

    /// The word used in columns and on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Intended => "intended",
            Self::Creating => "creating",
            Self::Created => "created",
            Self::Active => "active",
            Self::Broken => "broken",
            Self::Tombstoned => "tombstoned",
            Self::Unlinked => "unlinked",
        }
    }

    /// Whether it still ties its items, so that they cannot be shared again in the same profile.
    pub const fn ties(self) -> bool {
        !matches!(self, Self::Tombstoned | Self::Unlinked)
    }
}

/// Who asked for a share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// A person shared one item; the other was created from it.
    Hand,
    /// A routing of the profile.
    Routing,
    /// A person tied two items that existed; neither wins by default.
    Connect,
}

/// One end of a share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct End {
    /// Where it is; `None` until it was created.
    pub at: Option<Locator>,
    /// The newest version whose fields were dealt with; older events about fields need no look.
    pub seen: Option<Version>,
    /// The newest version whose comments were dealt with. A look at the fields alone does not move it, so that
    /// the sweep still finds a comment whose own event was lost.
    pub heard: Option<Version>,
}

/// A linked pair of items.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Share {
    /// The customer it belongs to.
    pub tenant: TenantId,
    /// Its identifier; also the marker left in an item we create.
    pub id: ShareId,
    /// The profile whose rules it follows.
    pub profile: ProfileId,
    /// The profile's left connection.
    pub left_connection: ConnectionId,
    /// The profile's right connection.
    pub right_connection: ConnectionId,
    /// The left end.
    pub left: End,
    /// The right end.
    pub right: End,
    /// The end that existed first; it wins until the first transfer is done.
    pub source: Side,
    /// Who asked for it.
    pub origin: Origin,
    /// How far it has come.
    pub state: ShareState,
    /// Why it is broken or tombstoned.
    pub reason: Option<Code>,
    /// When the running create was first sent.
    pub creating_at: Option<Timestamp>,
    /// Since when one end could not be found.
    pub missing_at: Option<Timestamp>,
    /// Whether a finding about it is open, so that settling it costs nothing where there is none.
    pub troubled: bool,
    /// The packed field state: fingerprints of what was last in sync.
    #[serde(skip)]
    pub base: Vec<u8>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When anything of it last changed.
    pub updated_at: Timestamp,
}

impl Share {
    /// One end.
    pub const fn end(&self, side: Side) -> &End {
        match side {
            Side::Left => &self.left,
            Side::Right => &self.right,
        }
    }

    /// One end, to change.
    pub const fn end_mut(&mut self, side: Side) -> &mut End {
        match side {
            Side::Left => &mut self.left,
            Side::Right => &mut self.right,
        }
    }

    /// The connection at one side.
    pub const fn connection(&self, side: Side) -> ConnectionId {
        match side {
            Side::Left => self.left_connection,
            Side::Right => self.right_connection,
        }
    }

    /// The side that an item of a connection is on; `None` if it is neither end.
    pub fn side_of(&self, connection: ConnectionId, item: &str) -> Option<Side> {
        Side::BOTH.into_iter().find(|side| {
            self.connection(*side) == connection
                && self.end(*side).at.as_ref().is_some_and(|at| at.id == item)
        })
    }
}
