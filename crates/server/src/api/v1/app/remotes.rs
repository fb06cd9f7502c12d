//! Installations of the Forge app as the API shows them: whose they are, and how fresh their tokens.

use bowline_core::grant::{Grant, GrantState};
use bowline_core::{ConnectionId, TenantId, Timestamp};
use serde::Serialize;

use super::installs::SITES;
use crate::app::App;
use crate::connect::Refused;
use crate::problem::Problem;

#[derive(Serialize)]
pub(super) struct View {
    /// Whether the app is served.
    enabled: bool,
    app_id: Option<String>,
    installations: Vec<Remote>,
    refusals: Vec<Refused>,
}

#[derive(Serialize)]
pub(super) struct Remote {
    pub(super) tenant: TenantId,
    pub(super) installation: String,
    pub(super) cloud_id: Option<String>,
    pub(super) site_url: Option<String>,
    environment: String,
    app_version: Option<String>,
    connection: Option<ConnectionId>,
    pub(super) paired_at: Timestamp,
    pub(super) token: Option<Token>,
}

/// The token that Forge sent last.
#[derive(Serialize)]
pub(super) struct Token {
    state: GrantState,
    /// When Forge was heard of last.
    heard_at: Option<Timestamp>,
    age_seconds: Option<i64>,
    ends_at: Option<Timestamp>,
}

pub(super) async fn view(app: &App) -> Result<View, Problem> {
    let forge = app.ports.forge.as_ref();
    Ok(View {
        enabled: forge.is_some(),
        app_id: forge.map(|forge| forge.sites.app().as_str().to_owned()),
        installations: all(app, SITES).await?,
        refusals: forge.map(|forge| forge.watch.refusals()).unwrap_or_default(),
    })
}

/// At most so many.
pub(super) async fn all(app: &App, limit: usize) -> Result<Vec<Remote>, Problem> {
    let now = app.ports.clock.now();
    let mut all = Vec::new();
    for (row, it) in app.ports.sites.remotes(limit).await? {
        let grant = match it.grant {
            Some(id) => app.ports.grants.grant(row.tenant, id).await?,
            None => None,
        };
        all.push(Remote {
            tenant: row.tenant,
            installation: row.client_key,
            cloud_id: it.cloud_id,
            site_url: it.site_url,
            environment: it.environment,
            app_version: it.app_version,
            connection: row.connection,
            paired_at: it.paired_at,
            token: grant.map(|grant| token(&grant, now)),
        });
    }
    Ok(all)
}

fn token(grant: &Grant, now: Timestamp) -> Token {
    let age_seconds = grant.rotated_at.map(|at| now.duration_since(at).as_secs());
    Token { state: grant.state, heard_at: grant.rotated_at, age_seconds, ends_at: grant.access_until }
}
