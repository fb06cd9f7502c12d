//! `GET /api/v1/connections/{connection}/scopes`: what a sign-in has to allow for what the profiles do there, what it
//! lacks, and what it has for nothing.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use bowline_auth::scopes::{self, Kind};
use bowline_core::Side;
use bowline_core::connection::{Connection, SignIn, ToolKind};
use bowline_core::feature::Feature;
use bowline_core::grant::{Grant, Provider};
use bowline_core::port::StoreError;
use bowline_mapping::{Document, Rules};
use serde::Serialize;

use super::named;
use crate::app::App;
use crate::caller::Caller;
use crate::extract::Name;
use crate::problem::Problem;

/// What is needed, and what there is.
#[derive(Serialize)]
pub(super) struct View {
    /// The names of the profiles that use the connection; without any, everything that sync can do counts.
    profiles: Vec<String>,
    /// What they do there.
    features: Vec<Feature>,
    /// The fewest classic scopes for that; Data Center's level.
    classic: Vec<String>,
    /// The fewest granular scopes; empty where there are none.
    granular: Vec<String>,
    /// What was granted; `None` if nobody knows, as with tokens that a person has made.
    granted: Option<Vec<String>>,
    /// Calls that would not be made.
    missing: Vec<Gap>,
    /// What was granted and nothing needs.
    unneeded: Vec<String>,
}

/// A call that is not allowed.
#[derive(Serialize)]
struct Gap {
    operation: &'static str,
    feature: Feature,
    scopes: Vec<&'static str>,
}

pub(super) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Name(name): Name,
) -> Result<Json<View>, Problem> {
    let connection = named(&app, &caller, &name).await?;
    let (provider, grant) = signs_in(&app, &connection).await?;
    let (profiles, features) = used(&app, &connection).await?;
    let granted = grant.map(|grant| grant.scopes).filter(|scopes| !scopes.is_empty());
    let known = granted.as_deref().unwrap_or_default();
    let missing = scopes::gaps(provider, known, &features).into_iter();
    Ok(Json(View {
        classic: scopes::smallest(provider, &features, Kind::Classic),
        granular: match provider {
            Provider::AtlassianCloud | Provider::AtlassianService | Provider::Forge => {
                scopes::smallest(provider, &features, Kind::Granular)
            }
            _ => Vec::new(),
        },
        missing: missing
            .map(|(operation, scopes)| Gap { operation: operation.name, feature: operation.feature, scopes })
            .collect(),
        unneeded: scopes::excess(provider, known, &features),
        profiles,
        features,
        granted,
    }))
}

/// By whose rules the connection signs in, and the grant it does so with.
async fn signs_in(app: &App, connection: &Connection) -> Result<(Provider, Option<Grant>), Problem> {
    let none = || Problem::conflict("This tool's tokens have no scopes: they may do what their owner may.");
    match (connection.tool, &connection.sign_in) {
        (ToolKind::Targetprocess, _) => Err(none()),
        (_, SignIn::Connect { .. }) => {
            Err(Problem::conflict("An app has the scopes of its descriptor: READ and WRITE."))
        }
        (_, SignIn::Grant { grant }) => {
            let missing = |what| StoreError::NotFound(what);
            let grant = app.ports.grants.grant(connection.tenant, *grant).await?.ok_or(missing("grant"))?;
            let client = app.ports.grants.oauth_client(connection.tenant, grant.client).await?;
            Ok((client.ok_or(missing("OAuth client"))?.provider, Some(grant)))
        }
        // An API token may have scopes, which the account's page tells and no call does.
        (ToolKind::JiraCloud, _) => Ok((Provider::AtlassianService, None)),
        (ToolKind::JiraDc, _) => Err(none()),
    }
}

/// The profiles that use a connection, and what they do there.
async fn used(app: &App, connection: &Connection) -> Result<(Vec<String>, Vec<Feature>), Problem> {
    let (mut names, mut features) = (Vec::new(), BTreeSet::new());
    for (name, side, rules) in rules_at(app, connection).await? {
        features.extend(rules.features(side));
        names.push(name);
    }
    if names.is_empty() {
        features.extend(Feature::ALL);
    }
    Ok((names, features.into_iter().collect()))
}

/// The rules of the profiles that use a connection, each with the profile's name and the connection's side of it.
pub(super) async fn rules_at(
    app: &App,
    connection: &Connection,
) -> Result<Vec<(String, Side, Rules)>, Problem> {
    let mut all = Vec::new();
    for profile in app.ports.registry.profiles(connection.tenant).await? {
        let sides = [(Side::Left, profile.left), (Side::Right, profile.right)];
        for (side, _) in sides.into_iter().filter(|(_, id)| *id == connection.id) {
            // A document that was stored was compiled before; one that cannot be any more does nothing.
            if let Ok(rules) = Document::parse(&profile.document).and_then(Rules::new) {
                all.push((profile.name.clone(), side, rules));
            }
        }
    }
    Ok(all)
}
