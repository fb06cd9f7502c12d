//! `Delegations`: who lets which connection write as themselves.

use async_trait::async_trait;
use bowline_core::delegation::{Delegate, Delegation};
use bowline_core::page::{Page, PageAsk};
use bowline_core::port::{Delegations, StoreError};
use bowline_core::{ConnectionId, GrantId, TenantId};

use crate::Store;
use crate::page::{page, size};
use crate::tables::delegations;

#[async_trait]
impl Delegations for Store {
    async fn delegate(
        &self,
        tenant: TenantId,
        connection: ConnectionId,
        person: &str,
    ) -> Result<Option<Delegate>, StoreError> {
        self.ask(tenant, delegations::get(tenant, connection, person)).await?.first()
    }

    async fn delegates(
        &self,
        tenant: TenantId,
        connection: ConnectionId,
        ask: &PageAsk,
    ) -> Result<Page<Delegate>, StoreError> {
        let stmt = delegations::list(tenant, connection, ask.after.as_deref(), size(ask) + 1);
        let rows = self.ask(tenant, stmt).await?.all()?;
        Ok(page(rows, ask, |one: &Delegate| one.delegation.person.clone()))
    }

    async fn delegations_on(&self, tenant: TenantId, grant: GrantId) -> Result<Vec<Delegation>, StoreError> {
        self.ask(tenant, delegations::on(tenant, grant)).await?.all()
    }
}
