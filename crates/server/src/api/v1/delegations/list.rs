//! `GET /api/v1/connections/{connection}/delegations`: who lets a connection write as themselves, by the person's id.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use bowline_core::page::Page;

use super::View;
use crate::api::v1::connections;
use crate::app::App;
use crate::caller::Caller;
use crate::extract::{Name, Part, Query, told_as};
use crate::problem::Problem;

pub(super) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Name(name): Name,
    Query(part): Query<Part>,
) -> Result<Json<Page<View>>, Problem> {
    let connection = connections::named(&app, &caller, &name).await?;
    let page = app.ports.delegations.delegates(caller.tenant, connection.id, &part.ask()?).await?;
    let now = app.ports.clock.now();
    Ok(Json(told_as(page, |delegate| View::of(delegate, &connection, now))))
}
