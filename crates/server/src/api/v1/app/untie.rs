//! `POST /api/v1/app/untie`: an installation of the Forge app is the caller's tenant's no more. Its tokens are forgotten, its
//! connection waits for a person, and links are kept; a code of any tenant may take it from then on.
//!
//! The name is in the body, for it has slashes in it. Another tenant's is answered like one that nobody knows.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use bowline_connect::forge::InstallationId;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::caller::Caller;
use crate::extract;
use crate::problem::Problem;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ask {
    /// As `GET /api/v1/app/installs` shows it.
    installation: String,
    /// Say what would be done, and do nothing.
    #[serde(default)]
    dry_run: bool,
}

/// What was untied, or would be.
#[derive(Serialize)]
pub(super) struct Untied {
    installation: String,
    dry_run: bool,
    /// The connection that stands for it, by name; it stays and needs a person.
    connection: Option<String>,
    /// The active profiles over that, which wait.
    profiles: Vec<String>,
}

pub(super) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    extract::Json(ask): extract::Json<Ask>,
) -> Result<Json<Untied>, Problem> {
    let Some(forge) = &app.ports.forge else {
        return Err(Problem::conflict("The Forge app is not served: `forge.enabled` in the configuration."));
    };
    let unknown = || Problem::not_found("installation");
    let id = InstallationId::parse(&ask.installation).ok_or_else(unknown)?;
    let row = forge.sites.row(&id).await?;
    let row = row.filter(|row| row.tenant == caller.tenant).ok_or_else(unknown)?;
    let connection = match row.connection {
        Some(connection) => app.ports.registry.connection(caller.tenant, connection).await?,
        None => None,
    };
    let profiles = match &connection {
        Some(connection) => app.ports.desk.profiles_of(caller.tenant, connection.id).await?,
        None => Vec::new(),
    };
    if !ask.dry_run {
        let done = forge.sites.untie_of(caller.tenant, &id).await.map_err(|error| {
            tracing::error!(%error, "an installation cannot be untied");
            Problem::unavailable("The installation cannot be untied now; the log says why.", 5)
        })?;
        if !done {
            return Err(unknown());
        }
        let (installation, tenant) = (id.as_str(), caller.tenant);
        tracing::info!(installation, %tenant, "an installation of the Forge app is untied");
    }
    Ok(Json(Untied {
        installation: id.as_str().to_owned(),
        dry_run: ask.dry_run,
        connection: connection.map(|connection| connection.name),
        profiles: profiles.into_iter().map(|profile| profile.name).collect(),
    }))
}
