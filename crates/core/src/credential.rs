//! What is known of a secret that a person gave: when it ends, how that is known, and its replacement under way.
//!
//! The secret itself is a sealed row of its own. Tokens that a provider gives are grants ([`crate::grant`]).

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::connection::SignIn;
use crate::id::{ConnectionId, SecretId, TenantId};

/// Days before an end at which people are told.
pub const WARNINGS: [i64; 6] = [30, 14, 7, 3, 1, 0];

/// How long an API token of Atlassian's cloud lives unless its maker says otherwise ("Manage API tokens for your
/// Atlassian account"). No call tells.
const API_TOKEN: SignedDuration = SignedDuration::from_hours(365 * 24);

/// The warning that is due and was not given: so many days are left, or less. The nearest stands for those that were
/// missed.
pub fn warning(ends_at: Timestamp, warned: Option<i64>, now: Timestamp) -> Option<i64> {
    let due = WARNINGS.into_iter().filter(|days| is_within(ends_at, *days, now)).min()?;
    warned.is_none_or(|warned| due < warned).then_some(due)
}

/// Whether so many days are left, or less.
pub fn is_within(ends_at: Timestamp, days: i64, now: Timestamp) -> bool {
    let long = SignedDuration::from_hours(24) * i32::try_from(days).unwrap_or(i32::MAX);
    ends_at.duration_since(now) <= long
}

/// When a secret that was stored then is taken to end, as long as nobody says more.
pub fn assumed_end(sign_in: &SignIn, stored_at: Timestamp) -> Option<Timestamp> {
    let assumed = matches!(sign_in, SignIn::ApiToken { .. });
    assumed.then(|| stored_at.saturating_add(API_TOKEN).ok()).flatten()
}

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
    /// The name of who is at it. Whoever starts again under that name goes on at once.
    #[serde(default)]
    pub held_by: Option<String>,
    /// Raised by one at every change; 0 before it is stored.
    pub revision: i64,
}

impl Credential {
    /// The token that was to take the place of the secret, if one was made and is not used yet: when the secret goes for
    /// another reason, nobody needs it any more.
    pub const fn left_over(&self) -> Option<SecretId> {
        match &self.swap {
            Some(Swap::Made { secret, .. }) => Some(*secret),
            _ => None,
        }
    }
}
