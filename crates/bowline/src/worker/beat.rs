//! Keeps our slices of limits that other processes may use.

use std::sync::Arc;
use std::time::Duration;

use bowline_net::Pipeline;
use tokio_util::sync::CancellationToken;

/// How often: a slice is ours for three seconds.
const EVERY: Duration = Duration::from_secs(1);

/// Leases slices again.
pub(crate) struct Beat {
    /// Whose.
    pub(crate) pipeline: Arc<Pipeline>,
}

impl Beat {
    /// Goes on until told to stop. Slices end by themselves then.
    pub(crate) async fn run(self, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(EVERY) => {}
            }
            if let Err(error) = self.pipeline.beat().await {
                tracing::warn!(%error, "slices of limits cannot be kept now");
            }
        }
    }
}
