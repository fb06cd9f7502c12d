//! Looks after stored secrets, time and again.

use std::sync::Arc;
use std::time::Duration;

use bowline_auth::care::Care;
use bowline_core::work::Lane;
use tokio_util::sync::CancellationToken;

/// Looks after secrets.
pub(crate) struct Look {
    /// What does it.
    pub(crate) care: Arc<Care>,
    /// How often.
    pub(crate) every: Duration,
}

impl Look {
    /// Goes on until told to stop.
    pub(crate) async fn run(self, stop: CancellationToken) {
        loop {
            // What a pass has begun is taken up again by the next one, so it may be cut at any point.
            let done = tokio::select! {
                () = stop.cancelled() => return,
                done = bowline_net::within(Lane::Sweep, self.care.pass()) => done,
            };
            match done {
                Ok(done) => {
                    for (connection, code) in &done.failed {
                        tracing::warn!(%connection, %code, "cannot look after a stored secret");
                    }
                    if done.warned + done.replaced > 0 {
                        tracing::info!(
                            warned = done.warned,
                            replaced = done.replaced,
                            "looked after stored secrets"
                        );
                    }
                }
                Err(error) => tracing::warn!(%error, "cannot look after stored secrets now"),
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(self.every) => {}
            }
        }
    }
}
