//! The control API below `/_sim/`, the same for every simulator.
//!
//! It asks for no credentials, is not recorded and is never harmed by faults. Errors are 400 or 404 with
//! `{"error": "…"}`. [`GUIDE`] is what `GET /_sim/` answers; the README shows the bodies at length.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::routing::{MethodRouter, delete, get, post};
use bytes::Bytes;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::WebhookTarget;
use crate::frame::answer::Answer;
use crate::frame::call::Query;
use crate::frame::faults::rule::Rule;
use crate::frame::recorder::{Fate, Sent};
use crate::frame::world::{House, World};

/// Route and purpose, as `GET /_sim/` shows them.
const GUIDE: &[(&str, &str)] = &[
    ("GET /_sim/state", "counts, webhooks, clock, faults"),
    ("POST /_sim/clock", "{advance_ms} | {freeze: bool} | {set: ms since 1970}"),
    ("GET /_sim/faults", "the rules and how often each struck"),
    ("PUT /_sim/faults", "{faults: [rule]} replaces all rules"),
    ("POST /_sim/faults", "{match?, after?, times?, probability?, do: {kind, …}} adds one rule"),
    ("DELETE /_sim/faults", "removes all rules and releases held webhooks"),
    ("DELETE /_sim/faults/{id}", "removes one rule"),
    ("GET /_sim/requests", "?since=ID: requests received, oldest first"),
    ("DELETE /_sim/requests", "forgets them"),
    ("GET /_sim/webhooks", "?since=ID&wait_ms=N: webhooks sent; waits until a newer one has reached its end"),
    ("POST /_sim/webhooks/redeliver", "{ids: [ID]} or {since: ID}: sends recorded webhooks again"),
    ("POST /_sim/webhooks/release", "lets held webhooks go"),
    ("POST /_sim/hook-target", "{url, secret?, header?: [name, value], jql?, events?} or {url: null}"),
    ("POST /_sim/hooks", "{blocked: bool}: swallows all webhooks"),
    ("POST /_sim/edit", "{as, item | create, fields?, comment?, state?, delete?, …}: an edit by a person"),
    ("POST /_sim/settings", "changes a setting of the product; see the README"),
    ("GET /_sim/items", "every item in short"),
    ("GET /_sim/item/{id}", "one item with its comments, markers and every write ever made to it"),
];

