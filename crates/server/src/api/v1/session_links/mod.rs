//! Sign-in links to the live page. The admin's alone: whoever opens one sees every tenant.

mod create;

use crate::api::route::{Route, post};
use crate::scope::Scope;

pub(super) fn routes() -> Vec<Route> {
    vec![post("/api/v1/session-links", Scope::SystemWrite, create::handle)]
}
