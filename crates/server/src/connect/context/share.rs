//! `POST /connect/context/share`: shares the issue; its counterpart is created from it.

use axum::extract::{Request, State};
use bowline_core::work::Lane;
use http::StatusCode;
use serde::Deserialize;

use super::super::Held;
use super::super::gate::Context;
use super::{Looking, May, sent};
use crate::problem::Problem;

#[derive(Deserialize)]
struct Ask {
    issue: Option<String>,
    profile: String,
}

pub(in crate::connect) async fn handle(
    State(held): State<Held>,
    Context(caller): Context,
    request: Request,
) -> Result<StatusCode, Problem> {
    let ask: Ask = sent(&held, request).await?;
    let looking = Looking::of(&held, caller, ask.issue.as_deref()).await?;
    looking.need(May::Edit).await?;
    let profile = looking.profile(&ask.profile).await?;
    let side = looking.side(&profile);
    held.app.ports.engine.share(&profile, side, &looking.item(), false).await?;
    held.app.ports.bell.ring(Lane::Interactive).await;
    Ok(StatusCode::ACCEPTED)
}
