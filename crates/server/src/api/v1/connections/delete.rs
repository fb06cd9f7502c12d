//! `DELETE /api/v1/connections/{connection}`: forgets a connection that no profile uses, with its secrets and the
//! grants that no person gave.

use std::sync::Arc;

use axum::extract::State;
use bowline_core::commit::Change;
use bowline_core::port::StoreError;
use http::StatusCode;

use super::{ending, grant, named};
use crate::app::App;
use crate::caller::Caller;
use crate::extract::Name;
use crate::problem::Problem;

pub(super) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Name(name): Name,
) -> Result<StatusCode, Problem> {
    let connection = named(&app, &caller, &name).await?;
    let forgotten = ending::forgotten(&app, &connection).await?;
    let mut changes = vec![Change::DropConnection(connection.id)];
    changes.extend(connection.secrets().map(Change::DropSecret).chain(forgotten));
    changes.extend(grant::left(&app, &connection, None).await?);
    app.write(caller.tenant, changes).await.map_err(|error| match error {
        StoreError::Conflict(_) => {
            Problem::conflict("A profile uses the connection; delete the profile first.")
        }
        other => other.into(),
    })?;
    Ok(StatusCode::NO_CONTENT)
}
