//! `Installations`: sites that installed our app, and the tokens they have used up.

use async_trait::async_trait;
use bowline_core::installation::{Installation, UsedToken};
use bowline_core::port::{Installations, StoreError};
use bowline_core::{InstallationId, TenantId, Timestamp};

use crate::Store;
use crate::stmt::Plan;
use crate::tables::{directory, installations, used_tokens};

#[async_trait]
impl Installations for Store {
    async fn installation(
        &self,
        tenant: TenantId,
        id: InstallationId,
    ) -> Result<Option<Installation>, StoreError> {
        self.ask(tenant, installations::get(tenant, id)).await?.first()
    }

    async fn installations(
        &self,
        tenant: TenantId,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Installation>, StoreError> {
        self.list(tenant, installations::list(tenant, after, limit)).await?.all()
    }

    async fn outdated(
        &self,
        tenant: TenantId,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Installation>, StoreError> {
        self.ask(tenant, installations::outdated(tenant, now, limit)).await?.all()
    }

    async fn installed(&self) -> Result<Vec<TenantId>, StoreError> {
        self.ask_system(directory::tenants_with_sites()).await?.all()
    }

    async fn used_token(&self, token: &[u8; 32], now: Timestamp) -> Result<Option<UsedToken>, StoreError> {
        self.ask_system(used_tokens::find(token, now)).await?.first()
    }

    async fn use_token(&self, used: &UsedToken, now: Timestamp) -> Result<(), StoreError> {
        self.write(Plan::system(vec![used_tokens::put(used, now)])).await.map(|_| ())
    }

    async fn forget_tokens(&self, now: Timestamp) -> Result<u64, StoreError> {
        let plan = Plan::system(vec![used_tokens::forget(now), directory::forget_codes(now)]);
        Ok(self.write(plan).await?.iter().map(|reply| reply.changed).sum())
    }
}
