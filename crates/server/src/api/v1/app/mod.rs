//! The app that sites install, for whoever runs it.

mod installs;

use crate::api::route::{Route, get};
use crate::scope::Scope;

pub(super) fn routes() -> Vec<Route> {
    vec![get("/api/v1/app/installs", Scope::AppRead, installs::handle)]
}
