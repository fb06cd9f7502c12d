//! Telling people, in time, that a client certificate ends: once an hour every connection is looked at.
//!
//! Ends of grants are told by whoever renews them (`auth::life`).

use std::sync::Arc;
use std::time::Duration;

use bowline_core::commit::{Change, Commit};
use bowline_core::port::{Clock, Commits, Entropy, Registry, StoreError};
use tokio_util::sync::CancellationToken;

const EVERY: Duration = Duration::from_secs(3_600);

/// Looks at deadlines.
pub(crate) struct Deadlines {
    /// Where connections are.
    pub(crate) registry: Arc<dyn Registry>,
    /// Where warnings go.
    pub(crate) commits: Arc<dyn Commits>,
    /// The time.
    pub(crate) clock: Arc<dyn Clock>,
    /// For new ids.
    pub(crate) entropy: Arc<dyn Entropy>,
}

impl Deadlines {
    /// Looks every hour until told to stop.
    pub(crate) async fn run(self, stop: CancellationToken) {
        loop {
            match self.look().await {
                Ok(0) => {}
                Ok(warned) => tracing::warn!(warned, "client certificates end soon; see the findings"),
                Err(error) => tracing::warn!(%error, "cannot look at deadlines now"),
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(EVERY) => {}
            }
        }
    }

    /// Warns of what ends soon; says of how many.
    async fn look(&self) -> Result<u32, StoreError> {
        let at = self.clock.now();
        let mut warned = 0;
        for tenant in self.registry.tenants().await? {
            for mut connection in self.registry.connections(tenant.id).await? {
                let Some(finding) = connection.warn(at, self.entropy.as_ref()) else { continue };
                let changes = vec![Change::PutConnection(Box::new(connection)), finding];
                match self.commits.commit(Commit { tenant: tenant.id, fence: None, changes, at }).await {
                    Ok(()) => warned += 1,
                    // Another process was faster, or somebody changed it: the next look sees what it is now.
                    Err(StoreError::Conflict(_)) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(warned)
    }
}
