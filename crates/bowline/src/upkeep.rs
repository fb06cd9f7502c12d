//! What looks after things by itself: stored secrets, keys, and names of people.

use std::sync::Arc;

use bowline_auth::care::{self, Care};
use bowline_auth::folder::Folder;
use bowline_auth::privacy::{self, Reporter};
use bowline_auth::{Keyring, Rotation, RotationPorts, Sealer, Secrets, SystemClock, SystemEntropy};
use bowline_core::port::Outbound;
use bowline_store::Store;

use crate::config::Config;

/// Care of stored secrets, over the same parts as the life of tokens.
pub(crate) fn care(
    config: &Config,
    life: bowline_auth::life::Ports,
    outbound: Arc<dyn Outbound>,
    secrets: Arc<Secrets>,
) -> Care {
    let bowline_auth::life::Ports { clock, entropy, registry, grants, commits, seal, .. } = life;
    let ports = care::Ports { clock, entropy, registry, grants, commits, seal, outbound, secrets };
    Care::new(ports, config.grants.care())
}

/// The turning over of keys.
pub(crate) fn rotation(
    config: &Config,
    (keyring, seal): (Arc<Keyring>, Arc<Sealer>),
    store: &Arc<Store>,
    (clock, entropy): (&Arc<SystemClock>, &Arc<SystemEntropy>),
) -> Rotation {
    let ports = RotationPorts {
        vault: store.clone(),
        keys: store.clone(),
        commits: store.clone(),
        clock: clock.clone(),
        entropy: entropy.clone(),
    };
    Rotation::new(keyring, seal, ports, config.keys.folder().map(Folder::new))
}

/// The reports about people's names, over the same parts as the life of tokens.
pub(crate) fn reporter(
    config: &Config,
    (life, store): (&bowline_auth::life::Ports, &Arc<Store>),
    outbound: Arc<dyn Outbound>,
) -> Reporter {
    let bowline_auth::life::Ports { clock, entropy, registry, grants, commits, .. } = life.clone();
    let names = store.clone();
    let ports = privacy::Ports { clock, entropy, registry, grants, names, commits, outbound };
    Reporter::new(ports, &config.grants.cloud_api)
}
