//! What is known of a secret that a person gave: when it ends, how that is known, and its replacement under way.
//!
//! The secret itself is a sealed row of its own. Tokens that a provider gives are grants ([`crate::grant`]).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::{ConnectionId, SecretId, TenantId};

/// How the end of a secret is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Known {
    /// The tool says so.
    Told,
    /// A person says so.
    Entered,
    /// It is what the vendor does if nobody says otherwise.
    Assumed,
    /// It has no end that anybody knows of.
    Unknown,
}

impl Known {
    /// The word used in documents.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Told => "told",
            Self::Entered => "entered",
            Self::Assumed => "assumed",
            Self::Unknown => "unknown",
        }
    }
}

/// A token that is being replaced by one of our making. Each step is durable before the next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Swap {
    /// A token of this name may have been made.
    Begun {
        /// Its name in the tool, which no other token has.
        name: String,
    },
    /// It is stored here, and not used yet.
    Made {
        /// The tool's id of it.
        id: String,
        /// Its sealed row.
        secret: SecretId,
        /// When it ends.
        expires_at: Option<Timestamp>,
    },
    /// It is used; the one before is to be revoked.
    Swapped {
        /// The tool's id of the one before.
        old: String,
    },
}

/// What is known of the secret of a connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credential {
    /// The customer it belongs to.
    pub tenant: TenantId,
    /// Whose secret it is.
    pub connection: ConnectionId,
    /// Which secret; if the connection has another by now, nothing of this is about it.
    pub secret: SecretId,
    /// When it was stored.
    pub stored_at: Timestamp,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
    /// How that is known.
    pub known: Known,
    /// The tool's id of it.
    pub vendor_id: Option<String>,
    /// When it was last called with, to about an hour.
    pub used_at: Option<Timestamp>,
    /// When the tool was last asked about it.
    pub asked_at: Option<Timestamp>,
    /// The nearest warning that was given: days before the end.
    pub warned: Option<i64>,
    /// Its replacement, if one is under way.
    pub swap: Option<Swap>,
    /// Until when somebody is at work on that.
    pub held_until: Option<Timestamp>,
    /// Raised by one at every change; 0 before it is stored.
    pub revision: i64,
}
