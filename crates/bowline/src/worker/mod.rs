//! The loops: claim work, look at it, go on. All spawning and waiting of the engine's side is here.
//!
//! A worker wakes when the bell rings, when the next work is due, and at the latest after a second: a lost ring is
//! only late. It claims as many entities as it has free places, so that nothing waits in memory that others could
//! do. A claim is a commit, so a worker that is busy waits a moment for several places to become free. While the
//! database refuses, it tries once a second, however much is due.

mod beat;
mod care;
pub(crate) mod crowd;
mod deadlines;
mod grants;
mod hold;
mod names;
mod retention;
#[cfg(test)]
mod tests;
pub(crate) mod turnover;
mod wipe;
#[cfg(test)]
mod years;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bowline_core::port::{Bell, ClaimAsk, Clock, Entropy, StoreError, WorkQueue};
use bowline_core::trace::{self, Trace};
use bowline_core::work::{Claim, Lane, Lanes};
use bowline_core::{SignedDuration, Timestamp};
use bowline_sync::{Engine, LEASE, Outcome};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument as _;

pub(crate) use beat::Beat;
pub(crate) use care::Look as LookAfter;
pub(crate) use deadlines::Deadlines;
pub(crate) use grants::{Tend, WatchGrants};
pub(crate) use names::Names;
pub(crate) use retention::Retain;
pub(crate) use turnover::Turnover;
pub(crate) use wipe::Wipe;

/// The longest sleep between two looks at the work table that others write as well, without ringing our bell.
pub(crate) const DUE_SCAN: Duration = Duration::from_secs(1);

/// How long looks under way may take to end after a stop was asked for.
const DRAIN: Duration = Duration::from_secs(25);

/// How long a busy worker waits for a handful of places to become free before it claims for fewer: too short to be
/// felt, long enough for several looks to end where there are many of them.
const GATHER: Duration = Duration::from_millis(4);

/// What part of the places is a handful.
const HANDFUL: usize = 4;

/// Told what every look came to.
pub(crate) trait Watch: Send + Sync {
    /// One look ended.
    fn looked(&self, claim: &Claim, outcome: &Outcome);
}

/// Looks at what was claimed.
#[async_trait]
pub(crate) trait Look: Send + Sync {
    /// Does what is needed and gives the claim back; an error if not even that could be stored.
    async fn look(&self, claim: &Claim) -> Result<Outcome, StoreError>;
}

#[async_trait]
impl Look for Engine {
    async fn look(&self, claim: &Claim) -> Result<Outcome, StoreError> {
        Self::look(self, claim).await
    }
}

/// What a claim came to.
enum Claimed {
    /// Work, at least one piece.
    Some(Vec<Claim>),
    /// Nothing is due before `due_at`, as far as is known.
    Nothing {
        /// When something will be; `None` if nothing waits.
        due_at: Option<Timestamp>,
    },
}

/// Claims and looks.
pub(crate) struct Worker {
    /// What looks.
    pub(crate) engine: Arc<dyn Look>,
    /// From which lanes work is claimed.
    pub(crate) lanes: Lanes,
    /// Where work is claimed.
    pub(crate) work: Arc<dyn WorkQueue>,
    /// What says that there is work.
    pub(crate) bell: Arc<dyn Bell>,
    /// The time.
    pub(crate) clock: Arc<dyn Clock>,
    /// For the names of traces.
    pub(crate) entropy: Arc<dyn Entropy>,
    /// Who is told.
    pub(crate) watch: Arc<dyn Watch>,
    /// The name under which claims are held.
    pub(crate) owner: String,
    /// How many looks at once.
    pub(crate) places: usize,
    /// The longest sleep between two looks at the work table.
    pub(crate) scan: Duration,
}

