//! `GET /api/v1/grants`: grants, newest first.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use bowline_core::page::Page;

use super::View;
use crate::app::App;
use crate::caller::Caller;
use crate::extract::{Part, Query, told_as};
use crate::problem::Problem;

pub(super) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(part): Query<Part>,
) -> Result<Json<Page<View>>, Problem> {
    let page = app.ports.grants.grants(caller.tenant, &part.ask()?).await?;
    Ok(Json(told_as(page, View::from)))
}
