//! What strangers may cost: so many callers are looked up at once, none of them for long, and no body takes longer to arrive
//! than any other body of the service.
//!
//! A caller of these routes is known only once the database was asked, so whoever sends a made-up token makes it work. More
//! of them than fit are told to come again; a site does.

use std::time::Duration;

use axum::body::Body;
use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bowline_connect::lifecycle::LONGEST_BODY;
use bowline_connect::verify::Caller;
use bowline_connect::web;
use http::request::Parts;

use super::Held;
use crate::body::{self, Limits};
use crate::problem::Problem;

/// When a caller may come again, in seconds.
const SHED: u32 = 2;

/// How many times the database's time a lifecycle call has: it reads the site, asks Atlassian for a key, and commits.
const STEPS: u32 = 3;

/// Who calls a page or a webhook, by a token that is bound to this URL.
pub(super) struct UrlBound(pub(super) Caller);

/// Whose page calls, by a token from its script.
pub(super) struct Context(pub(super) Caller);

impl FromRequestParts<Held> for UrlBound {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, held: &Held) -> Result<Self, Response> {
        known::<web::UrlBound>(parts, held).await.map(|web::UrlBound(caller)| Self(caller))
    }
}

impl FromRequestParts<Held> for Context {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, held: &Held) -> Result<Self, Response> {
        known::<web::Context>(parts, held).await.map(|web::Context(caller)| Self(caller))
    }
}

async fn known<T: FromRequestParts<Held>>(parts: &mut Parts, held: &Held) -> Result<T, Response> {
    let _turn = held.turns.try_acquire().map_err(|_| busy())?;
    let found = tokio::time::timeout(held.app.options.store_within, T::from_request_parts(parts, held)).await;
    found.map_err(|_| late())?.map_err(IntoResponse::into_response)
}

/// Reads the body of a lifecycle call, and lets it be handled for so long.
pub(super) async fn lifecycle(State(held): State<Held>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let rooms = [&held.app.api_room];
    let limits = Limits { size: LONGEST_BODY, within: held.app.options.read_within, rooms: &rooms };
    let read = match body::read(&parts.headers, body, limits).await {
        Ok(read) => read,
        Err(unread) => return Problem::from(unread).into_response(),
    };
    let Ok(_turn) = held.turns.try_acquire() else { return busy() };
    let request = Request::from_parts(parts, Body::from(read.bytes.clone()));
    within(held.app.options.store_within * STEPS, next.run(request)).await
}

/// Lets nothing here take longer than a body, a call to the site and the database may.
pub(super) async fn whole(State(held): State<Held>, request: Request, next: Next) -> Response {
    let options = &held.app.options;
    within(options.read_within + options.store_within * STEPS, next.run(request)).await
}

/// A commit that was given up may still happen. The caller then comes again with the same token, which changes nothing.
async fn within(limit: Duration, work: impl Future<Output = Response>) -> Response {
    tokio::time::timeout(limit, work).await.unwrap_or_else(|_| late())
}

fn busy() -> Response {
    Problem::unavailable("Too many calls at once.", SHED).into_response()
}

fn late() -> Response {
    Problem::unavailable("It takes too long now.", SHED).into_response()
}
