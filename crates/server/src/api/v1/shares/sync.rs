//! `POST /api/v1/shares/{share}/sync`: looks at a share now, and tries what was held back. The answer comes before
//! the look.

use std::sync::Arc;

use axum::extract::State;
use bowline_core::work::{Entity, Lane};
use http::StatusCode;

use super::get_share;
use crate::app::App;
use crate::caller::Caller;
use crate::extract::Name;
use crate::problem::Problem;

pub(super) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Name(name): Name,
) -> Result<StatusCode, Problem> {
    let share = get_share(&app, &caller, &name).await?.share;
    if !share.state.ties() {
        return Err(Problem::conflict("The share ties nothing any more."));
    }
    app.ports.engine.look_again(caller.tenant, Entity::Share(share.id)).await?;
    app.ports.bell.ring(Lane::Interactive).await;
    Ok(StatusCode::ACCEPTED)
}
