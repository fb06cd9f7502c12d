//! Tokens: bearer tokens of this API, each bound to one tenant. Made and revoked by the admin alone.

mod create;
mod list;
mod revoke;

use bowline_core::commit::ApiToken;
use bowline_core::{Timestamp, TokenId};
use serde::Serialize;

use crate::api::route::{Route, delete, get, post};
use crate::scope::Scope;

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/api/v1/tokens", Scope::TokensRead, list::handle),
        post("/api/v1/tokens", Scope::TokensWrite, create::handle),
        delete("/api/v1/tokens/{token}", Scope::TokensWrite, revoke::handle),
    ]
}

/// A token as the API shows it: never the token itself.
#[derive(Serialize)]
struct View {
    id: TokenId,
    name: String,
    scopes: Vec<String>,
    created_at: Timestamp,
}

impl From<ApiToken> for View {
    fn from(token: ApiToken) -> Self {
        Self { id: token.id, name: token.name, scopes: token.scopes, created_at: token.created_at }
    }
}
