//! Installations in memory: for tests, for trying things out, and as the shortest example of the port.

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use jiff::Timestamp;

use super::row::{ClientKey, Installation};
use super::store::{Change, Committed, Installations, Revision, StoreError, Stored, UsedToken};

/// Keeps installations until the process ends.
#[derive(Default)]
pub struct MemoryInstallations(Mutex<Tables>);

#[derive(Default)]
struct Tables {
    rows: BTreeMap<ClientKey, Stored>,
    used: HashMap<[u8; 32], UsedToken>,
}

impl Tables {
    /// What a token is that was used before.
    fn known(&self, used: &UsedToken, now: Timestamp) -> Option<Committed> {
        let before = self.used.get(&used.token).filter(|before| before.until > now)?;
        Some(if before.body == used.body { Committed::Repeated } else { Committed::Replayed })
    }
}

impl MemoryInstallations {
    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Installations for MemoryInstallations {
    async fn find(&self, client_key: &ClientKey) -> Result<Option<Stored>, StoreError> {
        Ok(self.tables().rows.get(client_key).cloned())
    }

    async fn commit(&self, change: Change, now: Timestamp) -> Result<Committed, StoreError> {
        let Change { installation, expected, used } = change;
        let mut tables = self.tables();
        if let Some(known) = used.and_then(|used| tables.known(&used, now)) {
            return Ok(known);
        }
        let found = tables.rows.get(&installation.client_key).map(|stored| stored.revision);
        if found != expected {
            return Ok(Committed::Stale);
        }
        let revision = Revision(found.map_or(1, |Revision(number)| number + 1));
        let client_key = installation.client_key.clone();
        tables.rows.insert(client_key, Stored { installation: Arc::new(installation), revision });
        if let Some(used) = used {
            tables.used.insert(used.token, used);
        }
        Ok(Committed::Done)
    }

    async fn use_token(&self, used: UsedToken, now: Timestamp) -> Result<Committed, StoreError> {
        let mut tables = self.tables();
        if let Some(known) = tables.known(&used, now) {
            return Ok(known);
        }
        tables.used.insert(used.token, used);
        Ok(Committed::Done)
    }

    async fn list(&self, after: Option<&ClientKey>, limit: usize) -> Result<Vec<Installation>, StoreError> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let tables = self.tables();
        let rows = tables.rows.range::<ClientKey, _>((from, Bound::Unbounded)).take(limit);
        Ok(rows.map(|(_, stored)| Installation::clone(&stored.installation)).collect())
    }

    async fn wipe(&self, now: Timestamp) -> Result<usize, StoreError> {
        let mut tables = self.tables();
        let before = tables.used.len();
        tables.used.retain(|_, used| used.until > now);
        let mut wiped = before - tables.used.len();
        for Stored { installation, revision } in tables.rows.values_mut() {
            if installation.previous.as_ref().is_some_and(|previous| previous.until <= now) {
                Arc::make_mut(installation).previous = None;
                *revision = Revision(revision.0 + 1);
                wiped += 1;
            }
        }
        Ok(wiped)
    }
}
