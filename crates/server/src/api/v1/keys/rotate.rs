//! `POST /api/v1/keys/rotate`: new data keys, or the configured key-encryption key takes over. What follows from it is
//! done in the background; `GET /api/v1/keys` shows how far it is.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use bowline_auth::{DataPlan, KekState, KekView};
use serde::{Deserialize, Serialize};

use super::tenants;
use crate::app::App;
use crate::extract;
use crate::problem::Problem;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ask {
    what: What,
    /// Only this tenant's data keys; everybody's if not given.
    tenant: Option<String>,
    /// Say what would be done, and do nothing.
    #[serde(default)]
    dry_run: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum What {
    /// The tenants' data keys.
    Data,
    /// The key-encryption key.
    Wrapping,
}

/// What was begun.
#[derive(Serialize)]
pub(super) struct Rotated {
    what: What,
    dry_run: bool,
    /// The new data keys.
    data: Vec<DataPlan>,
    /// The key-encryption keys, as they stand now.
    wrapping: Vec<KekView>,
}

pub(super) async fn handle(
    State(app): State<Arc<App>>,
    extract::Json(ask): extract::Json<Ask>,
) -> Result<Json<Rotated>, Problem> {
    let data = match ask.what {
        What::Data => data(&app, &ask).await?,
        What::Wrapping => {
            wrapping(&app, &ask).await?;
            Vec::new()
        }
    };
    if !ask.dry_run {
        app.ports.keys_due.notify_one();
    }
    let wrapping = app.ports.keys.wrappings().await?;
    Ok(Json(Rotated { what: ask.what, dry_run: ask.dry_run, data, wrapping }))
}

async fn data(app: &App, ask: &Ask) -> Result<Vec<DataPlan>, Problem> {
    let mut plans = Vec::new();
    for tenant in tenants(app, ask.tenant.as_deref()).await? {
        plans.push(match ask.dry_run {
            true => app.ports.keys.plan_data(&tenant).await?,
            false => app.ports.keys.rotate_data(&tenant).await?,
        });
    }
    Ok(plans)
}

async fn wrapping(app: &App, ask: &Ask) -> Result<(), Problem> {
    if ask.tenant.is_some() {
        return Err(Problem::bad_request(
            "One key-encryption key wraps all tenants' keys; leave `tenant` out.",
        ));
    }
    let has_next = app.ports.keys.wrappings().await?.iter().any(|kek| kek.state == KekState::Next);
    if !has_next {
        let detail = "The configured key-encryption key wraps already. Name another one under `keys.wrap`, the present one \
                      under `keys.retired`, restart every process, and ask again.";
        return Err(Problem::conflict(detail));
    }
    if !ask.dry_run {
        app.ports.keys.begin_wrapping().await?;
    }
    Ok(())
}
