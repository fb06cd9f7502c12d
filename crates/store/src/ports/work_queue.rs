//! `WorkQueue`: claims and what waits, over all tenants.

use async_trait::async_trait;
use bowline_core::Timestamp;
use bowline_core::port::{ClaimAsk, StoreError, WorkDepth, WorkQueue};
use bowline_core::work::{Claim, Lanes};

use crate::Store;
use crate::stmt::{Kind, Plan};
use crate::store::last;
use crate::tables::work::{self, Claimed};

#[async_trait]
impl WorkQueue for Store {
    async fn claim(&self, ask: &ClaimAsk) -> Result<Vec<Claim>, StoreError> {
        let plan = Plan { tenant: None, stmts: work::claim(ask), kind: Kind::Claim };
        let mut claimed: Vec<Claimed> = last(self.write(plan).await?).all()?;
        claimed.sort_by_key(|claimed| (claimed.claim.lane, claimed.due_at));
        Ok(claimed.into_iter().map(|claimed| claimed.claim).collect())
    }

    async fn renew(&self, claim: &Claim, until: Timestamp) -> Result<(), StoreError> {
        self.write(Plan::system(vec![work::renew(claim, until)])).await.map(|_| ())
    }

    async fn abandon(&self, owner: &str, now: Timestamp) -> Result<u64, StoreError> {
        let plan = Plan::system(vec![work::abandon(owner, now)]);
        Ok(last(self.write(plan).await?).changed)
    }

    async fn next_due(&self, lanes: Lanes) -> Result<Option<Timestamp>, StoreError> {
        let due: Option<Option<Timestamp>> = self.ask_system(work::next_due(lanes)).await?.first()?;
        Ok(due.flatten())
    }

    async fn depth(&self, now: Timestamp) -> Result<WorkDepth, StoreError> {
        // The whole table is read.
        let plan = Plan { tenant: None, stmts: vec![work::depth(now)], kind: Kind::List };
        let depth = last(self.read(plan).await?).first()?;
        depth.ok_or(StoreError::NotFound("work depth"))
    }
}
