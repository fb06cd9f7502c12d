//! A connection's secrets, opened when needed and remembered for a minute.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

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
    /// When each credential was last shown.
    used: Mutex<HashMap<(TenantId, SecretId), Timestamp>>,
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
        Self { vault, seal, clock, opened: Cache::new(CAPACITY), used: Mutex::default() }
    }

    /// The time, by the clock that secrets age by.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// When a credential was last shown by this process.
    pub fn used(&self, tenant: TenantId, id: SecretId) -> Option<Timestamp> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner).get(&(tenant, id)).copied()
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
        if purpose == Purpose::Credential {
            self.used.lock().unwrap_or_else(PoisonError::into_inner).insert((connection.tenant, id), now);
        }
        // Nothing opened stays in memory because nobody asks for it again.
        self.opened.retain(|opened| opened.until > now);
        let current = |opened: &Opened| opened.revision == connection.revision && opened.purpose == purpose;
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fmt::Debug;
    use std::str::FromStr;
    use std::sync::Mutex;

    use async_trait::async_trait;
    use bowline_core::commit::{KeyKind, WrappedKey};
    use bowline_core::connection::{Health, IntakeProof, SignIn, ToolKind};
    use bowline_core::fingerprint::Fingerprinter;
    use bowline_core::port::StoreError;
    use bowline_core::secret::Sealed;

    use super::*;

    fn id<T: FromStr<Err: Debug>>(prefix: &str, number: u32) -> T {
        format!("{prefix}_{number:032x}").parse().unwrap()
    }

    /// Holds every secret, and a clock.
    struct Plain(Mutex<Timestamp>);

    impl Clock for Plain {
        fn now(&self) -> Timestamp {
            *self.0.lock().unwrap()
        }
    }

    #[async_trait]
    impl Vault for Plain {
        async fn keys(&self, _: TenantId, _: KeyKind) -> Result<Vec<WrappedKey>, StoreError> {
            Ok(Vec::new())
        }
        async fn secret(&self, _: TenantId, _: SecretId) -> Result<Option<Sealed>, StoreError> {
            Ok(Some(Sealed(vec![1])))
        }
        async fn key_check(&self) -> Result<Option<Vec<u8>>, StoreError> {
            Ok(None)
        }
        async fn put_key_check(&self, _: &[u8]) -> Result<(), StoreError> {
            Ok(())
        }
    }

    #[async_trait]
    impl Seal for Plain {
        async fn seal(&self, _: TenantId, _: Purpose, _: &str, _: &Secret) -> Result<Sealed, SealError> {
            Err(SealError::NoKey)
        }
        async fn open(&self, _: TenantId, _: Purpose, _: &str, _: &Sealed) -> Result<Secret, SealError> {
            Ok(Secret::from("secret".to_owned()))
        }
        async fn fingerprinter(&self, _: TenantId) -> Result<Arc<dyn Fingerprinter>, SealError> {
            Err(SealError::NoKey)
        }
    }

    #[tokio::test]
    async fn what_nobody_asks_for_any_more_is_forgotten_after_a_minute() {
        let plain = Arc::new(Plain(Mutex::new(Timestamp::UNIX_EPOCH)));
        let secrets = Secrets::new(plain.clone(), plain.clone(), plain.clone());
        let connection = Connection {
            tenant: id("ten", 1),
            id: id("con", 2),
            name: String::new(),
            tool: ToolKind::JiraDc,
            base_url: String::new(),
            browse_url: String::new(),
            transport: bowline_core::layers::Transport::default(),
            gateway: None,
            sign_in: SignIn::PersonalAccessToken,
            secret: id("sec", 3),
            intake: IntakeProof::default(),
            health: Health::Unknown,
            identity: None,
            settings: BTreeMap::new(),
            revision: 1,
            era: 0,
            created_at: Timestamp::UNIX_EPOCH,
        };
        let find = async |number| {
            let id: SecretId = id("sec", number);
            assert!(secrets.find(&connection, Purpose::Credential, id).await.unwrap().is_some());
            secrets.opened.len()
        };
        assert_eq!((find(1).await, find(2).await), (1, 2));
        *plain.0.lock().unwrap() = Timestamp::UNIX_EPOCH.checked_add(MEMORY).unwrap();
        assert_eq!(find(3).await, 1, "the first two are gone");
    }
}
