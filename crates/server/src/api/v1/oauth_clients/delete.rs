//! `DELETE /api/v1/oauth-clients/{oauth_client}`: forgets a registration to which no grant was given.

use std::sync::Arc;

use axum::extract::State;
use bowline_core::commit::Change;
use bowline_core::port::StoreError;
use http::StatusCode;

use super::named;
use crate::app::App;
use crate::caller::Caller;
use crate::extract::Name;
use crate::problem::Problem;

pub(super) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Name(name): Name,
) -> Result<StatusCode, Problem> {
    let client = named(&app, &caller, &name).await?;
    let changes = vec![Change::DropOauthClient(client.id), Change::DropSecret(client.secret)];
    app.write(caller.tenant, changes).await.map_err(|error| match error {
        StoreError::Conflict(_) => Problem::conflict(
            "Grants were given to it. Delete the connections that use them, then the grants, then this.",
        ),
        other => other.into(),
    })?;
    Ok(StatusCode::NO_CONTENT)
}
