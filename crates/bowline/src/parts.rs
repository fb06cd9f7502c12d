//! Single parts of a service, put together from smaller ones; [`crate::wiring`] says which and in what order.

use std::sync::Arc;

use anyhow::Result;
use bowline_auth::care::{self, Care};
use bowline_auth::folder::Folder;
use bowline_auth::life::Life;
use bowline_auth::{
    CredentialSigner, Keyring, Renewing, Rotation, RotationPorts, Sealer, Secrets, Sessions, SystemClock,
    SystemEntropy,
};
use bowline_core::port::Outbound;
use bowline_net::{Observer, Pipeline, Settings, Sharing, World};
use bowline_store::Store;

use crate::config::Config;

/// Every call to a tool: signed, within limits, and sent again with what was renewed for it.
pub(crate) fn outbound(
    settings: Settings,
    (secrets, life, sessions): (Arc<Secrets>, Arc<Life>, Arc<Sessions>),
    (observer, app, sharing): (Arc<dyn Observer>, Option<String>, Sharing),
    (clock, entropy): (&Arc<SystemClock>, &Arc<SystemEntropy>),
) -> Result<(Arc<Renewing>, Arc<Pipeline>)> {
    let mut signer = CredentialSigner::new(secrets).with_life(life.clone()).with_sessions(sessions.clone());
    if let Some(key) = app {
        signer = signer.with_app(key, clock.clone());
    }
    let mut world = World::new(Arc::new(signer), clock.clone(), entropy.clone());
    (world.observer, world.sharing) = (observer, Some(sharing));
    let pipeline = Arc::new(Pipeline::new(settings, world)?);
    Ok((Arc::new(Renewing::new(pipeline.clone(), life).with_sessions(sessions)), pipeline))
}

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

/// What turns keys over.
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
