//! `GET /api/v1/credentials`: every credential of the tenant, those that end first before the others.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use bowline_core::connection::Connection;
use bowline_core::grant::{Grant, GrantState};
use bowline_core::page::{Page, PageAsk};
use bowline_core::{GrantId, TenantId};
use serde::Serialize;

use super::view::{self, View};
use crate::app::App;
use crate::caller::Caller;
use crate::problem::Problem;

/// How many grants are read at once.
const PAGE: u32 = 1_000;

/// All of them.
#[derive(Serialize)]
pub(super) struct Audit {
    items: Vec<View>,
}

pub(super) async fn handle(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<Audit>, Problem> {
    let tenant = caller.tenant;
    let connections = app.ports.registry.connections(tenant).await?;
    let known = app.ports.grants.credentials(tenant).await?;
    let clients = app.ports.grants.oauth_clients(tenant).await?;
    let grants = grants(&app, tenant).await?;
    let mut acting = acting(&app, tenant, &connections).await?;
    let of = |connection: &Connection| known.iter().find(|row| row.connection == connection.id);
    let mut items: Vec<View> =
        connections.iter().filter_map(|connection| view::of_connection(connection, of(connection))).collect();
    items.extend(connections.iter().flat_map(view::in_front));
    for grant in &grants {
        let client = clients.iter().find(|client| client.id == grant.client);
        let uses = (served(&connections, &[grant.id]), acting.remove(&grant.id).unwrap_or_default());
        items.push(view::of_grant(grant, client, uses));
    }
    for client in &clients {
        let ours = grants.iter().filter(|grant| grant.client == client.id).map(|grant| grant.id);
        items.push(view::of_client(client, served(&connections, &ours.collect::<Vec<_>>())));
    }
    items.sort_by_key(View::order);
    Ok(Json(Audit { items }))
}

/// The names of the connections that call with these grants.
fn served(connections: &[Connection], grants: &[GrantId]) -> Vec<String> {
    let calls = |connection: &&Connection| grants.iter().any(|grant| connection.calls_with(*grant));
    connections.iter().filter(calls).map(|connection| connection.name.clone()).collect()
}

/// The names of the connections that may write by each grant as the person who gave it.
async fn acting(
    app: &App,
    tenant: TenantId,
    connections: &[Connection],
) -> Result<BTreeMap<GrantId, Vec<String>>, Problem> {
    let mut all: BTreeMap<GrantId, Vec<String>> = BTreeMap::new();
    for connection in connections {
        let mut ask = PageAsk { after: None, limit: PAGE };
        loop {
            let Page { items, next } = app.ports.delegations.delegates(tenant, connection.id, &ask).await?;
            for delegate in items {
                all.entry(delegate.grant.id).or_default().push(connection.name.clone());
            }
            let Some(next) = next else { break };
            ask.after = Some(next);
        }
    }
    Ok(all)
}

/// All grants that have tokens, or wait for them.
async fn grants(app: &App, tenant: TenantId) -> Result<Vec<Grant>, Problem> {
    let (mut all, mut ask) = (Vec::new(), PageAsk { after: None, limit: PAGE });
    loop {
        let Page { items, next } = app.ports.grants.grants(tenant, &ask).await?;
        all.extend(items.into_iter().filter(|grant| grant.state != GrantState::Revoked));
        let Some(next) = next else { return Ok(all) };
        ask.after = Some(next);
    }
}
