//! What is around every request: its id, its trace, its log line, its metrics, the headers that keep browsers careful, and
//! the writing out of problems. A panic inside ends here as a problem, too.
//!
//! A path may hold a webhook token, so neither it nor the query is ever logged: the route is.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bowline_core::port::Entropy;
use bowline_core::trace::{self, Trace};
use futures_util::FutureExt;
use http::header::{self, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use http::{Method, StatusCode};
use tracing::Instrument;

use crate::app::App;
use crate::problem::Problem;
use crate::stopwatch::Stopwatch;

/// Carries the request id of every answer.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What an answer that is no page may do in a browser: nothing.
const POLICY: &str = "default-src 'none'; frame-ancestors 'none'";

/// Wraps one request.
pub(crate) async fn wrap(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let watch = Stopwatch::start();
    let id = request_id(app.ports.entropy.as_ref());
    let route = request.extensions().get::<MatchedPath>().map_or("unmatched", MatchedPath::as_str).to_owned();
    let method = known_method(request.method());
    let trace = Trace::of_request(request.headers(), app.ports.entropy.as_ref());
    let span = tracing::info_span!("http", request_id = %id, trace_id = trace.id(), route, method);
    let handled = trace::within(trace, next.run(request)).instrument(span.clone());
    let running = AssertUnwindSafe(handled).catch_unwind();
    let response = running.await.unwrap_or_else(|_| {
        span.in_scope(|| tracing::error!("a request handler panicked"));
        Problem::defect().into_response()
    });
    let response = finish(&app, response, &id);
    let status = response.status();
    app.metrics.request(&route, method, status, watch.elapsed());
    span.in_scope(|| {
        tracing::debug!(status = status.as_u16(), ms = watch.elapsed().as_millis(), "answered");
    });
    response
}

fn request_id(entropy: &dyn Entropy) -> String {
    let mut bytes = [0; 16];
    entropy.fill(&mut bytes);
    format!("req_{:032x}", u128::from_be_bytes(bytes))
}

/// Methods are the caller's words; only the known ones become labels.
fn known_method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

fn finish(app: &App, mut response: Response, id: &str) -> Response {
    let problem = response.extensions_mut().remove::<Problem>();
    let bare = response.status().as_u16() >= 400 && !has_own_words(&response);
    if let Some(problem) = problem.or_else(|| bare.then(|| Problem::of_status(response.status()))) {
        let kept = std::mem::take(response.headers_mut());
        response = problem.answer(id);
        for name in [header::ALLOW, header::WWW_AUTHENTICATE] {
            if let Some(value) = kept.get(&name) {
                response.headers_mut().insert(name, value.clone());
            }
        }
    }
    if let Ok(value) = HeaderValue::from_str(id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    careful(response.headers_mut(), app.options.is_https());
    response
}

/// Whether a handler of ours wrote the answer; what the router says by itself is plain text or nothing.
fn has_own_words(response: &Response) -> bool {
    let kind = response.headers().get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    kind.is_some_and(|kind| !kind.starts_with(b"text/plain"))
}

/// Headers that keep browsers and caches careful. A page brings a policy of its own.
fn careful(headers: &mut HeaderMap, https: bool) {
    let fixed = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if https {
        let year = HeaderValue::from_static("max-age=31536000; includeSubDomains");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(POLICY));
}

/// What is answered at addresses that no route has.
pub(crate) async fn nothing_here() -> Problem {
    Problem::of_status(StatusCode::NOT_FOUND)
}
