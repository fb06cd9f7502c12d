//! A credential as the API shows it.

use bowline_core::Timestamp;
use bowline_core::connection::{Connection, Identity, SignIn};
use bowline_core::credential::{Credential, Known, assumed_end};
use bowline_core::grant::{Grant, OauthClient};
use serde::Serialize;

/// One credential.
#[derive(Serialize)]
pub(super) struct View {
    /// `api_token`, `basic`, `session`, `personal_access_token`, `access_token`, `service_token`, `certificate`, `gateway_key`,
    /// `grant` or `oauth_client`.
    kind: &'static str,
    /// The connections that sign in with it, by name.
    connections: Vec<String>,
    /// The connections that may write by it as the person who gave it, by name.
    acting: Vec<String>,
    /// The id of the grant, if it is one.
    grant: Option<String>,
    /// The registration it was given to, or that it belongs to.
    oauth_client: Option<String>,
    /// Whose it is: the account's name in the tool, else the name it signs in with.
    owner: Option<String>,
    /// What it may do; `None` if nobody here knows.
    scopes: Option<Vec<String>>,
    /// How it stands.
    state: &'static str,
    stored_at: Timestamp,
    /// When it was last called with, to about an hour.
    used_at: Option<Timestamp>,
    expires_at: Option<Timestamp>,
    /// How that is known: `told` by the tool or the provider, `entered` by a person, `assumed`, or `unknown`.
    expiry: Known,
}

/// What a connection shows in front of the tool: a client certificate, a gateway's key.
pub(super) fn in_front(connection: &Connection) -> impl Iterator<Item = View> {
    let view = |kind, owner, expires_at: Option<Timestamp>| View {
        kind,
        connections: vec![connection.name.clone()],
        acting: Vec::new(),
        grant: None,
        oauth_client: None,
        owner,
        scopes: None,
        state: "ok",
        stored_at: connection.created_at,
        used_at: None,
        expires_at,
        expiry: if expires_at.is_some() { Known::Told } else { Known::Unknown },
    };
    let certificate = connection.transport.certificate.as_ref();
    let certificate =
        certificate.map(|one| view("certificate", Some(one.subject.clone()), Some(one.ends_at)));
    let key = connection.gateway.as_ref().filter(|gateway| gateway.grant().is_none());
    certificate.into_iter().chain(key.map(|_| view("gateway_key", None, None)))
}

/// The stored secret of a connection; `None` if it signs in with a grant, or with nothing of its own.
pub(super) fn of_connection(connection: &Connection, known: Option<&Credential>) -> Option<View> {
    let (kind, login) = match &connection.sign_in {
        SignIn::ApiToken { email } => ("api_token", Some(email)),
        SignIn::Basic { user } => ("basic", Some(user)),
        SignIn::PersonalAccessToken => ("personal_access_token", None),
        SignIn::AccessToken => ("access_token", None),
        SignIn::ServiceToken => ("service_token", None),
        SignIn::Session { user } => ("session", Some(user)),
        SignIn::Connect { .. } => ("connect", None),
        SignIn::Grant { .. } | SignIn::InFront => return None,
    };
    let known = known.filter(|row| row.secret == connection.secret);
    // Until it is looked at for the first time, what is assumed of every new one.
    let assumed = assumed_end(&connection.sign_in, connection.created_at);
    let expiry =
        known.map_or(if assumed.is_some() { Known::Assumed } else { Known::Unknown }, |row| row.known);
    Some(View {
        kind,
        connections: vec![connection.name.clone()],
        acting: Vec::new(),
        grant: None,
        oauth_client: None,
        owner: name(connection.identity.as_ref()).or_else(|| login.cloned()),
        scopes: None,
        state: match &connection.health {
            bowline_core::connection::Health::Unknown => "unknown",
            bowline_core::connection::Health::Ok => "ok",
            bowline_core::connection::Health::NeedsAttention { .. } => "needs_attention",
        },
        stored_at: known.map_or(connection.created_at, |row| row.stored_at),
        used_at: known.and_then(|row| row.used_at),
        expires_at: known.map_or(assumed, |row| row.expires_at),
        expiry,
    })
}

/// The tokens of a grant.
pub(super) fn of_grant(
    grant: &Grant,
    client: Option<&OauthClient>,
    (connections, acting): (Vec<String>, Vec<String>),
) -> View {
    let ends = [grant.ends_at, grant.idle_until].into_iter().flatten().min();
    View {
        kind: "grant",
        connections,
        acting,
        grant: Some(grant.id.to_string()),
        oauth_client: client.map(|client| client.name.clone()),
        owner: name(grant.subject.as_ref()),
        scopes: (!grant.scopes.is_empty()).then(|| grant.scopes.clone()),
        state: grant.shown(),
        stored_at: grant.consented_at.unwrap_or(grant.created_at),
        used_at: grant.used_at,
        expires_at: ends,
        expiry: if ends.is_some() { Known::Told } else { Known::Unknown },
    }
}

/// Our own secret at a provider.
pub(super) fn of_client(client: &OauthClient, connections: Vec<String>) -> View {
    View {
        kind: "oauth_client",
        connections,
        acting: Vec::new(),
        grant: None,
        oauth_client: Some(client.name.clone()),
        owner: Some(client.client_id.clone()),
        scopes: (!client.scopes.is_empty()).then(|| client.scopes.clone()),
        state: "ok",
        stored_at: client.created_at,
        used_at: None,
        expires_at: None,
        expiry: Known::Unknown,
    }
}

impl View {
    /// Those that end come first, the nearest before the others; then by kind and name.
    pub(super) fn order(&self) -> (bool, Option<Timestamp>, &'static str, Vec<String>) {
        (self.expires_at.is_none(), self.expires_at, self.kind, self.connections.clone())
    }
}

fn name(identity: Option<&Identity>) -> Option<String> {
    identity.map(|identity| identity.name.clone())
}
