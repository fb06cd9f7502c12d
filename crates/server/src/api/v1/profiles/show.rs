//! `GET /api/v1/profiles/{profile}`: one profile with its document.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use super::named;
use super::view::Whole;
use crate::app::App;
use crate::caller::Caller;
use crate::extract::Name;
use crate::problem::Problem;

pub(super) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Name(name): Name,
) -> Result<Json<Whole>, Problem> {
    Ok(Json(named(&app, &caller, &name).await?.into()))
}
