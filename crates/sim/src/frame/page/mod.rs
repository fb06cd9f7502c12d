//! The page at `/_sim/page`: what is in a simulator, what came in and went out, and every switch, for a browser.
//!
//! Rendered here, in one piece and without anything from elsewhere; it works without scripts. The script asks whether
//! anything was noted and puts the regions of the page, rendered anew, in place of the old ones. Changes are forms,
//! carried out in [`forms`] by the functions that the control API uses; foreign pages are kept out by
//! [`crate::frame::control::guard`].

mod form;
mod forms;
mod presets;
mod render;
mod rule;
mod tabs;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header::{ACCEPT, LOCATION};
use http::{HeaderMap, StatusCode, Uri};
use serde_json::Value;

use self::render::Page;
use crate::frame::answer::Answer;
use crate::frame::call::Query;
use crate::frame::world::{House, World};

/// How long the script waits for news before it asks again.
const PATIENCE: Duration = Duration::from_secs(20);

type Here<W> = State<Arc<House<W>>>;

pub(crate) fn router<W: World>() -> Router<Arc<House<W>>> {
    Router::new()
        .route("/_sim/page", get(traffic::<W>).post(forms::carry_out::<W>))
        .route("/_sim/page/", get(without_slash))
        .route("/_sim/page/version", get(version::<W>))
        .route("/_sim/page/{tab}", get(tab::<W>))
        .route("/_sim/page/{tab}/{id}", get(one::<W>))
}

/// Whether a browser asks: one that names HTML before JSON.
pub(crate) fn is_wanted(headers: &HeaderMap) -> bool {
    let accept = headers.get(ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    let (html, json) = (accept.find("text/html"), accept.find("application/json"));
    html.is_some_and(|html| json.is_none_or(|json| html < json))
}

/// The first page, as the bare address shows it; `up` leads from there to `/_sim/page`.
pub(crate) fn first<W: World>(house: &House<W>, up: &str) -> Response {
    tabs::traffic(house).show(house, up)
}

async fn traffic<W: World>(State(house): Here<W>) -> Response {
    first(&house, "page")
}

async fn without_slash() -> Response {
    (StatusCode::SEE_OTHER, [(LOCATION, "../page")]).into_response()
}

async fn tab<W: World>(State(house): Here<W>, Path(tab): Path<String>, uri: Uri) -> Response {
    let page = match tab.as_str() {
        "items" => tabs::items(&house, &Query::of(&uri)),
        "setup" => tabs::setup(&house),
        "faults" => tabs::faults(&house),
        "clock" => tabs::clock(&house),
        _ => missing(),
    };
    page.show(&house, "../page")
}

async fn one<W: World>(State(house): Here<W>, Path((tab, id)): Path<(String, String)>) -> Response {
    let number = id.parse::<u64>().unwrap_or(0);
    let page = match tab.as_str() {
        "requests" => tabs::request(&house, number),
        "webhooks" => tabs::webhook(&house, number),
        "items" => tabs::item(&house, &id),
        _ => None,
    };
    page.unwrap_or_else(missing).show(&house, "../../page")
}

fn missing() -> Page {
    Page::wrong(StatusCode::NOT_FOUND, "There is nothing here", "It may have been deleted or forgotten.", "")
}

/// How often anything was noted: as soon as that is another number than the one given, or after a while.
async fn version<W: World>(State(house): Here<W>, uri: Uri) -> Answer {
    let recorder = &house.frame.recorder;
    if let Some(since) = Query::of(&uri).get("since").and_then(|since| since.parse().ok()) {
        // No news is an answer as well.
        drop(tokio::time::timeout(PATIENCE, recorder.changed(since)).await);
    }
    Answer::ok(&recorder.version())
}

/// A member of a JSON object as text; empty when it is none.
fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}
