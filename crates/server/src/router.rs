//! The router: everything that is served, under one envelope.

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

use crate::app::App;
use crate::{api, authorize, connect, envelope, forge, hooks, live, metrics, openapi, probes};

/// Everything that is served. Needs no fallback of the caller's: unknown addresses are answered here.
pub fn router(app: Arc<App>) -> Router {
    let guard = from_fn_with_state(Arc::clone(&app), live::guard);
    Router::new()
        .route("/hooks/{connection}/{token}", post(hooks::take))
        .route("/livez", get(probes::live))
        .route("/readyz", get(probes::ready))
        .route("/metrics", get(metrics::scrape))
        .route("/openapi.json", get(openapi::show))
        .merge(api::router(&app))
        .merge(connect::router(&app))
        .merge(forge::router(&app))
        .merge(live::router().merge(authorize::router()).route_layer(guard))
        .fallback(envelope::nothing_here)
        .layer(from_fn_with_state(Arc::clone(&app), envelope::wrap))
        .with_state(app)
}
