//! The app that sites install, for whoever runs it.

mod forget;
mod installs;
mod migration;
mod pair;
mod remotes;
mod untie;

use crate::api::route::{Route, delete, get, post};
use crate::scope::Scope;

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/api/v1/app/installs", Scope::AppRead, installs::handle),
        get("/api/v1/app/migration", Scope::AppRead, migration::handle),
        post("/api/v1/app/pairings", Scope::ConnectionsWrite, pair::handle),
        post("/api/v1/app/untie", Scope::ConnectionsWrite, untie::handle),
        delete("/api/v1/app/installs/{client_key}", Scope::AppWrite, forget::handle),
    ]
}
