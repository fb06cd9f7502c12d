//! `/forge/…`: Bowline as the remote of a Forge app.
//!
//! What Forge sends is verified, used once, and taken of installations that are tied to a tenant by a code: all that is
//! `bowline_connect`'s. Every call may bring a fresh token of the app, which is kept before anything else is done with the
//! call ([`event`], [`hourly`]); [`pair`] is where an administrator enters the code.

mod event;
mod gate;
mod hourly;
mod pair;
mod setup;

use std::sync::Arc;

use axum::Router;
use axum::routing::post;
use tokio::sync::Semaphore;

use crate::app::App;

pub(crate) use event::delivery;
pub use setup::{Forge, Parts, Settings, manifest};

/// What handlers here have at hand.
#[derive(Clone)]
struct Held {
    app: Arc<App>,
    forge: Arc<Forge>,
    /// How many calls may be looked into at once.
    turns: Arc<Semaphore>,
}

/// Everything below `/forge`; nothing where it is not switched on.
pub(crate) fn router(app: &Arc<App>) -> Router<Arc<App>> {
    let Some(forge) = &app.ports.forge else { return Router::new() };
    let turns = Arc::new(Semaphore::new(app.options.sites_at_once));
    let held = Held { app: Arc::clone(app), forge: Arc::clone(forge), turns };
    let ours = Router::new()
        .route("/events", post(event::take))
        .route("/hourly", post(hourly::take))
        .route("/pair", post(pair::take))
        .with_state(held);
    Router::new().nest("/forge", ours)
}
