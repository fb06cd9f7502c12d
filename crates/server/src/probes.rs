//! `/livez` and `/readyz`: whether the process lives, and whether it can serve.

use bowline_core::work::Lanes;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bowline_core::port::StoreError;
use http::StatusCode;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::extract::Query;
use crate::problem::Problem;
use crate::stopwatch::Stopwatch;

/// A database that takes longer for one small read cannot serve.
const PATIENCE: Duration = Duration::from_secs(1);

/// The process answers.
pub(crate) async fn live() -> &'static str {
    "alive\n"
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ask {
    verbose: Option<String>,
}

/// What was looked at.
#[derive(Serialize)]
struct Report {
    ready: bool,
    version: String,
    store: Check,
    schema: Check,
    closing: bool,
}

/// How one part stands.
#[derive(Serialize)]
struct Check {
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    ms: Option<u128>,
}

/// Whether requests can be served: the database answers in time, in the shape this release knows.
pub(crate) async fn ready(State(app): State<Arc<App>>, Query(ask): Query<Ask>) -> Response {
    let watch = Stopwatch::start();
    let answer = tokio::time::timeout(PATIENCE, app.ports.work.next_due(Lanes::Sync)).await;
    let store = matches!(answer, Ok(Ok(_) | Err(StoreError::Unreadable(_))));
    let schema = matches!(answer, Ok(Ok(_)));
    let closing = *app.closing().borrow();
    let ready = store && schema && !closing;
    if ask.verbose.is_some_and(|verbose| verbose != "false") {
        let report = Report {
            ready,
            version: app.options.version.clone(),
            store: Check { ok: store, ms: Some(watch.elapsed().as_millis()) },
            schema: Check { ok: schema, ms: None },
            closing,
        };
        let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
        return (status, Json(report)).into_response();
    }
    if ready {
        return "ready\n".into_response();
    }
    let detail = if closing { "The process is stopping." } else { "The database does not answer in time." };
    Problem::unavailable(detail, 1).into_response()
}
