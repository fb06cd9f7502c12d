//! Findings: what a person should see, one row per cause however many items it hits.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::code::Code;
use crate::id::{ConnectionId, FindingId, ProfileId, TenantId};
use crate::secret::Sealed;
use crate::work::Entity;

/// What one finding is about: two occurrences with the same cause are one finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Cause {
    /// What happened.
    pub code: Code,
    /// Where.
    pub connection: Option<ConnectionId>,
    /// Under which profile.
    pub profile: Option<ProfileId>,
    /// Which of several: a field, a state, an event name. Never content of an item.
    pub subject: Option<String>,
}

impl Cause {
    /// A cause with nothing but a code.
    pub const fn of(code: Code) -> Self {
        Self { code, connection: None, profile: None, subject: None }
    }

    /// The same, at a connection.
    #[must_use]
    pub const fn at(mut self, connection: ConnectionId) -> Self {
        self.connection = Some(connection);
        self
    }

    /// The same, under a profile.
    #[must_use]
    pub const fn under(mut self, profile: ProfileId) -> Self {
        self.profile = Some(profile);
        self
    }

    /// The same, about a field, a state or an event name.
    #[must_use]
    pub fn about(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    /// One text that is equal exactly for equal causes; the unique key of the row.
    pub fn key(&self) -> String {
        let connection = self.connection.map(|id| id.to_string()).unwrap_or_default();
        let profile = self.profile.map(|id| id.to_string()).unwrap_or_default();
        format!("{}|{connection}|{profile}|{}", self.code, self.subject.as_deref().unwrap_or_default())
    }
}

/// One occurrence, to be written in the transaction that notices it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// The identifier of the row, should the cause be new.
    pub id: FindingId,
    /// Why.
    pub cause: Cause,
    /// What it hit; `None` if the cause is about the connection as a whole.
    pub entity: Option<Entity>,
    /// The vendor's own words.
    pub words: Option<Sealed>,
}

/// How a finding stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingState {
    /// Something is still wrong.
    Open,
    /// Nothing is hit by it any more.
    Resolved,
}

/// One cause and what it hits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The customer it belongs to.
    pub tenant: TenantId,
    /// Its identifier.
    pub id: FindingId,
    /// Why.
    pub cause: Cause,
    /// How it stands.
    pub state: FindingState,
    /// How many entities it hits now.
    pub open: i64,
    /// How often it was noticed in all.
    pub seen: i64,
    /// The vendor's words at the last occurrence.
    pub words: Option<Sealed>,
    /// When it was first noticed.
    pub first_at: Timestamp,
    /// When it was last noticed.
    pub last_at: Timestamp,
}
