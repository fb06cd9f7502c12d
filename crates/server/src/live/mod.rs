//! The live page at `/`: one tenant's connections, shares, latest events and open findings, kept up to date by
//! server-sent events.
//!
//! Rendered here, whole and by region, from one set of templates; the script in the browser only puts new rows in
//! their place. Nothing is loaded from elsewhere, and nothing can be changed from the page.

mod assets;
mod events;
mod host;
mod page;
mod render;
mod session;
mod view;
mod words;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;

use crate::app::App;

pub(crate) use host::guard;
pub(crate) use render::html;
pub(crate) use session::Sessions;

/// The page and what it loads.
pub(crate) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/", get(page::show))
        .route("/live/events", get(events::stream))
        .route("/assets/{name}", get(assets::show))
}
