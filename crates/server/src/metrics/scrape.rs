//! `GET /metrics`: brings the gauges up to date and prints everything in the OpenMetrics text format.
//!
//! Anybody may ask, and as often as they like, so what it costs the database does not depend on that.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bowline_core::port::{LaneWaits, StoreError};
use bowline_core::{SignedDuration, Timestamp};
use http::header::CONTENT_TYPE;
use tokio::sync::Mutex;

use super::labels::{Cause, Queue, Waiting};
use crate::app::App;
use crate::problem::Problem;

/// The content type of the OpenMetrics text format (its specification, section “Text format”).
const FORMAT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The gauges are read from the database within this time, or stay as they were: a scraper waits ten seconds.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long gauges are told again before they are read anew; scrapers come every ten seconds or more.
const FRESH: SignedDuration = SignedDuration::from_secs(5);

/// How many installations are looked at for their tokens' age.
const MOST: usize = 1_000;

/// When somebody last began to read the gauges; locked while they do, so that whoever comes meanwhile waits for
/// the same figures instead of asking for their own.
#[derive(Debug, Default)]
pub(crate) struct Refreshed(Mutex<Option<Timestamp>>);

/// Prints all metrics.
pub(crate) async fn scrape(State(app): State<Arc<App>>) -> Response {
    keep_fresh(&app).await;
    limits(&app);
    let mut text = String::new();
    match prometheus_client::encoding::text::encode(&mut text, &app.metrics.registry) {
        Ok(()) => ([(CONTENT_TYPE, FORMAT)], text).into_response(),
        Err(_) => Problem::defect().into_response(),
    }
}

async fn keep_fresh(app: &App) {
    let mut last = app.refreshed.0.lock().await;
    let now = app.ports.clock.now();
    let age = last.map(|last| now.duration_since(last));
    if age.is_some_and(|age| age >= SignedDuration::ZERO && age < FRESH) {
        return;
    }
    // A reading that failed counts too: a database in trouble is not asked more often.
    *last = Some(now);
    match tokio::time::timeout(PATIENCE, refresh(app)).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            tracing::warn!(error = &error as &dyn std::error::Error, "gauges are not up to date");
        }
        Err(_) => tracing::warn!("gauges are not up to date: the database does not answer in time"),
    }
}

/// What is left of tools' limits. It is in memory, so it is as of now.
fn limits(app: &App) {
    let overall = app.ports.limits.overall();
    for LaneWaits { lane, calls } in overall.waiting {
        app.metrics.waiting.get_or_create(&Waiting { lane }).set(i64::try_from(calls).unwrap_or(i64::MAX));
    }
    app.metrics.limit_left.set(overall.limit_left);
    app.metrics.quota_left.set(overall.quota_left);
    app.metrics.points_left.set(overall.points_left);
}

async fn refresh(app: &App) -> Result<(), StoreError> {
    let depth = app.ports.work.depth(app.ports.clock.now()).await?;
    for (queue, count) in [("due", depth.due), ("later", depth.later), ("claimed", depth.claimed)] {
        app.metrics.queue.get_or_create(&Queue { queue }).set(count);
    }
    if app.ports.forge.is_some() {
        app.metrics.forge_token_age.set(forge_token_age(app).await?);
    }
    let causes = open_causes(app).await?;
    // A cause that is over goes, instead of staying at its last count.
    app.metrics.errors_open.clear();
    for (cause, count) in causes {
        app.metrics.errors_open.get_or_create(&Cause { cause }).set(count);
    }
    Ok(())
}

/// How many seconds ago Forge was heard of, for the site where that is longest ago; 0 if there is none.
async fn forge_token_age(app: &App) -> Result<i64, StoreError> {
    let (now, mut oldest) = (app.ports.clock.now(), 0);
    for (row, it) in app.ports.sites.remotes(MOST).await? {
        let Some(id) = it.grant else { continue };
        let grant = app.ports.grants.grant(row.tenant, id).await?;
        let heard = grant.map(|grant| grant.rotated_at.unwrap_or(it.paired_at));
        oldest = oldest.max(heard.map_or(0, |heard| now.duration_since(heard).as_secs()));
    }
    Ok(oldest)
}

/// How many findings are open, by code, over all tenants.
async fn open_causes(app: &App) -> Result<BTreeMap<String, i64>, StoreError> {
    let mut causes = BTreeMap::new();
    for tenant in app.ports.registry.tenants().await? {
        for (code, count) in app.ports.console.finding_counts(tenant.id).await? {
            *causes.entry(code.as_str().to_owned()).or_insert(0) += count;
        }
    }
    Ok(causes)
}
