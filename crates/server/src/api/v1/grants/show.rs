//! `GET /api/v1/grants/{grant}`: one grant with its history, newest first, the connections it serves, and those that may
//! write by it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;

use super::{Line, View, acting, named, served};
use crate::app::App;
use crate::caller::Caller;
use crate::extract::Name;
use crate::problem::Problem;

/// A grant, whole.
#[derive(Serialize)]
pub(super) struct Whole {
    #[serde(flatten)]
    view: View,
    connections: Vec<String>,
    acting: Vec<String>,
    history: Vec<Line>,
}

pub(super) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Name(id): Name,
) -> Result<Json<Whole>, Problem> {
    let grant = named(&app, &caller, &id).await?;
    let history = app.ports.grants.grant_events(caller.tenant, grant.id).await?;
    let connections = served(&app, &caller, grant.id).await?;
    let acting = acting(&app, &caller, grant.id).await?;
    let history = history.into_iter().map(Line::from).collect();
    Ok(Json(Whole { view: grant.into(), connections, acting, history }))
}
