//! `POST /api/v1/connections/{connection}/delegations`: a link for everybody who is to let the connection write as
//! themselves. It can be opened by many; each signs in as themselves, and needs no account here.

use std::sync::Arc;

use axum::extract::State;
use bowline_core::commit::DirectoryKind;
use bowline_core::connection::{Connection, SignIn};
use bowline_core::grant::OauthClient;
use http::StatusCode;
use serde::Deserialize;

use crate::api::v1::connections::{self, Link, fits};
use crate::api::v1::oauth_clients;
use crate::app::App;
use crate::caller::Caller;
use crate::extract::{Json, Name};
use crate::problem::Problem;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ask {
    /// The registration that people consent to. The connection's own, if nothing is said and it is one for people.
    oauth_client: Option<String>,
    /// Seconds.
    expires_in: Option<i64>,
}

pub(super) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Name(name): Name,
    Json(ask): Json<Ask>,
) -> Result<(StatusCode, axum::Json<Link>), Problem> {
    let seconds = connections::life(ask.expires_in)?;
    let connection = connections::named(&app, &caller, &name).await?;
    let client = match ask.oauth_client {
        Some(client) => oauth_clients::named(&app, &caller, &client).await?,
        None => own(&app, &caller, &connection).await?,
    };
    if !client.provider.asks_a_person() || !fits(connection.tool, client.provider) {
        let detail = format!(
            "With a registration at `{}` nobody can let a connection to {} write as themselves.",
            client.provider,
            connection.tool.title(),
        );
        return Err(Problem::conflict(detail));
    }
    connections::link(&app, &connection, (DirectoryKind::Delegation, client.id.to_string()), seconds).await
}

/// The registration that the connection's own grant was given to.
async fn own(app: &App, caller: &Caller, connection: &Connection) -> Result<OauthClient, Problem> {
    if let SignIn::Grant { grant } = connection.sign_in
        && let Some(grant) = app.ports.grants.grant(caller.tenant, grant).await?
        && let Some(client) = app.ports.grants.oauth_client(caller.tenant, grant.client).await?
        && client.provider.asks_a_person()
    {
        return Ok(client);
    }
    Err(Problem::bad_request(
        "`oauth_client` names a registration that people consent to: the connection has none of its own.",
    ))
}
