//! The key-encryption keys of one database: the one in use, and those that are on their way out.
//!
//! The database holds the *check value*: for every key-encryption key that is needed, its name and 32 known bytes
//! that it wrapped. Whoever starts must have all of them, and proves it by opening each; otherwise the start is refused
//! and nothing is written. Changing keys goes through it: the new key is added before anything is wrapped by it, the
//! old one is taken off after nothing is any more.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bowline_core::commit::{KeyKind, WrappedKey};
use bowline_core::port::{Keys, SealError, StoreError, Vault};
use bowline_core::secret::Secret;
use bowline_core::{TenantId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::kek::Kek;
use crate::wrapped;

/// What every key-encryption key wraps to prove itself, and for what. Stable for ever.
const CHECK: [u8; 32] = [0xb0; 32];
const CHECKING: &str = "bowline/key-check";

/// Proof that a key-encryption key is the one that is meant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Proof {
    kek: String,
    proof: String,
}

/// How a key-encryption key stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KekState {
    /// Wraps what is new.
    Active,
    /// Configured as the one to use; will wrap once `rotate` was asked for.
    Next,
    /// Opens what it wrapped, until that is wrapped anew.
    Leaving,
    /// Not needed any more; it can be taken out of the configuration.
    Unneeded,
}

/// A key-encryption key as it is listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KekView {
    /// Its public name.
    pub id: String,
    /// What it is, and where.
    pub place: String,
    /// How it stands.
    pub state: KekState,
}

/// All key-encryption keys that a process was given, over one database.
pub struct Keyring {
    current: Arc<dyn Kek>,
    retired: Vec<Arc<dyn Kek>>,
    vault: Arc<dyn Vault>,
    keys: Arc<dyn Keys>,
}

impl Keyring {
    /// Proves that everything this database needs is here. On the first start of all, the check value is made.
    ///
    /// # Errors
    /// `KeyWrong` if the database needs a key that is not here, or one is here under a false name. Nothing is changed.
    pub async fn unlock(
        current: Arc<dyn Kek>,
        retired: Vec<Arc<dyn Kek>>,
        vault: Arc<dyn Vault>,
        keys: Arc<dyn Keys>,
    ) -> Result<Self, Error> {
        let ring = Self { current, retired, vault, keys };
        let mut stored = ring.vault.key_check().await?;
        if stored.is_none() {
            match ring.vault.put_key_check(&print(&[ring.prove(&ring.current).await?])).await {
                // Another process may have been faster; what counts is what is stored.
                Ok(()) | Err(StoreError::Conflict(_)) => {}
                Err(error) => return Err(error.into()),
            }
            stored = ring.vault.key_check().await?;
        }
        for proof in parse(&stored.unwrap_or_default())? {
            ring.verify(&proof).await?;
        }
        Ok(ring)
    }

    fn all(&self) -> impl Iterator<Item = &Arc<dyn Kek>> {
        std::iter::once(&self.current).chain(&self.retired)
    }

    fn find(&self, id: &str) -> Option<&Arc<dyn Kek>> {
        self.all().find(|kek| kek.id() == id)
    }

    async fn prove(&self, kek: &Arc<dyn Kek>) -> Result<Proof, SealError> {
        let proof = kek.wrap(CHECKING, &Secret::new(CHECK.to_vec())).await?;
        Ok(Proof { kek: kek.id().to_owned(), proof: STANDARD.encode(proof) })
    }

    async fn verify(&self, proof: &Proof) -> Result<(), Error> {
        let places: Vec<String> = self.all().map(|kek| format!("{} ({})", kek.id(), kek.place())).collect();
        let wrong = || Error::KeyWrong { have: places.join(" and "), wanted: proof.kek.clone() };
        let kek = self.find(&proof.kek).ok_or_else(wrong)?;
        let wrapped = STANDARD.decode(&proof.proof).map_err(|_| wrong())?;
        match kek.unwrap(CHECKING, &wrapped).await {
            Ok(opened) if opened.expose() == CHECK => Ok(()),
            Ok(_) | Err(SealError::Corrupt(_)) => Err(wrong()),
            Err(error) => Err(error.into()),
        }
    }

    async fn needed(&self) -> Result<(Vec<u8>, Vec<Proof>), SealError> {
        let stored = self.vault.key_check().await?.unwrap_or_default();
        let proofs = parse(&stored)?;
        Ok((stored, proofs))
    }

