//! Keeping a claim for as long as a look takes.
//!
//! One write of a look may be many calls, and any of them may be slow. While it lasts the claim is renewed; when that is
//! not possible the look is dropped before somebody else may claim the entity, so that no call of ours leaves after that.
//! A dropped look is a crash: whoever claims next settles what it left.

use std::pin::pin;
use std::time::Duration;

use bowline_core::SignedDuration;
use bowline_core::port::{Clock, StoreError, WorkQueue};
use bowline_core::work::Claim;
use bowline_sync::LEASE;

/// How often a claim is renewed: often enough that one renewal may fail.
const BEAT: Duration = Duration::from_secs(20);

/// A claim with less of its lease left is given up: no call takes longer once it is sent.
const LAST: SignedDuration = SignedDuration::from_secs(35);

/// Runs a look and keeps its claim meanwhile; `None` if the claim was lost.
pub(super) async fn held<T>(
    work: &dyn WorkQueue,
    clock: &dyn Clock,
    claim: &Claim,
    look: impl Future<Output = T>,
) -> Option<T> {
    let mut look = pin!(look);
    let mut until = claim.until;
    loop {
        tokio::select! {
            done = &mut look => return Some(done),
            () = tokio::time::sleep(BEAT) => {}
        }
        let now = clock.now();
        let longer = now.saturating_add(LEASE).unwrap_or(until);
        match work.renew(claim, longer).await {
            Ok(()) => until = longer,
            Err(StoreError::LostLease) => return None,
            Err(error) => tracing::warn!(entity = %claim.entity, %error, "a claim could not be renewed"),
        }
        // A renewal may come so late that little is left of it.
        if until.duration_since(clock.now()) < LAST {
            return None;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use async_trait::async_trait;
    use bowline_core::port::{ClaimAsk, WorkDepth};
    use bowline_core::work::{Entity, Lane, Lanes};
    use bowline_core::{ConnectionId, TenantId, Timestamp};

    use super::*;

    struct Now;
    impl Clock for Now {
        fn now(&self) -> Timestamp {
            Timestamp::UNIX_EPOCH
        }
    }

    /// Renews as told, then says that the claim is somebody else's.
    struct Queue(Mutex<u32>);

    #[async_trait]
    impl WorkQueue for Queue {
        async fn claim(&self, _: &ClaimAsk) -> Result<Vec<Claim>, StoreError> {
            Ok(Vec::new())
        }
        async fn renew(&self, _: &Claim, _: Timestamp) -> Result<(), StoreError> {
            let mut left = self.0.lock().unwrap();
            *left = left.checked_sub(1).ok_or(StoreError::LostLease)?;
            Ok(())
        }
        async fn abandon(&self, _: &str, _: Timestamp) -> Result<u64, StoreError> {
            Ok(0)
        }
        async fn next_due(&self, _: Lanes) -> Result<Option<Timestamp>, StoreError> {
            Ok(None)
        }
        async fn depth(&self, _: Timestamp) -> Result<WorkDepth, StoreError> {
            Err(StoreError::LostLease)
        }
    }

    fn claim() -> Claim {
        let at = Timestamp::UNIX_EPOCH;
        let id = ConnectionId::from_uuid(uuid::Uuid::nil());
        Claim {
            tenant: TenantId::from_uuid(uuid::Uuid::nil()),
            entity: Entity::Sweep(id),
            lane: Lane::Sweep,
            epoch: 1,
            touched: 1,
            attempts: 1,
            since: at,
            until: at.saturating_add(LEASE).unwrap(),
            trace: None,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_look_that_takes_longer_than_its_lease_ends_while_its_claim_is_renewed() {
        let long = tokio::time::sleep(Duration::from_secs(300));
        assert_eq!(held(&Queue(Mutex::new(20)), &Now, &claim(), long).await, Some(()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_look_whose_claim_is_lost_is_dropped() {
        let started = tokio::time::Instant::now();
        let for_ever = std::future::pending::<()>();
        assert_eq!(held(&Queue(Mutex::new(2)), &Now, &claim(), for_ever).await, None);
        assert_eq!(started.elapsed(), 3 * BEAT);
    }
}