/// The control routes.
pub(crate) fn router<W: World>(house: Arc<House<W>>) -> Router {
    Router::new()
        .route("/_sim", get(guide))
        .route("/_sim/", get(guide))
        .route("/_sim/state", get(state::<W>))
        .route("/_sim/clock", post(clock::<W>))
        .route("/_sim/faults", faults::<W>())
        .route("/_sim/faults/{id}", delete(unfault::<W>))
        .route("/_sim/requests", get(requests::<W>).delete(forget::<W>))
        .route("/_sim/webhooks", get(webhooks::<W>))
        .route("/_sim/webhooks/redeliver", post(redeliver::<W>))
        .route("/_sim/webhooks/release", post(release::<W>))
        .route("/_sim/hook-target", post(target::<W>))
        .route("/_sim/hooks", post(hooks::<W>))
        .route("/_sim/edit", post(edit::<W>))
        .route("/_sim/settings", post(settings::<W>))
        .route("/_sim/items", get(items::<W>))
        .route("/_sim/item/{id}", get(item::<W>))
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

async fn guide() -> Answer {
    let routes: Vec<Value> =
        GUIDE.iter().map(|(route, purpose)| json!({"route": route, "does": purpose})).collect();
    Answer::ok(&json!({"routes": routes}))
}

async fn state<W: World>(State(house): Here<W>) -> Answer {
    let frame = &house.frame;
    let (requests, webhooks) = frame.recorder.totals();
    let mut state = house.read(W::state);
    if let Some(members) = state.as_object_mut() {
        members.insert("clock".into(), json!({"now": frame.clock.now(), "frozen": frame.clock.is_frozen()}));
        members.insert("faults".into(), json!(frame.faults.list()));
        members.insert("received".into(), json!({"requests": requests}));
        members.insert("sent".into(), json!({"webhooks": webhooks, "blocked": frame.delivery.is_blocked()}));
    }
    Answer::ok(&state)
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum ClockChange {
    AdvanceMs(i64),
    Freeze(bool),
    Set(i64),
}

async fn clock<W: World>(State(house): Here<W>, bytes: Bytes) -> Outcome {
    let clock = &house.frame.clock;
    match body(&bytes)? {
        ClockChange::AdvanceMs(ms) => clock.advance(ms),
        ClockChange::Freeze(frozen) => clock.freeze(frozen),
        ClockChange::Set(at) => clock.set(at),
    }
    Ok(Answer::ok(&json!({"now": clock.now(), "frozen": clock.is_frozen()})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    faults: Vec<Rule>,
}

fn faults<W: World>() -> MethodRouter<Arc<House<W>>> {
    let list = |house: &House<W>| Answer::ok(&json!({"faults": house.frame.faults.list()}));
    get(move |State(house): Here<W>| async move { list(&house) })
        .put(move |State(house): Here<W>, bytes: Bytes| async move {
            let rules: Rules = body(&bytes)?;
            house.frame.faults.put(rules.faults, true);
            house.frame.delivery.release();
            Outcome::Ok(list(&house))
        })
        .post(move |State(house): Here<W>, bytes: Bytes| async move {
            house.frame.faults.put(vec![body(&bytes)?], false);
            Outcome::Ok(list(&house))
        })
        .delete(move |State(house): Here<W>| async move {
            house.frame.faults.remove(None);
            house.frame.delivery.release();
            list(&house)
        })
}

async fn unfault<W: World>(State(house): Here<W>, Path(id): Path<u32>) -> Outcome {
    if house.frame.faults.remove(Some(id)) {
        house.frame.delivery.release();
        Ok(Answer::ok(&json!({"faults": house.frame.faults.list()})))
    } else {
        Err(wrong(StatusCode::NOT_FOUND, format_args!("there is no fault {id}")))
    }
}

async fn requests<W: World>(State(house): Here<W>, uri: Uri) -> Answer {
    let requests = house.frame.recorder.requests(since(&Query::of(&uri)));
    Answer::ok(&json!({"requests": requests}))
}

async fn forget<W: World>(State(house): Here<W>) -> Answer {
    house.frame.recorder.forget_requests();
    Answer::ok(&json!({"requests": []}))
}

fn since(query: &Query) -> u64 {
    query.number("since", 0) as u64
}

async fn webhooks<W: World>(State(house): Here<W>, uri: Uri) -> Answer {
    let (query, recorder) = (Query::of(&uri), &house.frame.recorder);
    let wait = Duration::from_millis(query.number("wait_ms", 0) as u64);
    if !wait.is_zero() {
        // Too late is an answer as well: the list says how far things are.
        drop(tokio::time::timeout(wait, recorder.wait(since(&query))).await);
    }
    let sent = recorder.webhooks(since(&query));
    let waiting = sent.iter().filter(|sent| matches!(sent.fate, Fate::Queued | Fate::Held)).count();
    let shown: Vec<Value> = sent.iter().map(show).collect();
    Answer::ok(&json!({"webhooks": shown, "waiting": waiting, "last": recorder.totals().1}))
}

fn show(sent: &Sent) -> Value {
    let outgoing = &sent.outgoing;
    let headers = outgoing.headers.iter().map(|(name, value)| {
        let shown =
            if value.is_sensitive() { "***".into() } else { String::from_utf8_lossy(value.as_bytes()) };
        (name.as_str().to_owned(), Value::from(shown.into_owned()))
    });
    json!({
        "id": sent.id,
        "at": sent.at,
        "event": outgoing.event,
        "item": outgoing.item,
        "url": outgoing.url.split('?').next(),
        "fate": sent.fate,
        "attempts": sent.attempts,
        "headers": headers.collect::<serde_json::Map<_, _>>(),
        "body": serde_json::from_slice::<Value>(&outgoing.body).unwrap_or(Value::Null),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Again {
    Ids(Vec<u64>),
    Since(u64),
}

async fn redeliver<W: World>(State(house): Here<W>, bytes: Bytes) -> Outcome {
    let frame = &house.frame;
    let chosen: Vec<Sent> = match body(&bytes)? {
        Again::Since(since) => frame.recorder.webhooks(since),
        Again::Ids(ids) => {
            let mut sent = frame.recorder.webhooks(0);
            sent.retain(|sent| ids.contains(&sent.id));
            if sent.len() < ids.len() {
                return Err(wrong(StatusCode::NOT_FOUND, "not all of these webhooks are remembered"));
            }
            sent
        }
    };
    let ids: Vec<u64> = chosen.into_iter().map(|sent| frame.delivery.again(sent.outgoing)).collect();
    Ok(Answer::ok(&json!({"ids": ids})))
}

async fn release<W: World>(State(house): Here<W>) -> Answer {
    house.frame.delivery.release();
    Answer::ok(&json!({}))
}

async fn target<W: World>(State(house): Here<W>, bytes: Bytes) -> Outcome {
    let wanted: Value = body(&bytes)?;
    let target: Option<WebhookTarget> = match wanted.get("url") {
        Some(Value::Null) => None,
        _ => Some(serde_json::from_value(wanted).map_err(|error| wrong(StatusCode::BAD_REQUEST, error))?),
    };
    house.write(|world| world.target(target));
    Ok(Answer::ok(&json!({})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Hooks {
    blocked: bool,
}

async fn hooks<W: World>(State(house): Here<W>, bytes: Bytes) -> Outcome {
    let Hooks { blocked } = body(&bytes)?;
    house.frame.delivery.block(blocked);
    Ok(Answer::ok(&json!({"blocked": blocked})))
}

async fn edit<W: World>(State(house): Here<W>, bytes: Bytes) -> Outcome {
    let wanted: Value = body(&bytes)?;
    let edited = house.write(|world| world.edit(&wanted));
    edited.map(|item| Answer::ok(&item)).map_err(|why| wrong(StatusCode::BAD_REQUEST, why))
}

async fn settings<W: World>(State(house): Here<W>, bytes: Bytes) -> Outcome {
    let wanted: Value = body(&bytes)?;
    let changed = house.write(|world| world.set(&wanted));
    changed.map(|shown| Answer::ok(&shown)).map_err(|why| wrong(StatusCode::BAD_REQUEST, why))
}

async fn items<W: World>(State(house): Here<W>) -> Answer {
    Answer::ok(&house.read(W::items))
}

async fn item<W: World>(State(house): Here<W>, Path(id): Path<String>) -> Outcome {
    let item = house.read(|world| world.item(&id));
    item.map(|item| Answer::ok(&item)).ok_or_else(|| wrong(StatusCode::NOT_FOUND, "there is no such item"))
}
