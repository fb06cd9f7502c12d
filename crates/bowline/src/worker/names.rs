//! Asks Atlassian, time and again, whether names of people may be kept.

use std::sync::Arc;
use std::time::Duration;

use bowline_auth::privacy::Reporter;
use tokio_util::sync::CancellationToken;

/// How often it is looked whether anything is due: often enough that a failure costs nobody's name.
const EVERY: Duration = Duration::from_secs(3_600);

/// Reports names.
pub(crate) struct Names {
    /// What does it.
    pub(crate) reporter: Arc<Reporter>,
}

impl Names {
    /// Goes on until told to stop.
    pub(crate) async fn run(self, stop: CancellationToken) {
        loop {
            // What was asked and not stored is asked again.
            let done = tokio::select! {
                () = stop.cancelled() => return,
                done = self.reporter.pass() => done,
            };
            match done {
                Ok(done) => {
                    for (tenant, code) in &done.failed {
                        tracing::warn!(%tenant, %code, "cannot ask Atlassian whether names may be kept");
                    }
                    if done.asked + done.erased > 0 {
                        let (asked, renewed, erased) = (done.asked, done.renewed, done.erased);
                        tracing::info!(asked, renewed, erased, "looked after names of people");
                    }
                }
                Err(error) => tracing::warn!(%error, "cannot look after names of people now"),
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(EVERY) => {}
            }
        }
    }
}
