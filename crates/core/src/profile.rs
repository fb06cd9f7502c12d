//! A profile as stored: the document's text and its standing. What the document says is `mapping`'s business.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::{ConnectionId, ProfileId, TenantId};
use crate::item::Side;

/// Whether a profile does anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProfileState {
    /// Syncs.
    Active,
    /// Events are taken in and wait.
    Paused,
}

/// What syncs between two connections, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Profile {
    /// The customer it belongs to.
    pub tenant: TenantId,
    /// Its identifier.
    pub id: ProfileId,
    /// Its short name, unique in the tenant.
    pub name: String,
    /// The left connection.
    pub left: ConnectionId,
    /// The right connection.
    pub right: ConnectionId,
    /// Whether it does anything.
    pub state: ProfileState,
    /// Raised by one at every change; what was rejected under one revision is tried again under the next. 0 before it
    /// is stored.
    pub revision: i64,
    /// The profile document as it was given, TOML or JSON.
    pub document: String,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Profile {
    /// The connection at one side.
    pub const fn connection(&self, side: Side) -> ConnectionId {
        match side {
            Side::Left => self.left,
            Side::Right => self.right,
        }
    }
}
