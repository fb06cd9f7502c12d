//! The door every vendor request passes: fault rules before and after, and a record of it.
//!
//! The control API does not pass here: it is neither harmed nor recorded.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, RETRY_AFTER};
use http::{HeaderMap, StatusCode};
use serde_json::Value;

use crate::frame::answer::Answer;
use crate::frame::call::{Call, Query};
use crate::frame::cut::Cut;
use crate::frame::faults::matching::Facts;
use crate::frame::faults::plan::{After, Bare, Instead, Plan};
use crate::frame::recorder::{self, Exchange, redact};
use crate::frame::slow;
use crate::frame::world::{BODY_LIMIT, House, Said, Signed, World};

/// What a proxy with single sign-on sends in place of an answer.
const LOGIN_PAGE: &str = "<!DOCTYPE html>\n<html><head><title>Log in</title></head><body>\
    <form method=\"post\" action=\"/login\"><label>Username <input name=\"username\"></label>\
    <label>Password <input type=\"password\" name=\"password\"></label><button>Log in</button></form></body></html>";

/// Lets a request through, as far as the fault rules let it.
pub(crate) async fn pass<W: World>(
    State(house): State<Arc<House<W>>>,
    ConnectInfo(cut): ConnectInfo<Cut>,
    request: Request,
    next: Next,
) -> Response {
    let frame = &house.frame;
    let (plan, mut request) = match foresee(&house, request).await {
        Ok((plan, request)) => (Arc::new(plan), request),
        Err(answer) => return answer.into_response(),
    };
    let mut record = recorder::Request {
        id: 0,
        at: frame.clock.now(),
        method: request.method().to_string(),
        path: request.uri().path().to_owned(),
        query: redact(request.uri().query().unwrap_or_default()),
        status: 0,
        user: None,
        fault: None,
    };
    let asked = request.headers().clone();
    if plan.delay_ms > 0 {
        tokio::time::sleep(Duration::from_millis(plan.delay_ms)).await;
        record.fault = Some("delay");
    }
    let response = if let Some(instead) = &plan.instead {
        record.fault = Some("answered_instead");
        stand_in(&house, instead, &record.path)
    } else {
        request.extensions_mut().insert(plan.clone());
        let response = next.run(request).await;
        match &house.transcript {
            Some(transcript) => transcript.note((&record.method, &record.path), response).await,
            None => response,
        }
    };
    record.status = response.status().as_u16();
    record.user = response.extensions().get::<Signed>().map(|signed| signed.0.clone());
    let exchange = exchange(asked, &response);
    if let Some(After::Delay(ms)) = plan.after {
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }
    let response = harm(&house, &plan, (&cut, response), &mut record);
    frame.recorder.request(record, exchange);
    response
}

/// What the rules have in store for a request. Its body is read, and its caller found out, only if one of them asks.
async fn foresee<W: World>(house: &House<W>, request: Request) -> Result<(Plan, Request), Answer> {
    let faults = &house.frame.faults;
    let (head, body) = request.into_parts();
    // A form brings files, which no rule looks into and which may be too large to hold.
    let (body, read) = if faults.asks_body() && !is_form(&head.headers) {
        let read = to_bytes(body, BODY_LIMIT).await;
        let read = read.map_err(|_| Answer::empty(StatusCode::PAYLOAD_TOO_LARGE))?;
        (Body::from(read.clone()), read)
    } else {
        (body, Bytes::new())
    };
    let query = Query::of(&head.uri);
    let said: Option<Value> = serde_json::from_slice(&read).ok();
    let mut facts = Facts {
        now: house.frame.clock.now(),
        method: head.method.as_str(),
        path: head.uri.path(),
        query: &query,
        headers: &head.headers,
        caller: None,
        body: said.as_ref(),
    };
    let name = faults.asks_caller().then(|| caller(house, &head)).flatten();
    facts.caller = name.as_deref();
    let plan = faults.plan(&facts);
    Ok((plan, Request::from_parts(head, body)))
}

fn is_form(headers: &HeaderMap) -> bool {
    let media = headers.get(CONTENT_TYPE).and_then(|media| media.to_str().ok()).unwrap_or_default();
    media.to_ascii_lowercase().starts_with("multipart/")
}

/// The login name of who calls.
fn caller<W: World>(house: &House<W>, head: &http::request::Parts) -> Option<String> {
    let plan = Plan::default();
    let call = Call {
        method: head.method.as_str(),
        path: head.uri.path(),
        api: "",
        route: "",
        params: Vec::new(),
        query: Query::of(&head.uri),
        raw_query: head.uri.query().unwrap_or_default(),
        headers: &head.headers,
        body: Bytes::new(),
        pass: head.extensions.get(),
        caller: None,
        plan: &plan,
        faults: &house.frame.faults,
    };
    house.read(|world| world.whose(&call).map(|person| world.name(person).to_owned()))
}

/// What was said, as far as it is kept.
fn exchange(asked: HeaderMap, response: &Response) -> Exchange {
    let said = response.extensions().get::<Said>().cloned().unwrap_or_default();
    Exchange { asked, body: said.body, answered: response.headers().clone(), answer: said.answer }
}

fn stand_in<W: World>(house: &House<W>, instead: &Instead, path: &str) -> Response {
    let answer = match instead {
        Instead::LoginPage => Answer::html(StatusCode::OK, LOGIN_PAGE),
        Instead::Hidden => house.read(|world| world.hidden(path)),
        Instead::Status(bare) => status(house, bare),
    };
    let said = Said { body: Bytes::new(), answer: recorder::beginning(&answer.body) };
    let mut response = answer.into_response();
    response.extensions_mut().insert(said);
    response
}

fn status<W: World>(house: &House<W>, bare: &Bare) -> Answer {
    let status = StatusCode::from_u16(bare.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut answer = match &bare.body {
        None => house.read(|world| world.bare(status)),
        Some(Value::String(page)) => Answer::page(status, page.clone()),
        Some(body) => Answer::json(status, body),
    };
    if let Some(seconds) = bare.retry_after {
        answer = answer.header(RETRY_AFTER, &seconds.to_string());
    }
    for (name, value) in &bare.headers {
        if let Ok(name) = name.parse::<HeaderName>() {
            answer = answer.header(name, value);
        }
    }
    answer
}

fn harm<W: World>(
    house: &House<W>,
    plan: &Plan,
    (cut, response): (&Cut, Response),
    record: &mut recorder::Request,
) -> Response {
    match plan.after {
        None => response,
        Some(After::Reset) => {
            record.fault = Some("done_then_reset");
            cut.now();
            response
        }
        Some(After::Status(status)) => {
            record.fault = Some("done_then_status");
            stand_in(house, &Instead::Status(Bare { status, ..Bare::default() }), &record.path)
        }
        Some(After::Delay(_)) => {
            record.fault = Some("done_then_delay");
            response
        }
        Some(After::Slow { ms, bytes }) => {
            record.fault = Some("slow_body");
            response.map(|body| slow::down(body, bytes, Duration::from_millis(ms)))
        }
        Some(After::Cut(bytes)) => {
            record.fault = Some("cut_body");
            let length =
                response.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
            let length =
                length.or_else(|| axum::body::HttpBody::size_hint(response.body()).exact()).unwrap_or(0);
            cut.after_body(bytes.unwrap_or(usize::try_from(length).unwrap_or(0) / 2));
            response
        }
    }
}
