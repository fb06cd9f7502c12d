//! `work`: queue, schedule, order and lease at once; a system table, claimed over all tenants.
//!
//! A row is free (`lease_owner` is NULL) or held. While it is held, what was claimed stays as it was, and touches
//! are remembered in `next_…`. Every claim draws an epoch that no row ever had before: a row that is deleted and
//! made again must not repeat one, or a worker that slept through its lease could pass the fence.

use bowline_core::port::{ClaimAsk, WorkDepth};
use bowline_core::work::{Claim, Entity, Lane, Lanes, Touch};
use bowline_core::{TenantId, Timestamp};

use crate::arg::args;
use crate::row::{Record, Row, Wrong};
use crate::stmt::{Stmt, Text};

macro_rules! on_touched {
    () => {
        " ON CONFLICT (tenant_id, entity) DO UPDATE SET touched = work.touched + excluded.touched, \
         lane = CASE WHEN work.lease_owner IS NULL AND excluded.lane < work.lane \
         THEN excluded.lane ELSE work.lane END, \
         due_at = CASE WHEN work.lease_owner IS NULL AND excluded.due_at < work.due_at \
         THEN excluded.due_at ELSE work.due_at END, \
         next_lane = CASE WHEN work.lease_owner IS NULL THEN NULL \
         WHEN work.next_lane < excluded.lane THEN work.next_lane ELSE excluded.lane END, \
         next_due_at = CASE WHEN work.lease_owner IS NULL THEN NULL \
         WHEN work.next_due_at < excluded.due_at THEN work.next_due_at ELSE excluded.due_at END, \
         next_since_at = CASE WHEN work.lease_owner IS NULL THEN NULL \
         ELSE COALESCE(work.next_since_at, excluded.since_at) END, \
         trace = CASE WHEN work.lease_owner IS NULL THEN COALESCE(work.trace, excluded.trace) \
         ELSE work.trace END, \
         next_trace = CASE WHEN work.lease_owner IS NULL THEN NULL \
         ELSE COALESCE(work.next_trace, excluded.trace) END"
    };
}

/// The earlier time, the more urgent lane and the first trace win; on a held row they are remembered.
pub(crate) fn touch(tenant: TenantId, touch: &Touch, at: Timestamp, trace: Option<String>) -> Stmt {
    const SQL: Text = Text {
        lite: concat!(
            "INSERT INTO work (tenant_id, entity, lane, due_at, since_at, touched, attempts, epoch, trace) \
             VALUES ($1, $2, $3, $4, $5, 1, 0, 0, $6)",
            on_touched!()
        ),
        // Several touches of one entity in one statement are folded first: an upsert hits a row only once.
        // In one order everywhere, so that two of these cannot wait for each other.
        pg: concat!(
            "INSERT INTO work (tenant_id, entity, lane, due_at, since_at, touched, attempts, epoch, trace) \
             SELECT owner, thing, min(lane), min(due), min(since), count(*), 0, 0, min(request) \
             FROM unnest($1::uuid[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[]) \
             AS u (owner, thing, lane, due, since, request) GROUP BY owner, thing ORDER BY owner, thing",
            on_touched!()
        ),
    };
    Stmt::fold(SQL, args![tenant, &touch.entity, touch.lane.rank(), touch.due_at, at, trace])
}

/// Hits a row as long as nobody else has claimed the entity since; holds it until the transaction ends.
pub(crate) fn fence(tenant: TenantId, entity: &Entity, epoch: i64) -> Stmt {
    macro_rules! held {
        () => {
            "SELECT epoch FROM work WHERE tenant_id = $1 AND entity = $2 AND epoch = $3 \
             AND lease_owner IS NOT NULL"
        };
    }
    const SQL: Text = Text { lite: held!(), pg: concat!(held!(), " FOR UPDATE") };
    Stmt::new(SQL, args![tenant, entity, epoch]).fence()
}

