//! `GET /api/v1/keys/export`: the wrapped keys, for a safe. None is opened for it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use bowline_auth::Exported;
use serde::Serialize;

use super::{Whose, tenants};
use crate::app::App;
use crate::extract::Query;
use crate::problem::Problem;

/// All wrapped keys.
#[derive(Serialize)]
pub(super) struct Export {
    keys: Vec<Exported>,
}

pub(super) async fn handle(
    State(app): State<Arc<App>>,
    Query(whose): Query<Whose>,
) -> Result<Json<Export>, Problem> {
    let tenants = tenants(&app, whose.tenant.as_deref()).await?;
    Ok(Json(Export { keys: app.ports.keys.export(&tenants).await? }))
}
