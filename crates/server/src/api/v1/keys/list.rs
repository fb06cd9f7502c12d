//! `GET /api/v1/keys`: which keys there are, what wraps them, and how much is sealed under each.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use bowline_auth::KeyList;

use super::{Whose, tenants};
use crate::app::App;
use crate::extract::Query;
use crate::problem::Problem;

pub(super) async fn handle(
    State(app): State<Arc<App>>,
    Query(whose): Query<Whose>,
) -> Result<Json<KeyList>, Problem> {
    let tenants = tenants(&app, whose.tenant.as_deref()).await?;
    Ok(Json(app.ports.keys.list(&tenants).await?))
}