/// Deletes the row, or lets it go if it was touched meanwhile. Stands behind its own fence.
pub(crate) fn ack(tenant: TenantId, claim: &Claim) -> Vec<Stmt> {
    macro_rules! done {
        () => {
            "DELETE FROM work WHERE tenant_id = $1 AND entity = $2 AND epoch = $3 AND touched = $4"
        };
    }
    macro_rules! again {
        () => {
            "UPDATE work SET lease_owner = NULL, lease_until = NULL, attempts = 0, \
             lane = COALESCE(next_lane, lane), due_at = COALESCE(next_due_at, due_at), \
             since_at = COALESCE(next_since_at, since_at), trace = next_trace, \
             next_lane = NULL, next_due_at = NULL, next_since_at = NULL, next_trace = NULL \
             WHERE tenant_id = $1 AND entity = $2 AND epoch = $3 AND touched <> $4"
        };
    }
    // PostgreSQL says both in one round trip; each is about rows that the other leaves alone.
    const DONE: Text = Text { lite: done!(), pg: "" };
    const AGAIN: Text = Text { lite: again!(), pg: concat!("WITH done AS (", done!(), ") ", again!()) };
    let args = args![tenant, &claim.entity, claim.epoch, claim.touched];
    vec![Stmt::new(DONE, args.clone()), Stmt::new(AGAIN, args)]
}

/// Lets the row go, due at a time or at a remembered touch if that is earlier. Stands behind its own fence.
pub(crate) fn release(tenant: TenantId, claim: &Claim, due_at: Timestamp, counted: bool) -> Stmt {
    const SQL: Text = Text::both(
        "UPDATE work SET lease_owner = NULL, lease_until = NULL, attempts = attempts - $5, \
         lane = CASE WHEN next_lane < lane THEN next_lane ELSE lane END, \
         due_at = CASE WHEN next_due_at < $4 THEN next_due_at ELSE $4 END, \
         trace = COALESCE(trace, next_trace), \
         next_lane = NULL, next_due_at = NULL, next_since_at = NULL, next_trace = NULL \
         WHERE tenant_id = $1 AND entity = $2 AND epoch = $3",
    );
    Stmt::new(SQL, args![tenant, &claim.entity, claim.epoch, due_at, i64::from(!counted)])
}

/// Drops the row whoever holds it: its entity is gone.
pub(crate) fn drop(tenant: TenantId, entity: &Entity) -> Stmt {
    const SQL: Text = Text::both("DELETE FROM work WHERE tenant_id = $1 AND entity = $2");
    Stmt::new(SQL, args![tenant, entity])
}

macro_rules! lane {
    ($name:literal, $rank:literal, $taken:literal) => {
        concat!(
            $name,
            " AS MATERIALIZED (SELECT tenant_id AS owner, entity AS thing FROM work \
             WHERE lease_owner IS NULL AND lane = ",
            $rank,
            " AND due_at <= $1 ORDER BY due_at LIMIT $2",
            $taken,
            " FOR UPDATE SKIP LOCKED)"
        )
    };
}

/// What a claim does to a row, and what of it becomes a claim.
macro_rules! take {
    ($epoch:literal) => {
        concat!(
            "UPDATE work SET lease_owner = $3, lease_until = $4, attempts = attempts + 1, epoch = ",
            $epoch
        )
    };
}
macro_rules! taken {
    () => {
        " RETURNING due_at, tenant_id, entity, lane, epoch, touched, attempts, since_at, lease_until, trace"
    };
}

/// Lets go of rows whose holder will not: what was touched meanwhile is covered by the next claim.
macro_rules! free {
    () => {
        "UPDATE work SET lease_owner = NULL, lease_until = NULL, \
         lane = CASE WHEN next_lane < lane THEN next_lane ELSE lane END, \
         trace = COALESCE(trace, next_trace), \
         next_lane = NULL, next_due_at = NULL, next_since_at = NULL, next_trace = NULL"
    };
}

