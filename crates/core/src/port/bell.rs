//! The bell: says that there is work. It carries nothing that is not in the database, so a lost ring costs at
//! most one due-scan.

use async_trait::async_trait;

use crate::work::Lane;

/// Says that there is work.
#[async_trait]
pub trait Bell: Send + Sync {
    /// Work was committed. Never fails and never waits long: a ring may be lost.
    async fn ring(&self, lane: Lane);

    /// Returns once somebody rang since the last call.
    async fn heard(&self);
}
