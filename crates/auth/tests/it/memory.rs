//! A vault in memory, with the rules the port states, and a folder that goes away.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bowline_auth::{Sealer, SystemClock, SystemEntropy, keyfile};
use bowline_core::commit::{Change, Commit, KeyKind, WrappedKey};
use bowline_core::connection::{Connection, Health, IntakeProof, SignIn, ToolKind};
use bowline_core::port::{Commits, Entropy, StoreError, Vault};
use bowline_core::secret::Sealed;
use bowline_core::{SecretId, TenantId, Timestamp};

#[derive(Default)]
pub(crate) struct Memory {
    pub(crate) keys: Mutex<BTreeMap<(TenantId, KeyKind, i32), WrappedKey>>,
    pub(crate) secrets: Mutex<BTreeMap<(TenantId, SecretId), Sealed>>,
    pub(crate) check: Mutex<Option<Vec<u8>>>,
    pub(crate) reads: AtomicUsize,
    /// Whether the next commit only seems to be the first: another process was faster.
    pub(crate) rival: Mutex<Option<Commit>>,
    /// Whether the database is away.
    pub(crate) away: AtomicBool,
}

impl Memory {
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

    fn add_keys(&self, commit: Commit) {
        let mut keys = self.keys.lock().unwrap();
        for change in commit.changes {
            if let Change::AddKey(key) = change {
                // A version that exists is never overwritten.
                keys.entry((commit.tenant, key.kind, key.version)).or_insert(key);
            }
        }
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
impl Commits for Memory {
    async fn commit(&self, commit: Commit) -> Result<(), StoreError> {
        if let Some(rival) = self.rival.lock().unwrap().take() {
            self.add_keys(rival);
        }
        self.add_keys(commit);
        Ok(())
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
    let kek = keyfile::unlock(&folder.file("key"), &**memory, &SystemEntropy).await.unwrap();
    let (vault, commits) = (Arc::clone(memory) as _, Arc::clone(memory) as _);
    Arc::new(Sealer::new(kek, vault, commits, Arc::new(SystemClock), Arc::new(SystemEntropy)))
}

pub(crate) fn tenant(number: u32) -> TenantId {
    format!("ten_{number:032x}").parse().unwrap()
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
        sign_in,
        secret: secret_id(1),
        intake: IntakeProof::default(),
        health: Health::Unknown,
        identity: None,
        settings: BTreeMap::new(),
        revision: 1,
        created_at: Timestamp::UNIX_EPOCH,
    }
}
