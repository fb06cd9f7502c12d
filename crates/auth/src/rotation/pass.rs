//! One pass over all keys: takes in what lies in the folder, wraps anew, seals anew, and drops what is not needed.

use std::collections::BTreeSet;

use bowline_core::commit::{Change, Commit, KeyKind, WrappedKey};
use bowline_core::crash;
use bowline_core::port::{Seal as _, SealError, SealedAsk, SealedRow, StoreError};
use bowline_core::secret::{Sealed, Secret, Shelf};
use bowline_core::tenant::Tenant;
use bowline_core::{TenantId, Timestamp};
use serde::Serialize;

use super::{GRACE, Rotation};
use crate::{folder, wrapped};

/// How many values are sealed anew in one commit.
const BATCH: u32 = 100;

/// What a pass did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// Data keys taken in from the folder.
    pub taken_in: u64,
    /// Keys wrapped anew.
    pub rewrapped: u64,
    /// Values sealed anew.
    pub resealed: u64,
    /// Data keys dropped.
    pub dropped: u64,
    /// Whether the old key-encryption keys are not needed any more, as of now.
    pub finished: bool,
    /// What could not be done, as sentences without secrets. The rest was done all the same.
    pub problems: Vec<String>,
}

impl Progress {
    /// Whether there was nothing to do.
    pub fn is_idle(&self) -> bool {
        self == &Self::default()
    }
}

impl Rotation {
    /// Takes in data keys that lie in the folder, and nothing else: before a service has sealed anything.
    pub async fn take_in(&self) -> Result<Progress, SealError> {
        let mut done = Progress::default();
        self.take_in_all(&self.keys.owners().await?, &mut done).await?;
        Ok(done)
    }

    /// Does everything that is to be done now. An error means that the database or the holder of the key-encryption
    /// key does not answer; the next pass goes on from there.
    pub async fn pass(&self) -> Result<Progress, SealError> {
        let mut done = Progress::default();
        let tenants = self.keys.owners().await?;
        self.take_in_all(&tenants, &mut done).await?;
        let mut stuck = false;
        for tenant in &tenants {
            stuck |= !self.rewrap(tenant, &mut done).await?;
            self.reseal(tenant, &mut done).await?;
        }
        // Only a pass that found nothing to wrap ends the change: so what another process wrapped under the old key
        // while this one went round is found first.
        if done.rewrapped == 0 && !stuck && self.keyring.is_changing().await? {
            done.finished = self.keyring.finish().await?;
            crash::point("keys.finish.after");
        }
        Ok(done)
    }

    async fn commit(&self, tenant: TenantId, changes: Vec<Change>) -> Result<(), StoreError> {
        self.commits.commit(Commit { tenant, fence: None, changes, at: self.clock.now() }).await
    }