    /// The one that wraps now: the configured one once the database knows of it.
    pub(crate) async fn active(&self) -> Result<&Arc<dyn Kek>, SealError> {
        let (_, proofs) = self.needed().await?;
        let known = |kek: &&Arc<dyn Kek>| proofs.iter().any(|proof| proof.kek == kek.id());
        self.all()
            .find(known)
            .ok_or(SealError::Corrupt("none of the key-encryption keys here is in use any more"))
    }

    /// Wraps a tenant's key under the active key-encryption key.
    pub(crate) async fn wrap(
        &self,
        tenant: TenantId,
        (kind, version, made_at): (KeyKind, i32, Timestamp),
        key: &Secret,
    ) -> Result<WrappedKey, SealError> {
        let kek = self.active().await?;
        let wrapping = kek.wrap(&wrapped::context(tenant, kind, version, made_at), key).await?;
        Ok(WrappedKey { kind, version, wrapped: wrapped::print(kek.id(), made_at, &wrapping)? })
    }

    /// Opens a tenant's key with whichever key-encryption key wrapped it.
    pub(crate) async fn unwrap(&self, tenant: TenantId, key: &WrappedKey) -> Result<Secret, SealError> {
        let parts = wrapped::parse(&key.wrapped)?;
        let kek = self
            .find(parts.kek)
            .ok_or(SealError::Corrupt("a key wrapped by a key-encryption key that is not configured here"))?;
        let opened = kek.unwrap(&wrapped::context_of(tenant, key, parts.made_at), parts.wrapping).await?;
        if opened.expose().len() == 32 {
            Ok(opened)
        } else {
            Err(SealError::Corrupt("a key of the wrong length"))
        }
    }

    /// Opens CMS that somebody made by hand, with whichever RSA key here it is for.
    pub(crate) async fn open_cms(&self, cms: &[u8]) -> Result<Secret, SealError> {
        let mut outcome = Err(SealError::Corrupt("no key that opens CMS"));
        for kek in self.all() {
            outcome = kek.open_cms(cms).await;
            if outcome.is_ok() {
                break;
            }
        }
        outcome
    }

    /// From now on the configured key wraps. Says whether anything had to be done for that.
    pub(crate) async fn begin(&self) -> Result<bool, SealError> {
        let (stored, mut proofs) = self.needed().await?;
        if proofs.iter().any(|proof| proof.kek == self.current.id()) {
            return Ok(false);
        }
        proofs.push(self.prove(&self.current).await?);
        self.keys.replace_key_check(&stored, &print(&proofs)).await?;
        Ok(true)
    }

    /// Nothing is wrapped by any other than the active one: the others are not needed any more. Says whether there
    /// were any.
    pub(crate) async fn finish(&self) -> Result<bool, SealError> {
        let (stored, proofs) = self.needed().await?;
        let active = self.active().await?.id();
        let left: Vec<Proof> = proofs.iter().filter(|proof| proof.kek == active).cloned().collect();
        if left.len() == proofs.len() {
            return Ok(false);
        }
        self.keys.replace_key_check(&stored, &print(&left)).await?;
        Ok(true)
    }

    /// Whether a change of the key-encryption key has begun and not ended.
    pub(crate) async fn is_changing(&self) -> Result<bool, SealError> {
        Ok(self.needed().await?.1.len() > 1)
    }

    /// The configured key and how each stands.
    pub(crate) async fn list(&self) -> Result<Vec<KekView>, SealError> {
        let (_, proofs) = self.needed().await?;
        let active = self.active().await?.id();
        let state = |kek: &Arc<dyn Kek>| {
            let needed = proofs.iter().any(|proof| proof.kek == kek.id());
            match (kek.id() == active, needed, kek.id() == self.current.id()) {
                (true, ..) => KekState::Active,
                (_, true, _) => KekState::Leaving,
                (.., true) => KekState::Next,
                _ => KekState::Unneeded,
            }
        };
        let view = |kek: &Arc<dyn Kek>| {
            let (id, place) = (kek.id().to_owned(), kek.place().to_owned());
            KekView { id, place, state: state(kek) }
        };
        Ok(self.all().map(view).collect())
    }
}

fn print(proofs: &[Proof]) -> Vec<u8> {
    // Two texts have no way to fail to serialise; an empty value would be refused at the next start.
    serde_json::to_vec(proofs).unwrap_or_default()
}

fn parse(stored: &[u8]) -> Result<Vec<Proof>, SealError> {
    match serde_json::from_slice::<Vec<Proof>>(stored) {
        Ok(proofs) if !proofs.is_empty() => Ok(proofs),
        _ => {
            Err(SealError::Corrupt("the database's key check value is damaged; restore the row `key_check`"))
        }
    }
}
