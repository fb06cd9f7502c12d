//! `POST /api/v1/profiles`: stores a new profile and starts it. The tools are not asked; `…/check` does that.

use std::sync::Arc;

use axum::extract::State;
use bowline_core::ProfileId;
use bowline_core::commit::Change;
use bowline_core::port::StoreError;
use bowline_core::profile::{Profile, ProfileState};
use bowline_core::work::Lane;
use http::StatusCode;
use serde::Deserialize;

use super::named;
use super::reading;
use super::view::Whole;
use crate::api::v1::connections::sweep;
use crate::app::App;
use crate::caller::Caller;
use crate::extract::Json;
use crate::problem::Problem;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ask {
    document: String,
    /// Paused, for whoever wants to look first.
    state: Option<ProfileState>,
}

pub(super) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Json(ask): Json<Ask>,
) -> Result<(StatusCode, axum::Json<Whole>), Problem> {
    let reading = reading::read(&app, &caller, &ask.document).await?;
    let now = app.ports.clock.now();
    let profile = Profile {
        tenant: caller.tenant,
        id: ProfileId::new(now, app.ports.entropy.as_ref()),
        name: reading.name,
        left: reading.left.id,
        right: reading.right.id,
        state: ask.state.unwrap_or(ProfileState::Active),
        revision: 0,
        document: ask.document,
        created_at: now,
    };
    let (id, left, right) = (profile.id, profile.left, profile.right);
    let changes = vec![Change::PutProfile(Box::new(profile)), sweep(left, now), sweep(right, now)];
    app.write(caller.tenant, changes).await.map_err(|error| match error {
        StoreError::Conflict(_) => Problem::conflict("There is a profile of that name already."),
        other => other.into(),
    })?;
    app.ports.bell.ring(Lane::Sweep).await;
    let stored = named(&app, &caller, &id.to_string()).await?;
    Ok((StatusCode::CREATED, axum::Json(stored.into())))
}