/// Frees what leases ran out on, then claims. The claimed rows come from the last statement, in no order.
pub(crate) fn claim(ask: &ClaimAsk) -> Vec<Stmt> {
    macro_rules! expired {
        ($lock:literal) => {
            concat!(
                free!(),
                " WHERE (tenant_id, entity) IN (SELECT tenant_id, entity FROM work \
                 WHERE lease_owner IS NOT NULL AND lease_until <= $1",
                $lock,
                ")"
            )
        };
    }
    const EXPIRED: Text = Text { lite: expired!(""), pg: expired!(" FOR UPDATE SKIP LOCKED") };
    let until = ask.now.saturating_add(ask.lease).unwrap_or(Timestamp::MAX);
    let [epoch, pick, claim] = match ask.lanes {
        Lanes::Sync => SYNC,
        Lanes::Grants => GRANTS,
    };
    vec![
        Stmt::new(EXPIRED, args![ask.now]),
        Stmt::new(epoch, args![ask.now]),
        Stmt::new(pick, args![ask.now, ask.limit]),
        Stmt::fed(claim, args![ask.now, ask.limit, &ask.owner, until]),
    ]
}

/// The statements of a claim from a set of lanes: draw an epoch, pick, claim. The texts are constant, so that both
/// databases prepare them once.
macro_rules! from_lanes {
    ($ranks:literal, [$($lane:expr),*], $picked:literal) => {
        [
            // Not on an idle database: it would write, and so sync the disk, at each look.
            Text {
                lite: concat!(
                    "UPDATE settings SET value = value + 1 WHERE name = 'work_epoch' AND EXISTS (\
                     SELECT 1 FROM work WHERE lease_owner IS NULL AND lane IN (", $ranks, ") AND due_at <= $1)"
                ),
                pg: "",
            },
            // SQLite walks the index lane by lane for this; in one statement with the claim it would take ten times
            // as long.
            Text {
                lite: concat!(
                    "SELECT tenant_id, entity FROM work WHERE lease_owner IS NULL AND lane IN (", $ranks,
                    ") AND due_at <= $1 ORDER BY lane, due_at LIMIT $2"
                ),
                pg: "",
            },
            // PostgreSQL takes one lane after the other, each for what the more urgent ones left of the limit, and so
            // locks no row that it does not take.
            Text {
                lite: concat!(
                    take!("(SELECT value FROM settings WHERE name = 'work_epoch')"),
                    " WHERE tenant_id = $5 AND entity = $6",
                    taken!()
                ),
                pg: concat!(
                    "WITH ",
                    $($lane,)*
                    " ",
                    take!("nextval('work_epochs')"),
                    " FROM (", $picked, ") AS picked \
                     WHERE tenant_id = picked.owner AND entity = picked.thing",
                    taken!()
                ),
            },
        ]
    };
}

const SYNC: [Text; 3] = from_lanes!(
    "0, 1, 2, 3",
    [
        lane!("lane0", "0", ""),
        ", ",
        lane!("lane1", "1", " - (SELECT count(*) FROM lane0)"),
        ", ",
        lane!("lane2", "2", " - (SELECT count(*) FROM lane0) - (SELECT count(*) FROM lane1)"),
        ", ",
        lane!(
            "lane3",
            "3",
            " - (SELECT count(*) FROM lane0) - (SELECT count(*) FROM lane1) - (SELECT count(*) FROM lane2)"
        )
    ],
    "SELECT * FROM lane0 UNION ALL SELECT * FROM lane1 UNION ALL SELECT * FROM lane2 \
     UNION ALL SELECT * FROM lane3"
);

const GRANTS: [Text; 3] = from_lanes!(
    "4, 5",
    [lane!("lane4", "4", ""), ", ", lane!("lane5", "5", " - (SELECT count(*) FROM lane4)")],
    "SELECT * FROM lane4 UNION ALL SELECT * FROM lane5"
);

pub(crate) fn renew(claim: &Claim, until: Timestamp) -> Stmt {
    const SQL: Text = Text::both(
        "UPDATE work SET lease_until = $4 WHERE tenant_id = $1 AND entity = $2 AND epoch = $3 \
         AND lease_owner IS NOT NULL",
    );
    Stmt::new(SQL, args![claim.tenant, &claim.entity, claim.epoch, until]).fence()
}

