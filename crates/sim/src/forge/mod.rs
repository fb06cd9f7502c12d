//! The host of Forge apps that are servers of their own: installs them in sites, and calls them as Forge Remote does.
//!
//! Written from “Forge Remote essentials”, “Sending product and lifecycle events to a remote”, “Scheduled triggers” and the
//! references of events (developer.atlassian.com/platform/forge), without the crate that apps use. [`install`] is who is
//! where, [`mint`] makes tokens, [`event`] words events, [`hook`] tells of them, [`control`] is what a test turns,
//! [`hourly`] calls every hour.
//! The key set is at `/.well-known/jwks.json` of the gateway's address.

mod call;
pub(crate) mod control;
pub(crate) mod event;
pub(crate) mod hook;
pub(crate) mod hourly;
mod install;
mod mint;
mod spoil;

use std::sync::Arc;

use tokio::sync::Notify;

use crate::atlassian::route::Bearer;
use crate::atlassian::token::Stub;
use crate::forge::call::Calls;
use crate::forge::install::{App, Install};
use crate::frame::call::Person;

/// How long a system token lives, in milliseconds: the least that Forge promises.
const LIFE: i64 = 2 * 3_600_000;

/// Every Forge app, and where it is.
#[derive(Clone)]
pub(crate) struct Forge {
    apps: Vec<App>,
    installs: Vec<Install>,
    calls: Calls,
    /// How long system tokens live.
    life: i64,
    /// Whether installations are called every hour by themselves.
    hourly: bool,
    /// Rings when that, or an installation, has changed.
    changed: Arc<Notify>,
}

impl Default for Forge {
    fn default() -> Self {
        let (apps, installs, calls) = (Vec::new(), Vec::new(), Calls::default());
        Self { apps, installs, calls, life: LIFE, hourly: true, changed: Arc::default() }
    }
}

impl Forge {
    fn app(&self, id: &str) -> Result<&App, String> {
        let found = self.apps.iter().find(|app| app.id == id);
        found.ok_or_else(|| format!("there is no Forge app '{id}'"))
    }

    /// What an app has installed in a site, if it is there.
    fn install(&self, app: &str, site: u16) -> Option<&Install> {
        self.installs.iter().find(|install| install.app == app && install.site == site && !install.gone)
    }

    /// Who calls with a system token.
    pub(crate) fn bearer(&self, stub: Stub, now: i64) -> Option<Bearer<'_>> {
        let install = self.installs.get(usize::try_from(stub.of).ok()?)?;
        // A token says itself how long it lives: the rule may have changed since.
        let life = i64::from(stub.generation) * 1_000;
        if install.gone || now - stub.at >= life {
            return None;
        }
        let app = self.apps.iter().find(|app| app.id == install.app)?;
        let who: Person = install.person;
        let sites = vec![install.site];
        Some(Bearer { who, app: &app.id, scopes: &app.scopes, sites })
    }
}
