//! `POST /api/v1/connections/{connection}/authorize`: a link for whoever is to sign in to the tool. They need no
//! account here; the link is all they need, so it is short-lived unless it is to be sent to somebody.

use std::sync::Arc;

use axum::extract::State;
use bowline_auth::intake;
use bowline_core::commit::{Change, DirectoryKind};
use bowline_core::connection::SignIn;
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
pub(super) struct Link {
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
    let seconds = ask.expires_in.unwrap_or(SHORT);
    if !(60..=LONG).contains(&seconds) {
        return Err(Problem::bad_request(
            "`expires_in` is a number of seconds from 60 to 1209600 (14 days).",
        ));
    }
    let connection = named(&app, &caller, &name).await?;
    if !matches!(connection.sign_in, SignIn::Grant { .. }) {
        return Err(Problem::conflict(
            "The connection signs in with a stored secret; nobody has to consent. `update` changes how it signs in.",
        ));
    }
    let token = intake::hook_token(app.ports.entropy.as_ref());
    let now = app.ports.clock.now();
    let expires_at = now.saturating_add(SignedDuration::from_secs(seconds)).unwrap_or(now);
    let change = Change::PutDirectory {
        kind: DirectoryKind::Invitation,
        hash: intake::hook_hash(connection.id, token.expose_text()),
        id: connection.id.to_string(),
        until: Some(expires_at),
    };
    app.write(caller.tenant, vec![change]).await?;
    let url =
        format!("{}/authorize/{}?invitation={}", app.options.public_url, connection.id, token.expose_text());
    let link = Link { url, expires_at, redirect_uri: authorize::redirect_uri(&app) };
    Ok((StatusCode::CREATED, axum::Json(link)))
}
