//! Plans in one transaction, in as few round trips as can be.
//!
//! The first carries `BEGIN` and the fences: what they answer decides which plans go on. The second carries everything
//! else and `COMMIT`. Without a fence both are one. `COMMIT` goes by itself where an answer has to be judged before
//! anything becomes durable, and behind claims. A statement that fails makes PostgreSQL refuse all that follow and
//! turn `COMMIT` into a rollback, so nothing is lost by not waiting for it.

use std::borrow::Cow;

use bowline_core::crash;
use bowline_core::port::StoreError;

use super::batch::Batch;
use super::line::Use;
use super::session::Session;
use crate::error::{Fault, FaultKind};
use crate::row::Reply;
use crate::stmt::{Kind, Outcome, Plan, Stmt, Stop};

/// Carries plans out, sorted by tenant: all that are not fenced off, or nothing. Unless the connection is lost, no
/// transaction is open afterwards. [`Stop::Down`] says that what was asked for may be durable, or may not.
pub(super) async fn run(session: &mut Session, purpose: Use, plans: &[Plan]) -> Result<Vec<Outcome>, Stop> {
    if let Some(stmt) = alone(purpose, plans) {
        let answer = session.send(&[Cow::Borrowed(stmt)]).await?.into_iter().next();
        return Ok(vec![Ok(vec![stmt.judge(answer.unwrap_or_else(|| Ok(Reply::default())))?])]);
    }
    let mut group = Group::new(purpose, plans);
    let outcome = group.write(session).await;
    if outcome.is_err() && !group.commit_is_sent {
        // If that does not arrive the connection is lost, and the server gives the transaction up by itself.
        let _ = session.execute("ROLLBACK").await;
    }
    outcome?;
    Ok(group.outcomes())
}

/// A single look at system tables needs no transaction.
fn alone(purpose: Use, plans: &[Plan]) -> Option<&Stmt> {
    match plans {
        [Plan { tenant: None, stmts, .. }] if purpose == Use::Reading => match stmts.as_slice() {
            [stmt] => Some(stmt),
            _ => None,
        },
        _ => None,
    }
}

/// Plans on their way through one transaction.
struct Group<'a> {
    purpose: Use,
    plans: &'a [Plan],
    /// What each has been answered so far; `None` if it was fenced off.
    replies: Vec<Option<Vec<Reply>>>,
    /// From then on only the server knows what becomes durable.
    commit_is_sent: bool,
}

impl<'a> Group<'a> {
    fn new(purpose: Use, plans: &'a [Plan]) -> Self {
        let replies = plans.iter().map(|plan| Some(Vec::with_capacity(plan.stmts.len()))).collect();
        Self { purpose, plans, replies, commit_is_sent: false }
    }

    async fn write(&mut self, session: &mut Session) -> Result<(), Stop> {
        let mut batch = Batch::begin(self.purpose);
        if self.plans.iter().any(Plan::is_fenced) {
            batch.fences(self.plans);
            let answers = session.send(&batch.stmts).await?;
            self.judge(&batch, answers)?;
            batch = Batch::behind(&batch);
        }
        batch.rest(self.plans, |index| matches!(self.replies.get(index), Some(Some(_))));
        if self.has_to_wait(&batch) {
            let answers = session.send(&batch.stmts).await?;
            self.judge(&batch, answers)?;
            batch = Batch::default();
            if self.commits() {
                crash::point("store.commit.before");
            }
        }
        batch.commit();
        self.end(session, &batch).await?;
        self.done();
        Ok(())
    }

    /// Sends what is left and `COMMIT`.
    async fn end(&mut self, session: &mut Session, batch: &Batch<'_>) -> Result<(), Stop> {
        // What cannot be sent fails here, as a whole and before anything is.
        let mut answers = session.send(&batch.stmts).await?;
        self.commit_is_sent = true;
        let committed = answers.pop().unwrap_or_else(|| Err(Fault::silent()));
        self.judge_with_commit(batch, answers)?;
        committed.map(drop).map_err(|fault| match fault.kind {
            // PostgreSQL says for sure that it did not commit.
            FaultKind::Collision => Stop::Again(fault),
            _ => self.unknown(fault),
        })
    }

    /// The caller has to look what became of it. Reading may be done again at any time.
    fn unknown(&self, fault: Fault) -> Stop {
        if self.purpose == Use::Reading { fault.into() } else { Stop::Down(fault) }
    }

    /// Takes answers to statements behind which `COMMIT` is under way. What PostgreSQL refused it did not commit. If an
    /// answer is missing or cannot be read, nobody knows.
    fn judge_with_commit(
        &mut self,
        batch: &Batch<'_>,
        answers: Vec<Result<Reply, Fault>>,
    ) -> Result<(), Stop> {
        let faults = || answers.iter().filter_map(|answer| answer.as_ref().err());
        if !faults().any(Fault::is_told)
            && let Some(fault) = faults().next()
        {
            return Err(self.unknown(fault.clone()));
        }
        self.judge(batch, answers)
    }

    /// Takes the answers; stops at the first that stops everything.
    fn judge(&mut self, batch: &Batch<'_>, answers: Vec<Result<Reply, Fault>>) -> Result<(), Stop> {
        for ((stmt, of), answer) in batch.stmts.iter().zip(&batch.of).zip(answers) {
            let reply = stmt.judge(answer);
            let Some(replies) = of.and_then(|of| self.replies.get_mut(of)) else {
                reply?;
                continue;
            };
            match (reply, replies.as_mut()) {
                (Ok(reply), Some(replies)) => replies.push(reply),
                // Fences come before the first write: nothing of this plan is in the transaction.
                (Err(Stop::Fenced), _) => *replies = None,
                (Ok(_), None) => {}
                (Err(stop), _) => return Err(stop),
            }
        }
        Ok(())
    }

    /// Whether something has to happen between the statements and `COMMIT`.
    ///
    /// Behind a claim it is that the claim holds its rows. A process that dies leaves behind what it has sent, and
    /// its next life gives back what the dead one held: that must not come before the claim.
    fn has_to_wait(&self, batch: &Batch<'_>) -> bool {
        batch.is_judged() || self.claims() || crash::is_armed() && self.commits()
    }

    fn commits(&self) -> bool {
        self.plans.iter().any(|plan| matches!(plan.kind, Kind::Commit { .. }))
    }

    fn claims(&self) -> bool {
        self.plans.iter().any(|plan| plan.kind == Kind::Claim)
    }

    fn done(&self) {
        if self.commits() {
            crash::point("store.commit.after");
        }
        if self.claims() {
            crash::point("store.claim.after");
        }
    }

    fn outcomes(self) -> Vec<Outcome> {
        self.replies.into_iter().map(|replies| replies.ok_or(StoreError::LostLease)).collect()
    }
}
