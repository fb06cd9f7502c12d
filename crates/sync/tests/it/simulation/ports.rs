//! Between the engine and the production store: pauses, so that anything may happen before and after each commit
//! and each read; and the fakes for time and sealing.

use std::future::Future;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use async_trait::async_trait;
use bowline_core::commit::{ApiToken, Commit, DirectoryKind};
use bowline_core::connection::Connection;
use bowline_core::delegation::{Delegate, Delegation};
use bowline_core::event::InboxRow;
use bowline_core::fingerprint::{Fingerprint, Fingerprinter};
use bowline_core::page::{Page, PageAsk};
use bowline_core::port::{
    ClaimAsk, Clock, Commits, Delegations, Desk, DirectoryEntry, Registry, Seal, SealError, ShareView,
    StoreError, WorkDepth, WorkQueue,
};
use bowline_core::profile::Profile;
use bowline_core::secret::{Purpose, Sealed, Secret};
use bowline_core::share::Share;
use bowline_core::tenant::Tenant;
use bowline_core::work::{Claim, Entity, Lanes};
use bowline_core::{
    ConnectionId, FieldName, GrantId, ProfileId, ShareId, SignedDuration, TenantId, Timestamp, TokenId,
};
use bowline_store::Store;
use tokio::runtime::Runtime;

use super::executor::pause;

/// A clock that moves when told.
pub(crate) struct FakeClock(AtomicI64);

impl FakeClock {
    pub(crate) fn new() -> Self {
        Self(AtomicI64::new(1_790_000_000_000_000))
    }

    pub(crate) fn advance(&self, by: SignedDuration) {
        self.0.fetch_add(i64::try_from(by.as_micros()).unwrap(), Ordering::SeqCst);
    }
}

impl Clock for FakeClock {
    /// Every look at the clock finds it a little later: no two things happen in the same instant.
    fn now(&self) -> Timestamp {
        Timestamp::from_microsecond(self.0.fetch_add(1, Ordering::SeqCst)).unwrap()
    }
}

/// Fingerprints without cryptography, and no sealing at all: neither is what is tested here.
pub(crate) struct FakeSeal;

impl Fingerprinter for FakeSeal {
    fn of(&self, field: &FieldName, normal: &[u8]) -> Fingerprint {
        let half = |salt: u8| {
            let mut hasher = DefaultHasher::new();
            (salt, field, normal).hash(&mut hasher);
            hasher.finish().to_be_bytes()
        };
        let mut print = [0; 16];
        print[..8].copy_from_slice(&half(1));
        print[8..].copy_from_slice(&half(2));
        Fingerprint(print)
    }
}

#[async_trait]
impl Seal for FakeSeal {
    async fn seal(&self, _: TenantId, _: Purpose, _: &str, plain: &Secret) -> Result<Sealed, SealError> {
        Ok(Sealed(plain.expose().to_vec()))
    }

    async fn open(&self, _: TenantId, _: Purpose, _: &str, sealed: &Sealed) -> Result<Secret, SealError> {
        Ok(Secret::new(sealed.0.clone()))
    }

    async fn fingerprinter(&self, _: TenantId) -> Result<Arc<dyn Fingerprinter>, SealError> {
        Ok(Arc::new(Self))
    }
}

/// The production store, run to completion inside one step of the executor.
#[derive(Clone)]
pub(crate) struct Stepped {
    pub(crate) store: Arc<Store>,
    pub(crate) runtime: Arc<Runtime>,
}

impl Stepped {
    /// Runs a store call at once.
    pub(crate) fn now<T>(&self, call: impl Future<Output = T>) -> T {
        self.runtime.block_on(call)
    }
}

/// A call with a pause on either side: a crash in the second one loses the answer, not what was written.
macro_rules! stepped {
    ($self:ident, $call:expr) => {{
        pause().await;
        let answer = $self.now($call);
        pause().await;
        answer
    }};
}

#[async_trait]
impl Commits for Stepped {
    async fn commit(&self, commit: Commit) -> Result<(), StoreError> {
        stepped!(self, self.store.commit(commit))
    }
}

#[async_trait]
impl WorkQueue for Stepped {
    async fn claim(&self, ask: &ClaimAsk) -> Result<Vec<Claim>, StoreError> {
        stepped!(self, self.store.claim(ask))
    }

