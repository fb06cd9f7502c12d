//! `GET /api/v1/inbox/{delivery}`: one delivery; of a parked one the body too, opened.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bowline_core::EventId;
use bowline_core::secret::Purpose;
use serde::Serialize;

use super::view::View;
use crate::app::App;
use crate::caller::Caller;
use crate::extract::Name;
use crate::problem::Problem;

/// A delivery with its body, while there is one.
#[derive(Serialize)]
pub(super) struct Whole {
    #[serde(flatten)]
    view: View,
    body: Option<Body>,
}

/// What arrived, exactly and as far as it is text.
#[derive(Serialize)]
struct Body {
    base64: String,
    text: String,
}

pub(super) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Name(name): Name,
) -> Result<Json<Whole>, Problem> {
    let unknown = || Problem::not_found("delivery");
    let id: EventId = name.parse().map_err(|_| unknown())?;
    let mut row = app.ports.console.delivery(caller.tenant, id).await?.ok_or_else(unknown)?;
    let body = match row.body.take() {
        Some(sealed) => {
            let seal = &app.ports.seal;
            let opened = seal.open(caller.tenant, Purpose::ParkedBody, &id.to_string(), &sealed).await?;
            let bytes = opened.expose();
            Some(Body { base64: STANDARD.encode(bytes), text: String::from_utf8_lossy(bytes).into_owned() })
        }
        None => None,
    };
    Ok(Json(Whole { view: row.into(), body }))
}
