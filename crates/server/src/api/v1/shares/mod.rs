//! Shares: linked pairs of items. Made, tied, untied and looked at again here; kept in sync by the engine.

mod connect;
mod create;
mod list;
mod refusal;
mod show;
mod sync;
mod unlink;
mod view;

use bowline_core::ShareId;
use bowline_core::port::ShareView;

use crate::api::route::{Route, get, post};
use crate::app::App;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::scope::Scope;

pub(super) fn routes() -> Vec<Route> {
    let (read, write) = (Scope::ItemsRead, Scope::ItemsWrite);
    vec![
        get("/api/v1/shares", read, list::handle),
        post("/api/v1/shares", write, create::handle),
        post("/api/v1/shares/connect", write, connect::handle),
        get("/api/v1/shares/{share}", read, show::handle),
        post("/api/v1/shares/{share}/unlink", write, unlink::handle),
        post("/api/v1/shares/{share}/sync", Scope::SyncRun, sync::handle),
    ]
}

/// A share of the caller's tenant.
async fn get_share(app: &App, caller: &Caller, id: &str) -> Result<ShareView, Problem> {
    let unknown = || Problem::not_found("share");
    let id: ShareId = id.parse().map_err(|_| unknown())?;
    app.ports.desk.view(caller.tenant, id).await?.ok_or_else(unknown)
}
