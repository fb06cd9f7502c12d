//! A group of plans in one transaction.
//!
//! If one of them fails, PostgreSQL gives up the whole transaction; then each runs in its own, so that only the
//! guilty one fails. Deliveries are many and alike, so those of one tenant are folded into one statement a table.

use std::time::Duration;

use bowline_core::crash;
use bowline_core::port::StoreError;
use sqlx::{PgConnection, PgPool};
use tokio::time::timeout;

use super::exec;
use super::lent::Lent;
use crate::error::{Fault, FaultKind};
use crate::stmt::{Kind, Mode, Outcome, Plan, Stmt, Stop};

/// How often the same is tried when another transaction was in the way or the connection was gone. Of two that meet
/// one gets through each time, so a plan that loses so often stands in a crowd that the caller should know about.
const TRIES: usize = 5;

/// After so many plans in a row that met a lock of somebody else the rest of their group is not tried: each waits
/// for its whole patience, and everybody behind it too.
const STALLS: usize = 3;

/// A writer's connection, kept as long as it lasts; it is never given back, only closed.
pub(super) struct Line {
    pool: PgPool,
    limit: Duration,
    held: Option<Lent>,
}

impl Line {
    pub(super) const fn new(pool: PgPool, limit: Duration) -> Self {
        Self { pool, limit, held: None }
    }

    /// Writes plans, sorted by tenant. Never fails as a whole.
    pub(super) async fn write(&mut self, plans: &[Plan]) -> Vec<Outcome> {
        let stop = match self.together(plans).await {
            Ok(outcomes) => return outcomes,
            Err(stop) => stop,
        };
        if plans.len() == 1 || matches!(stop, Stop::Down(_)) {
            let error = StoreError::from(stop);
            return plans.iter().map(|_| Err(error.clone())).collect();
        }
        let mut outcomes = Vec::with_capacity(plans.len());
        let (mut down, mut stalls) = (None::<StoreError>, 0);
        for plan in plans {
            // Once the database is down, the rest need not find that out one by one.
            let alone = match &down {
                Some(error) => Ok(vec![Err(error.clone())]),
                None => self.together(std::slice::from_ref(plan)).await,
            };
            match alone {
                Ok(alone) => {
                    stalls = 0;
                    outcomes.extend(alone);
                }
                Err(stop) => {
                    stalls = if matches!(stop, Stop::Stalled(_)) { stalls + 1 } else { 0 };
                    let is_down = matches!(stop, Stop::Down(_)) || stalls == STALLS;
                    let error = StoreError::from(stop);
                    down = is_down.then(|| error.clone());
                    outcomes.push(Err(error));
                }
            }
        }
        outcomes
    }

    async fn together(&mut self, plans: &[Plan]) -> Result<Vec<Outcome>, Stop> {
        let mut tries = 1;
        loop {
            let connection = match &mut self.held {
                Some(held) => held,
                none => none.insert(Lent::by(&self.pool).await.map_err(Stop::Down)?),
            };
            let Ok(outcome) = timeout(self.limit, transaction(connection, plans)).await else {
                self.held = None;
                return Err(Stop::Down(Fault::silent()));
            };
            match outcome {
                Err(Stop::Again(fault)) => {
                    let broken = fault.kind == FaultKind::Broken;
                    if broken {
                        self.held = None;
                    }
                    if tries == TRIES {
                        return Err(if broken { Stop::Down(fault) } else { Stop::Failed(fault.into()) });
                    }
                    tries += 1;
                }
                outcome => return outcome,
            }
        }
    }
}

async fn transaction(connection: &mut PgConnection, plans: &[Plan]) -> Result<Vec<Outcome>, Stop> {
    let Some(mut tenant) = plans.first().and_then(|plan| plan.tenant) else { return Ok(Vec::new()) };
    let mut transaction = exec::begin(connection, "BEGIN", tenant).await?;
    let mut outcomes = Vec::with_capacity(plans.len());
    for run in plans.chunk_by(|a, b| a.tenant == b.tenant && folds(a) && folds(b)) {
        let Some(first) = run.first() else { continue };
        if let Some(next) = first.tenant
            && next != tenant
        {
            exec::turn_to(&mut transaction, next).await?;
            tenant = next;
        }
        let replies = if run.len() == 1 {
            exec::steps(&mut transaction, &first.stmts).await
        } else {
            exec::steps(&mut transaction, &fold(run)).await
        };
        match replies {
            Ok(replies) => outcomes.push(Ok(replies)),
            // Fences come before the first write: nothing of this plan is in the transaction.
            Err(Stop::Fenced) => outcomes.push(Err(StoreError::LostLease)),
            Err(stop) => return Err(stop),
        }
        outcomes.extend(run.iter().skip(1).map(|_| Ok(Vec::new())));
    }
    let commits = plans.iter().any(|plan| matches!(plan.kind, Kind::Commit { .. }));
    if commits {
        crash::point("store.commit.before");
    }
    transaction.commit().await.map_err(|error| match Fault::from(error) {
        // PostgreSQL says for sure that it did not commit.
        fault if fault.kind == FaultKind::Collision => Stop::Again(fault),
        // Nobody knows; the caller has to look.
        fault => Stop::Down(fault),
    })?;
    if commits {
        crash::point("store.commit.after");
    }
    Ok(outcomes)
}

fn folds(plan: &Plan) -> bool {
    plan.stmts.iter().all(|stmt| stmt.mode == Mode::Fold)
}

/// One statement for each text, with the rows of all of them.
fn fold(plans: &[Plan]) -> Vec<Stmt> {
    let mut folded: Vec<Stmt> = Vec::new();
    for stmt in plans.iter().flat_map(|plan| &plan.stmts) {
        match folded.iter_mut().find(|known| known.pg == stmt.pg) {
            Some(known) => known.rows.extend(stmt.rows.iter().cloned()),
            None => folded.push(stmt.clone()),
        }
    }
    folded
}
