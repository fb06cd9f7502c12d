//! Sealing: secrets and kept content on their way to and from the store. Implemented in `auth`.

use std::sync::Arc;

use async_trait::async_trait;

use crate::fingerprint::Fingerprinter;
use crate::id::TenantId;
use crate::port::StoreError;
use crate::secret::{Purpose, Sealed, Secret};

/// Why something could not be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// It was changed, moved from elsewhere, or sealed under another key.
    #[error("a sealed value cannot be opened ({0})")]
    Corrupt(&'static str),
    /// The tenant has no key, and none could be made.
    #[error("the tenant has no key")]
    NoKey,
    /// Whatever holds the key-encryption key (another process, a program, a key management service) did not answer,
    /// or refused. Trying again may help. The words are made here or meant for people; they quote no secret.
    #[error("the holder of the key-encryption key: {0}")]
    Away(String),
    /// The keys could not be read or stored.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Seals and opens under the tenant's own keys.
#[async_trait]
pub trait Seal: Send + Sync {
    /// Seals `plain`; it opens only with the same tenant, purpose and `row` (the printed id of its row).
    async fn seal(
        &self,
        tenant: TenantId,
        purpose: Purpose,
        row: &str,
        plain: &Secret,
    ) -> Result<Sealed, SealError>;

    /// Opens what [`Seal::seal`] made.
    async fn open(
        &self,
        tenant: TenantId,
        purpose: Purpose,
        row: &str,
        sealed: &Sealed,
    ) -> Result<Secret, SealError>;

    /// What takes the tenant's fingerprints. Cached: cheap to ask for at every look.
    async fn fingerprinter(&self, tenant: TenantId) -> Result<Arc<dyn Fingerprinter>, SealError>;
}
