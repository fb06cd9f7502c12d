//! `GET /api/v1/connections/{connection}`: one connection.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use super::{View, named};
use crate::app::App;
use crate::caller::Caller;
use crate::extract::Name;
use crate::problem::Problem;

pub(super) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Name(name): Name,
) -> Result<Json<View>, Problem> {
    Ok(Json(named(&app, &caller, &name).await?.into()))
}
