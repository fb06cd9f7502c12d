//! `GET /api/v1/profiles`: the tenant's profiles, by name, without their documents.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use bowline_core::page::Page;

use super::view::View;
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
    let profiles = app.ports.registry.profiles(caller.tenant).await?;
    Ok(Json(told_as(page_of(profiles, &ask, |profile| &profile.name), View::from)))
}
