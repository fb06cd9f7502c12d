//! The inbox: deliveries as they were understood, and the bodies of those that were not.

mod list;
mod show;
mod view;

use crate::api::route::{Route, get};
use crate::scope::Scope;

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/api/v1/inbox", Scope::EventsRead, list::handle),
        get("/api/v1/inbox/{delivery}", Scope::EventsRead, show::handle),
    ]
}
