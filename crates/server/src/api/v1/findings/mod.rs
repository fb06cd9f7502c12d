//! Findings: what a person should see, one for each cause, with what to do about it.

mod list;
mod resolve;
mod retry;
mod show;
mod view;

use bowline_core::FindingId;
use bowline_core::finding::Finding;
use bowline_core::work::Entity;

use crate::api::route::{Route, get, post};
use crate::app::App;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::scope::Scope;

pub(super) fn routes() -> Vec<Route> {
    let (read, resolve) = (Scope::ErrorsRead, Scope::ErrorsResolve);
    vec![
        get("/api/v1/findings", read, list::handle),
        get("/api/v1/findings/{finding}", read, show::handle),
        post("/api/v1/findings/{finding}/retry", resolve, retry::handle),
        post("/api/v1/findings/{finding}/resolve", resolve, resolve::handle),
    ]
}

/// A finding of the caller's tenant, with what it hits.
async fn get_finding(app: &App, caller: &Caller, id: &str) -> Result<(Finding, Vec<Entity>), Problem> {
    let unknown = || Problem::not_found("finding");
    let id: FindingId = id.parse().map_err(|_| unknown())?;
    app.ports.console.finding(caller.tenant, id).await?.ok_or_else(unknown)
}
