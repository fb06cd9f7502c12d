//! One process that turns keys over, over a vault in memory, with everything a test looks at.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use bowline_auth::folder::Folder as KeyFolder;
use bowline_auth::kek::Kek;
use bowline_auth::{KekState, Keyring, Rotation, RotationPorts, Sealer, SystemClock, SystemEntropy, keyfile};
use bowline_core::port::{Clock, Seal as _};
use bowline_core::secret::{Secret, Shelf};
use bowline_core::tenant::Tenant;
use bowline_core::{SignedDuration, TenantId, Timestamp};

use crate::memory::{Folder, Memory, ring, secret_id, tenant};

/// Makes so many tenants.
pub(crate) fn tenants(memory: &Memory, count: u32) {
    let tenant = |number| {
        let name = format!("tenant-{number}");
        Tenant { id: tenant(number), name, created_at: Timestamp::UNIX_EPOCH }
    };
    *memory.tenants.lock().unwrap() = (1..=count).map(tenant).collect();
}

/// The usual rotation.
pub(crate) fn rotation(
    memory: &Arc<Memory>,
    keyring: &Arc<Keyring>,
    sealer: &Arc<Sealer>,
    folder: Option<KeyFolder>,
) -> Rotation {
    rotation_at(memory, keyring, sealer, folder, Arc::new(SystemClock))
}

fn rotation_at(
    memory: &Arc<Memory>,
    keyring: &Arc<Keyring>,
    sealer: &Arc<Sealer>,
    folder: Option<KeyFolder>,
    clock: Arc<dyn Clock>,
) -> Rotation {
    let ports = RotationPorts {
        vault: Arc::clone(memory) as _,
        keys: Arc::clone(memory) as _,
        commits: Arc::clone(memory) as _,
        clock,
        entropy: Arc::new(SystemEntropy),
    };
    Rotation::new(Arc::clone(keyring), Arc::clone(sealer), ports, folder)
}

/// A clock that can be moved.
#[derive(Default)]
pub(crate) struct Moved(pub(crate) AtomicI64);

impl Clock for Moved {
    fn now(&self) -> Timestamp {
        SystemClock.now().checked_add(SignedDuration::from_secs(self.0.load(Ordering::SeqCst))).unwrap()
    }
}

/// One process: keys, sealer and rotation.
pub(crate) struct Process {
    pub(crate) memory: Arc<Memory>,
    pub(crate) sealer: Arc<Sealer>,
    pub(crate) rotation: Rotation,
    pub(crate) clock: Arc<Moved>,
}

impl Process {
    pub(crate) async fn start(
        memory: &Arc<Memory>,
        current: &Arc<dyn Kek>,
        retired: &[Arc<dyn Kek>],
    ) -> Self {
        let keyring = ring(memory, Arc::clone(current), retired.to_vec()).await.unwrap();
        let clock = Arc::new(Moved::default());
        let (vault, commits) = (Arc::clone(memory) as _, Arc::clone(memory) as _);
        let entropy = Arc::new(SystemEntropy);
        let sealer =
            Arc::new(Sealer::new(Arc::clone(&keyring), vault, commits, Arc::clone(&clock) as _, entropy));
        let rotation = rotation_at(memory, &keyring, &sealer, None, Arc::clone(&clock) as _);
        Self { memory: Arc::clone(memory), sealer, rotation, clock }
    }

    /// Fills every shelf of a tenant.
    pub(crate) async fn fill(&self, tenant: TenantId) {
        let mut number = 0;
        for shelf in Shelf::ALL {
            for purpose in shelf.purposes() {
                for _ in 0..3 {
                    number += 1;
                    let id = secret_id(number);
                    let bound =
                        if shelf == Shelf::VendorWords { format!("cause {number}") } else { id.to_string() };
                    let plain = Secret::from(format!("{tenant} {bound} {purpose:?}"));
                    let sealed = self.sealer.seal(tenant, *purpose, &bound, &plain).await.unwrap();
                    if shelf == Shelf::Secrets {
                        self.memory.put(tenant, id, sealed);
                    } else {
                        let key = (tenant, shelf, id.to_string());
                        self.memory.shelves.lock().unwrap().insert(key, (bound, sealed));
                    }
                }
            }
        }
    }

    /// Opens every value of a tenant and compares it with what was put in; says how many are under which version.
    pub(crate) async fn read(&self, tenant: TenantId) -> BTreeMap<i32, usize> {
        let mut versions = BTreeMap::new();
        for (shelf, row) in self.memory.all(tenant) {
            let mut opened = None;
            for purpose in shelf.purposes() {
                if let Ok(plain) = self.sealer.open(tenant, *purpose, &row.bound, &row.sealed).await {
                    opened = Some((format!("{tenant} {} {purpose:?}", row.bound), plain));
                }
            }
            let (expected, plain) = opened.unwrap_or_else(|| panic!("{shelf:?} {} does not open", row.id));
            assert_eq!(plain.expose_text(), expected);
            *versions.entry(row.sealed.version().unwrap()).or_default() += 1;
        }
        versions
    }

    pub(crate) async fn until_idle(&self) {
        for _ in 0..20 {
            let done = self.rotation.pass().await.unwrap();
            assert_eq!(done.problems, [""; 0]);
            if done.is_idle() {
                return;
            }
        }
        panic!("it never ends");
    }

    pub(crate) fn owners(&self) -> Vec<Tenant> {
        self.memory.tenants.lock().unwrap().clone()
    }

    pub(crate) async fn states(&self) -> Vec<KekState> {
        self.rotation.wrappings().await.unwrap().into_iter().map(|view| view.state).collect()
    }

    pub(crate) async fn print(&self, tenant: TenantId) -> u128 {
        let fingerprinter = self.sealer.fingerprinter(tenant).await.unwrap();
        u128::from_be_bytes(fingerprinter.of(&"summary".into(), b"x").0)
    }
}

/// How many values [`Process::fill`] makes.
pub(crate) const VALUES: usize = 30;

pub(crate) fn key(folder: &Folder, name: &str) -> Arc<dyn Kek> {
    let path = folder.file(name);
    let key = if path.exists() { keyfile::load(&path) } else { keyfile::create(&path, &SystemEntropy) };
    Arc::new(key.unwrap())
}
