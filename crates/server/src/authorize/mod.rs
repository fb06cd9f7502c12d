//! Browser sign-ins to a tool: `/authorize/{connection}` → the provider → `/authorize/callback` → a page that says who
//! signed in, or what to do next.
//!
//! Whoever begins holds an invitation (a link made by the API) or a session of the live page. From then on the browser
//! holds a cookie that the sign-in is bound to. What comes back is used once and answered with a redirect, so that no
//! code stays in a history; the last page of each browser is kept in memory for it. The work is `auth::life`'s.

mod browser;
mod callback;
mod choose;
mod ends;
mod page;
mod start;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use crate::app::App;

pub(crate) use ends::Ends;

/// The pages.
pub(crate) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/authorize/callback", get(callback::take))
        .route("/authorize/choose", post(choose::take))
        .route("/authorize/result", get(callback::show))
        .route("/authorize/{connection}", get(start::show).post(start::go))
}

/// Where providers send browsers back to: one address for all, as each registration knows it.
pub(crate) fn redirect_uri(app: &App) -> String {
    format!("{}/authorize/callback", app.options.public_url)
}
