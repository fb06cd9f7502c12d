//! A connection that is kept as long as it lasts, and plans carried out on it.
//!
//! Plans that wait together share a transaction. If one of them fails, PostgreSQL gives up the whole transaction; then
//! each runs in its own, so that only the guilty one fails.

use std::collections::HashSet;

use bowline_core::port::StoreError;
use tokio::time::timeout;

use super::connect::Place;
use super::session::Session;
use super::transaction;
use crate::arg::Arg;
use crate::error::{Fault, FaultKind};
use crate::stmt::{Outcome, Plan, Stmt, Stop};

/// How often the same is tried when another transaction was in the way or the connection was gone. Of two that meet
/// one gets through each time, so a plan that loses so often stands in a crowd that the caller should know about.
const TRIES: usize = 5;

/// After so many plans in a row that met a lock of somebody else the rest of their group is not tried: each waits
/// for its whole patience, and everybody behind it too.
const STALLS: usize = 3;

/// What a line is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// All plans of a group see the same moment.
    Reading,
    Writing,
}

/// The connection of one task.
pub(super) struct Line {
    place: Place,
    purpose: Use,
    held: Option<Session>,
}

impl Line {
    pub(super) const fn new(place: Place, purpose: Use) -> Self {
        Self { place, purpose, held: None }
    }

    /// Carries plans out, sorted by tenant. Never fails as a whole.
    pub(super) async fn carry_out(&mut self, mut plans: &[Plan]) -> Vec<Outcome> {
        let mut outcomes = Vec::with_capacity(plans.len());
        while !plans.is_empty() {
            let (group, rest) = plans.split_at(apart(plans));
            outcomes.extend(self.group(group).await);
            plans = rest;
        }
        outcomes
    }

    async fn group(&mut self, plans: &[Plan]) -> Vec<Outcome> {
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
            let mut session = self.session().await?;
            let outcome =
                timeout(self.place.limit(), transaction::run(&mut session, self.purpose, plans)).await;
            // A session is taken, and kept again only if it is known how it stands.
            let Ok(outcome) = outcome else { return Err(Stop::Down(Fault::silent())) };
            match outcome {
                Err(Stop::Again(fault)) => {
                    let broken = matches!(fault.kind, FaultKind::Broken | FaultKind::Ended);
                    if !broken {
                        self.held = Some(session);
                    }
                    if tries == TRIES {
                        return Err(if broken { Stop::Down(fault) } else { Stop::Failed(fault.into()) });
                    }
                    tries += 1;
                }
                outcome => {
                    self.held = Some(session);
                    return outcome;
                }
            }
        }
    }

    /// The connection at hand, or a new one if the server has hung up.
    async fn session(&mut self) -> Result<Session, Stop> {
        if let Some(mut session) = self.held.take()
            && session.is_open()
        {
            return Ok(session);
        }
        self.place.patiently(self.purpose).await.map_err(Stop::Down)
    }

    /// Whether there is no connection: after a failure, nobody else need wait to find that out.
    pub(super) const fn is_cut(&self) -> bool {
        self.held.is_none()
    }

    /// Says good-bye to the server.
    pub(super) async fn close(self) {
        if let Some(session) = self.held {
            session.close().await;
        }
    }
}

/// How many plans from the first on hold different entities. All fences of a transaction are looked at before anything
/// is written, and what one plan does to its own may be what fences the next one off.
fn apart(plans: &[Plan]) -> usize {
    let mut met = HashSet::new();
    plans.iter().take_while(|plan| plan.fences().all(|fence| met.insert(entity(fence)))).count().max(1)
}

/// Tenant and entity: the first arguments of a fence, whatever it is.
fn entity(fence: &Stmt) -> Option<&[Arg]> {
    fence.rows.first().and_then(|row| row.get(..2))
}
