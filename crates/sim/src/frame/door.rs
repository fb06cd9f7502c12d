//! The door every vendor request passes: fault rules before and after, and a record of it.
//!
//! The control API does not pass here: it is neither harmed nor recorded.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CONTENT_LENGTH, RETRY_AFTER};

use crate::frame::answer::Answer;
use crate::frame::cut::Cut;
use crate::frame::faults::{After, Instead, Plan};
use crate::frame::recorder::{self, redact};
use crate::frame::world::{House, Signed, World};

/// What a proxy with single sign-on sends in place of an answer.
const LOGIN_PAGE: &str = "<!DOCTYPE html>\n<html><head><title>Log in</title></head><body>\
    <form method=\"post\" action=\"/login\"><label>Username <input name=\"username\"></label>\
    <label>Password <input type=\"password\" name=\"password\"></label><button>Log in</button></form></body></html>";

/// Lets a request through, as far as the fault rules let it.
pub(crate) async fn pass<W: World>(
    State(house): State<Arc<House<W>>>,
    ConnectInfo(cut): ConnectInfo<Cut>,
    mut request: Request,
    next: Next,
) -> Response {
    let frame = &house.frame;
    let plan = Arc::new(frame.faults.plan(request.method().as_str(), request.uri().path()));
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
    if plan.delay_ms > 0 {
        tokio::time::sleep(Duration::from_millis(plan.delay_ms)).await;
        record.fault = Some("delay");
    }
    let response = if let Some(instead) = &plan.instead {
        record.fault = Some("answered_instead");
        stand_in(&house, instead)
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
    let response = harm(&house, &plan, (&cut, response), &mut record.fault);
    frame.recorder.request(record);
    response
}

fn stand_in<W: World>(house: &House<W>, instead: &Instead) -> Response {
    match instead {
        Instead::LoginPage => Answer::html(StatusCode::OK, LOGIN_PAGE).into_response(),
        Instead::Status(status, retry_after) => {
            let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let answer = house.read(|world| world.bare(status));
            match retry_after {
                Some(seconds) => answer.header(RETRY_AFTER, &seconds.to_string()).into_response(),
                None => answer.into_response(),
            }
        }
    }
}

fn harm<W: World>(
    house: &House<W>,
    plan: &Plan,
    (cut, response): (&Cut, Response),
    fault: &mut Option<&'static str>,
) -> Response {
    match plan.after {
        None => response,
        Some(After::Reset) => {
            *fault = Some("done_then_reset");
            cut.now();
            response
        }
        Some(After::Status(status)) => {
            *fault = Some("done_then_status");
            stand_in(house, &Instead::Status(status, None))
        }
        Some(After::Cut(bytes)) => {
            *fault = Some("cut_body");
            let length =
                response.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
            let length =
                length.or_else(|| axum::body::HttpBody::size_hint(response.body()).exact()).unwrap_or(0);
            cut.after_body(bytes.unwrap_or(usize::try_from(length).unwrap_or(0) / 2));
            response
        }
    }
}
