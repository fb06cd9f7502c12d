//! `/connect/…`: Bowline as an Atlassian app that Jira sites install.
//!
//! Descriptor and lifecycle calls are `bowline_connect`'s; here are the webhook, the panel inside an issue, and the calls
//! of that panel's script. What each route takes for a proof stands in its handler's arguments. There is no cookie.

mod context;
mod descriptor;
mod gate;
mod page;
mod setup;
mod watch;
mod webhook;

use std::sync::Arc;

use axum::Router;
use axum::extract::FromRef;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use bowline_connect::web;
use tokio::sync::Semaphore;

use crate::app::App;

pub use descriptor::{Facts, describe};
pub use setup::{Connect, NoApp, Parts, Settings};
pub(crate) use watch::{Refused, Watch};

/// What handlers here have at hand.
#[derive(Clone)]
struct Held {
    app: Arc<App>,
    connect: Arc<Connect>,
    /// How many callers may be looked up at once.
    turns: Arc<Semaphore>,
}

impl FromRef<Held> for Arc<web::App> {
    fn from_ref(held: &Held) -> Self {
        Arc::clone(&held.connect.web)
    }
}

/// Everything below `/connect`; nothing where the app is not switched on.
pub(crate) fn router(app: &Arc<App>) -> Router<Arc<App>> {
    let Some(connect) = &app.ports.connect else { return Router::new() };
    let turns = Arc::new(Semaphore::new(app.options.sites_at_once));
    let held = Held { app: Arc::clone(app), connect: Arc::clone(connect), turns };
    let lifecycle = web::routes()
        .with_state(Arc::clone(&connect.web))
        .layer(from_fn_with_state(held.clone(), gate::lifecycle));
    let ours = Router::new()
        .route("/webhook", post(webhook::take))
        .route("/page/issue", get(page::issue))
        .route("/assets/panel.js", get(page::script))
        .route("/assets/panel.css", get(page::style))
        .route("/context/state", get(context::state::handle))
        .route("/context/sync", post(context::sync::handle))
        .route("/context/share", post(context::share::handle))
        .route("/context/connect", post(context::tie::handle))
        .route("/context/unlink", post(context::unlink::handle))
        .with_state(held.clone());
    Router::new().nest("/connect", lifecycle.merge(ours).layer(from_fn_with_state(held, gate::whole)))
}
