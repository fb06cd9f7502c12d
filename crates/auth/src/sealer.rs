//! Sealing under the tenant's own keys: implements the port [`Seal`].
//!
//! A tenant has data keys, of which the newest seals and all open, and a fingerprint key, which is never rotated: a
//! new one would make every stored fingerprint a stranger. They are made at the tenant's first use, wrapped by the
//! key-encryption key ([`Keyring`]), and kept opened in memory: each is unwrapped once. What an envelope looks like is
//! `envelope`'s business, turning keys over that of `rotation`.

use std::collections::BTreeMap;
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};
use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use aws_lc_rs::aead::RandomizedNonceKey;
use bowline_core::commit::{Change, Commit, KeyKind, WrappedKey};
use bowline_core::fingerprint::Fingerprinter;
use bowline_core::port::{Clock, Commits, Entropy, Seal, SealError, StoreError, Vault};
use bowline_core::secret::{Purpose, Sealed, Secret};
use bowline_core::{SignedDuration, TenantId, Timestamp};
use futures_util::lock::Mutex;

use crate::cache::Cache;
use crate::envelope;
use crate::fingerprint::Keyed;
use crate::keyring::Keyring;

/// Bound into every sealed value. Stable for ever: part of what was sealed.
const VALUE: &str = "bowline/value";

/// How many tenants' keys are kept opened; about two kilobytes each.
const CAPACITY: usize = 4_096;

/// How soon every process seals under a data key that another one made. A data key that is not the newest any more
/// is kept for much longer than this.
pub(crate) const REFRESH: SignedDuration = SignedDuration::from_mins(5);

/// How many tenants' keys may be opened at the same time.
const LOADS: usize = 32;

/// Seals and opens for all tenants.
pub struct Sealer {
    keyring: Arc<Keyring>,
    vault: Arc<dyn Vault>,
    commits: Arc<dyn Commits>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    rings: Cache<TenantId, Arc<Ring>>,
    /// Keys that belong to nobody and are stored nowhere: what is opened where there is nothing to open.
    nobody: OnceLock<Arc<Ring>>,
    /// Who opens a tenant's keys holds one of these, so that everybody else waits for the result.
    loads: [Mutex<()>; LOADS],
}

/// One tenant's keys, opened. The library wipes them when the last ring is dropped.
struct Ring {
    data: BTreeMap<i32, Arc<RandomizedNonceKey>>,
    fingerprints: (i32, Arc<Keyed>),
    read_at: Timestamp,
}

impl Sealer {
    /// A sealer over one database's keys.
    pub fn new(
        keyring: Arc<Keyring>,
        vault: Arc<dyn Vault>,
        commits: Arc<dyn Commits>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        let loads = std::array::from_fn(|_| Mutex::new(()));
        Self {
            keyring,
            vault,
            commits,
            clock,
            entropy,
            rings: Cache::new(CAPACITY),
            nobody: OnceLock::new(),
            loads,
        }
    }

    /// The tenant's keys; made now if the tenant has none at all.
    async fn ring(&self, tenant: TenantId) -> Result<Arc<Ring>, SealError> {
        if tenant == TenantId::NOBODY {
            return self.nobodys();
        }
        let Some(ring) = self.rings.find(tenant) else { return self.load(tenant).await };
        if self.clock.now().duration_since(ring.read_at) < REFRESH {
            return Ok(ring);
        }
        match self.load(tenant).await {
            // What is open goes on working while the database is away.
            Err(SealError::Store(StoreError::Unavailable(_)) | SealError::Away(_)) => Ok(ring),
            loaded => loaded,
        }
    }

    /// Nobody's keys are drawn by each process for itself.
    fn nobodys(&self) -> Result<Arc<Ring>, SealError> {
        if let Some(ring) = self.nobody.get() {
            return Ok(Arc::clone(ring));
        }
        let key = envelope::key(draw(self.entropy.as_ref()).expose())?;
        let fingerprints = (1, Arc::new(Keyed::new(draw(self.entropy.as_ref()).expose())));
        let data = BTreeMap::from([(1, Arc::new(key))]);
        let ring = Arc::new(Ring { data, fingerprints, read_at: self.clock.now() });
        Ok(Arc::clone(self.nobody.get_or_init(|| ring)))
    }

    /// Reads the tenant's keys anew: another version of one was made.
    pub(crate) async fn refresh(&self, tenant: TenantId) -> Result<(), SealError> {
        self.load(tenant).await.map(|_| ())
    }

