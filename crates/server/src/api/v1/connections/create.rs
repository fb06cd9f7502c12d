//! `POST /api/v1/connections`: makes a connection. Nothing is called; `…/test` does that.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use bowline_core::commit::Change;
use bowline_core::connection::{Connection, Health, IntakeProof, SignIn, ToolKind};
use bowline_core::layers::Transport;
use bowline_core::port::StoreError;
use bowline_core::secret::{Purpose, Secret};
use bowline_core::work::Lane;
use bowline_core::{ConnectionId, Timestamp};
use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::layers::{CertificateAsk, GatewayAsk};
use super::proof::{self, Header, Shown};
use super::{View, address, ending, grant, layers, sweep};
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
    /// With `secret`; or `oauth_client` instead of both.
    sign_in: Option<SignIn>,
    secret: Option<String>,
    certificate: Option<CertificateAsk>,
    authorities: Option<String>,
    gateway: Option<GatewayAsk>,
    /// When the secret ends, as far as its maker knows.
    expires_at: Option<Timestamp>,
    /// The registration whose tokens the connection calls with.
    oauth_client: Option<String>,
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
    let (webhook_secret, header) = (ask.webhook_secret.take(), ask.header.take());
    let expires_at = ask.expires_at.take();
    let (sign_in, proof) = way_in(&app, &caller, &mut ask).await?;
    let given = layers::Ask {
        certificate: ask.certificate.take().map(Some),
        authorities: ask.authorities.take().map(Some),
        gateway: ask.gateway.take().map(Some),
    };
    let mut connection = connection(&app, &caller, ask, sign_in)?;
    let (url, hook) = proof::new_hook(&app, connection.id);
    let (mut changes, mut shown) = (vec![hook], Shown::at(url));
    match proof {
        Proof::Secret(secret) => {
            let id = connection.secret;
            changes.push(proof::sealed(&app, &connection, Purpose::Credential, id, &secret).await?);
            if let Some(expires_at) = expires_at {
                changes.extend(ending::entered(&app, &connection, expires_at).await?);
            }
        }
        Proof::Other(_) if expires_at.is_some() => {
            return Err(Problem::bad_request(
                "`expires_at` is about a `secret`; the provider tells when a grant ends.",
            ));
        }
        Proof::Other(rows) => changes.extend(rows),
    }
    changes.extend(layers::apply(&app, &caller, &mut connection, given).await?);
    layers::fit(&connection)?;
    grant::vouched(&app, None, &connection).await?;
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

/// What a new connection proves itself with.
enum Proof {
    /// To be sealed.
    Secret(Secret),
    /// A new grant, and the work that it is; nothing if it calls with one that exists, or needs none.
    Other(Vec<Change>),
}

/// How it signs in: with a secret, with a grant that exists, or with a new one of a registration.
async fn way_in(app: &App, caller: &Caller, ask: &mut Ask) -> Result<(SignIn, Proof), Problem> {
    match (ask.oauth_client.take(), ask.sign_in.take(), ask.secret.take()) {
        (Some(client), None, None) => {
            let (grant, changes) = grant::begun_of(app, caller, ask.tool, &client).await?;
            Ok((SignIn::Grant { grant }, Proof::Other(changes)))
        }
        (None, Some(SignIn::Grant { grant }), None) => {
            grant::to_serve(app, caller, grant).await?;
            Ok((SignIn::Grant { grant }, Proof::Other(Vec::new())))
        }
        (None, Some(SignIn::InFront), None) => Ok((SignIn::InFront, Proof::Other(Vec::new()))),
        (None, Some(sign_in), Some(secret)) if sign_in.has_secret() => {
            address::secret("secret", &secret)?;
            address::collected(app, ask.tool)?;
            Ok((sign_in, Proof::Secret(Secret::from(secret))))
        }
        _ => Err(Problem::bad_request(
            "A connection has `sign_in` and `secret`; or `oauth_client`; or `sign_in` with the method `grant` or \
             `in_front`.",
        )),
    }
}

fn connection(app: &App, caller: &Caller, ask: Ask, sign_in: SignIn) -> Result<Connection, Problem> {
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
        transport: Transport::default(),
        gateway: None,
        sign_in: address::sign_in(ask.tool, sign_in)?,
        secret: proof::new_id(app),
        intake: IntakeProof::default(),
        health: Health::Unknown,
        identity: None,
        settings: ask.settings,
        revision: 0,
        era: 0,
        created_at: now,
    })
}
