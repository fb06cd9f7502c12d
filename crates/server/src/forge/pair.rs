//! `POST /forge/pair`: an administrator enters a code on the app's page, which ties the installation to the tenant that the
//! code was made for. A wrong code, a used one and none at all change nothing.

use axum::Json;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Held;
use super::gate::{WRONG_CODE, late};
use crate::body::{self, Limits};
use crate::problem::Problem;

/// The most bytes of what is entered.
const LONGEST: usize = 4 << 10;

#[derive(Deserialize)]
struct Ask {
    #[serde(default)]
    code: String,
}

/// What the page shows.
#[derive(Serialize)]
struct Paired {
    /// The connection's name here; none where Jira is not among the installation's products.
    connection: Option<String>,
}

pub(super) async fn take(State(held): State<Held>, request: Request) -> Response {
    match pair(&held, request).await {
        Ok(paired) => Json(paired).into_response(),
        // The page is given no body of another type than this one (“invokeRemote”, error responses).
        Err(problem) if problem.status == StatusCode::FORBIDDEN => {
            (StatusCode::FORBIDDEN, Json(json!({"detail": WRONG_CODE}))).into_response()
        }
        Err(problem) => problem.into_response(),
    }
}

async fn pair(held: &Held, request: Request) -> Result<Paired, Problem> {
    let (parts, body) = request.into_parts();
    // Of strangers no body is read.
    let turn = held.turn()?;
    let checked = tokio::time::timeout(held.limit(), held.forge.intake.check(&parts.headers)).await;
    checked.map_err(|_| late())?.map_err(|why| held.refuse("/forge/pair", &why))?;
    drop(turn);
    let rooms = [&held.app.api_room];
    let limits = Limits { size: LONGEST, within: held.app.options.read_within, rooms: &rooms };
    let read = body::read(&parts.headers, body, limits).await?;
    let code = serde_json::from_slice(&read.bytes).map_or_else(|_| String::new(), |ask: Ask| ask.code);
    let _turn = held.turn()?;
    let done = tokio::time::timeout(held.limit(), async {
        let paired = held.forge.intake.pair(&parts.headers, &code).await;
        let taken = paired.map_err(|why| held.refuse("/forge/pair", &why))?;
        let installation = taken.installation.as_str();
        tracing::info!(installation, owner = taken.owner, "an installation of the Forge app is tied");
        let connection = held.forge.sites.connection(&taken.installation).await?;
        Ok(Paired { connection: connection.map(|connection| connection.name) })
    });
    done.await.unwrap_or_else(|_| Err(late()))
}
