//! What sends the calls of a service, put together from smaller parts.

use std::sync::Arc;

use anyhow::Result;
use bowline_auth::app::acting::Impersonation;
use bowline_auth::life::Life;
use bowline_auth::{CredentialSigner, Renewing, Secrets, Sessions, SystemClock, SystemEntropy};
use bowline_net::{Observer, Pipeline, Settings, Sharing, World};

/// What calls are signed with where a site has the app.
pub(crate) struct OurApp {
    pub(crate) key: Option<String>,
    pub(crate) impersonation: Option<Arc<Impersonation>>,
}

/// Every call to a tool: signed, within limits, and sent again with what was renewed for it.
pub(crate) fn outbound(
    settings: Settings,
    (secrets, life, sessions): (Arc<Secrets>, Arc<Life>, Arc<Sessions>),
    (observer, app, sharing): (Arc<dyn Observer>, OurApp, Sharing),
    (clock, entropy): (&Arc<SystemClock>, &Arc<SystemEntropy>),
) -> Result<(Arc<Renewing>, Arc<Pipeline>)> {
    let mut signer = CredentialSigner::new(secrets).with_life(life.clone()).with_sessions(sessions.clone());
    let OurApp { key, impersonation } = app;
    signer = signer.with_impersonation(impersonation.clone());
    if let Some(key) = key {
        signer = signer.with_app(key, clock.clone());
    }
    let mut world = World::new(Arc::new(signer), clock.clone(), entropy.clone());
    (world.observer, world.sharing) = (observer, Some(sharing));
    let pipeline = Arc::new(Pipeline::new(settings, world)?);
    let renewing = Renewing::new(pipeline.clone(), life).with_sessions(sessions);
    Ok((Arc::new(renewing.with_impersonation(impersonation)), pipeline))
}
