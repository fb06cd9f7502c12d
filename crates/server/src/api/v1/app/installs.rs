//! `GET /api/v1/app/installs`: which sites have installed the app, and which of their calls were refused, and why. Whoever
//! made such a call was told a status only.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use bowline_auth::app::Sites;
use bowline_connect::installation::{Product, Scheme};
use bowline_core::{ConnectionId, TenantId, Timestamp};
use serde::Serialize;

use super::remotes;
use crate::app::App;
use crate::connect::{Connect, Refused, Serves};
use crate::problem::Problem;

/// How many sites are shown.
pub(super) const SITES: usize = 200;

#[derive(Serialize)]
pub(super) struct View {
    /// Whether the app is served.
    enabled: bool,
    app_key: Option<String>,
    /// What the tokens of installs have to be for.
    base_url: Option<String>,
    sites: Vec<Site>,
    refusals: Vec<Refused>,
    /// The Forge app beside it.
    forge: remotes::View,
}

#[derive(Serialize)]
struct Site {
    tenant: TenantId,
    client_key: String,
    product: Product,
    base_url: String,
    state: bowline_connect::installation::State,
    scheme: Scheme,
    connection: Option<ConnectionId>,
    installed_at: Timestamp,
    changed_at: Timestamp,
}

pub(super) async fn handle(State(app): State<Arc<App>>) -> Result<Json<View>, Problem> {
    let (sites, forge) = (sites(&app.ports.sites).await?, remotes::view(&app).await?);
    let is_served = |connect: &&Arc<Connect>| connect.serves == Serves::Everything;
    let Some(connect) = app.ports.connect.as_ref().filter(is_served) else {
        // Switched off, which no site was told of.
        let (app_key, base_url, refusals) = (None, None, Vec::new());
        return Ok(Json(View { enabled: false, app_key, base_url, sites, refusals, forge }));
    };
    Ok(Json(View {
        enabled: true,
        app_key: Some(connect.facts.key.clone()),
        base_url: Some(connect.facts.base_url.clone()),
        sites,
        refusals: connect.watch.refusals(),
        forge,
    }))
}

async fn sites(sites: &Sites) -> Result<Vec<Site>, Problem> {
    let all = sites.overview(SITES).await.map_err(|error| {
        tracing::error!(%error, "installations cannot be read");
        Problem::unavailable("The installations cannot be read now; the log says why.", 5)
    })?;
    let site = |(row, it): (
        bowline_core::installation::Installation,
        bowline_connect::installation::Installation,
    )| {
        Site {
            tenant: row.tenant,
            client_key: row.client_key,
            product: it.product,
            base_url: it.base_url,
            state: it.state,
            scheme: it.scheme,
            connection: row.connection,
            installed_at: it.installed_at,
            changed_at: it.changed_at,
        }
    };
    Ok(all.into_iter().map(site).collect())
}
