//! `GET /api/v1/tokens`: the tenant's tokens, oldest first.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use bowline_core::page::Page;

use super::View;
use crate::app::App;
use crate::caller::Caller;
use crate::extract::{Part, Query, page_of};
use crate::problem::Problem;

pub(super) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(part): Query<Part>,
) -> Result<Json<Page<View>>, Problem> {
    let ask = part.ask()?;
    let tokens = app.ports.registry.tokens(caller.tenant).await?;
    // Names need not be unique, ids are, and they rise with time.
    let rows: Vec<(String, View)> =
        tokens.into_iter().map(|token| (token.id.to_string(), View::from(token))).collect();
    let page = page_of(rows, &ask, |(id, _)| id);
    Ok(Json(Page { items: page.items.into_iter().map(|(_, view)| view).collect(), next: page.next }))
}
