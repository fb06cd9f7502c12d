//! `Registry`: what is configured.

use async_trait::async_trait;
use bowline_core::commit::{ApiToken, DirectoryKind};
use bowline_core::connection::Connection;
use bowline_core::port::{DirectoryEntry, Registry, StoreError};
use bowline_core::profile::Profile;
use bowline_core::tenant::Tenant;
use bowline_core::{ConnectionId, ProfileId, TenantId, TokenId};

use crate::Store;
use crate::tables::{connections, directory, profiles, tenants, tokens};

#[async_trait]
impl Registry for Store {
    async fn tenants(&self) -> Result<Vec<Tenant>, StoreError> {
        self.ask_system(tenants::list()).await?.all()
    }

    async fn directory(
        &self,
        kind: DirectoryKind,
        hash: &[u8; 32],
    ) -> Result<Option<DirectoryEntry>, StoreError> {
        self.ask_system(directory::find(kind, hash)).await?.first()
    }

    async fn connection(&self, tenant: TenantId, id: ConnectionId) -> Result<Option<Connection>, StoreError> {
        self.ask(tenant, connections::get(tenant, id)).await?.first()
    }

    async fn connections(&self, tenant: TenantId) -> Result<Vec<Connection>, StoreError> {
        self.ask(tenant, connections::list(tenant)).await?.all()
    }

    async fn profile(&self, tenant: TenantId, id: ProfileId) -> Result<Option<Profile>, StoreError> {
        self.ask(tenant, profiles::get(tenant, id)).await?.first()
    }

    async fn profiles(&self, tenant: TenantId) -> Result<Vec<Profile>, StoreError> {
        self.ask(tenant, profiles::list(tenant)).await?.all()
    }

    async fn token(&self, tenant: TenantId, id: TokenId) -> Result<Option<ApiToken>, StoreError> {
        self.ask(tenant, tokens::get(tenant, id)).await?.first()
    }

    async fn tokens(&self, tenant: TenantId) -> Result<Vec<ApiToken>, StoreError> {
        self.ask(tenant, tokens::list(tenant)).await?.all()
    }
}
