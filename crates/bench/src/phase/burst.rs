//! Edits all at once: how many events a second the service carries, right after the limit of the same disk was taken.
//!
//! The edits are made beforehand while the simulators keep their webhooks back, so that making them takes no time
//! from carrying them. Then both simulators let theirs go, one after the other as fast as they are answered.

use std::time::Duration;

use anyhow::{Context as _, Result};
use futures_util::{StreamExt as _, TryStreamExt as _, future, stream};
use serde::Serialize;

use crate::limit::Limit;
use crate::meter::{Used, number};
use crate::rank::Delays;
use crate::world::World;
use crate::{activity, clock};

/// So many edits are made at once.
const AT_ONCE: usize = 4;

/// No call for this long, and all is over.
const QUIET: Duration = Duration::from_secs(2);

/// One round.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Burst {
    /// What the disk gave just before.
    pub(crate) limit: Limit,
    pub(crate) edits: usize,
    /// Edits a second, from the first webhook to the last write read back.
    pub(crate) rate: f64,
    /// From webhook received to target written: mostly waiting for the others.
    pub(crate) delays: Delays,
    /// API calls an event, both tools together.
    pub(crate) calls: f64,
    /// Durable transactions an event, after grouping.
    pub(crate) transactions: f64,
    /// Until the last echo was dealt with.
    pub(crate) used: Used,
}

/// Measures one round.
pub(crate) async fn measure(world: &World, round: usize, limit_for: Duration) -> Result<Burst> {
    let limit = world.database.limit(limit_for).await?;
    let edits = world.edits(&format!("burst {round}"), world.pairs.len());
    let (jira, targetprocess) = (&world.jira, &world.targetprocess);
    future::try_join(jira.hold_hooks(), targetprocess.hold_hooks()).await?;
    let making: Vec<_> = edits.iter().map(|edit| world.make(edit)).collect();
    stream::iter(making).buffer_unordered(AT_ONCE).try_collect::<()>().await?;
    let newest = activity::newest(&world.service.client).await?;
    let (mark, started) = (world.mark().await?, clock::now());
    future::try_join(jira.release_hooks(), targetprocess.release_hooks()).await?;
    let until = world.quiet(QUIET).await?;
    let used = world.used(&mark, &until).await?;
    world.arrived(&edits).await?;
    let carried = activity::since(&world.service.client, &newest).await?;
    let last = carried.iter().map(|line| line.at).max().context("nothing was carried over")?;
    let delays: Vec<f64> = carried.iter().map(|line| line.delay).collect();
    Ok(Burst {
        limit,
        edits: edits.len(),
        rate: number(edits.len() as u64) / last.duration_since(started).as_secs_f64(),
        delays: Delays::of(&delays),
        calls: used.calls_per(edits.len()),
        transactions: used.transactions_per(edits.len()),
        used,
    })
}
