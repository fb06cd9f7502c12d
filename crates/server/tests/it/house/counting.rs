//! The ports that installations are kept over, counting what a caller makes them do.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use bowline_auth::Sealer;
use bowline_core::commit::{ApiToken, DirectoryKind, KeyKind, WrappedKey};
use bowline_core::connection::Connection;
use bowline_core::fingerprint::Fingerprinter;
use bowline_core::installation::{Installation, UsedToken};
use bowline_core::port::{DirectoryEntry, Installations, Registry, Seal, SealError, StoreError, Vault};
use bowline_core::profile::Profile;
use bowline_core::secret::{Purpose, Sealed, Secret};
use bowline_core::tenant::Tenant;

use bowline_core::{ConnectionId, InstallationId, ProfileId, SecretId, TenantId, Timestamp, TokenId};
use bowline_store::Store;

/// What was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Work {
    /// The directory was asked for a site.
    pub(crate) directory: usize,
    /// A row was read.
    pub(crate) rows: usize,
    /// A sealed secret was read.
    pub(crate) secrets: usize,
    /// One was opened.
    pub(crate) openings: usize,
}

/// Counts.
pub(crate) struct Counting {
    store: Store,
    seal: Arc<Sealer>,
    counts: [AtomicUsize; 4],
}

impl Counting {
    pub(crate) fn new(store: &Store, seal: &Arc<Sealer>) -> Self {
        Self { store: store.clone(), seal: Arc::clone(seal), counts: Default::default() }
    }

    /// What was done since the last time.
    pub(crate) fn take(&self) -> Work {
        let [directory, rows, secrets, openings] =
            [0, 1, 2, 3].map(|place: usize| self.counts[place].swap(0, Ordering::SeqCst));
        Work { directory, rows, secrets, openings }
    }

    fn count(&self, place: usize) {
        self.counts[place].fetch_add(1, Ordering::SeqCst);
    }
}

#[async_trait]
impl Registry for Counting {
    async fn tenants(&self) -> Result<Vec<Tenant>, StoreError> {
        self.store.tenants().await
    }

    async fn directory(
        &self,
        kind: DirectoryKind,
        hash: &[u8; 32],
    ) -> Result<Option<DirectoryEntry>, StoreError> {
        self.count(0);
        self.store.directory(kind, hash).await
    }

    async fn connection(&self, tenant: TenantId, id: ConnectionId) -> Result<Option<Connection>, StoreError> {
        self.store.connection(tenant, id).await
    }

    async fn connections(&self, tenant: TenantId) -> Result<Vec<Connection>, StoreError> {
        self.store.connections(tenant).await
    }

    async fn profile(&self, tenant: TenantId, id: ProfileId) -> Result<Option<Profile>, StoreError> {
        self.store.profile(tenant, id).await
    }

    async fn profiles(&self, tenant: TenantId) -> Result<Vec<Profile>, StoreError> {
        self.store.profiles(tenant).await
    }

    async fn token(&self, tenant: TenantId, id: TokenId) -> Result<Option<ApiToken>, StoreError> {
        self.store.token(tenant, id).await
    }

    async fn tokens(&self, tenant: TenantId) -> Result<Vec<ApiToken>, StoreError> {
        self.store.tokens(tenant).await
    }
}

#[async_trait]
impl Installations for Counting {
    async fn installation(
        &self,
        tenant: TenantId,
        id: InstallationId,
    ) -> Result<Option<Installation>, StoreError> {
        self.count(1);
        self.store.installation(tenant, id).await
    }

    async fn installations(
        &self,
        tenant: TenantId,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Installation>, StoreError> {
        self.store.installations(tenant, after, limit).await
    }

    async fn outdated(
        &self,
        tenant: TenantId,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Installation>, StoreError> {
        self.store.outdated(tenant, now, limit).await
    }

    async fn installed(&self) -> Result<Vec<TenantId>, StoreError> {
        self.store.installed().await
    }

    async fn used_token(&self, token: &[u8; 32], now: Timestamp) -> Result<Option<UsedToken>, StoreError> {
        self.store.used_token(token, now).await
    }

    async fn use_token(&self, used: &UsedToken, now: Timestamp) -> Result<(), StoreError> {
        self.store.use_token(used, now).await
    }

    async fn forget_tokens(&self, now: Timestamp) -> Result<u64, StoreError> {
        self.store.forget_tokens(now).await
    }
}

#[async_trait]
impl Vault for Counting {
    async fn keys(&self, tenant: TenantId, kind: KeyKind) -> Result<Vec<WrappedKey>, StoreError> {
        self.store.keys(tenant, kind).await
    }

    async fn secret(&self, tenant: TenantId, id: SecretId) -> Result<Option<Sealed>, StoreError> {
        self.count(2);
        self.store.secret(tenant, id).await
    }

    async fn key_check(&self) -> Result<Option<Vec<u8>>, StoreError> {
        self.store.key_check().await
    }

    async fn put_key_check(&self, value: &[u8]) -> Result<(), StoreError> {
        self.store.put_key_check(value).await
    }
}

#[async_trait]
impl Seal for Counting {
    async fn seal(
        &self,
        tenant: TenantId,
        purpose: Purpose,
        row: &str,
        plain: &Secret,
    ) -> Result<Sealed, SealError> {
        self.seal.seal(tenant, purpose, row, plain).await
    }

    async fn open(
        &self,
        tenant: TenantId,
        purpose: Purpose,
        row: &str,
        sealed: &Sealed,
    ) -> Result<Secret, SealError> {
        let opened = self.seal.open(tenant, purpose, row, sealed).await;
        // What does not open took no time to speak of.
        assert!(opened.is_ok(), "{row} does not open");
        self.count(3);
        opened
    }

    async fn fingerprinter(&self, tenant: TenantId) -> Result<Arc<dyn Fingerprinter>, SealError> {
        self.seal.fingerprinter(tenant).await
    }
}
