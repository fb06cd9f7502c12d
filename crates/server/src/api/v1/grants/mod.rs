//! Grants: what providers let us do, how they stand and why. Tokens are never shown.

mod list;
mod renew;
mod revoke;
mod show;

pub(super) use revoke::revoked;

use bowline_core::connection::Identity;
use bowline_core::grant::{Grant, GrantEvent};
use bowline_core::{Code, GrantId, OauthClientId, Timestamp};
use serde::Serialize;

use crate::api::route::{Route, delete, get, post};
use crate::app::App;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::scope::Scope;

pub(super) fn routes() -> Vec<Route> {
    let (read, write) = (Scope::ConnectionsRead, Scope::ConnectionsWrite);
    vec![
        get("/api/v1/grants", read, list::handle),
        get("/api/v1/grants/{grant}", read, show::handle),
        post("/api/v1/grants/{grant}/renew", write, renew::handle),
        delete("/api/v1/grants/{grant}", write, revoke::handle),
    ]
}

/// A grant of the caller's tenant.
async fn named(app: &App, caller: &Caller, id: &str) -> Result<Grant, Problem> {
    let id: GrantId = id.parse().map_err(|_| Problem::not_found("grant"))?;
    app.ports.grants.grant(caller.tenant, id).await?.ok_or_else(|| Problem::not_found("grant"))
}

/// The names of the connections that call with a grant.
pub(super) async fn served(app: &App, caller: &Caller, grant: GrantId) -> Result<Vec<String>, Problem> {
    let connections = app.ports.registry.connections(caller.tenant).await?;
    let ours = connections.into_iter().filter(|connection| connection.calls_with(grant));
    Ok(ours.map(|connection| connection.name).collect())
}

/// The names of the connections that may write by a grant as the person who gave it.
async fn acting(app: &App, caller: &Caller, grant: GrantId) -> Result<Vec<String>, Problem> {
    let delegations = app.ports.delegations.delegations_on(caller.tenant, grant).await?;
    let mut connections = app.ports.registry.connections(caller.tenant).await?;
    connections.retain(|connection| delegations.iter().any(|one| one.connection == connection.id));
    Ok(connections.into_iter().map(|connection| connection.name).collect())
}

/// A grant as the API shows it.
#[derive(Serialize)]
pub(super) struct View {
    id: GrantId,
    oauth_client: OauthClientId,
    subject: Option<Identity>,
    scopes: Vec<String>,
    state: &'static str,
    since: Timestamp,
    reason: Option<Reason>,
    consented_at: Option<Timestamp>,
    rotated_at: Option<Timestamp>,
    used_at: Option<Timestamp>,
    access_until: Option<Timestamp>,
    idle_until: Option<Timestamp>,
    ends_at: Option<Timestamp>,
}

/// Why a grant is not well.
#[derive(Serialize)]
struct Reason {
    code: Code,
    title: String,
    remedy: Option<&'static str>,
    /// The provider's own words.
    words: Option<String>,
}

impl From<Grant> for View {
    fn from(grant: Grant) -> Self {
        let state = grant.shown();
        let words = grant.words;
        let reason = grant.reason.map(|code| Reason {
            title: code.title().to_owned(),
            remedy: code.find().map(|entry| entry.remedy),
            code,
            words,
        });
        Self {
            id: grant.id,
            oauth_client: grant.client,
            subject: grant.subject,
            scopes: grant.scopes,
            state,
            since: grant.since,
            reason,
            consented_at: grant.consented_at,
            rotated_at: grant.rotated_at,
            used_at: grant.used_at,
            access_until: grant.access_until,
            idle_until: grant.idle_until,
            ends_at: grant.ends_at,
        }
    }
}

/// One line of a history as the API shows it.
#[derive(Serialize)]
struct Line {
    kind: &'static str,
    state: &'static str,
    code: Option<Code>,
    words: Option<String>,
    at: Timestamp,
}

impl From<GrantEvent> for Line {
    fn from(event: GrantEvent) -> Self {
        let (kind, state) = (event.kind.word(), event.state.word());
        Self { kind, state, code: event.code, words: event.words, at: event.at }
    }
}
