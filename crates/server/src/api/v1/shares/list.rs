//! `GET /api/v1/shares`: the tenant's shares, newest first; of a profile, in a state, with an item.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use bowline_core::page::Page;
use bowline_core::port::ShareFilter;
use bowline_core::share::ShareState;
use serde::Deserialize;

use super::view::View;
use crate::api::v1::profiles;
use crate::app::App;
use crate::caller::Caller;
use crate::extract::{Query, page_ask, told_as};
use crate::problem::Problem;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ask {
    profile: Option<String>,
    state: Option<ShareState>,
    item: Option<String>,
    after: Option<String>,
    limit: Option<u32>,
}

pub(super) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(ask): Query<Ask>,
) -> Result<Json<Page<View>>, Problem> {
    let page = page_ask(ask.after, ask.limit)?;
    let profile = match ask.profile {
        Some(name) => Some(profiles::named(&app, &caller, &name).await?.id),
        None => None,
    };
    let filter = ShareFilter { profile, state: ask.state, item: ask.item };
    let shares = app.ports.console.shares(caller.tenant, &filter, &page).await?;
    Ok(Json(told_as(shares, View::from)))
}
