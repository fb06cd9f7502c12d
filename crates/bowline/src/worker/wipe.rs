//! Wiping, every five minutes: secrets that sites have replaced, and lifecycle tokens that are not good any more. Both are
//! refused from their time on, whenever they are wiped.

use std::sync::Arc;
use std::time::Duration;

use bowline_auth::app::Sites;
use bowline_connect::installation::Installations as _;
use bowline_core::port::Clock;
use tokio_util::sync::CancellationToken;

const EVERY: Duration = Duration::from_secs(300);

/// Wipes.
pub(crate) struct Wipe {
    /// Where.
    pub(crate) sites: Arc<Sites>,
    /// The time.
    pub(crate) clock: Arc<dyn Clock>,
}

impl Wipe {
    /// Wipes until told to stop.
    pub(crate) async fn run(self, stop: CancellationToken) {
        loop {
            match self.sites.wipe(self.clock.now()).await {
                Ok(0) => {}
                Ok(wiped) => tracing::debug!(wiped, "wiped replaced secrets and used tokens of sites"),
                Err(error) => tracing::warn!(%error, "cannot wipe replaced secrets of sites"),
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(EVERY) => {}
            }
        }
    }
}
