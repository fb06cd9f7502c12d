//! The remote put together from its parts, and the manifest that asks Forge to call it.

use std::sync::Arc;

use bowline_auth::app::forge::{ForgeSites, product_scopes};
use bowline_connect::exchange::Exchange;
use bowline_connect::forge::{
    AppId, Binding, Intake, InvocationTokens, KeySetUrls, KeySets, Manifest, ManifestError, PairingCode,
    Remote, RemoteApp, Tokens,
};
use bowline_connect::token::Times;
use bowline_core::port::{Clock, Entropy};
use bowline_core::{SignedDuration, TenantId};
use serde_json::json;

use crate::connect::Watch;
use crate::problem::Problem;

/// What is heard of. Assignments are updates too, and who looks at an issue is nobody's business.
const EVENTS: [&str; 5] = [
    "avi:jira:created:issue",
    "avi:jira:updated:issue",
    "avi:jira:deleted:issue",
    "avi:jira:commented:issue",
    "avi:jira:deleted:comment",
];

/// What the operator decides.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where Forge's key sets are.
    pub key_sets: KeySetUrls,
    /// How long a code can be entered.
    pub pairing_life: SignedDuration,
}

/// What the remote works with.
pub struct Parts {
    /// Keeps installations.
    pub sites: Arc<ForgeSites>,
    /// Fetches key sets.
    pub exchange: Arc<dyn Exchange>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// The remote, ready to serve.
pub struct Forge {
    pub(super) intake: Intake,
    pub(crate) sites: Arc<ForgeSites>,
    pub(crate) watch: Watch,
    pairing_life: SignedDuration,
}

impl Forge {
    /// Puts it together.
    pub fn new(settings: Settings, parts: Parts) -> Self {
        let Parts { sites, exchange, clock } = parts;
        let sets = KeySets::new(exchange, clock.clone());
        let app = sites.app().clone();
        let tokens = InvocationTokens::new(app, settings.key_sets, sets, clock.clone(), Times::default());
        let intake = Intake::new(Arc::new(tokens), sites.clone(), clock.clone(), Binding::Paired);
        Self { intake, sites, watch: Watch::new(clock), pairing_life: settings.pairing_life }
    }

    /// A code for a tenant, and for how long it can be entered.
    pub(crate) async fn offer(
        &self,
        tenant: TenantId,
        entropy: &dyn Entropy,
    ) -> Result<(PairingCode, SignedDuration), Problem> {
        let made = self.intake.offer(&tenant.to_string(), self.pairing_life, entropy).await;
        let code = made.map_err(|error| {
            tracing::error!(%error, "no pairing code can be made");
            Problem::unavailable("No code can be made now; the log says why.", 5)
        })?;
        Ok((code, self.pairing_life))
    }
}

/// The manifest of the app. The page on which a code is entered is a module of its own, for administrators only.
pub fn manifest(app: &AppId, remote: Remote<'_>) -> Result<Manifest, ManifestError> {
    let scopes = product_scopes();
    let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
    let tokens = json!({"appSystemToken": {"enabled": true}, "appUserToken": {"enabled": false}});
    let endpoint = json!({"key": "pairing", "remote": "server", "auth": tokens});
    let page = json!({
        "key": "pairing-page", "title": "Bowline", "resource": "pairing", "render": "native",
        "resolver": {"endpoint": "pairing"},
    });
    let modules = [("endpoint", endpoint), ("jira:adminPage", page)];
    Manifest::remote(&RemoteApp {
        app,
        remote,
        stores_user_data: false,
        scopes: &scopes,
        tokens: Tokens { system: true, user: false },
        events: &EVENTS,
        events_path: "/forge/events",
        hourly_path: "/forge/hourly",
        modules: &modules,
        resources: &[("pairing", "src/pairing.jsx")],
    })
}
