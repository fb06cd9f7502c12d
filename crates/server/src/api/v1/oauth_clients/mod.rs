//! Our registrations at providers of tokens. Their secrets come in and never go out; for OAuth 1.0a a key pair can be
//! made here, and only its public half is shown.

mod create;
mod delete;
mod list;

use bowline_core::grant::{OauthClient, Provider};
use bowline_core::{OauthClientId, Timestamp};
use serde::Serialize;

use crate::api::route::{Route, delete, get, post};
use crate::app::App;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::scope::Scope;

pub(super) fn routes() -> Vec<Route> {
    let (read, write) = (Scope::ConnectionsRead, Scope::ConnectionsWrite);
    vec![
        get("/api/v1/oauth-clients", read, list::handle),
        post("/api/v1/oauth-clients", write, create::handle),
        delete("/api/v1/oauth-clients/{oauth_client}", write, delete::handle),
    ]
}

/// A registration of the caller's tenant, by id or by name.
pub(super) async fn named(app: &App, caller: &Caller, name: &str) -> Result<OauthClient, Problem> {
    let clients = app.ports.grants.oauth_clients(caller.tenant).await?;
    let found = clients.into_iter().find(|client| client.name == name || client.id.to_string() == name);
    found.ok_or_else(|| Problem::not_found("OAuth client"))
}

/// A registration as the API shows it.
#[derive(Serialize)]
struct View {
    id: OauthClientId,
    name: String,
    provider: Provider,
    issuer: String,
    api_url: Option<String>,
    client_id: String,
    scopes: Vec<String>,
    created_at: Timestamp,
    /// What the provider has to know as the address it sends browsers back to.
    redirect_uri: Option<String>,
}

impl View {
    fn of(app: &App, client: OauthClient) -> Self {
        let redirect = client.provider.asks_a_person().then(|| crate::authorize::redirect_uri(app));
        Self {
            id: client.id,
            name: client.name,
            provider: client.provider,
            issuer: client.issuer,
            api_url: client.api_url,
            client_id: client.client_id,
            scopes: client.scopes,
            created_at: client.created_at,
            redirect_uri: redirect,
        }
    }
}
