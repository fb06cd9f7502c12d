//! What sends the calls of a service, put together from smaller parts.

use std::sync::Arc;

use anyhow::Result;
use bowline_auth::app::acting::Impersonation;
use bowline_auth::life::Life;
use bowline_auth::{CredentialSigner, Renewing, Secrets, Sessions, SystemClock, SystemEntropy};
use bowline_core::port::{Clock as _, Slices as _};
use bowline_net::{Observer, Pipeline, Settings, Sharing, World};
use bowline_store::Store;

use crate::config::Config;

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
