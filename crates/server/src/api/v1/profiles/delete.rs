//! `DELETE /api/v1/profiles/{profile}`: forgets a profile whose shares are all untied.

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
    let profile = named(&app, &caller, &name).await?;
    app.write(caller.tenant, vec![Change::DropProfile(profile.id)]).await.map_err(|error| match error {
        StoreError::Conflict(_) => Problem::conflict("The profile has shares; unlink them first."),
        other => other.into(),
    })?;
    Ok(StatusCode::NO_CONTENT)
}