impl Worker {
    /// Works until told to stop; then lets looks under way end.
    pub(crate) async fn run(self, stop: CancellationToken) {
        let worker = Arc::new(self);
        let places = Arc::new(Semaphore::new(worker.places));
        let looks = TaskTracker::new();
        // Whether the database refused what was asked last.
        let refused = Arc::new(AtomicBool::new(false));
        loop {
            let free = tokio::select! {
                biased;
                () = stop.cancelled() => break,
                place = Arc::clone(&places).acquire_owned() => place,
            };
            if refused.swap(false, Ordering::Relaxed) {
                pause(&stop).await;
                continue;
            }
            // One place is in hand, so at least one claim can be looked at.
            drop(free);
            gather(&places, worker.places).await;
            match worker.claim(places.available_permits()).await {
                Ok(Claimed::Nothing { due_at }) => worker.wait(due_at, &stop).await,
                Ok(Claimed::Some(claims)) => {
                    for claim in claims {
                        let Ok(place) = Arc::clone(&places).acquire_owned().await else { continue };
                        let (worker, refused) = (Arc::clone(&worker), Arc::clone(&refused));
                        looks.spawn(async move {
                            if !worker.look(claim).await {
                                refused.store(true, Ordering::Relaxed);
                            }
                            drop(place);
                        });
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "cannot claim work");
                    pause(&stop).await;
                }
            }
        }
        looks.close();
        if tokio::time::timeout(DRAIN, looks.wait()).await.is_err() {
            tracing::warn!(
                left = looks.len(),
                "stopped with looks under way; they are taken up again at the next start"
            );
        }
    }

    async fn claim(&self, limit: usize) -> Result<Claimed, StoreError> {
        let now = self.clock.now();
        // Reading is free; claiming is a durable write.
        let due_at = self.work.next_due(self.lanes).await?;
        if due_at.is_none_or(|due| due > now) {
            return Ok(Claimed::Nothing { due_at });
        }
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        let ask = ClaimAsk { owner: self.owner.clone(), lanes: self.lanes, now, lease: LEASE, limit };
        let claims = self.work.claim(&ask).await?;
        if claims.is_empty() {
            // Somebody else was faster.
            return Ok(Claimed::Nothing { due_at: self.work.next_due(self.lanes).await? });
        }
        Ok(Claimed::Some(claims))
    }

    /// Sleeps until something may be due.
    async fn wait(&self, due_at: Option<Timestamp>, stop: &CancellationToken) {
        let until_due = due_at.map_or(self.scan, |due| between(self.clock.now(), due));
        tokio::select! {
            () = stop.cancelled() => {}
            () = self.bell.heard() => {}
            () = tokio::time::sleep(until_due.min(self.scan)) => {}
        }
    }

    /// Whether what came of it could be stored.
    async fn look(&self, claim: Claim) -> bool {
        let trace = match &claim.trace {
            Some(trace) => trace.clone(),
            None => Trace::begin(self.entropy.as_ref()),
        };
        let span = tracing::info_span!("look", trace_id = trace.id());
        // Whatever it calls goes in the lane of its work.
        let looking = bowline_net::within(claim.lane, self.engine.look(&claim));
        let looking = trace::within(trace, looking).instrument(span.clone());
        let look = hold::held(self.work.as_ref(), self.clock.as_ref(), &claim, looking);
        let Some(looked) = look.await else {
            tracing::warn!(entity = %claim.entity, "gave up a look whose claim could not be kept");
            return true;
        };
        match looked {
            Ok(outcome) => {
                tracing::debug!(
                    parent: &span,
                    tenant = %claim.tenant,
                    entity = %claim.entity,
                    writes = outcome.writes,
                    failure = outcome.failure.as_ref().map(bowline_core::Code::as_str),
                    lost = outcome.lost,
                    "looked"
                );
                self.watch.looked(&claim, &outcome);
            }
            Err(error) => {
                tracing::warn!(entity = %claim.entity, %error, "a look could not be stored");
                return false;
            }
        }
        // It may have found work for other entities, or left its own due again before the claim would have ended.
        let lane = if self.lanes == Lanes::Sync { Lane::Live } else { Lane::Renewal };
        self.bell.ring(lane).await;
        true
    }
}

/// Waits until a handful of places is free, or a moment has passed. A worker with time to spare has them.
async fn gather(places: &Semaphore, all: usize) {
    let handful = u32::try_from(all.div_ceil(HANDFUL)).unwrap_or(1);
    // That they are not all free in time is as good.
    let _ = tokio::time::timeout(GATHER, places.acquire_many(handful)).await;
}

/// Sleeps before the database is asked again, whatever is due and whoever rings.
async fn pause(stop: &CancellationToken) {
    tokio::select! {
        () = stop.cancelled() => {}
        () = tokio::time::sleep(DUE_SCAN) => {}
    }
}

/// From now until then; at least a moment, so that nothing spins.
fn between(now: Timestamp, due: Timestamp) -> Duration {
    let wait = due.duration_since(now).max(SignedDuration::from_millis(1));
    Duration::try_from(wait).unwrap_or(DUE_SCAN)
}
