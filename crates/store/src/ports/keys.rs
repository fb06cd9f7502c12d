//! `Keys`: what turning keys over needs to see, for `auth` alone.

use async_trait::async_trait;
use bowline_core::TenantId;
use bowline_core::port::{Keys, SealedAsk, SealedCount, SealedRow, StoreError};
use bowline_core::secret::Shelf;
use bowline_core::tenant::Tenant;

use crate::Store;
use crate::stmt::{Kind, Plan};
use crate::tables::{settings, shelves, tenants};

#[async_trait]
impl Keys for Store {
    async fn owners(&self) -> Result<Vec<Tenant>, StoreError> {
        self.ask_system(tenants::list()).await?.all()
    }

    async fn sealed_counts(&self, tenant: TenantId) -> Result<Vec<SealedCount>, StoreError> {
        let stmts = Shelf::ALL.into_iter().map(|shelf| shelves::count(tenant, shelf)).collect();
        let mut counts = Vec::new();
        // Whole tables are read.
        for reply in self.read(Plan { tenant: Some(tenant), stmts, kind: Kind::List }).await? {
            counts.extend(reply.all::<SealedCount>()?);
        }
        Ok(counts)
    }

    async fn sealed_rows(&self, tenant: TenantId, ask: &SealedAsk) -> Result<Vec<SealedRow>, StoreError> {
        self.list(tenant, shelves::list(tenant, ask)).await?.all()
    }

    async fn replace_key_check(&self, was: &[u8], value: &[u8]) -> Result<(), StoreError> {
        self.write(Plan::system(vec![settings::replace_key_check(was, value)])).await.map(|_| ())
    }
}
