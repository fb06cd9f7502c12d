//! An app of crate `connect` as a server: takes webhooks and keeps nothing, as the one of the other framework.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, Result, anyhow};
use async_trait::async_trait;
use axum::Router;
use axum::body::Bytes;
use axum::routing::post;
use bowline_auth::SystemClock;
use bowline_connect::descriptor::{Builder, Descriptor};
use bowline_connect::exchange::{Exchange, ExchangeCall};
use bowline_connect::install_key::{CachedKeys, KeyHost, Limits, Region};
use bowline_connect::installation::{
    Change, ClientKey, Installation, Installations as _, MemoryInstallations, Product, Scheme, State,
};
use bowline_connect::lifecycle::{Event, Legacy, Lifecycle, Parts, Settings, Sites};
use bowline_connect::token::Times;
use bowline_connect::verify::{HostTokens, InstallTokens};
use bowline_connect::web::{App, UrlBound, routes};
use bowline_core::code::NET_UNREACHABLE;
use bowline_core::failure::{Executed, Failure};
use bowline_core::port::{Clock as _, Exchanged};
use http::StatusCode;
use jiff::SignedDuration;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::sites::{APP, Site};
use crate::report::say;

/// The server of this side; started by the measurement.
#[derive(clap::Args)]
pub(crate) struct ConnectApp {
    /// The sites that have the app.
    #[arg(long)]
    sites: PathBuf,
}

/// Serves until it is killed; the first line out says where it listens.
pub(crate) fn run(ask: &ConnectApp) -> Result<()> {
    let text = std::fs::read_to_string(&ask.sites).with_context(|| ask.sites.display().to_string())?;
    let sites: Vec<Site> = serde_json::from_str(&text)?;
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(serve(&sites))
}

async fn serve(sites: &[Site]) -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let base = format!("http://{}", listener.local_addr()?);
    let app = Arc::new(app(sites, &base).await?);
    let router: Router = routes().route("/webhook", post(webhook)).with_state(app);
    say(&json!({ "listening": base }).to_string());
    Ok(axum::serve(listener, router).await?)
}

/// Reads the body as the other framework does.
async fn webhook(UrlBound(_): UrlBound, body: Bytes) -> StatusCode {
    match serde_json::from_slice::<Value>(&body) {
        Ok(_) => StatusCode::NO_CONTENT,
        Err(_) => StatusCode::BAD_REQUEST,
    }
}

async fn app(sites: &[Site], base: &str) -> Result<App> {
    let (clock, store) = (Arc::new(SystemClock), Arc::new(MemoryInstallations::default()));
    for site in sites {
        let change = Change { installation: installation(site)?, expected: None, used: None };
        store.commit(change, clock.now()).await?;
    }
    let times = Times::default();
    let host_tokens = Arc::new(HostTokens::new(store.clone(), clock.clone(), times)?);
    let hosts = KeyHost::new(Arc::new(Nobody), &Region::Production.key_hosts()).context("a key host")?;
    let keys = Arc::new(CachedKeys::new(hosts, clock.clone(), Limits::default()));
    let install_tokens = Arc::new(InstallTokens::new(keys, clock.clone(), times, base));
    let settings = Settings {
        app_key: APP.to_owned(),
        base_url: base.to_owned(),
        sites: Sites::none(),
        legacy: Legacy::Off,
        rotation_window: SignedDuration::ZERO,
    };
    let parts = Parts { store, clock, host_tokens: host_tokens.clone(), install_tokens };
    Ok(App::new(descriptor(base)?, Lifecycle::new(settings, parts)?, host_tokens)?)
}

fn descriptor(base: &str) -> Result<Descriptor> {
    let builder = Builder::new(Product::Jira, APP, "Bowline", base).lifecycle(Event::Installed, "/installed");
    let (descriptor, _) = builder.build().map_err(|problems| anyhow!("the descriptor: {problems:?}"))?;
    Ok(descriptor)
}

fn installation(site: &Site) -> Result<Installation> {
    let now = SystemClock.now();
    Ok(Installation {
        client_key: ClientKey::parse(&site.client_key).context("the client key")?,
        product: Product::Jira,
        base_url: site.base_url.clone(),
        display_url: None,
        secret: Some(site.shared()?),
        previous: None,
        state: State::Enabled,
        scheme: Scheme::Signed,
        oauth_client_id: None,
        forge_installation: None,
        entitlement_id: None,
        installed_at: now,
        changed_at: now,
    })
}

/// Nothing is asked here: webhooks are signed with secrets.
struct Nobody;

#[async_trait]
impl Exchange for Nobody {
    async fn exchange(&self, _: ExchangeCall) -> Exchanged {
        Exchanged::Unsent(Failure::retry(NET_UNREACHABLE, Executed::No))
    }
}
