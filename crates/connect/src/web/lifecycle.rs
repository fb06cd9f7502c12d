//! The routes that every app has: its descriptor and the lifecycle calls.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodRouter, get, post};
use http::StatusCode;
use http::header::CONTENT_TYPE;

use super::app::App;
use super::extract::arrived;
use crate::descriptor::Descriptor;
use crate::lifecycle::{Call, Event, LONGEST_BODY, answer};

/// `GET /atlassian-connect.json`, and `POST /installed`, `/uninstalled`, `/enabled`, `/disabled`. Nest them below the path of
/// the base URL, and name the same paths in the descriptor.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/atlassian-connect.json", get(descriptor))
        .route("/installed", call(Event::Installed))
        .route("/uninstalled", call(Event::Uninstalled))
        .route("/enabled", call(Event::Enabled))
        .route("/disabled", call(Event::Disabled))
}

/// `POST /uninstalled` alone, for an app that is served no more: the sites that have it may still say that they have removed it.
pub fn goodbyes() -> Router<Arc<App>> {
    Router::new().route("/uninstalled", call(Event::Uninstalled))
}

fn call(event: Event) -> MethodRouter<Arc<App>> {
    post(
        move |State(app): State<Arc<App>>, request: Request| async move { handle(&app, event, request).await },
    )
}

async fn descriptor(State(app): State<Arc<App>>) -> Response {
    ([(CONTENT_TYPE, Descriptor::CONTENT_TYPE)], app.descriptor.json().to_string()).into_response()
}

async fn handle(app: &App, event: Event, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let target = arrived(&parts);
    let Ok(body) = to_bytes(body, LONGEST_BODY).await else {
        return answer(StatusCode::PAYLOAD_TOO_LARGE, &app.key).map(Body::from);
    };
    let call = Call { event, method: &parts.method, target: &target, headers: &parts.headers, body: &body };
    let outcome = app.lifecycle.handle(call).await;
    if let Some(watcher) = &app.watcher {
        watcher.lifecycle(event, &outcome);
    }
    outcome.answer(&app.key).map(Body::from)
}
