//! `POST /connect/context/connect`: ties the issue to an item that exists. Fields that differ are decided by the profile, so
//! what the item says may be read in the issue afterwards: whoever administers the project may do this, and nobody else.

use axum::extract::{Request, State};
use bowline_connect::web::Context;
use bowline_core::Side;
use bowline_core::work::Lane;
use http::StatusCode;
use serde::Deserialize;

use super::super::Held;
use super::{Looking, May, sent};
use crate::problem::Problem;

#[derive(Deserialize)]
struct Ask {
    issue: Option<String>,
    profile: String,
    item: String,
}

pub(in crate::connect) async fn handle(
    State(held): State<Held>,
    Context(caller): Context,
    request: Request,
) -> Result<StatusCode, Problem> {
    let ask: Ask = sent(&held, request).await?;
    let looking = Looking::of(&held, caller, ask.issue.as_deref()).await?;
    looking.need(May::Tie).await?;
    let profile = looking.profile(&ask.profile).await?;
    let here = looking.item();
    let (left, right) = match looking.side(&profile) {
        Side::Left => (here.as_str(), ask.item.as_str()),
        Side::Right => (ask.item.as_str(), here.as_str()),
    };
    held.app.ports.engine.connect(&profile, left, right, false).await?;
    held.app.ports.bell.ring(Lane::Interactive).await;
    Ok(StatusCode::ACCEPTED)
}
