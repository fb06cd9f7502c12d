//! `GET /metrics`: brings the gauges up to date and prints everything in the OpenMetrics text format.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bowline_core::page::PageAsk;
use bowline_core::port::StoreError;
use http::header::CONTENT_TYPE;

use super::labels::{Cause, Queue};
use crate::app::App;
use crate::problem::Problem;

/// The content type of the OpenMetrics text format (its specification, section “Text format”).
const FORMAT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The gauges are read from the database within this time, or stay as they were: a scraper waits ten seconds.
const PATIENCE: Duration = Duration::from_secs(2);

/// Prints all metrics.
pub(crate) async fn scrape(State(app): State<Arc<App>>) -> Response {
    match tokio::time::timeout(PATIENCE, refresh(&app)).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            tracing::warn!(error = &error as &dyn std::error::Error, "gauges are not up to date");
        }
        Err(_) => tracing::warn!("gauges are not up to date: the database does not answer in time"),
    }
    let mut text = String::new();
    match prometheus_client::encoding::text::encode(&mut text, &app.metrics.registry) {
        Ok(()) => ([(CONTENT_TYPE, FORMAT)], text).into_response(),
        Err(_) => Problem::defect().into_response(),
    }
}

async fn refresh(app: &App) -> Result<(), StoreError> {
    let depth = app.ports.work.depth(app.ports.clock.now()).await?;
    for (queue, count) in [("due", depth.due), ("later", depth.later), ("claimed", depth.claimed)] {
        app.metrics.queue.get_or_create(&Queue { queue }).set(count);
    }
    let causes = open_causes(app).await?;
    // A cause that is over goes, instead of staying at its last count.
    app.metrics.errors_open.clear();
    for (cause, count) in causes {
        app.metrics.errors_open.get_or_create(&Cause { cause }).set(count);
    }
    Ok(())
}

/// How many findings are open, by code, over all tenants; the first thousand of each.
async fn open_causes(app: &App) -> Result<BTreeMap<String, i64>, StoreError> {
    let mut causes = BTreeMap::new();
    let ask = PageAsk { after: None, limit: 1_000 };
    for tenant in app.ports.registry.tenants().await? {
        for finding in app.ports.console.findings(tenant.id, false, &ask).await?.items {
            *causes.entry(finding.cause.code.as_str().to_owned()).or_insert(0) += 1;
        }
    }
    Ok(causes)
}
