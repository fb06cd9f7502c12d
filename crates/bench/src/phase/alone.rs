//! Edits that wait for each other: what one of them costs, counted while nothing else is under way.
//!
//! Nothing can be grouped here, so the transactions counted are the durable commits that an event takes, its echo
//! among them.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Result;
use serde::Serialize;

use crate::activity;
use crate::meter::per;
use crate::points;
use crate::rank::Delays;
use crate::world::World;

/// Echoes come within a few milliseconds; this long without a call, an event is over.
const QUIET: Duration = Duration::from_millis(100);

/// What one event costs.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Alone {
    /// From webhook received to target written.
    pub(crate) delays: Delays,
    /// Durable commits an event.
    pub(crate) commits: f64,
    /// API calls an event, both tools together.
    pub(crate) calls: f64,
    /// Jira's points an event, at least.
    pub(crate) points: f64,
    /// The calls by kind, an event.
    pub(crate) kinds: BTreeMap<String, f64>,
}

/// Measures.
pub(crate) async fn measure(world: &World, count: usize) -> Result<Alone> {
    let edits = world.edits("alone", count);
    let newest = activity::newest(&world.service.client).await?;
    let mark = world.mark().await?;
    let [jira, targetprocess] = world.calls().await?;
    for edit in &edits {
        world.make(edit).await?;
        world.quiet(QUIET).await?;
    }
    let used = world.used(&mark, &world.clocks()?).await?;
    world.arrived(&edits).await?;
    let carried = activity::since(&world.service.client, &newest).await?;
    let mut kinds = BTreeMap::<String, u64>::new();
    let mut cost = 0;
    for (method, path) in world.jira.calls_since(jira).await? {
        cost += u64::from(points::cost(&method, &path));
        *kinds.entry(points::kind(&method, &path)).or_default() += 1;
    }
    for (method, path) in world.targetprocess.calls_since(targetprocess).await? {
        *kinds.entry(points::kind(&method, &path)).or_default() += 1;
    }
    let delays: Vec<f64> = carried.iter().map(|line| line.delay).collect();
    Ok(Alone {
        delays: Delays::of(&delays),
        commits: used.transactions_per(count),
        calls: used.calls_per(count),
        points: per(cost, count),
        kinds: kinds.into_iter().map(|(kind, calls)| (kind, per(calls, count))).collect(),
    })
}
