//! Connections: where a tenant's tools are and how we sign in there.
//!
//! Secrets come in and never go out, but for the three that are made here and shown once: the token in the
//! webhook's path, the secret that Jira signs with, the token of a header.

mod acting;
mod address;
mod authorize;
mod create;
mod delete;
mod ending;
mod grant;
mod layers;
mod limits;
mod list;
mod moved;
mod proof;
mod rotate_hook;
mod scoped;
mod scopes;
mod show;
mod test;
mod update;
mod view;

use bowline_core::commit::Change;
use bowline_core::connection::{Connection, Health};
use bowline_core::finding::Cause;
use bowline_core::work::{Entity, Lane, Touch};
use bowline_core::{ConnectionId, Timestamp};

use crate::api::route::{Route, delete, get, patch, post};
use crate::app::App;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::scope::Scope;

pub(super) use address::{name as plain_name, url as web_address};
pub(super) use authorize::{Link, life, link};
pub(super) use grant::fits;
pub(crate) use view::View;

pub(super) fn routes() -> Vec<Route> {
    let (read, write) = (Scope::ConnectionsRead, Scope::ConnectionsWrite);
    vec![
        get("/api/v1/connections", read, list::handle),
        post("/api/v1/connections", write, create::handle),
        get("/api/v1/connections/{connection}", read, show::handle),
        patch("/api/v1/connections/{connection}", write, update::handle),
        delete("/api/v1/connections/{connection}", write, delete::handle),
        post("/api/v1/connections/{connection}/test", write, test::handle),
        get("/api/v1/connections/{connection}/scopes", read, scopes::handle),
        get("/api/v1/connections/{connection}/limits", read, limits::handle),
        post("/api/v1/connections/{connection}/authorize", write, authorize::handle),
        post("/api/v1/connections/{connection}/rotate-hook", write, rotate_hook::handle),
    ]
}

/// A connection of the caller's tenant, by id or by name.
pub(in crate::api::v1) async fn named(app: &App, caller: &Caller, name: &str) -> Result<Connection, Problem> {
    let registry = &app.ports.registry;
    let found = match name.parse::<ConnectionId>() {
        Ok(id) => registry.connection(caller.tenant, id).await?,
        Err(_) => registry.connections(caller.tenant).await?.into_iter().find(|row| row.name == name),
    };
    found.ok_or_else(|| Problem::not_found("connection"))
}

/// A sweep of a connection, soon: it finds out whether calls work, and what was missed.
pub(super) const fn sweep(connection: ConnectionId, due_at: Timestamp) -> Change {
    Change::Touch(Touch { entity: Entity::Sweep(connection), lane: Lane::Sweep, due_at })
}

/// What says that the connection needs a person is over: somebody has just seen to it. If it still does, the next
/// call says so again.
fn seen_to(connection: &Connection) -> Option<Change> {
    match &connection.health {
        Health::NeedsAttention { code } => {
            Some(Change::SettleCause { key: Cause::of(code.clone()).at(connection.id).key() })
        }
        Health::Unknown | Health::Ok => None,
    }
}