    async fn take_in_all(&self, tenants: &[Tenant], done: &mut Progress) -> Result<(), SealError> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let found = match folder.list() {
            Ok(found) => found,
            Err(error) => {
                done.problems.push(error.to_string());
                return Ok(());
            }
        };
        for file in found {
            let place = file.path.display();
            let owner = |tenant: &&Tenant| tenant.name == file.tenant || tenant.id.to_string() == file.tenant;
            let Some(tenant) = tenants.iter().find(owner) else {
                done.problems.push(format!("{place}: there is no tenant `{}`", file.tenant));
                continue;
            };
            let newest = self.vault.keys(tenant.id, KeyKind::Data).await?.last().map_or(0, |key| key.version);
            if file.version <= newest {
                continue;
            }
            if file.version != newest.saturating_add(1) {
                let next = newest.saturating_add(1);
                done.problems.push(format!("{place}: the next version of this tenant's data key is {next}"));
                continue;
            }
            match self.opened(&file.path).await {
                Ok(key) => match self.add(tenant.id, file.version, key).await {
                    Ok(()) => done.taken_in += 1,
                    Err(SealError::Store(StoreError::Conflict(_))) => {}
                    Err(error) => return Err(error),
                },
                Err(why) => done.problems.push(format!("{place}: {why}")),
            }
        }
        Ok(())
    }

    async fn opened(&self, path: &std::path::Path) -> Result<Secret, String> {
        let cms = folder::read(path).map_err(|error| error.to_string())?;
        let key = self.keyring.open_cms(&cms).await.map_err(|error| error.to_string())?;
        match key.expose().len() {
            32 => Ok(key),
            other => Err(format!("the key inside has {other} bytes; it must have 32 (`openssl rand 32`)")),
        }
    }

    /// Wraps a tenant's keys anew that another key-encryption key than the active one wrapped. Says whether all of
    /// them could be.
    async fn rewrap(&self, tenant: &Tenant, done: &mut Progress) -> Result<bool, SealError> {
        let mut all = true;
        let active = self.keyring.active().await?.id();
        for key in self.rows(tenant.id).await? {
            let outcome = match wrapped::parse(&key.wrapped) {
                Ok(parts) if parts.kek == active => continue,
                Ok(parts) => self.rewrapped(tenant.id, &key, parts.made_at).await,
                Err(error) => Err(error),
            };
            match outcome {
                Ok(()) => done.rewrapped += 1,
                // Somebody else was faster.
                Err(SealError::Store(StoreError::Conflict(_))) => {}
                Err(error @ (SealError::Store(_) | SealError::Away(_))) => return Err(error),
                Err(error) => {
                    let (kind, version) = (key.kind.word(), key.version);
                    done.problems.push(format!("{kind} key {version} of tenant {}: {error}", tenant.name));
                    all = false;
                }
            }
        }
        Ok(all)
    }

    async fn rewrapped(
        &self,
        tenant: TenantId,
        key: &WrappedKey,
        made_at: Timestamp,
    ) -> Result<(), SealError> {
        let opened = self.keyring.unwrap(tenant, key).await?;
        let again = self.keyring.wrap(tenant, (key.kind, key.version, made_at), &opened).await?;
        crash::point("keys.rewrap.before");
        self.commit(tenant, vec![Change::RewrapKey { key: again, was: key.wrapped.clone() }]).await?;
        crash::point("keys.rewrap.after");
        Ok(())
    }

    /// Seals a tenant's values anew that are under older data keys than the newest, and drops those keys in time.
    async fn reseal(&self, tenant: &Tenant, done: &mut Progress) -> Result<(), SealError> {
        let keys = self.vault.keys(tenant.id, KeyKind::Data).await?;
        let [older @ .., newest] = keys.as_slice() else { return Ok(()) };
        if older.is_empty() {
            return Ok(());
        }
        self.sealer.refresh(tenant.id).await?;
        let old = self.keys.sealed_counts(tenant.id).await?;
        let stale = old.iter().filter(|count| count.version < newest.version);
        for shelf in stale.map(|count| count.shelf).collect::<BTreeSet<_>>() {
            self.shelf(tenant, shelf, newest.version, done).await?;
        }
        let left = self.keys.sealed_counts(tenant.id).await?;
        for pair in keys.windows(2) {
            let [key, next] = pair else { continue };
            let replaced_at = wrapped::parse(&next.wrapped)?.made_at;
            let is_over = self.clock.now().duration_since(replaced_at) >= GRACE;
            if is_over && !left.iter().any(|count| count.version == key.version) {
                self.commit(tenant.id, vec![Change::DropDataKey { version: key.version }]).await?;
                crash::point("keys.drop.after");
                done.dropped += 1;
            }
        }
        Ok(())
    }

    async fn shelf(
        &self,
        tenant: &Tenant,
        shelf: Shelf,
        newest: i32,
        done: &mut Progress,
    ) -> Result<(), SealError> {
        let mut after = None;
        loop {
            let ask = SealedAsk { shelf, below: Some(newest), after, limit: BATCH };
            let rows = self.keys.sealed_rows(tenant.id, &ask).await?;
            let Some(last) = rows.last() else { return Ok(()) };
            after = Some(last.id.clone());
            let mut changes = Vec::with_capacity(rows.len());
            for row in rows {
                match self.resealed(tenant.id, shelf, &row).await {
                    Ok(sealed) => changes.push(Change::Reseal { shelf, id: row.id, was: row.sealed, sealed }),
                    Err(error @ (SealError::Store(_) | SealError::Away(_))) => return Err(error),
                    Err(error) => {
                        let (word, name) = (shelf.word(), &tenant.name);
                        done.problems.push(format!("{word} {} of tenant {name}: {error}", row.id));
                    }
                }
            }
            let count = changes.len() as u64;
            crash::point("keys.reseal.before");
            self.commit(tenant.id, changes).await?;
            crash::point("keys.reseal.after");
            done.resealed += count;
        }
    }

    async fn resealed(&self, tenant: TenantId, shelf: Shelf, row: &SealedRow) -> Result<Sealed, SealError> {
        let mut outcome = Err(SealError::Corrupt("a shelf without a purpose"));
        for purpose in shelf.purposes() {
            outcome = match self.sealer.open(tenant, *purpose, &row.bound, &row.sealed).await {
                Ok(plain) => return self.sealer.seal(tenant, *purpose, &row.bound, &plain).await,
                failed => failed.map(|_| row.sealed.clone()),
            };
        }
        outcome
    }
}
