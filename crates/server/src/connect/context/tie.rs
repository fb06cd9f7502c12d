//! `POST /connect/context/connect`: ties the issue to an item that exists. Fields that differ are decided by the profile, so
//! what the item says may be read in the issue afterwards: whoever administers the project may do this, and nobody else, and
//! only where the operator lets people do it (`connect.panel_ties`).
//!
//! Who asks answers for the issue and for nothing on the other side. So the profile's routing has to name both projects as a
//! pair, and every refusal is the same: nobody learns from them which items the other tool has.

use axum::extract::{Request, State};
use bowline_core::failure::Act;
use bowline_core::work::Lane;
use bowline_core::{Side, code};
use bowline_sync::Refusal;
use http::StatusCode;
use serde::Deserialize;

use super::super::Held;
use super::super::gate::Context;
use super::{Looking, May, forbidden, sent};
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
    if !held.app.options.panel_ties {
        return Err(forbidden("Here issues are tied to items by the operator alone."));
    }
    let looking = Looking::of(&held, caller, ask.issue.as_deref()).await?;
    looking.need(May::Tie).await?;
    let profile = looking.profile(&ask.profile).await?;
    let here = looking.item();
    let (left, right) = match looking.side(&profile) {
        Side::Left => (here.as_str(), ask.item.as_str()),
        Side::Right => (ask.item.as_str(), here.as_str()),
    };
    held.app.ports.engine.connect_routed(&profile, left, right).await.map_err(refused)?;
    held.app.ports.bell.ring(Lane::Interactive).await;
    Ok(StatusCode::ACCEPTED)
}

/// One answer for whatever is wrong with the other item; what passes by itself says nothing about it.
fn refused(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::Store(error) => error.into(),
        Refusal::Tool(failure) if matches!(failure.act, Act::Retry { .. }) => Refusal::Tool(failure).into(),
        _ => {
            let detail = "The issue cannot be tied to that item.";
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code::SYNC_NOT_ROUTED, detail)
        }
    }
}
