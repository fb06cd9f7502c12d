//! `POST /connect/context/unlink`: unties a share of the issue. Both items stay as they are.

use axum::extract::{Request, State};
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
    looking.need(May::Tie).await?;
    let share = looking.share(&ask.share).await?;
    held.app.ports.engine.unlink(&share).await?;
    Ok(StatusCode::ACCEPTED)
}
