//! `POST /api/v1/connections/{connection}/authorize`: a link for whoever is to sign in to the tool. They need no
//! account here; the link is all they need, so it is short-lived unless it is to be sent to somebody.

use std::sync::Arc;

use axum::extract::State;
use bowline_auth::intake;
use bowline_core::commit::{Change, DirectoryKind};
use bowline_core::connection::{Connection, SignIn};
use bowline_core::{SignedDuration, Timestamp};
use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::named;
use crate::app::App;
use crate::authorize;
use crate::caller::Caller;
use crate::extract::{Json, Name};
use crate::problem::Problem;

/// A link that nobody asked to last.
const SHORT: i64 = 15 * 60;
/// The longest life of a link.
const LONG: i64 = 14 * 86_400;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ask {
    /// Seconds.
    expires_in: Option<i64>,
}

/// A link, shown once.
#[derive(Serialize)]
pub(in crate::api::v1) struct Link {
    url: String,
    expires_at: Timestamp,
    /// What the provider must know as the address it sends browsers back to.
    redirect_uri: String,
}

pub(super) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Name(name): Name,
    Json(ask): Json<Ask>,
) -> Result<(StatusCode, axum::Json<Link>), Problem> {
    let seconds = life(ask.expires_in)?;
    let connection = named(&app, &caller, &name).await?;
    if !matches!(connection.sign_in, SignIn::Grant { .. }) {
        return Err(Problem::conflict(
            "The connection signs in with a stored secret; nobody has to consent. `update` changes how it signs in.",
        ));
    }
    link(&app, &connection, (DirectoryKind::Invitation, connection.id.to_string()), seconds).await
}

/// For how many seconds a link is to work.
pub(in crate::api::v1) fn life(wanted: Option<i64>) -> Result<i64, Problem> {
    let seconds = wanted.unwrap_or(SHORT);
    if (60..=LONG).contains(&seconds) {
        return Ok(seconds);
    }
    Err(Problem::bad_request("`expires_in` is a number of seconds from 60 to 1209600 (14 days)."))
}

/// A link to the sign-in page of a connection; what its token leads to is in the directory.
pub(in crate::api::v1) async fn link(
    app: &App,
    connection: &Connection,
    (kind, id): (DirectoryKind, String),
    seconds: i64,
) -> Result<(StatusCode, axum::Json<Link>), Problem> {
    let token = intake::hook_token(app.ports.entropy.as_ref());
    let now = app.ports.clock.now();
    let expires_at = now.saturating_add(SignedDuration::from_secs(seconds)).unwrap_or(now);
    let hash = intake::hook_hash(connection.id, token.expose_text());
    let change = Change::PutDirectory { kind, hash, id, until: Some(expires_at) };
    app.write(connection.tenant, vec![change]).await?;
    let url =
        format!("{}/authorize/{}?invitation={}", app.options.public_url, connection.id, token.expose_text());
    let link = Link { url, expires_at, redirect_uri: authorize::redirect_uri(app) };
    Ok((StatusCode::CREATED, axum::Json(link)))
}
