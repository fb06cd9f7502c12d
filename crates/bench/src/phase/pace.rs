//! Edits at an even pace, whether or not earlier ones have arrived.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use serde::Serialize;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::activity;
use crate::amount::Amount;
use crate::meter::{Used, number};
use crate::rank::Delays;
use crate::world::World;

/// No call for this long, and all is over.
const QUIET: Duration = Duration::from_millis(300);

/// How long edits took at that pace.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Pace {
    pub(crate) edits: usize,
    /// Edits a second, as they were really made.
    pub(crate) rate: f64,
    /// From webhook received to target written, as the service tells.
    pub(crate) delays: Delays,
    /// From edit made to target written, as the simulators stamp them; whole milliseconds.
    pub(crate) stamped: Delays,
    /// API calls an event, both tools together.
    pub(crate) calls: f64,
    /// Durable transactions an event.
    pub(crate) transactions: f64,
    pub(crate) used: Used,
}

/// Measures.
pub(crate) async fn measure(world: &Arc<World>, amount: &Amount) -> Result<Pace> {
    let beat = Duration::from_secs(1) / amount.pace;
    let count = (amount.pace_for.as_millis() / beat.as_millis().max(1)).try_into().unwrap_or(usize::MAX);
    let edits = world.edits("pace", count);
    let newest = activity::newest(&world.service.client).await?;
    let mark = world.mark().await?;
    let (started, mut making) = (Instant::now(), JoinSet::new());
    for (edit, number) in edits.iter().zip(0_u32..) {
        tokio::time::sleep_until(started + beat * number).await;
        let (world, edit) = (Arc::clone(world), edit.clone());
        making.spawn(async move { world.make(&edit).await });
    }
    while let Some(made) = making.join_next().await {
        made??;
    }
    let took = started.elapsed();
    let until = world.quiet(QUIET).await?;
    let used = world.used(&mark, &until).await?;
    let stamped = world.arrived(&edits).await?;
    let carried = activity::since(&world.service.client, &newest).await?;
    let delays: Vec<f64> = carried.iter().map(|line| line.delay).collect();
    Ok(Pace {
        edits: edits.len(),
        rate: number(edits.len() as u64) / took.as_secs_f64(),
        delays: Delays::of(&delays),
        stamped: Delays::of(&stamped),
        calls: used.calls_per(edits.len()),
        transactions: used.transactions_per(edits.len()),
        used,
    })
}
