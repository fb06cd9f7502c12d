//! Forgetting, once an hour: what has lived as long as the documents say.

use std::sync::Arc;
use std::time::Duration;

use bowline_core::port::{Clock, Retention, Slices};
use tokio_util::sync::CancellationToken;

const EVERY: Duration = Duration::from_secs(3_600);

/// Rows of each kind in one transaction, so that nothing else waits long.
const BATCH: u32 = 500;

/// Forgets.
pub(crate) struct Retain {
    /// Where.
    pub(crate) store: Arc<dyn Retention>,
    /// Where slices of limits are.
    pub(crate) slices: Arc<dyn Slices>,
    /// The time.
    pub(crate) clock: Arc<dyn Clock>,
}

impl Retain {
    /// Forgets every hour until told to stop.
    pub(crate) async fn run(self, stop: CancellationToken) {
        loop {
            self.forget(&stop).await;
            if let Err(error) = self.slices.forget_slices(self.clock.now()).await {
                tracing::warn!(%error, "cannot forget slices of limits");
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(EVERY) => {}
            }
        }
    }

    async fn forget(&self, stop: &CancellationToken) {
        while !stop.is_cancelled() {
            match self.store.expire(self.clock.now(), BATCH).await {
                Ok(0) => return,
                Ok(gone) => tracing::info!(gone, "forgot what had lived long enough"),
                Err(error) => return tracing::warn!(%error, "cannot forget"),
            }
        }
    }
}
