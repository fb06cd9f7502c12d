//! The port to whatever keeps installations.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;

use super::row::{ClientKey, Installation};

/// Keeping failed. The words are for operators and quote no secret.
#[derive(Debug, thiserror::Error)]
#[error("the store of installations: {0}")]
pub struct StoreError(pub String);

/// The number of a row's state: it changes with every change of the row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revision(pub i64);

/// A row and its number.
#[derive(Clone, Debug)]
pub struct Stored {
    /// The row. Shared, so that a store that keeps rows in memory copies none for a look-up.
    pub installation: Arc<Installation>,
    /// Its number.
    pub revision: Revision,
}

/// A lifecycle token that was used, as hashes (SHA-256): neither token nor body is kept. The body of a call is not covered
/// by its signature, so a second call with the token and another body is an attack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsedToken {
    /// Of the token.
    pub token: [u8; 32],
    /// Of the body it came with.
    pub body: [u8; 32],
    /// When the token certainly is not good any more and can be forgotten.
    pub until: Timestamp,
}

/// What one lifecycle call changes: all of it becomes durable, or nothing.
#[derive(Clone, Debug)]
pub struct Change {
    /// The row as it is to be.
    pub installation: Installation,
    /// The number of the row it was made from; `None` if there must be none yet.
    pub expected: Option<Revision>,
    /// The token of the call; `None` for the first install of the legacy scheme, which has none.
    pub used: Option<UsedToken>,
}

/// What came of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Committed {
    /// It is durable.
    Done,
    /// The token was used before with the same body, so it was done then. Nothing changed.
    Repeated,
    /// The token was used before with another body. Nothing changed.
    Replayed,
    /// The row is not the expected one any more. Nothing changed; look again.
    Stale,
}

/// Keeps installations. Every method is about one client key but [`Installations::list`] and [`Installations::wipe`]; what
/// a store adds of its own (the tenant a site belongs to) is its business.
#[async_trait]
pub trait Installations: Send + Sync {
    /// The row of a client key, in whatever state.
    async fn find(&self, client_key: &ClientKey) -> Result<Option<Stored>, StoreError>;

    /// Spends what the dearest [`Installations::find`] costs and this one has not cost: called before a caller is refused, with
    /// what was found. Where `find` reads more, or opens something sealed, for a client key that is known, the time of a refusal
    /// would tell so. A store whose `find` always costs the same leaves this as it is.
    async fn spend(&self, _found: Option<&Stored>) -> Result<(), StoreError> {
        Ok(())
    }

    /// Carries out a change in one transaction. The token is looked at first, then the number of the row. A token whose
    /// `until` is at or before `now` counts as forgotten. When this returns [`Committed::Done`] the change is durable.
    async fn commit(&self, change: Change, now: Timestamp) -> Result<Committed, StoreError>;

    /// Remembers a token of a call that changes no row: done, a repetition or a replay, by the same rules as
    /// [`Installations::commit`].
    async fn use_token(&self, used: UsedToken, now: Timestamp) -> Result<Committed, StoreError>;

    /// The rows behind a client key, in the order of client keys, `limit` at most.
    async fn list(&self, after: Option<&ClientKey>, limit: usize) -> Result<Vec<Installation>, StoreError>;

    /// Wipes previous secrets and forgets tokens whose time is at or before `now`; says how many of both. Call it every
    /// minute or so.
    async fn wipe(&self, now: Timestamp) -> Result<usize, StoreError>;
}
