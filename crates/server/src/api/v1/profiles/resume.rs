//! `POST /api/v1/profiles/{profile}/resume`: a paused profile goes on, with what waited first.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use bowline_core::profile::ProfileState;

use super::set_state;
use super::view::View;
use crate::app::App;
use crate::caller::Caller;
use crate::extract::Name;
use crate::problem::Problem;

pub(super) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Name(name): Name,
) -> Result<Json<View>, Problem> {
    set_state(&app, &caller, &name, ProfileState::Active).await
}