    async fn renew(&self, claim: &Claim, until: Timestamp) -> Result<(), StoreError> {
        stepped!(self, self.store.renew(claim, until))
    }

    async fn abandon(&self, owner: &str, now: Timestamp) -> Result<u64, StoreError> {
        self.now(self.store.abandon(owner, now))
    }

    async fn next_due(&self, lanes: Lanes) -> Result<Option<Timestamp>, StoreError> {
        self.now(self.store.next_due(lanes))
    }

    async fn depth(&self, now: Timestamp) -> Result<WorkDepth, StoreError> {
        self.now(self.store.depth(now))
    }
}

#[async_trait]
impl Desk for Stepped {
    async fn view(&self, tenant: TenantId, share: ShareId) -> Result<Option<ShareView>, StoreError> {
        stepped!(self, self.store.view(tenant, share))
    }

    async fn shares_of(
        &self,
        tenant: TenantId,
        connection: ConnectionId,
        items: &[String],
    ) -> Result<Vec<Share>, StoreError> {
        stepped!(self, self.store.shares_of(tenant, connection, items))
    }

    async fn share_of_comment(
        &self,
        tenant: TenantId,
        connection: ConnectionId,
        comment: &str,
    ) -> Result<Option<ShareId>, StoreError> {
        stepped!(self, self.store.share_of_comment(tenant, connection, comment))
    }

    async fn pending(&self, tenant: TenantId, entity: &Entity) -> Result<Vec<InboxRow>, StoreError> {
        stepped!(self, self.store.pending(tenant, entity))
    }

    async fn watermark(
        &self,
        tenant: TenantId,
        connection: ConnectionId,
    ) -> Result<Option<Timestamp>, StoreError> {
        stepped!(self, self.store.watermark(tenant, connection))
    }

    async fn profiles_of(
        &self,
        tenant: TenantId,
        connection: ConnectionId,
    ) -> Result<Vec<Profile>, StoreError> {
        self.now(self.store.profiles_of(tenant, connection))
    }
}

#[async_trait]
impl Delegations for Stepped {
    async fn delegate(
        &self,
        tenant: TenantId,
        connection: ConnectionId,
        person: &str,
    ) -> Result<Option<Delegate>, StoreError> {
        stepped!(self, self.store.delegate(tenant, connection, person))
    }

    async fn delegates(
        &self,
        tenant: TenantId,
        connection: ConnectionId,
        page: &PageAsk,
    ) -> Result<Page<Delegate>, StoreError> {
        self.now(self.store.delegates(tenant, connection, page))
    }

    async fn delegations_on(&self, tenant: TenantId, grant: GrantId) -> Result<Vec<Delegation>, StoreError> {
        self.now(self.store.delegations_on(tenant, grant))
    }
}

/// What is configured does not change during a history: these reads need no pauses.
#[async_trait]
impl Registry for Stepped {
    async fn tenants(&self) -> Result<Vec<Tenant>, StoreError> {
        self.now(self.store.tenants())
    }

    async fn directory(
        &self,
        kind: DirectoryKind,
        hash: &[u8; 32],
    ) -> Result<Option<DirectoryEntry>, StoreError> {
        self.now(self.store.directory(kind, hash))
    }

    async fn connection(&self, tenant: TenantId, id: ConnectionId) -> Result<Option<Connection>, StoreError> {
        self.now(self.store.connection(tenant, id))
    }

    async fn connections(&self, tenant: TenantId) -> Result<Vec<Connection>, StoreError> {
        self.now(self.store.connections(tenant))
    }

    async fn profile(&self, tenant: TenantId, id: ProfileId) -> Result<Option<Profile>, StoreError> {
        self.now(self.store.profile(tenant, id))
    }

    async fn profiles(&self, tenant: TenantId) -> Result<Vec<Profile>, StoreError> {
        self.now(self.store.profiles(tenant))
    }

    async fn token(&self, tenant: TenantId, id: TokenId) -> Result<Option<ApiToken>, StoreError> {
        self.now(self.store.token(tenant, id))
    }

    async fn tokens(&self, tenant: TenantId) -> Result<Vec<ApiToken>, StoreError> {
        self.now(self.store.tokens(tenant))
    }
}
