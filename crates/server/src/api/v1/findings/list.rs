//! `GET /api/v1/findings`: open findings, the most recent first; with `all=true` resolved ones too.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use bowline_core::page::Page;
use serde::Deserialize;

use super::view::View;
use crate::app::App;
use crate::caller::Caller;
use crate::extract::{Query, page_ask, told_as};
use crate::problem::Problem;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ask {
    #[serde(default)]
    all: bool,
    after: Option<String>,
    limit: Option<u32>,
}

pub(super) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(ask): Query<Ask>,
) -> Result<Json<Page<View>>, Problem> {
    let page = page_ask(ask.after, ask.limit)?;
    let findings = app.ports.console.findings(caller.tenant, ask.all, &page).await?;
    Ok(Json(told_as(findings, View::from)))
}
