//! The app as routes and extractors of axum (feature `axum`).
//!
//! What a handler takes says what a route takes: [`UrlBound`] for pages and webhooks, [`Context`] for calls of a page's
//! script, [`Invocation`] for what Forge sends. There is no extractor that takes either of the first two. The URL that is verified is the one that arrived, whatever routers it
//! passed through; a proxy in front must not change its path.
//!
//! ```
//! use std::sync::Arc;
//!
//! use axum::Router;
//! use axum::routing::{get, post};
//! use bowline_connect::web::{App, UrlBound, routes};
//!
//! /// Opened by the product inside a frame.
//! async fn panel(UrlBound(caller): UrlBound) -> String {
//!     caller.installation().base_url.clone()
//! }
//!
//! fn router(app: Arc<App>) -> Router {
//!     let connect = routes().route("/page/panel", get(panel)).with_state(app);
//!     Router::new().nest("/connect", connect)
//! }
//! ```

mod app;
mod extract;
mod invocation;
mod lifecycle;

pub use app::{App, Mismatch, Watcher};
pub use extract::{Context, Rejection, UrlBound};
pub use invocation::{Invocation, NotInvoked};
pub use lifecycle::{goodbyes, routes};
