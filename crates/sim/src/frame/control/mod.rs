//! The control API below `/_sim/`, the same for every simulator.
//!
//! It asks for no credentials, is not recorded and is never harmed by faults; pages of other origins are kept out by
//! [`guard`]. Errors are 400, 403 or 404 with `{"error": "…"}`. [`GUIDE`] is what `GET /_sim/` answers; the README
//! shows the bodies at length.

pub(crate) mod clock;
mod faults;
pub(crate) mod guard;
mod snapshots;
pub(crate) mod traffic;

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header::VARY;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Router, middleware};
use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::frame::answer::Answer;
use crate::frame::call::Query;
use crate::frame::page;
use crate::frame::world::{House, World};

/// Route and purpose, as `GET /_sim/` shows them.
const GUIDE: &[(&str, &str)] = &[
    (
        "GET /_sim/page",
        "everything here for a browser, with every switch; also at /_sim/ when HTML is asked for",
    ),
    ("GET /_sim/state", "counts, webhooks, clock, faults"),
    ("GET /_sim/about", "people and how they sign in, projects"),
    ("GET /_sim/served", "every route of the product with its method"),
    ("GET /_sim/clock", "what it shows, how it runs"),
    (
        "POST /_sim/clock",
        "{advance_ms} | {advance: \"1d 2h\"} | {freeze: bool} | {set: ms or text} | {speed} | {reset: true}",
    ),
    ("GET /_sim/snapshots", "all snapshots; `start` is the simulator's own"),
    ("POST /_sim/snapshots", "{name}: keeps everything as it is now"),
    ("DELETE /_sim/snapshots", "deletes all but `start`"),
    ("GET /_sim/snapshots/{name}", "one snapshot"),
    ("POST /_sim/snapshots/{name}", "the same as above, without a body"),
    ("DELETE /_sim/snapshots/{name}", "deletes one"),
    ("POST /_sim/snapshots/{name}/restore", "makes everything as it was"),
    ("GET /_sim/faults", "the rules and how often each struck"),
    ("PUT /_sim/faults", "{faults: [rule]} replaces all rules"),
    (
        "POST /_sim/faults",
        "{match?, after?, every?, over?, times?, probability?, do: {kind, …}} adds one rule",
    ),
    ("DELETE /_sim/faults", "removes all rules and releases held webhooks"),
    ("DELETE /_sim/faults/{id}", "removes one rule"),
    ("GET /_sim/requests", "?since=ID: requests received, oldest first"),
    ("GET /_sim/requests/{id}", "one request and what was said, if it is among the last 200"),
    ("DELETE /_sim/requests", "forgets them"),
    ("GET /_sim/webhooks", "?since=ID&wait_ms=N: webhooks sent; waits until a newer one has reached its end"),
    ("GET /_sim/webhooks/{id}", "one webhook"),
    ("POST /_sim/webhooks/redeliver", "{ids: [ID]} or {since: ID}: sends recorded webhooks again"),
    ("POST /_sim/webhooks/release", "lets held webhooks go"),
    ("POST /_sim/hook-target", "{url, secret?, header?: [name, value], jql?, events?} or {url: null}"),
    ("POST /_sim/hooks", "{blocked: bool}: swallows all webhooks"),
    ("POST /_sim/edit", "{as, item | create, fields?, comment?, state?, delete?, …}: an edit by a person"),
    ("GET /_sim/settings", "settings that are on or off, with the change that turns each over"),
    ("POST /_sim/settings", "changes a setting of the product; see the README"),
    (
        "GET /_sim/items",
        "every item in short; ?q=WORDS&start=N&max=N: those with these words in id, key or title",
    ),
    ("GET /_sim/item/{id}", "one item with its comments, markers and every write ever made to it"),
];

