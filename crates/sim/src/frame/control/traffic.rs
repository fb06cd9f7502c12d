//! Requests received and webhooks sent: listed, shown whole, forgotten, sent again, held and blocked.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::routing::{get, post};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Here, Outcome, body, wrong};
use crate::WebhookTarget;
use crate::frame::answer::Answer;
use crate::frame::call::Query;
use crate::frame::recorder::{Exchange, Sent, is_secret, redact};
use crate::frame::world::{House, World};

pub(super) fn router<W: World>() -> Router<Arc<House<W>>> {
    Router::new()
        .route("/_sim/requests", get(requests::<W>).delete(forget::<W>))
        .route("/_sim/requests/{id}", get(request::<W>))
        .route("/_sim/webhooks", get(webhooks::<W>))
        .route("/_sim/webhooks/{id}", get(webhook::<W>))
        .route("/_sim/webhooks/redeliver", post(redeliver::<W>))
        .route("/_sim/webhooks/release", post(release::<W>))
        .route("/_sim/hook-target", post(target::<W>))
        .route("/_sim/hooks", post(hooks::<W>))
}

async fn requests<W: World>(State(house): Here<W>, uri: Uri) -> Answer {
    let requests = house.frame.recorder.requests(since(&Query::of(&uri)));
    Answer::ok(&json!({"requests": requests}))
}

async fn forget<W: World>(State(house): Here<W>) -> Answer {
    house.frame.recorder.forget_requests();
    Answer::ok(&json!({"requests": []}))
}

async fn request<W: World>(State(house): Here<W>, Path(id): Path<u64>) -> Outcome {
    let missing = || wrong(StatusCode::NOT_FOUND, format_args!("request {id} is not remembered"));
    exchanged(&house, id).map(|shown| Answer::ok(&shown)).ok_or_else(missing)
}

/// A request, with what was said if that is still remembered.
pub(crate) fn exchanged<W: World>(house: &House<W>, id: u64) -> Option<Value> {
    let (request, said) = house.frame.recorder.exchange(id)?;
    let mut shown = json!(request);
    if let (Some(members), Some(said)) = (shown.as_object_mut(), said) {
        members.extend(exchange(&said));
    }
    Some(shown)
}

/// What was said, without secrets: headers and bodies of both sides.
fn exchange(said: &Exchange) -> Map<String, Value> {
    let side = |headers: &HeaderMap, body: &Bytes| json!({"headers": shown(headers), "body": content(headers, body)});
    Map::from_iter([
        ("asked".to_owned(), side(&said.asked, &said.body)),
        ("answered".to_owned(), side(&said.answered, &said.answer)),
    ])
}

/// Headers by name; those that hold secrets without their values.
fn shown(headers: &HeaderMap) -> Value {
    let is_hidden = |name: &str| is_secret(name) || ["authorization", "cookie", "set-cookie"].contains(&name);
    let headers = headers.iter().map(|(name, value)| {
        let hidden = value.is_sensitive() || is_hidden(name.as_str());
        let value = if hidden { "***".into() } else { String::from_utf8_lossy(value.as_bytes()) };
        (name.as_str().to_owned(), Value::from(value.into_owned()))
    });
    headers.collect::<Map<_, _>>().into()
}

/// A body as JSON if it is that, else as text; secrets by their members' names are taken out.
fn content(headers: &HeaderMap, body: &Bytes) -> Value {
    if let Ok(mut value) = serde_json::from_slice::<Value>(body) {
        conceal(&mut value);
        return value;
    }
    let media = headers.get(http::header::CONTENT_TYPE).and_then(|media| media.to_str().ok());
    match std::str::from_utf8(body) {
        Ok(text) if media.is_some_and(|media| media.starts_with("application/x-www-form-urlencoded")) => {
            redact(text).into()
        }
        Ok(text) => text.into(),
        Err(_) => format!("{} bytes", body.len()).into(),
    }
}

fn conceal(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if member.is_string() && is_secret(name) {
                    *member = "***".into();
                } else {
                    conceal(member);
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(conceal),
        _ => {}
    }
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
    let waiting = sent.iter().filter(|sent| sent.fate.is_open()).count();
    let shown: Vec<Value> = sent.iter().map(show).collect();
    Answer::ok(&json!({"webhooks": shown, "waiting": waiting, "last": recorder.totals().1}))
}

async fn webhook<W: World>(State(house): Here<W>, Path(id): Path<u64>) -> Outcome {
    let sent = house.frame.recorder.find_webhook(id);
    let missing = || wrong(StatusCode::NOT_FOUND, format_args!("webhook {id} is not remembered"));
    sent.map(|sent| Answer::ok(&show(&sent))).ok_or_else(missing)
}

/// A webhook with all that became of it.
pub(crate) fn show(sent: &Sent) -> Value {
    let outgoing = &sent.outgoing;
    json!({
        "id": sent.id,
        "at": sent.at,
        "event": outgoing.event,
        "item": outgoing.item,
        "url": outgoing.url.split('?').next(),
        "fate": sent.fate,
        "attempts": sent.attempts,
        "headers": shown(&outgoing.headers),
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
    house.write(|world| world.target(target)).map_err(|why| wrong(StatusCode::BAD_REQUEST, why))?;
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
