//! What a webhook's sender proves itself with: the token in the path, Jira's signature, a token in a header.
//!
//! All of them are made or taken here and leave in [`Shown`], once. At rest there are a hash and sealed rows.

use bowline_auth::intake;
use bowline_core::commit::{Change, DirectoryKind};
use bowline_core::connection::{Connection, ToolKind};
use bowline_core::secret::{Purpose, Secret};
use bowline_core::{ConnectionId, SecretId};
use http::HeaderName;
use serde::{Deserialize, Serialize};

use super::address;
use crate::app::App;
use crate::problem::Problem;

/// A header that deliveries must bring.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Header {
    name: String,
    /// Made here if not given.
    token: Option<String>,
}

/// What has to be entered in the tool, shown once.
#[derive(Default, Serialize)]
pub(super) struct Shown {
    /// The address for the tool's webhooks.
    url: String,
    /// What Jira is to sign with, if it was made here.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
    /// The header that the tool is to send.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) header: Option<ShownHeader>,
}

#[derive(Serialize)]
pub(super) struct ShownHeader {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
}

/// Seals a connection's secret under an id.
pub(super) async fn sealed(
    app: &App,
    connection: &Connection,
    purpose: Purpose,
    id: SecretId,
    secret: &Secret,
) -> Result<Change, Problem> {
    let sealed = app.ports.seal.seal(connection.tenant, purpose, &id.to_string(), secret).await?;
    Ok(Change::PutSecret { id, sealed })
}

/// A new path token: the address that holds it, and what to store.
pub(super) fn new_hook(app: &App, connection: ConnectionId) -> (String, Change) {
    let token = intake::hook_token(app.ports.entropy.as_ref());
    let (hash, id) = (intake::hook_hash(connection, token.expose_text()), connection.to_string());
    let url = format!("{}/hooks/{id}/{}", app.options.public_url, token.expose_text());
    (url, Change::PutDirectory { kind: DirectoryKind::Hook, hash, id, until: None })
}

/// Has deliveries signed with `given`, or with a secret made here where the tool can sign.
pub(super) async fn demand_signature(
    app: &App,
    connection: &mut Connection,
    given: Option<String>,
    shown: &mut Shown,
) -> Result<Vec<Change>, Problem> {
    let secret = match (given, connection.tool) {
        (Some(_), ToolKind::Targetprocess) => {
            return Err(Problem::bad_request(
                "Targetprocess does not sign its webhooks; use `header` instead of `webhook_secret`.",
            ));
        }
        (Some(given), _) => {
            address::secret("webhook_secret", &given)?;
            Secret::from(given)
        }
        (None, ToolKind::JiraCloud) => {
            let made = intake::hook_token(app.ports.entropy.as_ref());
            shown.secret = Some(made.expose_text().to_owned());
            made
        }
        (None, _) => return Ok(Vec::new()),
    };
    let id = connection.intake.hmac.unwrap_or_else(|| new_id(app));
    connection.intake.hmac = Some(id);
    Ok(vec![sealed(app, connection, Purpose::WebhookSecret, id, &secret).await?])
}

/// Has deliveries bring a token in a header.
pub(super) async fn demand_header(
    app: &App,
    connection: &mut Connection,
    header: Header,
    shown: &mut Shown,
) -> Result<Vec<Change>, Problem> {
    let name = HeaderName::try_from(&header.name)
        .map_err(|_| Problem::bad_request("`header.name` is not the name of a header."))?;
    let mut made = None;
    let token = match header.token {
        Some(given) => {
            address::secret("header.token", &given)?;
            Secret::from(given)
        }
        None => {
            let token = intake::hook_token(app.ports.entropy.as_ref());
            made = Some(token.expose_text().to_owned());
            token
        }
    };
    shown.header = Some(ShownHeader { name: name.to_string(), token: made });
    let id = connection.intake.header_token.unwrap_or_else(|| new_id(app));
    connection.intake.header = Some(name.to_string());
    connection.intake.header_token = Some(id);
    Ok(vec![sealed(app, connection, Purpose::WebhookSecret, id, &token).await?])
}

/// A new secret's id.
pub(super) fn new_id(app: &App) -> SecretId {
    SecretId::new(app.ports.clock.now(), app.ports.entropy.as_ref())
}

impl Shown {
    /// With the address of the webhook.
    pub(super) fn at(url: String) -> Self {
        Self { url, ..Self::default() }
    }
}
