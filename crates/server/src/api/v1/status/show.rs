//! `GET /api/v1/status`: shares by state, health of connections, recent delay, and how much work waits.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use super::figures::{Figures, read};
use crate::app::App;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::scope::Scope;

pub(super) async fn handle(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<Figures>, Problem> {
    Ok(Json(read(&app, caller.tenant, caller.may(Scope::SystemRead)).await?))
}
