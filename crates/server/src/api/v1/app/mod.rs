//! The app that sites install, for whoever runs it.

mod forget;
mod installs;

use crate::api::route::{Route, delete, get};
use crate::scope::Scope;

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/api/v1/app/installs", Scope::AppRead, installs::handle),
        delete("/api/v1/app/installs/{client_key}", Scope::AppWrite, forget::handle),
    ]
}
