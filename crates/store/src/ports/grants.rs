//! `Grants`: what providers let us do.

use async_trait::async_trait;
use bowline_core::credential::Credential;
use bowline_core::grant::{Authorization, Grant, GrantEvent, OauthClient};
use bowline_core::kept::Kept;
use bowline_core::page::{Page, PageAsk};
use bowline_core::port::{Grants, KeptNames, StoreError};
use bowline_core::{AuthorizationId, GrantId, OauthClientId, TenantId};

use crate::Store;
use crate::page::{after, page, size};
use crate::tables::{authorizations, credentials, grants, kept_names, oauth_clients};

#[async_trait]
impl KeptNames for Store {
    async fn kept_names(&self, tenant: TenantId) -> Result<Vec<Kept>, StoreError> {
        self.list(tenant, kept_names::list(tenant)).await?.all()
    }
}

#[async_trait]
impl Grants for Store {
    async fn grant(&self, tenant: TenantId, id: GrantId) -> Result<Option<Grant>, StoreError> {
        self.ask(tenant, grants::get(tenant, id)).await?.first()
    }

    async fn grants(&self, tenant: TenantId, ask: &PageAsk) -> Result<Page<Grant>, StoreError> {
        let stmt = grants::list(tenant, after(ask)?, size(ask) + 1);
        let rows = self.list(tenant, stmt).await?.all()?;
        Ok(page(rows, ask, |grant: &Grant| grant.id.to_string()))
    }

    async fn grant_of(
        &self,
        tenant: TenantId,
        client: OauthClientId,
        subject: &str,
    ) -> Result<Option<Grant>, StoreError> {
        self.ask(tenant, grants::of(tenant, client, subject)).await?.first()
    }

    async fn grant_events(&self, tenant: TenantId, id: GrantId) -> Result<Vec<GrantEvent>, StoreError> {
        self.ask(tenant, grants::events(tenant, id)).await?.all()
    }

    async fn oauth_client(
        &self,
        tenant: TenantId,
        id: OauthClientId,
    ) -> Result<Option<OauthClient>, StoreError> {
        self.ask(tenant, oauth_clients::get(tenant, id)).await?.first()
    }

    async fn oauth_clients(&self, tenant: TenantId) -> Result<Vec<OauthClient>, StoreError> {
        self.ask(tenant, oauth_clients::list(tenant)).await?.all()
    }

    async fn credentials(&self, tenant: TenantId) -> Result<Vec<Credential>, StoreError> {
        self.ask(tenant, credentials::list(tenant)).await?.all()
    }

    async fn authorization(
        &self,
        tenant: TenantId,
        id: AuthorizationId,
    ) -> Result<Option<Authorization>, StoreError> {
        self.ask(tenant, authorizations::get(tenant, id)).await?.first()
    }
}
