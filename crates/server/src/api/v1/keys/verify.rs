//! `POST /api/v1/keys/verify`: opens every key and every sealed value, and tells which do not open.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use bowline_auth::Verdict;

use super::{Whose, tenants};
use crate::app::App;
use crate::extract;
use crate::problem::Problem;

pub(super) async fn handle(
    State(app): State<Arc<App>>,
    extract::Json(whose): extract::Json<Whose>,
) -> Result<Json<Verdict>, Problem> {
    let tenants = tenants(&app, whose.tenant.as_deref()).await?;
    Ok(Json(app.ports.keys.verify(&tenants).await?))
}
