//! Delegations: who lets which connection write as themselves, how their grants stand, and the link by which they say so.

mod invite;
mod list;
mod remove;

use bowline_core::connection::Connection;
use bowline_core::delegation::Delegate;
use bowline_core::{Code, GrantId, Timestamp};
use serde::Serialize;

use crate::api::route::{Route, delete, get, post};
use crate::scope::Scope;

pub(super) fn routes() -> Vec<Route> {
    let (read, write) = (Scope::ConnectionsRead, Scope::ConnectionsWrite);
    vec![
        get("/api/v1/connections/{connection}/delegations", read, list::handle),
        post("/api/v1/connections/{connection}/delegations", write, invite::handle),
        delete("/api/v1/connections/{connection}/delegations/{person}", write, remove::handle),
    ]
}

/// A delegation as the API shows it.
#[derive(Serialize)]
struct View {
    /// As the tool names authors, and profiles people.
    person: String,
    /// The name that the tool shows.
    name: String,
    grant: GrantId,
    /// How the grant stands.
    state: &'static str,
    /// Whether what the person writes is written as them now.
    acts: bool,
    consented_at: Timestamp,
    /// Why not, if the tool refused.
    refused: Option<Refusal>,
}

/// Why the service account writes instead of a person.
#[derive(Serialize)]
struct Refusal {
    code: Code,
    title: String,
    remedy: Option<&'static str>,
    at: Timestamp,
}

impl View {
    fn of(delegate: Delegate, connection: &Connection, now: Timestamp) -> Self {
        let (acts, name) = (delegate.is_usable(connection, now), delegate.who().name);
        let refused = delegate.delegation.refused.map(|refused| Refusal {
            title: refused.code.title().to_owned(),
            remedy: refused.code.find().map(|entry| entry.remedy),
            code: refused.code,
            at: refused.at,
        });
        Self {
            person: delegate.delegation.person,
            name,
            grant: delegate.grant.id,
            state: delegate.grant.shown(),
            acts,
            consented_at: delegate.delegation.consented_at,
            refused,
        }
    }
}