/// The control routes.
pub(crate) fn router<W: World>(house: Arc<House<W>>) -> Router {
    Router::new()
        .route("/_sim", get(guide_or_page::<W>))
        .route("/_sim/", get(guide_or_page::<W>))
        .route("/_sim/state", get(state::<W>))
        .route("/_sim/about", get(about::<W>))
        .route("/_sim/served", get(served::<W>))
        .route("/_sim/edit", post(edit::<W>))
        .route("/_sim/settings", get(toggles::<W>).post(settings::<W>))
        .route("/_sim/items", get(items::<W>))
        .route("/_sim/item/{id}", get(item::<W>))
        .merge(clock::router())
        .merge(faults::router())
        .merge(snapshots::router())
        .merge(traffic::router())
        .merge(page::router())
        .layer(middleware::from_fn_with_state(house.clone(), guard::pass::<W>))
        .with_state(house)
}

type Here<W> = State<Arc<House<W>>>;
type Outcome = Result<Answer, Answer>;

fn wrong(status: StatusCode, why: impl std::fmt::Display) -> Answer {
    Answer::json(status, &json!({"error": why.to_string()}))
}

fn body<T: DeserializeOwned>(bytes: &Bytes) -> Result<T, Answer> {
    serde_json::from_slice(bytes).map_err(|error| wrong(StatusCode::BAD_REQUEST, error))
}

/// The list of routes, or for a browser the page.
async fn guide_or_page<W: World>(State(house): Here<W>, headers: HeaderMap, uri: Uri) -> Response {
    if page::is_wanted(&headers) {
        return page::first(&house, if uri.path().ends_with('/') { "page" } else { "_sim/page" });
    }
    let routes: Vec<Value> =
        GUIDE.iter().map(|(route, purpose)| json!({"route": route, "does": purpose})).collect();
    Answer::ok(&json!({"routes": routes})).header(VARY, "Accept").into_response()
}

async fn state<W: World>(State(house): Here<W>) -> Answer {
    let frame = &house.frame;
    let (requests, webhooks) = frame.recorder.totals();
    let mut state = house.read(W::state);
    if let Some(members) = state.as_object_mut() {
        members.insert("clock".into(), clock::show(&frame.clock));
        members.insert("faults".into(), json!(frame.faults.list()));
        members.insert("received".into(), json!({"requests": requests}));
        members.insert("sent".into(), json!({"webhooks": webhooks, "blocked": frame.delivery.is_blocked()}));
    }
    Answer::ok(&state)
}

async fn edit<W: World>(State(house): Here<W>, bytes: Bytes) -> Outcome {
    let wanted: Value = body(&bytes)?;
    let edited = house.write(|world| world.edit(&wanted));
    edited.map(|item| Answer::ok(&item)).map_err(|why| wrong(StatusCode::BAD_REQUEST, why))
}

async fn toggles<W: World>(State(house): Here<W>) -> Answer {
    Answer::ok(&json!({"toggles": house.read(W::toggles)}))
}

async fn settings<W: World>(State(house): Here<W>, bytes: Bytes) -> Outcome {
    let wanted: Value = body(&bytes)?;
    let changed = house.write(|world| world.set(&wanted));
    changed.map(|shown| Answer::ok(&shown)).map_err(|why| wrong(StatusCode::BAD_REQUEST, why))
}

async fn about<W: World>(State(house): Here<W>) -> Answer {
    Answer::ok(&house.read(W::about))
}

async fn served<W: World>(State(house): Here<W>) -> Answer {
    Answer::ok(&json!({"served": house.served.list()}))
}

/// How many items a page has unless asked otherwise.
const PAGE: usize = 50;

async fn items<W: World>(State(house): Here<W>, uri: Uri) -> Answer {
    let query = Query::of(&uri);
    let is_page = ["q", "start", "max"].iter().any(|name| query.get(name).is_some());
    if !is_page {
        return Answer::ok(&house.read(W::items));
    }
    let (words, start, max) =
        (query.get("q").unwrap_or_default(), query.number("start", 0), query.number("max", PAGE));
    Answer::ok(&house.read(|world| world.list(words, start, max)))
}

async fn item<W: World>(State(house): Here<W>, Path(id): Path<String>) -> Outcome {
    let item = house.read(|world| world.item(&id));
    item.map(|item| Answer::ok(&item)).ok_or_else(|| wrong(StatusCode::NOT_FOUND, "there is no such item"))
}
