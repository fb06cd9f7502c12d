//! Sealing under the tenant's own keys: implements the port [`Seal`].
//!
//! A tenant has a data key, which seals values, and a fingerprint key, which is never rotated: a new one
//! would make every stored fingerprint a stranger. Both are made at the tenant's first use, wrapped by the
//! key-encryption key, and kept opened in memory. What an envelope looks like is `envelope`'s business.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use aws_lc_rs::aead::RandomizedNonceKey;
use bowline_core::TenantId;
use bowline_core::commit::{Change, Commit, KeyKind, WrappedKey};
use bowline_core::fingerprint::Fingerprinter;
use bowline_core::port::{Clock, Commits, Entropy, Seal, SealError, StoreError, Vault};
use bowline_core::secret::{Purpose, Sealed, Secret};
use zeroize::Zeroizing;

use crate::cache::Cache;
use crate::envelope;
use crate::fingerprint::Keyed;
use crate::keyfile::Kek;

/// Bound into every sealed value. Stable for ever: part of what was sealed.
const VALUE: &str = "bowline/value";

/// How many tenants' keys are kept opened; about two kilobytes each.
const CAPACITY: usize = 4_096;

/// Seals and opens for all tenants.
pub struct Sealer {
    kek: Kek,
    vault: Arc<dyn Vault>,
    commits: Arc<dyn Commits>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    rings: Cache<TenantId, Arc<Ring>>,
}

/// One tenant's keys, opened. The library wipes them when the ring is dropped.
struct Ring {
    data: BTreeMap<i32, RandomizedNonceKey>,
    fingerprints: Arc<Keyed>,
}

impl Sealer {
    /// A sealer over one database's keys; `kek` comes from [`crate::keyfile::unlock`].
    pub fn new(
        kek: Kek,
        vault: Arc<dyn Vault>,
        commits: Arc<dyn Commits>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        Self { kek, vault, commits, clock, entropy, rings: Cache::new(CAPACITY) }
    }

    /// The tenant's keys; made now if the tenant has none at all.
    async fn ring(&self, tenant: TenantId) -> Result<Arc<Ring>, SealError> {
        match self.rings.find(tenant) {
            Some(ring) => Ok(ring),
            None => self.load(tenant).await,
        }
    }

    async fn load(&self, tenant: TenantId) -> Result<Arc<Ring>, SealError> {
        let mut keys = self.stored(tenant).await?;
        if keys.0.is_empty() && keys.1.is_empty() {
            self.make(tenant).await?;
            // Whoever was first has made the keys that count, so they are read back even if that was us.
            keys = self.stored(tenant).await?;
        }
        let ring = Arc::new(self.opened(tenant, &keys.0, &keys.1)?);
        self.rings.put(tenant, Arc::clone(&ring));
        Ok(ring)
    }

    async fn stored(&self, tenant: TenantId) -> Result<(Vec<WrappedKey>, Vec<WrappedKey>), StoreError> {
        let data = self.vault.keys(tenant, KeyKind::Data).await?;
        Ok((data, self.vault.keys(tenant, KeyKind::Fingerprint).await?))
    }

    /// One kind without the other is damage, not a tenant without keys: a new fingerprint key would make every
    /// item look changed.
    fn opened(
        &self,
        tenant: TenantId,
        data: &[WrappedKey],
        prints: &[WrappedKey],
    ) -> Result<Ring, SealError> {
        let newest = prints.last().ok_or(SealError::NoKey)?;
        let fingerprints = Arc::new(Keyed::new(self.kek.unwrap(tenant, newest)?.expose()));
        let data = data.iter().map(|wrapped| {
            let key = self.kek.unwrap(tenant, wrapped)?;
            Ok((wrapped.version, envelope::key(key.expose())?))
        });
        Ok(Ring { data: data.collect::<Result<_, SealError>>()?, fingerprints })
    }

    async fn make(&self, tenant: TenantId) -> Result<(), SealError> {
        let mut changes = Vec::with_capacity(2);
        for kind in [KeyKind::Data, KeyKind::Fingerprint] {
            let mut key = Zeroizing::new([0; 32]);
            self.entropy.fill(&mut *key);
            changes.push(Change::AddKey(self.kek.wrap(tenant, kind, 1, &*key)?));
        }
        let commit = Commit { tenant, fence: None, changes, at: self.clock.now() };
        match self.commits.commit(commit).await {
            Ok(()) | Err(StoreError::Conflict(_)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

#[async_trait]
impl Seal for Sealer {
    async fn seal(
        &self,
        tenant: TenantId,
        purpose: Purpose,
        row: &str,
        plain: &Secret,
    ) -> Result<Sealed, SealError> {
        let ring = self.ring(tenant).await?;
        let (version, key) = ring.data.last_key_value().ok_or(SealError::NoKey)?;
        envelope::seal(key, *version, &[VALUE, purpose.word(), &tenant.to_string(), row], plain.expose())
    }

    async fn open(
        &self,
        tenant: TenantId,
        purpose: Purpose,
        row: &str,
        sealed: &Sealed,
    ) -> Result<Secret, SealError> {
        let version = envelope::version(sealed)?;
        let mut ring = self.ring(tenant).await?;
        if !ring.data.contains_key(&version) {
            // Another process may have made a newer key since these were read.
            ring = self.load(tenant).await?;
        }
        let key = ring.data.get(&version).ok_or(SealError::Corrupt("sealed under an unknown key"))?;
        envelope::open(key, &[VALUE, purpose.word(), &tenant.to_string(), row], sealed)
    }

    async fn fingerprinter(&self, tenant: TenantId) -> Result<Arc<dyn Fingerprinter>, SealError> {
        let ring = self.ring(tenant).await?;
        Ok(Arc::clone(&ring.fingerprints) as Arc<dyn Fingerprinter>)
    }
}
