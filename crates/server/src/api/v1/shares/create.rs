//! `POST /api/v1/shares`: shares one item; its counterpart is created from it. The item is read before the answer,
//! so that a mistake is told at once.

use std::sync::Arc;

use axum::extract::State;
use bowline_core::Side;
use bowline_core::work::Lane;
use http::StatusCode;
use serde::Deserialize;

use super::view::View;
use crate::api::v1::profiles;
use crate::app::App;
use crate::caller::Caller;
use crate::extract::Json;
use crate::problem::Problem;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ask {
    profile: String,
    side: Side,
    item: String,
    #[serde(default)]
    dry_run: bool,
}

pub(super) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Json(ask): Json<Ask>,
) -> Result<(StatusCode, axum::Json<View>), Problem> {
    let profile = profiles::named(&app, &caller, &ask.profile).await?;
    let share = app.ports.engine.share(&profile, ask.side, &ask.item, ask.dry_run).await?;
    if ask.dry_run {
        return Ok((StatusCode::OK, axum::Json(share.into())));
    }
    app.ports.bell.ring(Lane::Interactive).await;
    Ok((StatusCode::CREATED, axum::Json(share.into())))
}
