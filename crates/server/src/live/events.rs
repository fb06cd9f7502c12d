//! `GET /live/events`: the page's regions as server-sent events, each as HTML, whenever it came out differently.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use axum::response::sse::Event;
use bowline_core::port::StoreError;
use bowline_core::{TenantId, code};
use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::page::may_look;
use super::render::{REGIONS, html};
use super::view::{self, Links, View};
use crate::app::App;
use crate::extract::Query;
use crate::problem::Problem;
use crate::pulse::Pulse;
use crate::stream::{Teller, tell};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ask {
    tenant: String,
}

/// What a region's template sees.
#[derive(Serialize)]
struct Region<'a> {
    view: &'a View,
}

/// One open page.
struct Showing {
    app: Arc<App>,
    tenant: TenantId,
    headers: HeaderMap,
    links: Links,
    shown: HashMap<&'static str, String>,
}

pub(crate) async fn stream(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Query(ask): Query<Ask>,
) -> Result<Response, Problem> {
    if !may_look(&app, &headers) {
        let detail = "The page's session is over; open a new sign-in link.";
        return Err(Problem::new(StatusCode::UNAUTHORIZED, code::API_UNAUTHORIZED, detail));
    }
    let tenants = app.ports.registry.tenants().await?;
    let tenant = tenants.iter().find(|tenant| tenant.name == ask.tenant);
    let tenant = tenant.ok_or_else(|| Problem::of_status(StatusCode::NOT_FOUND))?.id;
    let pulse = Pulse::new(&app)?;
    tell(pulse, Showing { app, tenant, headers, links: Links::default(), shown: HashMap::new() }).await
}

impl Teller for Showing {
    async fn may_go_on(&self) -> bool {
        may_look(&self.app, &self.headers)
    }

    /// Every region that came out differently than last time.
    async fn look(&mut self) -> Result<Vec<Event>, StoreError> {
        let view = view::read(&self.app, self.tenant, &mut self.links).await?;
        let mut events = Vec::new();
        for (region, _) in REGIONS {
            let Some(html) = html(region, Region { view: &view }) else { continue };
            if self.shown.get(region) == Some(&html) {
                continue;
            }
            let told = json!({ "region": region, "html": html });
            events.extend(Event::default().event("region").json_data(told).ok());
            self.shown.insert(region, html);
        }
        Ok(events)
    }
}
