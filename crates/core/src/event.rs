//! Events: what a delivery says, and what is kept of it.
//!
//! A webhook is a hint: it says where to look, never what is true. So the inbox keeps the hint and not the body;
//! a body is kept (sealed, for a week) only when nothing could be read from it.

use bytes::Bytes;
use http::HeaderMap;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::{ConnectionId, EventId, TenantId};
use crate::item::Version;
use crate::secret::Sealed;
use crate::work::Entity;

/// A webhook as it arrived, after it proved itself.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// All headers of the request.
    pub headers: HeaderMap,
    /// The raw body.
    pub body: Bytes,
}

/// A delivery from which nothing can be learnt; it is parked for a person.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{reason}")]
pub struct Unreadable {
    /// Why, without quoting the body: `not UTF-8`, `not JSON at byte 17`, `issue_updated without an issue`.
    pub reason: String,
}

/// Where a hint points.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum About {
    /// An item changed, appeared or went.
    Item {
        /// The tool's stable id.
        id: String,
        /// The item's type, if the delivery tells.
        kind: Option<String>,
        /// The project, if the delivery tells.
        scope: Option<String>,
    },
    /// A comment was written, edited or deleted.
    Comment {
        /// The comment's id, if the delivery tells.
        id: Option<String>,
        /// The item it belongs to, if the delivery tells.
        item: Option<String>,
        /// When the comment was last edited, if the delivery tells.
        edited_at: Option<Timestamp>,
    },
    /// Something that no profile can be about: a sprint, a board, a user.
    Elsewhere {
        /// Why it is ignored, in words for a person.
        reason: String,
    },
    /// A kind of event this adapter has never heard of, without an item to look at.
    Unknown,
}

/// What a delivery says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hint {
    /// The vendor's name for the event: `jira:issue_updated`, `UserStory Updated`.
    pub event: String,
    /// The vendor's id of the delivery, equal over its retries.
    pub delivery: Option<String>,
    /// Where to look.
    pub about: About,
    /// The item's version at the time, if the delivery tells.
    pub version: Option<Version>,
    /// Whose doing it was, as the tool names them; only ever a shortcut, never a reason to drop a change.
    pub actor: Option<String>,
}

/// How a kept delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InboxState {
    /// Waits for its entity's turn.
    Pending,
    /// Dealt with; see the outcome.
    Done,
    /// Concerns nothing we sync; the reason is kept.
    Ignored,
    /// Could not be read; the sealed body is kept for a week.
    Parked,
}

impl InboxState {
    /// The word used in columns.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Done => "done",
            Self::Ignored => "ignored",
            Self::Parked => "parked",
        }
    }
}

/// One kept delivery, once for each entity it concerns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboxRow {
    /// The customer it belongs to.
    pub tenant: TenantId,
    /// Its identifier.
    pub id: EventId,
    /// Where it came from.
    pub connection: ConnectionId,
    /// What has to look at it; `None` for rows that nothing looks at (ignored, parked).
    pub entity: Option<Entity>,
    /// What it says; `None` if it could not be read.
    pub hint: Option<Hint>,
    /// How it stands.
    pub state: InboxState,
    /// Why it was ignored or parked, or what came of it.
    pub outcome: Option<String>,
    /// The sealed body, only while parked.
    pub body: Option<Sealed>,
    /// When it arrived.
    pub received_at: Timestamp,
}
