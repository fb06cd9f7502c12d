//! What is known of Forge's installations, in memory: for tests, for trying things out, and as the shortest example of the
//! port.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use jiff::Timestamp;

use super::installation_id::InstallationId;
use super::pairing::{CodeHash, Offer};
use super::store::{Once, Remotes, Used, What};
use super::verify::Invoked;
use crate::installation::StoreError;

/// Remembers until the process ends.
#[derive(Default)]
pub struct MemoryRemotes(Mutex<Tables>);

#[derive(Default)]
struct Tables {
    used: HashMap<(InstallationId, What, [u8; 32]), Timestamp>,
    offers: Vec<Offer>,
    owners: HashMap<InstallationId, String>,
}

impl MemoryRemotes {
    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Remotes for MemoryRemotes {
    async fn use_once(&self, once: &Once, now: Timestamp) -> Result<Used, StoreError> {
        let key = (once.installation.clone(), once.what, once.name);
        let mut tables = self.tables();
        if tables.used.get(&key).is_some_and(|until| *until > now) {
            return Ok(Used::Again);
        }
        tables.used.insert(key, once.until);
        Ok(Used::First)
    }

    async fn offer(&self, offer: Offer) -> Result<(), StoreError> {
        self.tables().offers.push(offer);
        Ok(())
    }

    async fn offered(&self, code: &CodeHash, now: Timestamp) -> Result<Option<Offer>, StoreError> {
        let tables = self.tables();
        let mut open = tables.offers.iter().filter(|offer| offer.until > now);
        Ok(open.find(|offer| offer.code.matches(code)).cloned())
    }

    async fn pair(
        &self,
        installation: &InstallationId,
        _: &Invoked,
        code: &CodeHash,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut tables = self.tables();
        let found = tables.offers.iter().position(|offer| offer.until > now && offer.code.matches(code));
        let Some(at) = found else { return Ok(false) };
        let owner = tables.offers.swap_remove(at).owner;
        tables.owners.insert(installation.clone(), owner);
        Ok(true)
    }

    async fn owner(&self, installation: &InstallationId) -> Result<Option<String>, StoreError> {
        Ok(self.tables().owners.get(installation).cloned())
    }

    async fn unpair(&self, installation: &InstallationId) -> Result<bool, StoreError> {
        Ok(self.tables().owners.remove(installation).is_some())
    }

    async fn wipe(&self, now: Timestamp) -> Result<usize, StoreError> {
        let mut tables = self.tables();
        let before = tables.used.len() + tables.offers.len();
        tables.used.retain(|_, until| *until > now);
        tables.offers.retain(|offer| offer.until > now);
        Ok(before - tables.used.len() - tables.offers.len())
    }
}
