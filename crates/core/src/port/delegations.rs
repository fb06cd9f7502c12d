//! Reading who lets which connection act as themselves.

use async_trait::async_trait;

use super::StoreError;
use crate::delegation::{Delegate, Delegation};
use crate::id::{ConnectionId, GrantId, TenantId};
use crate::page::{Page, PageAsk};

/// Delegations.
#[async_trait]
pub trait Delegations: Send + Sync {
    /// What one person has allowed a connection, with their grant; `None` if nothing.
    async fn delegate(
        &self,
        tenant: TenantId,
        connection: ConnectionId,
        person: &str,
    ) -> Result<Option<Delegate>, StoreError>;

    /// Everybody who lets a connection act as themselves, by the person's id.
    async fn delegates(
        &self,
        tenant: TenantId,
        connection: ConnectionId,
        page: &PageAsk,
    ) -> Result<Page<Delegate>, StoreError>;

    /// The delegations that stand on a grant: one for each connection that may act by it.
    async fn delegations_on(&self, tenant: TenantId, grant: GrantId) -> Result<Vec<Delegation>, StoreError>;
}
