//! `GET /api/v1/tenants`: all tenants, by name.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use bowline_core::page::Page;

use super::View;
use crate::app::App;
use crate::extract::{Part, Query, page_of, told_as};
use crate::problem::Problem;

pub(super) async fn handle(
    State(app): State<Arc<App>>,
    Query(part): Query<Part>,
) -> Result<Json<Page<View>>, Problem> {
    let ask = part.ask()?;
    let tenants = app.ports.registry.tenants().await?;
    Ok(Json(told_as(page_of(tenants, &ask, |tenant| &tenant.name), View::from)))
}
