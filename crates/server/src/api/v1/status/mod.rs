//! Status: one tenant at a glance.

mod figures;
mod show;

use crate::api::route::{Route, get};
use crate::scope::Scope;

pub(crate) use figures::{Delay, Figures, read};

pub(super) fn routes() -> Vec<Route> {
    vec![get("/api/v1/status", Scope::SyncRead, show::handle)]
}
