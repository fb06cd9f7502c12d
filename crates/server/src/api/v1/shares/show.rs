//! `GET /api/v1/shares/{share}`: one share, with what waits for it and what was last done.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use bowline_core::page::PageAsk;
use bowline_core::port::StoreError;
use bowline_core::{ShareId, TenantId};
use serde::Serialize;

use super::get_share;
use super::view::View;
use crate::api::v1::activity::Line;
use crate::app::App;
use crate::caller::Caller;
use crate::extract::Name;
use crate::problem::Problem;

/// How far back the last activity is looked for.
const LINES: u32 = 1_000;

/// A share with what goes on around it.
#[derive(Serialize)]
pub(super) struct Whole {
    #[serde(flatten)]
    view: View,
    /// Deliveries that wait for a look.
    pending: usize,
    /// Calls of which nobody knows yet whether they arrived.
    sending: usize,
    /// Comments that have a mirror.
    comments: usize,
    /// What was last done, if it is among the tenant's newest thousand lines.
    last_activity: Option<Line>,
}

pub(super) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Name(name): Name,
) -> Result<Json<Whole>, Problem> {
    let found = get_share(&app, &caller, &name).await?;
    let last_activity = last_line(&app, caller.tenant, found.share.id).await?;
    Ok(Json(Whole {
        pending: found.inbox.len(),
        sending: found.sending.len(),
        comments: found.pairs.len(),
        view: found.share.into(),
        last_activity,
    }))
}

async fn last_line(app: &App, tenant: TenantId, share: ShareId) -> Result<Option<Line>, StoreError> {
    let ask = PageAsk { after: None, limit: LINES };
    let lines = app.ports.console.activity(tenant, &ask).await?.items;
    Ok(lines.into_iter().find(|line| line.share == share).map(Line::from))
}
