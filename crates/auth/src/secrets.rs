//! A connection's secrets, opened when needed and remembered for a minute.

use std::sync::Arc;

use bowline_core::connection::Connection;
use bowline_core::port::{Clock, Seal, SealError, Vault};
use bowline_core::secret::{Purpose, Secret};
use bowline_core::{SecretId, SignedDuration, TenantId, Timestamp};

use crate::cache::Cache;

/// How long an opened secret is used again: long enough to spare the database a read per call, short enough
/// that a replaced secret is noticed even where the connection's revision was not raised.
const MEMORY: SignedDuration = SignedDuration::from_mins(1);

/// How many opened secrets are remembered.
const CAPACITY: usize = 4_096;

/// Opens the secrets of connections; shared by all that need them.
pub struct Secrets {
    vault: Arc<dyn Vault>,
    seal: Arc<dyn Seal>,
    clock: Arc<dyn Clock>,
    /// The tenant is part of the key: an id alone must not reach into another tenant's memory.
    opened: Cache<(TenantId, SecretId), Opened>,
}

#[derive(Clone)]
struct Opened {
    secret: Secret,
    purpose: Purpose,
    revision: i64,
    until: Timestamp,
}

impl Secrets {
    /// Reads sealed rows from `vault` and opens them with `seal`.
    pub fn new(vault: Arc<dyn Vault>, seal: Arc<dyn Seal>, clock: Arc<dyn Clock>) -> Self {
        Self { vault, seal, clock, opened: Cache::new(CAPACITY) }
    }

    /// One of the connection's secrets; `None` if there is no such row. A new revision of the connection is
    /// read from the database at once.
    pub async fn find(
        &self,
        connection: &Connection,
        purpose: Purpose,
        id: SecretId,
    ) -> Result<Option<Secret>, SealError> {
        let now = self.clock.now();
        let current = |opened: &Opened| {
            opened.until > now && opened.revision == connection.revision && opened.purpose == purpose
        };
        if let Some(opened) = self.opened.find((connection.tenant, id)).filter(current) {
            return Ok(Some(opened.secret));
        }
        let Some(sealed) = self.vault.secret(connection.tenant, id).await? else { return Ok(None) };
        let secret = self.seal.open(connection.tenant, purpose, &id.to_string(), &sealed).await?;
        let until = now.saturating_add(MEMORY).unwrap_or(now);
        let (kept, revision) = (secret.clone(), connection.revision);
        self.opened.put((connection.tenant, id), Opened { secret: kept, purpose, revision, until });
        Ok(Some(secret))
    }
}
