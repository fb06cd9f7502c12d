//! `POST /connect/webhook`: what a site that installed the app says about itself. The URL is signed and the body is not, so
//! it is a hint like any other delivery: durable before it is answered, then looked into.

use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;

use super::Held;
use super::gate::UrlBound;
use crate::hooks::{self, Way};
use crate::problem::Problem;

pub(super) async fn take(State(held): State<Held>, UrlBound(caller): UrlBound, request: Request) -> Response {
    match held.connect.sites.connection(&caller.installation().client_key).await {
        Ok(Some(connection)) => hooks::take_of(&held.app, &connection, request, Way::App).await,
        // A product that is not synced, or a connection that a person has dropped.
        Ok(None) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => Problem::from(error).into_response(),
    }
}
