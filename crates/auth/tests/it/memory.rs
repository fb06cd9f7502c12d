//! A vault in memory, with the rules the port states, and a folder that goes away.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bowline_auth::kek::Kek;
use bowline_auth::{Error, Keyring, Sealer, SystemClock, SystemEntropy, keyfile};
use bowline_core::commit::{Change, Commit, KeyKind, WrappedKey};
use bowline_core::connection::{Connection, Health, IntakeProof, SignIn, ToolKind};
use bowline_core::port::{Commits, Entropy, Keys, SealedAsk, SealedCount, SealedRow, StoreError, Vault};
use bowline_core::secret::{Sealed, Shelf};
use bowline_core::tenant::Tenant;
use bowline_core::{SecretId, TenantId, Timestamp};

/// By tenant, shelf and printed id: what a value is bound to, and the value.
pub(crate) type Shelves = BTreeMap<(TenantId, Shelf, String), (String, Sealed)>;

#[derive(Default)]
pub(crate) struct Memory {
    pub(crate) keys: Mutex<BTreeMap<(TenantId, KeyKind, i32), WrappedKey>>,
    pub(crate) secrets: Mutex<BTreeMap<(TenantId, SecretId), Sealed>>,
    /// What lies on the other shelves, with what it is bound to.
    pub(crate) shelves: Mutex<Shelves>,
    pub(crate) tenants: Mutex<Vec<Tenant>>,
    pub(crate) check: Mutex<Option<Vec<u8>>>,
    pub(crate) reads: AtomicUsize,
    /// Whether the next commit only seems to be the first: another process was faster.
    pub(crate) rival: Mutex<Option<Commit>>,
    pub(crate) writes: AtomicUsize,
    /// After so many writes every other one fails.
    pub(crate) last: Mutex<Option<usize>>,
    /// Whether the database is away.
    pub(crate) away: AtomicBool,
}

impl Memory {
    /// One write; fails once as many were made as may be made: the process is dead.
    fn counted(&self) -> Result<(), StoreError> {
        let made = self.writes.fetch_add(1, Ordering::SeqCst);
        match self.last.lock().unwrap().is_some_and(|last| made >= last) {
            true => Err(StoreError::Unavailable(Arc::new(std::io::Error::other("killed")))),
            false => Ok(()),
        }
    }

    fn answer(&self) -> Result<(), StoreError> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        match self.away.load(Ordering::SeqCst) {
            true => Err(StoreError::Unavailable(Arc::new(std::io::Error::other("away")))),
            false => Ok(()),
        }
    }

    pub(crate) fn put(&self, tenant: TenantId, id: SecretId, sealed: Sealed) {
        self.secrets.lock().unwrap().insert((tenant, id), sealed);
    }

    /// Writes all or nothing.
    fn write(&self, commit: Commit) -> Result<(), StoreError> {
        let mut keys = self.keys.lock().unwrap();
        let tenant = commit.tenant;
        let clash = commit.changes.iter().find_map(|change| match change {
            Change::AddKey(key) => {
                keys.contains_key(&(tenant, key.kind, key.version)).then_some("key version")
            }
            Change::RewrapKey { key, was } => {
                let now = keys.get(&(tenant, key.kind, key.version)).map(|key| &key.wrapped);
                (now != Some(was)).then_some("wrapping")
            }
            _ => None,
        });
        if let Some(clash) = clash {
            return Err(StoreError::Conflict(clash));
        }
        for change in commit.changes {
            match change {
                Change::AddKey(key) | Change::RewrapKey { key, .. } => {
                    keys.insert((tenant, key.kind, key.version), key);
                }
                Change::PutSecret { id, sealed } => self.put(tenant, id, sealed),
                Change::Reseal { shelf: Shelf::Secrets, id, was, sealed } => {
                    if let Some(row) = self.secrets.lock().unwrap().get_mut(&(tenant, id.parse().unwrap()))
                        && *row == was
                    {
                        *row = sealed;
                    }
                }
                Change::Reseal { shelf, id, was, sealed } => {
                    if let Some((_, row)) = self.shelves.lock().unwrap().get_mut(&(tenant, shelf, id))
                        && *row == was
                    {
                        *row = sealed;
                    }
                }
                Change::DropDataKey { version } => {
                    if !self.all(tenant).iter().any(|(_, row)| row.sealed.version() == Some(version)) {
                        keys.remove(&(tenant, KeyKind::Data, version));
                    }
                }
                other => panic!("{other:?}"),
            }
        }
        Ok(())
    }

    /// Everything sealed of a tenant.
    pub(crate) fn all(&self, tenant: TenantId) -> Vec<(Shelf, SealedRow)> {
        let secrets = self.secrets.lock().unwrap();
        let secrets = secrets.iter().filter(|((owner, _), _)| *owner == tenant).map(|((_, id), sealed)| {
            let (id, bound) = (id.to_string(), id.to_string());
            (Shelf::Secrets, SealedRow { id, bound, sealed: sealed.clone() })
        });
        let shelves = self.shelves.lock().unwrap();
        let others = shelves.iter().filter(|((owner, ..), _)| *owner == tenant).map(
            |((_, shelf, id), (bound, sealed))| {
                (*shelf, SealedRow { id: id.clone(), bound: bound.clone(), sealed: sealed.clone() })
            },
        );
        secrets.chain(others).collect()
    }
}

#[async_trait]
impl Vault for Memory {
    async fn keys(&self, tenant: TenantId, kind: KeyKind) -> Result<Vec<WrappedKey>, StoreError> {
        self.answer()?;
        let keys = self.keys.lock().unwrap();
        Ok(keys
            .iter()
            .filter(|((t, k, _), _)| (*t, *k) == (tenant, kind))
            .map(|(_, key)| key.clone())
            .collect())
    }

