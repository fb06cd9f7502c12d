//! `POST /connect/context/sync`: looks at a share of the issue now. The answer comes before the look.

use axum::extract::{Request, State};
use bowline_core::work::{Entity, Lane};
use http::StatusCode;
use serde::Deserialize;

use super::super::Held;
use super::super::gate::Context;
use super::{Looking, May, sent};
use crate::problem::Problem;

#[derive(Deserialize)]
struct Ask {
    issue: Option<String>,
    share: String,
}

pub(in crate::connect) async fn handle(
    State(held): State<Held>,
    Context(caller): Context,
    request: Request,
) -> Result<StatusCode, Problem> {
    let ask: Ask = sent(&held, request).await?;
    let looking = Looking::of(&held, caller, ask.issue.as_deref()).await?;
    looking.need(May::Edit).await?;
    let share = looking.share(&ask.share).await?;
    held.app.ports.engine.look_again(share.tenant, Entity::Share(share.id)).await?;
    held.app.ports.bell.ring(Lane::Interactive).await;
    Ok(StatusCode::ACCEPTED)
}
