//! Looks at grants, in the words of the worker.

use std::sync::Arc;

use async_trait::async_trait;
use bowline_auth::life::{Life, Tended};
use bowline_core::port::StoreError;
use bowline_core::work::{Claim, Entity};
use bowline_sync::Outcome;

use super::Look;

/// Tends to grants.
pub(crate) struct Tend {
    /// What does it.
    pub(crate) life: Arc<Life>,
    /// Who is told.
    pub(crate) watch: Arc<dyn WatchGrants>,
}

/// Told what every look at a grant came to.
pub(crate) trait WatchGrants: Send + Sync {
    /// One look ended.
    fn tended(&self, tended: &Tended);
}

#[async_trait]
impl Look for Tend {
    async fn look(&self, claim: &Claim) -> Result<Outcome, StoreError> {
        // Nothing else lies in the lanes of grants.
        let Entity::Grant(grant) = claim.entity else { return Ok(Outcome::default()) };
        let tended = self.life.tend(claim, grant).await?;
        self.watch.tended(&tended);
        Ok(Outcome { failure: tended.failure, lost: tended.lost, ..Outcome::default() })
    }
}
