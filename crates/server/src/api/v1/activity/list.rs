//! `GET /api/v1/activity`: what sync did, newest first.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use bowline_core::page::Page;

use super::Line;
use crate::app::App;
use crate::caller::Caller;
use crate::extract::{Part, Query, told_as};
use crate::problem::Problem;

pub(super) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(part): Query<Part>,
) -> Result<Json<Page<Line>>, Problem> {
    let lines = app.ports.console.activity(caller.tenant, &part.ask()?).await?;
    Ok(Json(told_as(lines, Line::from)))
}
