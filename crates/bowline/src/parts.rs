//! What sends the calls of a service and looks after its tokens, put together from smaller parts.

use std::sync::Arc;

use anyhow::Result;
use bowline_auth::app::acting::Impersonation;
use bowline_auth::life::{self, Life};
use bowline_auth::{CredentialSigner, Renewing, Sealer, Secrets, Sessions, SystemClock, SystemEntropy};
use bowline_core::port::{Clock as _, Slices as _};
use bowline_net::{Exchanger, Observer, Pipeline, RealTime, Settings, Sharing, World};
use bowline_store::Store;

use crate::config::Config;
use crate::told::{Bells, Told};

/// What calls are signed with where a site has the app.
pub(crate) struct OurApp {
    pub(crate) key: Option<String>,
    pub(crate) impersonation: Option<Arc<Impersonation>>,
}

/// Every call to a tool: signed, within limits, and sent again with what was renewed for it.
pub(crate) fn outbound(
    settings: Settings,
    (secrets, life, sessions): (Arc<Secrets>, Arc<Life>, Arc<Sessions>),
    (observer, app, sharing): (Arc<dyn Observer>, OurApp, Option<Sharing>),
    (clock, entropy): (&Arc<SystemClock>, &Arc<SystemEntropy>),
) -> Result<(Arc<Renewing>, Arc<Pipeline>)> {
    let mut signer = CredentialSigner::new(secrets).with_life(life.clone()).with_sessions(sessions.clone());
    let OurApp { key, impersonation } = app;
    signer = signer.with_impersonation(impersonation.clone());
    if let Some(key) = key {
        signer = signer.with_app(key, clock.clone());
    }
    let mut world = World::new(Arc::new(signer), clock.clone(), entropy.clone());
    (world.observer, world.sharing) = (observer, sharing);
    let pipeline = Arc::new(Pipeline::new(settings, world)?);
    let renewing = Renewing::new(pipeline.clone(), life).with_sessions(sessions);
    Ok((Arc::new(renewing.with_impersonation(impersonation)), pipeline))
}

/// Where other processes meet us that use the same limits, if they do.
pub(crate) async fn sharing(
    config: &Config,
    store: &Arc<Store>,
    (name, clock): (&str, &Arc<SystemClock>),
) -> Result<Option<Sharing>> {
    if !config.net.share_limits {
        return Ok(None);
    }
    store.retire_slices(name, clock.now()).await?;
    Ok(Some(Sharing { slices: store.clone(), owner: name.to_owned() }))
}

/// What the life of tokens needs.
pub(crate) fn life_ports(
    store: &Arc<Store>,
    (seal, commits, bell): (&Arc<Sealer>, &Arc<Told>, Arc<Bells>),
    exchange: Arc<Exchanger>,
    (clock, entropy): (&Arc<SystemClock>, &Arc<SystemEntropy>),
) -> life::Ports {
    life::Ports {
        clock: clock.clone(),
        entropy: entropy.clone(),
        sleeper: Arc::new(RealTime),
        grants: store.clone(),
        registry: store.clone(),
        delegations: store.clone(),
        vault: store.clone(),
        seal: seal.clone(),
        commits: commits.clone(),
        bell,
        exchange,
    }
}
