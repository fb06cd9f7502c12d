//! Turning keys over while everything goes on: key-encryption keys and data keys, never fingerprint keys.
//!
//! What somebody asks for is small and done at once: a new data key, or the word that another key-encryption key wraps
//! from now on. The rest is [`Rotation::pass`], which looks at what is there and does what is missing. It may be killed
//! anywhere, run twice at once, and be run by any process: each step compares before it writes.

mod pass;
mod report;

use std::sync::Arc;

use bowline_core::commit::{Change, Commit, KeyKind, WrappedKey};
use bowline_core::port::{Clock, Commits, Entropy, Keys, SealError, StoreError, Vault};
use bowline_core::secret::Secret;
use bowline_core::tenant::Tenant;
use bowline_core::{SignedDuration, TenantId};
use serde::Serialize;

use crate::folder::Folder;
use crate::keyring::{KekView, Keyring};
use crate::sealer::{Sealer, draw};

pub use pass::Progress;
pub use report::{Broken, DataKey, Exported, KeyList, TenantKeys, Verdict};

/// How long a data key is kept after it was replaced and nothing is sealed under it any more. Every process has
/// noticed the new one within five minutes ([`crate::sealer::REFRESH`]), and nothing sealed waits so long to be stored.
const GRACE: SignedDuration = SignedDuration::from_hours(1);

/// Turns over the keys of one database.
pub struct Rotation {
    keyring: Arc<Keyring>,
    sealer: Arc<Sealer>,
    vault: Arc<dyn Vault>,
    keys: Arc<dyn Keys>,
    commits: Arc<dyn Commits>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    folder: Option<Folder>,
}

/// Ports of a database, as [`Rotation`] needs them.
pub struct RotationPorts {
    /// Reads wrapped keys.
    pub vault: Arc<dyn Vault>,
    /// Reads what is sealed under them.
    pub keys: Arc<dyn Keys>,
    /// Writes.
    pub commits: Arc<dyn Commits>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Gives randomness.
    pub entropy: Arc<dyn Entropy>,
}

/// What a new data key comes to for one tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DataPlan {
    /// Whose.
    pub tenant: TenantId,
    /// The tenant's name.
    pub name: String,
    /// The newest version now; 0 if the tenant has no key yet.
    pub from: i32,
    /// The version that is made.
    pub to: i32,
    /// How many values will be sealed anew.
    pub values: i64,
}

impl Rotation {
    /// Over one database, with the folder of data keys made by hand if there is one.
    pub fn new(
        keyring: Arc<Keyring>,
        sealer: Arc<Sealer>,
        ports: RotationPorts,
        folder: Option<Folder>,
    ) -> Self {
        let RotationPorts { vault, keys, commits, clock, entropy } = ports;
        Self { keyring, sealer, vault, keys, commits, clock, entropy, folder }
    }

    /// Everybody who may have keys.
    pub async fn tenants(&self) -> Result<Vec<Tenant>, StoreError> {
        self.keys.owners().await
    }

    /// What a new data key would come to. Changes nothing.
    pub async fn plan_data(&self, tenant: &Tenant) -> Result<DataPlan, SealError> {
        let newest = self.vault.keys(tenant.id, KeyKind::Data).await?.last().map_or(0, |key| key.version);
        let values = self.keys.sealed_counts(tenant.id).await?.iter().map(|count| count.count).sum();
        let to = newest.checked_add(1).ok_or(SealError::NoKey)?;
        Ok(DataPlan { tenant: tenant.id, name: tenant.name.clone(), from: newest, to, values })
    }

    /// Makes a new data key for a tenant: what is sealed from now on is sealed under it, and [`Rotation::pass`] seals
    /// the rest anew. `Conflict` if somebody else made one at this moment.
    pub async fn rotate_data(&self, tenant: &Tenant) -> Result<DataPlan, SealError> {
        let plan = self.plan_data(tenant).await?;
        self.add(tenant.id, plan.to, draw(self.entropy.as_ref())).await?;
        Ok(plan)
    }

    /// Stores a version of a tenant's data key, and its fingerprint key if it has no keys at all.
    async fn add(&self, tenant: TenantId, version: i32, key: Secret) -> Result<(), SealError> {
        let at = self.clock.now();
        let mut changes = vec![self.wrapped(tenant, KeyKind::Data, version, &key).await?];
        if version == 1 {
            let prints = draw(self.entropy.as_ref());
            changes.push(self.wrapped(tenant, KeyKind::Fingerprint, 1, &prints).await?);
        }
        self.commits.commit(Commit { tenant, fence: None, changes, at }).await?;
        self.sealer.refresh(tenant).await
    }

    async fn wrapped(
        &self,
        tenant: TenantId,
        kind: KeyKind,
        version: i32,
        key: &Secret,
    ) -> Result<Change, SealError> {
        self.keyring.wrap(tenant, (kind, version, self.clock.now()), key).await.map(Change::AddKey)
    }

    /// From now on the configured key-encryption key wraps; [`Rotation::pass`] wraps anew what others wrapped. Says
    /// whether that was news.
    pub async fn begin_wrapping(&self) -> Result<bool, SealError> {
        self.keyring.begin().await
    }

    /// The key-encryption keys and how they stand.
    pub async fn wrappings(&self) -> Result<Vec<KekView>, SealError> {
        self.keyring.list().await
    }

    /// All of a tenant's keys, as they stand in their rows.
    async fn rows(&self, tenant: TenantId) -> Result<Vec<WrappedKey>, StoreError> {
        let mut rows = self.vault.keys(tenant, KeyKind::Data).await?;
        rows.extend(self.vault.keys(tenant, KeyKind::Fingerprint).await?);
        Ok(rows)
    }
}