    async fn secret(&self, tenant: TenantId, id: SecretId) -> Result<Option<Sealed>, StoreError> {
        self.answer()?;
        Ok(self.secrets.lock().unwrap().get(&(tenant, id)).cloned())
    }

    async fn key_check(&self) -> Result<Option<Vec<u8>>, StoreError> {
        self.answer()?;
        Ok(self.check.lock().unwrap().clone())
    }

    async fn put_key_check(&self, value: &[u8]) -> Result<(), StoreError> {
        let mut check = self.check.lock().unwrap();
        if check.is_some() {
            return Err(StoreError::Conflict("there is a key check value"));
        }
        *check = Some(value.to_vec());
        Ok(())
    }
}

#[async_trait]
impl Keys for Memory {
    async fn owners(&self) -> Result<Vec<Tenant>, StoreError> {
        self.answer()?;
        Ok(self.tenants.lock().unwrap().clone())
    }

    async fn sealed_counts(&self, tenant: TenantId) -> Result<Vec<SealedCount>, StoreError> {
        self.answer()?;
        let mut counts = BTreeMap::<(Shelf, i32), i64>::new();
        for (shelf, row) in self.all(tenant) {
            *counts.entry((shelf, row.sealed.version().unwrap_or(0))).or_default() += 1;
        }
        let count = |((shelf, version), count)| SealedCount { shelf, version, count };
        Ok(counts.into_iter().map(count).collect())
    }

    async fn sealed_rows(&self, tenant: TenantId, ask: &SealedAsk) -> Result<Vec<SealedRow>, StoreError> {
        self.answer()?;
        let wanted = |row: &SealedRow| {
            let below =
                ask.below.is_none_or(|below| row.sealed.version().is_none_or(|version| version < below));
            below && ask.after.as_ref().is_none_or(|after| row.id > *after)
        };
        let rows = self.all(tenant).into_iter().filter(|(shelf, _)| *shelf == ask.shelf).map(|(_, row)| row);
        let mut rows: Vec<SealedRow> = rows.filter(wanted).collect();
        rows.sort_by(|one, other| one.id.cmp(&other.id));
        rows.truncate(ask.limit as usize);
        Ok(rows)
    }

    async fn replace_key_check(&self, was: &[u8], value: &[u8]) -> Result<(), StoreError> {
        self.answer()?;
        self.counted()?;
        let mut check = self.check.lock().unwrap();
        if check.as_deref() != Some(was) {
            return Err(StoreError::Conflict("key check value"));
        }
        *check = Some(value.to_vec());
        Ok(())
    }
}

#[async_trait]
impl Commits for Memory {
    async fn commit(&self, commit: Commit) -> Result<(), StoreError> {
        self.counted()?;
        if let Some(rival) = self.rival.lock().unwrap().take() {
            self.write(rival).unwrap();
        }
        self.write(commit)
    }
}

/// A folder of its own, removed when dropped.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        let mut random = [0; 8];
        SystemEntropy.fill(&mut random);
        let folder = std::env::temp_dir().join(format!("bowline-auth-{:x}", u64::from_be_bytes(random)));
        std::fs::create_dir(&folder).unwrap();
        Self(folder)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A sealer over `memory` with the key in `folder`.
pub(crate) async fn sealer(memory: &Arc<Memory>, folder: &Folder) -> Arc<Sealer> {
    let path = folder.file("key");
    let kek = if path.exists() { keyfile::load(&path) } else { keyfile::create(&path, &SystemEntropy) };
    sealer_with(memory, &ring(memory, Arc::new(kek.unwrap()), Vec::new()).await.unwrap())
}

/// The key-encryption keys over `memory`, proved.
pub(crate) async fn ring(
    memory: &Arc<Memory>,
    current: Arc<dyn Kek>,
    retired: Vec<Arc<dyn Kek>>,
) -> Result<Arc<Keyring>, Error> {
    let (vault, keys) = (Arc::clone(memory) as _, Arc::clone(memory) as _);
    Keyring::unlock(current, retired, vault, keys).await.map(Arc::new)
}

/// A sealer over `memory` with these key-encryption keys.
pub(crate) fn sealer_with(memory: &Arc<Memory>, ring: &Arc<Keyring>) -> Arc<Sealer> {
    let (vault, commits) = (Arc::clone(memory) as _, Arc::clone(memory) as _);
    Arc::new(Sealer::new(Arc::clone(ring), vault, commits, Arc::new(SystemClock), Arc::new(SystemEntropy)))
}

/// Zero is nobody's number ([`TenantId::NOBODY`]).
pub(crate) fn tenant(number: u32) -> TenantId {
    format!("ten_{:032x}", u128::from(number) + 1).parse().unwrap()
}

pub(crate) fn secret_id(number: u32) -> SecretId {
    format!("sec_{number:032x}").parse().unwrap()
}

pub(crate) fn connection(base_url: &str, sign_in: SignIn) -> Connection {
    Connection {
        tenant: tenant(1),
        id: format!("con_{:032x}", 1).parse().unwrap(),
        name: "jira".into(),
        tool: ToolKind::JiraDc,
        base_url: base_url.into(),
        browse_url: base_url.into(),
        transport: bowline_core::layers::Transport::default(),
        gateway: None,
        sign_in,
        secret: secret_id(1),
        intake: IntakeProof::default(),
        health: Health::Unknown,
        identity: None,
        settings: BTreeMap::new(),
        revision: 1,
        era: 0,
        created_at: Timestamp::UNIX_EPOCH,
    }
}
