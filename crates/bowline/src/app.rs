//! The app that sites install, from the configuration.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use bowline_auth::app::acting::{AppDelegations, Impersonation};
use bowline_auth::app::{Ports, SiteExchange, Sites, forge};
use bowline_auth::life::Life;
use bowline_auth::{Sealer, SystemClock, SystemEntropy};
use bowline_connect::client::UserTokens;
use bowline_connect::install_key::{CachedKeys, Limits};
use bowline_core::port::Delegations;
use bowline_net::Exchanger;
use bowline_server::connect::{Connect, Parts, Serves, Settings};
use bowline_server::forge::Forge;
use bowline_store::Store;
use bowline_tools::Registry;

use crate::config::Config;
use crate::told::Told;

/// The remote of a Forge app; none if it is not switched on.
pub(crate) fn forge(
    config: &Config,
    (sites, exchange, life): (&Arc<Sites>, &Arc<Exchanger>, &Arc<Life>),
    store: &Arc<Store>,
    clock: &Arc<SystemClock>,
) -> Result<Option<Arc<Forge>>> {
    let section = &config.forge;
    if !section.enabled {
        return Ok(None);
    }
    let app = section.app_id.clone().context("`forge.app_id` is missing: Forge's name for the app")?;
    let key_sets =
        section.key_sets().context("`forge.isolated_key_sets` is no template of an https address")?;
    let gateway = config.grants.cloud_api.parse().context("`grants.cloud_api` is no address")?;
    tracing::info!(app = app.as_str(), "served as the remote of a Forge app");
    let facts = forge::Facts { app, gateway };
    let remotes = forge::ForgeSites::new(sites.ports().clone(), life.clone(), store.clone(), facts);
    let exchange = Arc::new(SiteExchange::new(exchange.clone(), sites.clone()));
    let settings = bowline_server::forge::Settings { key_sets, pairing_life: section.pairing_life };
    let parts = bowline_server::forge::Parts { sites: Arc::new(remotes), exchange, clock: clock.clone() };
    Ok(Some(Arc::new(Forge::new(settings, parts))))
}

/// What keeps installations. It is there whether the app is served or not: what was installed is wiped in time.
pub(crate) fn sites(
    config: &Config,
    store: &Arc<Store>,
    (seal, commits): (Arc<Sealer>, Arc<Told>),
    (clock, entropy): (&Arc<SystemClock>, &Arc<SystemEntropy>),
) -> Arc<Sites> {
    let ports = Ports {
        rows: store.clone(),
        registry: store.clone(),
        vault: store.clone(),
        seal,
        commits,
        clock: clock.clone(),
        entropy: entropy.clone(),
    };
    Arc::new(Sites::new(ports, config.connect.tenant()))
}

/// What acts for people of sites; none if that is not switched on.
pub(crate) fn impersonation(
    config: &Config,
    (sites, exchange): (&Arc<Sites>, &Arc<Exchanger>),
    clock: &Arc<SystemClock>,
) -> Option<Arc<Impersonation>> {
    let section = &config.connect;
    let exchange = Arc::new(SiteExchange::new(exchange.clone(), sites.clone()));
    let users = UserTokens::new(exchange, clock.clone(), &section.impersonation_server);
    (section.enabled && section.impersonation).then(|| Arc::new(Impersonation::new(sites.clone(), users)))
}

/// What the engine needs. Whom it may write as is said by people, and where a site lets the app act for its people, by that.
pub(crate) fn sync_ports(
    store: &Arc<Store>,
    (seal, commits, tools): (&Arc<Sealer>, &Arc<Told>, &Arc<Registry>),
    impersonation: Option<Arc<Impersonation>>,
    (clock, entropy): (&Arc<SystemClock>, &Arc<SystemEntropy>),
) -> bowline_sync::Ports {
    let delegations: Arc<dyn Delegations> = match impersonation {
        Some(impersonation) => Arc::new(AppDelegations::new(store.clone(), impersonation)),
        None => store.clone(),
    };
    bowline_sync::Ports {
        clock: clock.clone(),
        entropy: entropy.clone(),
        commits: commits.clone(),
        desk: store.clone(),
        registry: store.clone(),
        delegations,
        seal: seal.clone(),
        tools: tools.clone(),
        work: store.clone(),
    }
}

/// The app, for a service that listens there. Where it is switched off, as much of it as the sites that have it may still need.
pub(crate) async fn connect(
    config: &Config,
    (sites, exchange): (&Arc<Sites>, &Arc<Exchanger>),
    clock: &Arc<SystemClock>,
    bound: SocketAddr,
) -> Result<Option<Arc<Connect>>> {
    if config.connect.enabled {
        let connect = build(config, (sites, exchange), clock, bound, Serves::Everything)?;
        tracing::info!(key = config.connect.app_key, "served as an app");
        return Ok(Some(connect));
    }
    if sites.overview(1).await?.is_empty() {
        return Ok(None);
    }
    // Settings that no site would take keep nobody from starting with the app switched off.
    let built = build(config, (sites, exchange), clock, bound, Serves::Goodbyes);
    if let Err(error) = &built {
        tracing::warn!(%error, "sites that remove the app cannot say so");
    }
    Ok(built.ok())
}

fn build(
    config: &Config,
    (sites, exchange): (&Arc<Sites>, &Arc<Exchanger>),
    clock: &Arc<SystemClock>,
    bound: SocketAddr,
    serves: Serves,
) -> Result<Arc<Connect>> {
    let section = &config.connect;
    let exchange = Arc::new(SiteExchange::new(exchange.clone(), sites.clone()));
    let hosts = section.key_host(exchange.clone()).context("`connect.install_key_hosts` names no host")?;
    let keys = Arc::new(CachedKeys::new(hosts, clock.clone(), Limits::default()));
    let settings = Settings {
        serves,
        facts: section.facts(&config.server, bound),
        sites: section.sites(),
        legacy: section.legacy(),
        rotation_window: section.rotation_window,
        impersonation_server: section.impersonation_server.clone(),
        all_js: section.all_js.clone(),
    };
    let parts = Parts { sites: sites.clone(), exchange, keys, clock: clock.clone() };
    let connect = Connect::new(settings, parts).context("the app that sites install cannot be served")?;
    Ok(Arc::new(connect))
}
