//! `Vault`: sealed rows, for `auth` alone.

use async_trait::async_trait;
use bowline_core::commit::{KeyKind, WrappedKey};
use bowline_core::port::{StoreError, Vault};
use bowline_core::secret::Sealed;
use bowline_core::{SecretId, TenantId};

use crate::Store;
use crate::stmt::Plan;
use crate::tables::{keys, settings};

#[async_trait]
impl Vault for Store {
    async fn keys(&self, tenant: TenantId, kind: KeyKind) -> Result<Vec<WrappedKey>, StoreError> {
        self.ask(tenant, keys::list(tenant, kind)).await?.all()
    }

    async fn secret(&self, tenant: TenantId, id: SecretId) -> Result<Option<Sealed>, StoreError> {
        self.ask(tenant, keys::secret(tenant, id)).await?.first()
    }

    async fn key_check(&self) -> Result<Option<Vec<u8>>, StoreError> {
        self.ask_system(settings::key_check()).await?.first()
    }

    async fn put_key_check(&self, value: &[u8]) -> Result<(), StoreError> {
        self.write(Plan::system(vec![settings::put_key_check(value)])).await.map(|_| ())
    }
}
