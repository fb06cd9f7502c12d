//! `Retention`: forgets what has lived long enough. `docs/data-at-rest.md` lists every table and its life.

use async_trait::async_trait;
use bowline_core::port::{Registry, Retention, StoreError};
use bowline_core::{SignedDuration, TenantId, Timestamp};

use crate::Store;
use crate::stmt::{Plan, Stmt};
use crate::tables::{activities, authorizations, commands, findings, grants, inbox, losers};

/// How long a closed delivery is remembered, and a parked body kept.
///
/// Longer than any vendor repeats a delivery (Jira Cloud: some hours), and long enough for a person to look.
const DELIVERIES: SignedDuration = SignedDuration::from_hours(7 * 24);

/// How long settled commands, activity and resolved findings are kept.
const HISTORY: SignedDuration = SignedDuration::from_hours(30 * 24);

/// How long the history of grants is kept: longer than the longest of Atlassian's deadlines.
const GRANT_HISTORY: SignedDuration = SignedDuration::from_hours(400 * 24);

/// The kinds of rows that expire.
const KINDS: usize = 7;

#[async_trait]
impl Retention for Store {
    async fn expire(&self, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
        let mut left = [limit; KINDS];
        for tenant in self.tenants().await? {
            let replies = self.write(Plan::of(tenant.id, statements(tenant.id, now, left))).await?;
            for (left, reply) in left.iter_mut().zip(&replies) {
                *left = left.saturating_sub(u32::try_from(reply.changed).unwrap_or(u32::MAX));
            }
            if left == [0; KINDS] {
                break;
            }
        }
        Ok(left.iter().map(|left| u64::from(limit - left)).sum())
    }
}

fn statements(tenant: TenantId, now: Timestamp, left: [u32; KINDS]) -> Vec<Stmt> {
    let ago = |life| now.saturating_sub(life).unwrap_or(Timestamp::MIN);
    let [deliveries, settled, lines, kept, resolved, unused, past] = left;
    vec![
        inbox::expire(tenant, ago(DELIVERIES), deliveries),
        commands::expire(tenant, ago(HISTORY), settled),
        activities::expire(tenant, ago(HISTORY), lines),
        losers::expire(tenant, now, kept),
        findings::expire(tenant, ago(HISTORY), resolved),
        authorizations::expire(tenant, now, unused),
        grants::expire(tenant, ago(GRANT_HISTORY), past),
    ]
}
