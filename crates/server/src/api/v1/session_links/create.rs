//! `POST /api/v1/session-links`: makes a link that signs in whoever opens it first.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use bowline_core::Timestamp;
use http::StatusCode;
use serde::Serialize;

use crate::app::App;

/// A link, shown once.
#[derive(Serialize)]
pub(super) struct Link {
    url: String,
    expires_at: Timestamp,
}

pub(super) async fn handle(State(app): State<Arc<App>>) -> (StatusCode, Json<Link>) {
    let (token, expires_at) = app.sessions.invite(app.ports.clock.now(), app.ports.entropy.as_ref());
    let url = format!("{}/?setup={}", app.options.public_url, token.expose_text());
    (StatusCode::CREATED, Json(Link { url, expires_at }))
}
