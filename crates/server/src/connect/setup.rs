//! The app put together from its parts.

use std::sync::Arc;

use bowline_auth::app::Sites;
use bowline_connect::client::{Client, UserTokens};
use bowline_connect::descriptor::Problem;
use bowline_connect::exchange::Exchange;
use bowline_connect::install_key::InstallKeys;
use bowline_connect::installation::Installations;
use bowline_connect::lifecycle::{self, Legacy, Lifecycle};
use bowline_connect::page::Pages;
use bowline_connect::token::Times;
use bowline_connect::verify::{HostTokens, InstallTokens};
use bowline_connect::{jose, page, qsh, web};
use bowline_core::SignedDuration;
use bowline_core::port::Clock;

use super::descriptor::{Facts, describe};
use super::watch::Watch;

/// What of the app is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Serves {
    /// All of it.
    Everything,
    /// Nothing but `uninstalled`: the app is switched off, which no site was told of.
    Goodbyes,
}

/// What the operator decides.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What of the app is served.
    pub serves: Serves,
    /// What the app says of itself.
    pub facts: Facts,
    /// Which addresses are sites'.
    pub sites: lifecycle::Sites,
    /// Whether installs of the old scheme are taken.
    pub legacy: Legacy,
    /// How long the secret before stays good for requests under way.
    pub rotation_window: SignedDuration,
    /// The server that gives tokens of users.
    pub impersonation_server: String,
    /// Atlassian's script that each page loads first.
    pub all_js: String,
}

/// What the app works with.
pub struct Parts {
    /// Keeps installations.
    pub sites: Arc<Sites>,
    /// Sends calls to sites.
    pub exchange: Arc<dyn Exchange>,
    /// Finds Atlassian's keys.
    pub keys: Arc<dyn InstallKeys>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// The app, ready to serve.
pub struct Connect {
    pub(crate) serves: Serves,
    pub(super) web: Arc<web::App>,
    pub(super) client: Client,
    pub(super) pages: Pages,
    pub(crate) facts: Facts,
    pub(crate) sites: Arc<Sites>,
    pub(crate) watch: Arc<Watch>,
}

/// Why the settings make no app.
#[derive(Debug, thiserror::Error)]
pub enum NoApp {
    /// Sites would refuse its descriptor.
    #[error("sites would refuse the app's descriptor: {}", words(.0))]
    Descriptor(Vec<Problem>),
    /// The base URL is none.
    #[error("`connect.base_url` cannot be used")]
    BaseUrl(#[from] qsh::Error),
    /// `all.js` is nowhere.
    #[error("`connect.all_js` cannot be used")]
    Script(#[from] page::Error),
    /// The key fits into no header.
    #[error("`connect.app_key` cannot be used")]
    Key,
    /// A defect of ours: the parts do not fit each other.
    #[error("the app's parts do not fit each other")]
    Parts(#[from] web::Mismatch),
    /// A defect of ours: no secret can be made for comparison.
    #[error("the app cannot verify tokens")]
    Tokens(#[from] jose::Error),
}

fn words(problems: &[Problem]) -> String {
    let each = problems.iter().map(|problem| format!("{} {}", problem.pointer, problem.message));
    each.collect::<Vec<_>>().join("; ")
}

impl Connect {
    /// Puts the app together. Fails for settings that no site would take.
    pub fn new(settings: Settings, parts: Parts) -> Result<Self, NoApp> {
        let Parts { sites, exchange, keys, clock } = parts;
        let Settings { serves, facts, legacy, rotation_window, .. } = settings;
        let (descriptor, doubts) = describe(&facts).map_err(NoApp::Descriptor)?;
        for doubt in doubts {
            tracing::warn!(pointer = doubt.pointer, "the app's descriptor: {}", doubt.message);
        }
        let times = Times::default();
        let store: Arc<dyn Installations> = sites.clone();
        let host_tokens = Arc::new(HostTokens::new(store.clone(), clock.clone(), times)?);
        let install_tokens = Arc::new(InstallTokens::new(keys, clock.clone(), times, &facts.base_url));
        let rules = lifecycle::Settings {
            app_key: facts.key.clone(),
            base_url: facts.base_url.clone(),
            sites: settings.sites,
            legacy,
            rotation_window,
        };
        let verifiers = (host_tokens.clone(), install_tokens);
        let parts = lifecycle::Parts {
            store,
            clock: clock.clone(),
            host_tokens: verifiers.0,
            install_tokens: verifiers.1,
        };
        let lifecycle = Lifecycle::new(rules, parts)?;
        let watch = Arc::new(Watch::new(clock.clone()));
        let web = web::App::new(descriptor, lifecycle, host_tokens)?.watched_by(watch.clone());
        let users = UserTokens::new(exchange.clone(), clock.clone(), &settings.impersonation_server);
        let client = Client::new(exchange, clock, &facts.key, users).ok_or(NoApp::Key)?;
        let pages = Pages::with_script(&settings.all_js)?;
        Ok(Self { serves, web: Arc::new(web), client, pages, facts, sites, watch })
    }
}
