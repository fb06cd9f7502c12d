//! What the page loads, out of the binary: one style sheet, one script, one icon, all our own.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::CONTENT_TYPE;

use crate::problem::Problem;

/// Serves one file by its name.
pub(crate) async fn show(Path(name): Path<String>) -> Response {
    let (kind, text) = match name.as_str() {
        "live.css" => ("text/css; charset=utf-8", include_str!("assets/live.css")),
        "live.js" => ("text/javascript; charset=utf-8", include_str!("assets/live.js")),
        "knot.svg" => ("image/svg+xml", include_str!("assets/knot.svg")),
        _ => return Problem::of_status(StatusCode::NOT_FOUND).into_response(),
    };
    ([(CONTENT_TYPE, kind)], text).into_response()
}