/// Frees everything an owner holds, due at once.
pub(crate) fn abandon(owner: &str, now: Timestamp) -> Stmt {
    const SQL: Text = Text::both(concat!(
        free!(),
        ", due_at = CASE WHEN due_at > $2 THEN $2 ELSE due_at END WHERE lease_owner = $1"
    ));
    Stmt::new(SQL, args![owner, now])
}

/// The earliest due time of free rows or end of a lease. Lane by lane: the index of free rows is by lane first.
pub(crate) fn next_due(lanes: Lanes) -> Stmt {
    const SYNC: Text = Text::both(
        "SELECT min(due) FROM (\
         SELECT min(due_at) AS due FROM work WHERE lease_owner IS NULL AND lane = 0 \
         UNION ALL SELECT min(due_at) FROM work WHERE lease_owner IS NULL AND lane = 1 \
         UNION ALL SELECT min(due_at) FROM work WHERE lease_owner IS NULL AND lane = 2 \
         UNION ALL SELECT min(due_at) FROM work WHERE lease_owner IS NULL AND lane = 3 \
         UNION ALL SELECT min(lease_until) FROM work WHERE lease_owner IS NOT NULL AND lane < 4) AS lanes",
    );
    const GRANTS: Text = Text::both(
        "SELECT min(due) FROM (\
         SELECT min(due_at) AS due FROM work WHERE lease_owner IS NULL AND lane = 4 \
         UNION ALL SELECT min(due_at) FROM work WHERE lease_owner IS NULL AND lane = 5 \
         UNION ALL SELECT min(lease_until) FROM work WHERE lease_owner IS NOT NULL AND lane > 3) AS lanes",
    );
    let text = match lanes {
        Lanes::Sync => SYNC,
        Lanes::Grants => GRANTS,
    };
    Stmt::new(text, args![])
}

/// A row whose lease ran out counts as due: the next claim takes it.
pub(crate) fn depth(now: Timestamp) -> Stmt {
    const SQL: Text = Text::both(
        "SELECT COALESCE(sum(due), 0), COALESCE(sum(later), 0), COALESCE(sum(claimed), 0), min(oldest) FROM (\
         SELECT CASE WHEN due_at <= $1 AND (lease_owner IS NULL OR lease_until <= $1) THEN 1 ELSE 0 END AS due, \
         CASE WHEN lease_owner IS NULL AND due_at > $1 THEN 1 ELSE 0 END AS later, \
         CASE WHEN lease_until > $1 THEN 1 ELSE 0 END AS claimed, \
         CASE WHEN due_at <= $1 AND (lease_owner IS NULL OR lease_until <= $1) THEN due_at END AS oldest \
         FROM work) AS rows_of_work",
    );
    Stmt::new(SQL, args![now])
}

/// A claim and when its row was due, to put claims in order.
pub(crate) struct Claimed {
    pub(crate) due_at: Timestamp,
    pub(crate) claim: Claim,
}

impl Record for Claimed {
    const NOUN: &'static str = "claim";
    fn read(row: &mut Row) -> Result<Self, Wrong> {
        Ok(Self {
            due_at: row.take()?,
            claim: Claim {
                tenant: row.take()?,
                entity: row.take()?,
                lane: Lane::of_rank(row.take()?),
                epoch: row.take()?,
                touched: row.take()?,
                attempts: row.take()?,
                since: row.take()?,
                until: row.take()?,
                // It only says on whose account something is done: what cannot be read is none.
                trace: row.take::<Option<String>>()?.and_then(|trace| trace.parse().ok()),
            },
        })
    }
}

impl Record for WorkDepth {
    const NOUN: &'static str = "work depth";
    fn read(row: &mut Row) -> Result<Self, Wrong> {
        Ok(Self { due: row.take()?, later: row.take()?, claimed: row.take()?, oldest_due_at: row.take()? })
    }
}
