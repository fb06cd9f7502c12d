//! `GET /api/v1/findings/{finding}`: one finding with what it hits and the tool's own words, opened.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use bowline_core::secret::Purpose;
use bowline_core::work::Entity;
use serde::Serialize;

use super::get_finding;
use super::view::View;
use crate::app::App;
use crate::caller::Caller;
use crate::extract::Name;
use crate::problem::Problem;

/// A finding with all that is known of it.
#[derive(Serialize)]
pub(super) struct Whole {
    #[serde(flatten)]
    view: View,
    /// The tool's words at the last occurrence; they may quote an item.
    words: Option<String>,
    /// What it hits now, at most a thousand.
    entities: Vec<Entity>,
}

pub(super) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Name(name): Name,
) -> Result<Json<Whole>, Problem> {
    let (finding, entities) = get_finding(&app, &caller, &name).await?;
    let words = match &finding.words {
        // The seal is bound to the cause, because the row's id stays while its words are replaced.
        Some(sealed) => {
            let row = finding.cause.key();
            let opened = app.ports.seal.open(caller.tenant, Purpose::VendorWords, &row, sealed).await?;
            Some(opened.expose_text().to_owned())
        }
        None => None,
    };
    Ok(Json(Whole { view: finding.into(), words, entities }))
}
