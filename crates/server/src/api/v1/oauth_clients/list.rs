//! `GET /api/v1/oauth-clients`: all registrations of the tenant, by name.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use bowline_core::page::Page;

use super::View;
use crate::app::App;
use crate::caller::Caller;
use crate::extract::{Part, Query, page_of, told_as};
use crate::problem::Problem;

pub(super) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(part): Query<Part>,
) -> Result<Json<Page<View>>, Problem> {
    let ask = part.ask()?;
    let clients = app.ports.grants.oauth_clients(caller.tenant).await?;
    Ok(Json(told_as(page_of(clients, &ask, |client| &client.name), |client| View::of(&app, client))))
}
