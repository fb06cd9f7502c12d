//! `POST /api/v1/app/pairings`: a code that ties an installation of the Forge app to the caller's tenant. It is shown once.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use bowline_core::Timestamp;
use http::StatusCode;
use serde::Serialize;

use crate::app::App;
use crate::caller::Caller;
use crate::problem::Problem;

#[derive(Serialize)]
pub(super) struct Made {
    /// What an administrator enters on the app's page in Jira.
    code: String,
    expires_at: Timestamp,
}

pub(super) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
) -> Result<(StatusCode, Json<Made>), Problem> {
    let Some(forge) = &app.ports.forge else {
        return Err(Problem::conflict("The Forge app is not served: `forge.enabled` in the configuration."));
    };
    let now = app.ports.clock.now();
    let (code, life) = forge.offer(caller.tenant, app.ports.entropy.as_ref()).await?;
    let expires_at = now.saturating_add(life).unwrap_or(now);
    Ok((StatusCode::CREATED, Json(Made { code: code.expose(), expires_at })))
}
