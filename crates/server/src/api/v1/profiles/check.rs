//! `POST /api/v1/profiles/check`: says what is wrong with a document, in it and against the tools. Nothing is
//! stored.

use std::sync::Arc;

use axum::extract::State;
use bowline_mapping::Problem as Fault;
use serde::Serialize;

use super::live::{self, Silent};
use super::reading::{self, Ask, Unusable};
use crate::app::App;
use crate::caller::Caller;
use crate::extract::Json;
use crate::problem::Problem;

/// What came of it. `ok` says that there is nothing to correct and that both tools were asked.
#[derive(Serialize)]
pub(super) struct Verdict {
    ok: bool,
    name: Option<String>,
    problems: Vec<Fault>,
    /// Tools that could not be asked, so that nothing was compared with them.
    unchecked: Vec<Silent>,
}

pub(super) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Json(ask): Json<Ask>,
) -> Result<axum::Json<Verdict>, Problem> {
    let verdict = match reading::read(&app, &caller, &ask.document).await {
        Ok(reading) => {
            let (problems, unchecked) = live::check(&app, &reading).await;
            let ok = problems.is_empty() && unchecked.is_empty();
            Verdict { ok, name: Some(reading.name), problems, unchecked }
        }
        Err(Unusable::Faults(problems)) => Verdict { ok: false, name: None, problems, unchecked: Vec::new() },
        Err(Unusable::Other(problem)) => return Err(problem),
    };
    Ok(axum::Json(verdict))
}
