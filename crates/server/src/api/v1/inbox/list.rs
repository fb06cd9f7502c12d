//! `GET /api/v1/inbox`: deliveries, newest first; from a connection, in a state.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use bowline_core::event::InboxState;
use bowline_core::page::Page;
use bowline_core::port::InboxFilter;
use serde::Deserialize;

use super::view::View;
use crate::api::v1::connections;
use crate::app::App;
use crate::caller::Caller;
use crate::extract::{Query, page_ask, told_as};
use crate::problem::Problem;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ask {
    connection: Option<String>,
    state: Option<InboxState>,
    after: Option<String>,
    limit: Option<u32>,
}

pub(super) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(ask): Query<Ask>,
) -> Result<Json<Page<View>>, Problem> {
    let page = page_ask(ask.after, ask.limit)?;
    let connection = match ask.connection {
        Some(name) => Some(connections::named(&app, &caller, &name).await?.id),
        None => None,
    };
    let filter = InboxFilter { connection, state: ask.state };
    let rows = app.ports.console.inbox(caller.tenant, &filter, &page).await?;
    Ok(Json(told_as(rows, View::from)))
}
