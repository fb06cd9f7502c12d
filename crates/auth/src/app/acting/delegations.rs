//! Who may be acted for: those who said so themselves, and where a site lets the app act for its people, those.

use std::sync::Arc;

use async_trait::async_trait;
use bowline_core::delegation::{Delegate, Delegation};
use bowline_core::page::{Page, PageAsk};
use bowline_core::port::{Delegations, StoreError};
use bowline_core::{ConnectionId, GrantId, TenantId};

use super::Impersonation;

/// The stored delegations, and those that stand in.
pub struct AppDelegations {
    stored: Arc<dyn Delegations>,
    impersonation: Arc<Impersonation>,
}

impl AppDelegations {
    /// Over what is stored.
    pub fn new(stored: Arc<dyn Delegations>, impersonation: Arc<Impersonation>) -> Self {
        Self { stored, impersonation }
    }
}

#[async_trait]
impl Delegations for AppDelegations {
    /// What somebody said themselves counts, also if it does not serve any more: they may have taken it back.
    async fn delegate(
        &self,
        tenant: TenantId,
        connection: ConnectionId,
        person: &str,
    ) -> Result<Option<Delegate>, StoreError> {
        match self.stored.delegate(tenant, connection, person).await? {
            Some(own) => Ok(Some(own)),
            None => self.impersonation.delegate(tenant, connection, person).await,
        }
    }

    async fn delegates(
        &self,
        tenant: TenantId,
        connection: ConnectionId,
        page: &PageAsk,
    ) -> Result<Page<Delegate>, StoreError> {
        self.stored.delegates(tenant, connection, page).await
    }

    async fn delegations_on(&self, tenant: TenantId, grant: GrantId) -> Result<Vec<Delegation>, StoreError> {
        self.stored.delegations_on(tenant, grant).await
    }
}
