//! `POST /api/v1/shares/{share}/unlink`: unties a share. Both items stay as they are.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use super::get_share;
use super::view::View;
use crate::app::App;
use crate::caller::Caller;
use crate::extract::Name;
use crate::problem::Problem;

pub(super) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Name(name): Name,
) -> Result<Json<View>, Problem> {
    let share = get_share(&app, &caller, &name).await?.share;
    // Once untied, nothing is left to do; a second line for people would be wrong.
    if share.state.ties() {
        app.ports.engine.unlink(&share).await?;
    }
    Ok(Json(get_share(&app, &caller, &name).await?.share.into()))
}
