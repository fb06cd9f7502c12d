//! Credentials: everything that proves who we are, whose it is, what it may do, and when it ends. No secret is shown.

mod list;
mod view;

use crate::api::route::{Route, get};
use crate::scope::Scope;

pub(super) fn routes() -> Vec<Route> {
    vec![get("/api/v1/credentials", Scope::ConnectionsRead, list::handle)]
}
