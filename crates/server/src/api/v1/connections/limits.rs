//! `GET /api/v1/connections/{connection}/limits`: what is left of what the tool allows, as this process knows it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use bowline_core::port::LimitsLeft;

use super::named;
use crate::app::App;
use crate::caller::Caller;
use crate::extract::Name;
use crate::problem::Problem;

pub(super) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Name(name): Name,
) -> Result<Json<LimitsLeft>, Problem> {
    let connection = named(&app, &caller, &name).await?;
    Ok(Json(app.ports.limits.limits(&connection).await))
}