    /// Reads the keys, unless somebody does so between now and our turn, and opens those not opened before.
    async fn load(&self, tenant: TenantId) -> Result<Arc<Ring>, SealError> {
        let (known, asked_at) = (self.rings.find(tenant), self.clock.now());
        let place = BuildHasherDefault::<DefaultHasher>::default().hash_one(tenant) % LOADS as u64;
        let turn = usize::try_from(place).ok().and_then(|place| self.loads.get(place));
        let _turn = match turn {
            Some(turn) => Some(turn.lock().await),
            None => None,
        };
        let now = self.rings.find(tenant);
        if let Some(ring) = &now
            // What was read before we asked may lack what we ask for.
            && ring.read_at >= asked_at
            && known.is_none_or(|known| !Arc::ptr_eq(&known, ring))
        {
            return Ok(Arc::clone(ring));
        }
        let read_at = self.clock.now();
        let mut keys = self.stored(tenant).await?;
        if keys.0.is_empty() && keys.1.is_empty() {
            self.make(tenant).await?;
            // Whoever was first has made the keys that count, so they are read back even if that was us.
            keys = self.stored(tenant).await?;
        }
        let ring = Arc::new(self.opened(tenant, keys, now.as_deref(), read_at).await?);
        self.rings.put(tenant, Arc::clone(&ring));
        Ok(ring)
    }

    async fn stored(&self, tenant: TenantId) -> Result<(Vec<WrappedKey>, Vec<WrappedKey>), StoreError> {
        let data = self.vault.keys(tenant, KeyKind::Data).await?;
        Ok((data, self.vault.keys(tenant, KeyKind::Fingerprint).await?))
    }

    /// One kind without the other is damage, not a tenant without keys: a new fingerprint key would make every
    /// item look changed.
    async fn opened(
        &self,
        tenant: TenantId,
        (data, prints): (Vec<WrappedKey>, Vec<WrappedKey>),
        before: Option<&Ring>,
        read_at: Timestamp,
    ) -> Result<Ring, SealError> {
        let newest = prints.last().ok_or(SealError::NoKey)?;
        let fingerprints = match before.map(|ring| &ring.fingerprints) {
            Some((version, keyed)) if *version == newest.version => Arc::clone(keyed),
            _ => Arc::new(Keyed::new(self.keyring.unwrap(tenant, newest).await?.expose())),
        };
        let mut opened = BTreeMap::new();
        for wrapped in &data {
            // A version never becomes another key.
            let key = match before.and_then(|ring| ring.data.get(&wrapped.version)) {
                Some(key) => Arc::clone(key),
                None => Arc::new(envelope::key(self.keyring.unwrap(tenant, wrapped).await?.expose())?),
            };
            opened.insert(wrapped.version, key);
        }
        Ok(Ring { data: opened, fingerprints: (newest.version, fingerprints), read_at })
    }

    async fn make(&self, tenant: TenantId) -> Result<(), SealError> {
        let at = self.clock.now();
        let mut changes = Vec::with_capacity(2);
        for kind in [KeyKind::Data, KeyKind::Fingerprint] {
            let key = draw(self.entropy.as_ref());
            changes.push(Change::AddKey(self.keyring.wrap(tenant, (kind, 1, at), &key).await?));
        }
        match self.commits.commit(Commit { tenant, fence: None, changes, at }).await {
            Ok(()) | Err(StoreError::Conflict(_)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// A new key.
pub(crate) fn draw(entropy: &dyn Entropy) -> Secret {
    let mut key = vec![0; 32];
    entropy.fill(&mut key);
    Secret::new(key)
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
        if !ring.data.contains_key(&version) && tenant != TenantId::NOBODY {
            // Another process may have made a newer key since these were read.
            ring = self.load(tenant).await?;
        }
        let key = ring.data.get(&version).ok_or(SealError::Corrupt("sealed under an unknown key"))?;
        envelope::open(key, &[VALUE, purpose.word(), &tenant.to_string(), row], sealed)
    }

    async fn fingerprinter(&self, tenant: TenantId) -> Result<Arc<dyn Fingerprinter>, SealError> {
        let ring = self.ring(tenant).await?;
        Ok(Arc::clone(&ring.fingerprints.1) as Arc<dyn Fingerprinter>)
    }
}
