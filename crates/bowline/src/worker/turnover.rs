//! Turning keys over: every ten minutes, and when somebody asked for it.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use bowline_auth::{Progress, Rotation};
use bowline_core::port::SealError;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// How often keys are looked at: the folder may hold a new one, and another process may have sealed under an old one.
const EVERY: Duration = Duration::from_secs(600);

/// How soon after something was done: what other processes had in hand meanwhile is stored by then.
const AGAIN: Duration = Duration::from_secs(2);

/// Turns keys over.
pub(crate) struct Turnover {
    /// What does it.
    pub(crate) keys: Arc<Rotation>,
    /// Told when somebody asked for it.
    pub(crate) due: Arc<Notify>,
}

impl Turnover {
    /// Goes on until told to stop.
    pub(crate) async fn run(self, stop: CancellationToken) {
        loop {
            let pause = tokio::select! {
                () = stop.cancelled() => return,
                did = told(self.keys.pass()) => if did { AGAIN } else { EVERY },
            };
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.due.notified() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }
}

/// Does something about keys and tells of it; says whether it changed anything.
pub(crate) async fn told(deed: impl Future<Output = Result<Progress, SealError>>) -> bool {
    match deed.await {
        Ok(done) => {
            for problem in &done.problems {
                tracing::warn!(problem, "a key or a sealed value was left as it is");
            }
            let did = done.taken_in + done.rewrapped + done.resealed + done.dropped;
            if did > 0 || done.finished {
                tracing::info!(
                    taken_in = done.taken_in,
                    rewrapped = done.rewrapped,
                    resealed = done.resealed,
                    dropped = done.dropped,
                    finished = done.finished,
                    "turned keys over"
                );
            }
            did > 0
        }
        Err(error) => {
            tracing::warn!(%error, "cannot turn keys over now");
            false
        }
    }
}
