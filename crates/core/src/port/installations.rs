//! Reads installations, and keeps the tokens that were used for no installation. What one lifecycle call changes is a commit.

use async_trait::async_trait;
use jiff::Timestamp;

use crate::id::{InstallationId, TenantId};
use crate::installation::{Installation, UsedToken};
use crate::port::StoreError;

/// Sites that have installed our app.
#[async_trait]
pub trait Installations: Send + Sync {
    /// An installation.
    async fn installation(
        &self,
        tenant: TenantId,
        id: InstallationId,
    ) -> Result<Option<Installation>, StoreError>;

    /// Installations of a tenant behind a client key, in the order of client keys (by their bytes), at most `limit`.
    async fn installations(
        &self,
        tenant: TenantId,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Installation>, StoreError>;

    /// Installations of a tenant whose replaced secret is to be wiped now, at most `limit`.
    async fn outdated(
        &self,
        tenant: TenantId,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Installation>, StoreError>;

    /// The tenants that have installations.
    async fn installed(&self) -> Result<Vec<TenantId>, StoreError>;

    /// A token that was used, unless its time is over.
    async fn used_token(&self, token: &[u8; 32], now: Timestamp) -> Result<Option<UsedToken>, StoreError>;

    /// Uses a token up outside a commit; `Conflict` if it was used before and its time is not over.
    async fn use_token(&self, used: &UsedToken, now: Timestamp) -> Result<(), StoreError>;

    /// Forgets tokens and pairing codes whose time is over; says how many.
    async fn forget_tokens(&self, now: Timestamp) -> Result<u64, StoreError>;
}
