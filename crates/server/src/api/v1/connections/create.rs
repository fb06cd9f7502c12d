//! `POST /api/v1/connections`: makes a connection. Nothing is called; `…/test` does that.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use bowline_core::ConnectionId;
use bowline_core::commit::Change;
use bowline_core::connection::{Connection, Health, IntakeProof, SignIn, ToolKind};
use bowline_core::port::StoreError;
use bowline_core::secret::{Purpose, Secret};
use bowline_core::work::Lane;
use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::proof::{self, Header, Shown};
use super::{View, address, sweep};
use crate::app::App;
use crate::caller::Caller;
use crate::extract::Json;
use crate::problem::Problem;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ask {
    name: String,
    tool: ToolKind,
    base_url: String,
    browse_url: Option<String>,
    sign_in: SignIn,
    secret: String,
    webhook_secret: Option<String>,
    header: Option<Header>,
    #[serde(default)]
    settings: BTreeMap<String, String>,
}

/// The new connection, and what to enter in the tool.
#[derive(Serialize)]
pub(super) struct Made {
    #[serde(flatten)]
    view: View,
    webhook: Shown,
}

pub(super) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Json(mut ask): Json<Ask>,
) -> Result<(StatusCode, axum::Json<Made>), Problem> {
    address::secret("secret", &ask.secret)?;
    let secret = Secret::from(std::mem::take(&mut ask.secret));
    let (webhook_secret, header) = (ask.webhook_secret.take(), ask.header.take());
    let mut connection = connection(&app, &caller, ask)?;
    let (url, hook) = proof::new_hook(&app, connection.id);
    let (mut changes, mut shown) = (vec![hook], Shown::at(url));
    changes.push(proof::sealed(&app, &connection, Purpose::Credential, connection.secret, &secret).await?);
    changes.extend(proof::demand_signature(&app, &mut connection, webhook_secret, &mut shown).await?);
    if let Some(header) = header {
        changes.extend(proof::demand_header(&app, &mut connection, header, &mut shown).await?);
    }
    changes.push(Change::PutConnection(Box::new(connection.clone())));
    changes.push(sweep(connection.id, connection.created_at));
    app.write(caller.tenant, changes).await.map_err(|error| match error {
        StoreError::Conflict(_) => Problem::conflict("There is a connection of that name already."),
        other => other.into(),
    })?;
    app.ports.bell.ring(Lane::Sweep).await;
    // What the store makes of a new one.
    connection.revision = 1;
    Ok((StatusCode::CREATED, axum::Json(Made { view: connection.into(), webhook: shown })))
}

fn connection(app: &App, caller: &Caller, ask: Ask) -> Result<Connection, Problem> {
    let (now, entropy) = (app.ports.clock.now(), app.ports.entropy.as_ref());
    let base_url = address::url("base_url", &ask.base_url)?;
    let browse_url = ask.browse_url.map(|url| address::url("browse_url", &url)).transpose()?;
    address::settings(&ask.settings)?;
    Ok(Connection {
        tenant: caller.tenant,
        id: ConnectionId::new(now, entropy),
        name: address::name(ask.name)?,
        tool: ask.tool,
        browse_url: browse_url.unwrap_or_else(|| base_url.clone()),
        base_url,
        sign_in: address::sign_in(ask.tool, ask.sign_in)?,
        secret: proof::new_id(app),
        intake: IntakeProof::default(),
        health: Health::Unknown,
        identity: None,
        settings: ask.settings,
        revision: 0,
        created_at: now,
    })
}
