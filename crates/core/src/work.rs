//! Work: one row per entity that needs a look. The table is queue, schedule, order and lease at once.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::{ConnectionId, GrantId, ShareId, TenantId};
use crate::trace::Trace;

/// What a unit of work is about. At most one worker looks at an entity at any time, and that is all the order
/// there is: different entities run in parallel.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Entity {
    /// A linked pair.
    Share(ShareId),
    /// An item that is in no share yet, or whose share was not known when it was hinted at.
    Item {
        /// Where it lives.
        connection: ConnectionId,
        /// The tool's stable id.
        id: String,
    },
    /// A comment whose item the delivery did not name.
    Comment {
        /// Where it lives.
        connection: ConnectionId,
        /// The tool's id of the comment.
        id: String,
    },
    /// The regular look for what webhooks missed.
    Sweep(ConnectionId),
    /// A grant that is to be renewed, or that a call waits for.
    Grant(GrantId),
}

impl fmt::Display for Entity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Share(share) => write!(f, "share/{share}"),
            Self::Item { connection, id } => write!(f, "item/{connection}/{id}"),
            Self::Comment { connection, id } => write!(f, "comment/{connection}/{id}"),
            Self::Sweep(connection) => write!(f, "sweep/{connection}"),
            Self::Grant(grant) => write!(f, "grant/{grant}"),
        }
    }
}

/// Text that names no entity.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` names no entity")]
pub struct BadEntity(String);

impl FromStr for Entity {
    type Err = BadEntity;

    fn from_str(text: &str) -> Result<Self, BadEntity> {
        let bad = || BadEntity(text.chars().take(120).collect());
        let (kind, rest) = text.split_once('/').ok_or_else(bad)?;
        let pair = || {
            let (connection, id) = rest.split_once('/').ok_or_else(bad)?;
            Ok((connection.parse().map_err(|_| bad())?, id.to_owned()))
        };
        match kind {
            "share" => rest.parse().map(Self::Share).map_err(|_| bad()),
            "sweep" => rest.parse().map(Self::Sweep).map_err(|_| bad()),
            "grant" => rest.parse().map(Self::Grant).map_err(|_| bad()),
            "item" => pair().map(|(connection, id)| Self::Item { connection, id }),
            "comment" => pair().map(|(connection, id)| Self::Comment { connection, id }),
            _ => Err(bad()),
        }
    }
}

impl From<Entity> for String {
    fn from(entity: Entity) -> Self {
        entity.to_string()
    }
}

impl TryFrom<String> for Entity {
    type Error = BadEntity;
    fn try_from(text: String) -> Result<Self, BadEntity> {
        text.parse()
    }
}

/// How urgent work is. Smaller goes first, among the lanes of one worker ([`Lanes`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lane {
    /// A person waits for it.
    Interactive,
    /// A webhook said so.
    Live,
    /// The sweep found it.
    Sweep,
    /// Part of a large first transfer.
    Backfill,
    /// A call waits for a token.
    Caller,
    /// A token is to be renewed before anybody waits for it.
    Renewal,
}

/// Which lanes one kind of worker claims from. Looks wait for tokens, so the two must not share places: all of them
/// could be taken by looks that wait for a renewal which finds no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lanes {
    /// Items and what belongs to them.
    Sync,
    /// Grants.
    Grants,
}

impl Lane {
    /// All of them, most urgent first.
    pub const ALL: [Self; 6] =
        [Self::Interactive, Self::Live, Self::Sweep, Self::Backfill, Self::Caller, Self::Renewal];

    /// The number stored; smaller goes first.
    pub const fn rank(self) -> i16 {
        match self {
            Self::Interactive => 0,
            Self::Live => 1,
            Self::Sweep => 2,
            Self::Backfill => 3,
            Self::Caller => 4,
            Self::Renewal => 5,
        }
    }

    /// The lane of a stored number; unknown numbers are the least urgent.
    pub const fn of_rank(rank: i16) -> Self {
        match rank {
            0 => Self::Interactive,
            1 => Self::Live,
            2 => Self::Sweep,
            4 => Self::Caller,
            5 => Self::Renewal,
            _ => Self::Backfill,
        }
    }
}

/// “Look at this entity”, to be written in the transaction that makes it necessary. Pending work of one entity
/// coalesces: the earlier time and the more urgent lane win.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touch {
    /// What to look at.
    pub entity: Entity,
    /// How urgently.
    pub lane: Lane,
    /// Not before this time.
    pub due_at: Timestamp,
}

/// A unit of work in one worker's hands until the lease ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The customer it belongs to.
    pub tenant: TenantId,
    /// What to look at.
    pub entity: Entity,
    /// How urgent it was.
    pub lane: Lane,
    /// Raised by every claim; a commit that carries an older one is refused, so a worker that slept through its
    /// lease can change nothing.
    pub epoch: i64,
    /// Raised by every touch; tells at the end whether new work came meanwhile.
    pub touched: i64,
    /// How many times it was claimed without being finished.
    pub attempts: u32,
    /// When the first of the coalesced touches happened: delays are measured from here.
    pub since: Timestamp,
    /// When the lease ends.
    pub until: Timestamp,
    /// The trace of the first request that asked for it, if one did.
    pub trace: Option<Trace>,
}

impl Claim {
    /// What a commit made under this claim must prove.
    pub fn fence(&self) -> Fence {
        Fence { entity: self.entity.clone(), epoch: self.epoch }
    }
}

/// Proof that a commit is made by whoever holds the entity now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fence {
    /// The entity held.
    pub entity: Entity,
    /// The epoch of the claim.
    pub epoch: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entities_print_and_parse_back() {
        let connection = ConnectionId::from_uuid(uuid::Uuid::from_u128(5));
        for entity in [
            Entity::Share(ShareId::from_uuid(uuid::Uuid::from_u128(9))),
            Entity::Item { connection, id: "10001".into() },
            Entity::Item { connection, id: "a/b".into() },
            Entity::Comment { connection, id: "77".into() },
            Entity::Sweep(connection),
            Entity::Grant(GrantId::from_uuid(uuid::Uuid::from_u128(7))),
        ] {
            assert_eq!(entity.to_string().parse(), Ok(entity));
        }
        assert!("share/nonsense".parse::<Entity>().is_err());
        assert!("nonsense".parse::<Entity>().is_err());
    }

    #[test]
    fn lanes_keep_their_rank() {
        for lane in Lane::ALL {
            assert_eq!(Lane::of_rank(lane.rank()), lane);
        }
    }
}
