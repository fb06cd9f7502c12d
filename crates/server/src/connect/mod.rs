//! `/connect/…`: Bowline as an Atlassian app that Jira sites install.
//!
//! Descriptor and lifecycle calls are `bowline_connect`'s; here are the webhook, the panel inside an issue, and the calls
//! of that panel's script. What each route takes for a proof stands in its handler's arguments. There is no cookie.

mod context;
mod descriptor;
mod gate;
mod page;
mod setup;
mod tally;
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
pub use setup::{Connect, NoApp, Parts, Serves, Settings};
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

/// Everything below `/connect`. Where the app is switched off, sites that have it may say that they have removed it, and nothing
/// else; where no site has it, there is nothing.
pub(crate) fn router(app: &Arc<App>) -> Router<Arc<App>> {
    let Some(connect) = &app.ports.connect else { return Router::new() };
    let turns = Arc::new(Semaphore::new(app.options.sites_at_once));
    let held = Held { app: Arc::clone(app), connect: Arc::clone(connect), turns };
    let lifecycle = |routes: Router<Arc<web::App>>| {
        routes.with_state(Arc::clone(&connect.web)).layer(from_fn_with_state(held.clone(), gate::lifecycle))
    };
    let below = match connect.serves {
        Serves::Everything => lifecycle(web::routes()).merge(ours(&held)),
        Serves::Goodbyes => lifecycle(web::goodbyes()),
    };
    Router::new().nest("/connect", below.layer(from_fn_with_state(held, gate::whole)))
}

/// What is not `bowline_connect`'s.
fn ours(held: &Held) -> Router<Arc<App>> {
    Router::new()
        .route("/webhook", post(webhook::take))
        .route("/page/issue", get(page::issue))
        .route("/assets/panel.js", get(page::script))
        .route("/assets/panel.css", get(page::style))
        .route("/context/state", get(context::state::handle))
        .route("/context/sync", post(context::sync::handle))
        .route("/context/share", post(context::share::handle))
        .route("/context/connect", post(context::tie::handle))
        .route("/context/unlink", post(context::unlink::handle))
        .with_state(held.clone())
}
