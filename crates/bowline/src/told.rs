//! Who is told what: bells for the workers, live pages for commits, metrics for looks and calls.

use std::sync::Arc;

use async_trait::async_trait;
use bowline_auth::life::Tended;
use bowline_bus::{Feed, Local};
use bowline_core::commit::{Change, Commit};
use bowline_core::connection::Connection;
use bowline_core::port::{Bell, Commits, Outdated, StoreError};
use bowline_core::work::{Claim, Entity, Lane};
use bowline_net::{Attempt, Observer};
use bowline_server::Metrics;
use bowline_store::Store;
use bowline_sync::Outcome;

use crate::worker::crowd::Crowded;
use crate::worker::{Watch, WatchGrants};

/// Rings for the worker whose lane it is.
pub(crate) struct Bells {
    pub(crate) sync: Arc<Local>,
    pub(crate) grants: Arc<Local>,
}

#[async_trait]
impl Bell for Bells {
    async fn ring(&self, lane: Lane) {
        match lane {
            Lane::Caller | Lane::Renewal => self.grants.ring(lane).await,
            _ => self.sync.ring(lane).await,
        }
    }

    async fn heard(&self) {
        self.sync.heard().await;
    }
}

/// The store's commits, told to live pages.
pub(crate) struct Told {
    pub(crate) store: Arc<Store>,
    pub(crate) feed: Feed,
}

#[async_trait]
impl Commits for Told {
    async fn commit(&self, commit: Commit) -> Result<(), StoreError> {
        self.store.commit(commit).await?;
        self.feed.tell();
        Ok(())
    }
}

/// Every process reads a connection before it looks at anything, and so learns of the new era.
#[async_trait]
impl Outdated for Told {
    async fn outdated(&self, connection: &Connection) {
        let change = Change::Outdate { connection: connection.id, era: connection.era };
        // No rows but this one change, and nothing is fenced: when it was does not matter.
        let commit = Commit {
            tenant: connection.tenant,
            fence: None,
            changes: vec![change],
            at: connection.created_at,
        };
        if let Err(error) = self.store.commit(commit).await {
            tracing::warn!(connection = %connection.id, %error, "other processes go by what they know for a while");
        }
    }
}

/// Counts looks and outbound calls.
pub(crate) struct Counted {
    pub(crate) metrics: Arc<Metrics>,
    /// Told of connections whose limits another client spends.
    pub(crate) crowded: Crowded,
}

impl Watch for Counted {
    fn looked(&self, claim: &Claim, outcome: &Outcome) {
        if !matches!(claim.entity, Entity::Grant(_)) {
            self.metrics.looked(outcome);
        }
    }
}

impl WatchGrants for Counted {
    fn tended(&self, tended: &Tended) {
        if tended.asked > 0 || tended.renewed {
            self.metrics.tended(tended.renewed, tended.failure.as_ref());
        }
    }
}

impl Observer for Counted {
    fn attempted(&self, attempt: &Attempt) {
        let Attempt { operation, tool, outcome, duration, throttled } = attempt;
        self.metrics.upstream(*tool, operation, outcome, *duration, *throttled);
    }

    fn crowded(&self, connection: &Connection) {
        self.crowded.tell(connection.tenant, connection.id);
    }
}
