//! Activity: what sync did, line by line, as a list and as it happens.

mod events;
mod line;
mod list;
pub(crate) mod tail;

pub(crate) use line::Line;

use crate::api::route::{Route, get};
use crate::scope::Scope;

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/api/v1/activity", Scope::SyncRead, list::handle),
        get("/api/v1/events", events::SCOPE, events::handle),
    ]
}
