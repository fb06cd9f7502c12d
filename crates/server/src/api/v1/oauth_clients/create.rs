//! `POST /api/v1/oauth-clients`: stores what a provider has given us, or makes the key pair that it is to know.

use std::sync::Arc;

use axum::extract::State;
use bowline_auth::oauth1::{self, PrivateKey};
use bowline_auth::scopes::{self, Kind};
use bowline_core::commit::Change;
use bowline_core::feature::Feature;
use bowline_core::grant::{OauthClient, Provider};
use bowline_core::port::StoreError;
use bowline_core::secret::{Purpose, Secret};
use bowline_core::{OauthClientId, SecretId};
use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::View;
use crate::api::v1::connections::{plain_name, web_address};
use crate::app::App;
use crate::caller::Caller;
use crate::extract::Json;
use crate::problem::Problem;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ask {
    name: String,
    provider: Provider,
    issuer: Option<String>,
    api_url: Option<String>,
    client_id: String,
    /// A client secret, or a private key in PEM. May be left out for OAuth 1.0a: then a key pair is made.
    secret: Option<String>,
    scopes: Option<Vec<String>>,
}

/// The new registration, and what its other side has to be told.
#[derive(Serialize)]
pub(super) struct Made {
    #[serde(flatten)]
    view: View,
    /// The public half of the key pair, in PEM: for Jira's application link.
    #[serde(skip_serializing_if = "Option::is_none")]
    public_key: Option<String>,
}

pub(super) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Json(mut ask): Json<Ask>,
) -> Result<(StatusCode, axum::Json<Made>), Problem> {
    if ask.provider.is_pushed() {
        return Err(Problem::bad_request(
            "Forge gives tokens to the app by itself: `bowline app pair` begins a connection that signs in with them.",
        ));
    }
    let (secret, public_key) = secret(ask.provider, ask.secret.take())?;
    let now = app.ports.clock.now();
    let entropy = app.ports.entropy.as_ref();
    let client = OauthClient {
        tenant: caller.tenant,
        id: OauthClientId::new(now, entropy),
        name: plain_name(ask.name)?,
        provider: ask.provider,
        issuer: issuer(&app, ask.provider, ask.issuer)?,
        api_url: api_url(ask.provider, ask.api_url)?,
        client_id: client_id(ask.client_id)?,
        secret: SecretId::new(now, entropy),
        scopes: asked(ask.provider, ask.scopes)?,
        revision: 0,
        created_at: now,
    };
    let row = client.secret.to_string();
    let sealed = app.ports.seal.seal(caller.tenant, Purpose::Credential, &row, &secret).await?;
    let changes = vec![
        Change::PutSecret { id: client.secret, sealed },
        Change::PutOauthClient(Box::new(client.clone())),
    ];
    app.write(caller.tenant, changes).await.map_err(|error| match error {
        StoreError::Conflict(_) => Problem::conflict("There is an OAuth client of that name already."),
        other => other.into(),
    })?;
    Ok((StatusCode::CREATED, axum::Json(Made { view: View::of(&app, client), public_key })))
}

/// The secret to keep and, for OAuth 1.0a, the public key to show.
fn secret(provider: Provider, given: Option<String>) -> Result<(Secret, Option<String>), Problem> {
    match (provider, given) {
        (Provider::JiraOauth1, None) => {
            let key = oauth1::generate().map_err(|_| Problem::defect())?;
            Ok((key.pem, Some(key.public_pem)))
        }
        (Provider::JiraOauth1, Some(pem)) => {
            PrivateKey::from_pem(pem.as_bytes())
                .map_err(|error| Problem::bad_request(format!("`secret` is no private key: {error}.")))?;
            let public = oauth1::public_pem(pem.as_bytes());
            Ok((Secret::from(pem), public))
        }
        (_, Some(secret)) if (1..=4_000).contains(&secret.len()) && !secret.contains(['\r', '\n', '\0']) => {
            Ok((Secret::from(secret), None))
        }
        (_, Some(_)) => Err(Problem::bad_request("`secret` has 1 to 4000 characters, on one line.")),
        (_, None) => {
            Err(Problem::bad_request("`secret` is missing: the client secret that the provider shows."))
        }
    }
}

fn issuer(app: &App, provider: Provider, given: Option<String>) -> Result<String, Problem> {
    match (provider, given) {
        (_, Some(given)) => web_address("issuer", &given),
        (Provider::AtlassianCloud | Provider::AtlassianService, None) => Ok(app.options.identity_url.clone()),
        (Provider::Gateway, None) => {
            Err(Problem::bad_request("`issuer` is missing: the address at which the gateway gives tokens."))
        }
        (_, None) => {
            Err(Problem::bad_request("`issuer` is missing: the base URL of the Jira that gives tokens."))
        }
    }
}

/// Where tokens are shown, if that is not where they come from.
fn api_url(provider: Provider, given: Option<String>) -> Result<Option<String>, Problem> {
    match (provider, given) {
        (Provider::AtlassianCloud | Provider::AtlassianService, Some(_)) => Err(Problem::bad_request(
            "`api_url` is not yours to say: Atlassian's gateway is the one in the configuration.",
        )),
        (Provider::Gateway, None) => Err(Problem::bad_request(
            "`api_url` is missing: the address of the gateway, the only one at which its tokens are shown.",
        )),
        (_, given) => given.map(|url| web_address("api_url", &url)).transpose(),
    }
}

fn client_id(id: String) -> Result<String, Problem> {
    let fits = (1..=300).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic());
    if fits {
        Ok(id)
    } else {
        Err(Problem::bad_request("`client_id` has 1 to 300 characters and no spaces."))
    }
}

fn asked(provider: Provider, given: Option<Vec<String>>) -> Result<Vec<String>, Problem> {
    let mut scopes = given.unwrap_or_else(|| match provider {
        // They are fixed on the account's credential, and asking for them is an error.
        Provider::AtlassianService => Vec::new(),
        // What two-way sync needs.
        _ => scopes::smallest(provider, &Feature::ALL, Kind::Classic),
    });
    let is_scope = |scope: &String| {
        (1..=100).contains(&scope.len()) && scope.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"')
    };
    if scopes.len() > 50 || !scopes.iter().all(is_scope) {
        return Err(Problem::bad_request("`scopes` has at most 50 entries without spaces."));
    }
    if provider == Provider::AtlassianCloud && !scopes.iter().any(|scope| scope == scopes::OFFLINE) {
        // Without it there is no refresh token, and the consent ends after an hour.
        scopes.insert(0, scopes::OFFLINE.to_owned());
    }
    Ok(scopes)
}
