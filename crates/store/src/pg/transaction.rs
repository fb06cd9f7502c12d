//! Plans in one transaction, in as few round trips as can be.
//!
//! The first carries `BEGIN` and the fences: what they answer decides which plans go on. The second carries everything
//! else and `COMMIT`. Without a fence both are one; where a statement's answer has to be judged before anything becomes
//! durable, `COMMIT` goes by itself. A statement that fails makes PostgreSQL refuse all that follow and turn `COMMIT`
//! into a rollback, so nothing is lost by not waiting for it.

use std::borrow::Cow;

use bowline_core::port::StoreError;
use bowline_core::{TenantId, crash};

use super::line::Use;
use super::session::Session;
use crate::arg::args;
use crate::error::{Fault, FaultKind};
use crate::row::Reply;
use crate::stmt::{Check, Kind, Mode, Outcome, Plan, Stmt, Stop, Text};

const COMMIT: Text = Text::both("COMMIT");

/// Carries plans out, sorted by tenant: all that are not fenced off, or nothing. Unless the connection is lost, no
/// transaction is open afterwards.
pub(super) async fn run(session: &mut Session, purpose: Use, plans: &[Plan]) -> Result<Vec<Outcome>, Stop> {
    let mut group = Group::new(plans);
    if let Some(stmt) = alone(purpose, plans) {
        let reply = first(session.send(&[Cow::Borrowed(stmt)]).await?)?;
        return Ok(vec![Ok(vec![stmt.judge(Ok(reply))?])]);
    }
    let outcome = group.write(session, purpose).await;
    if outcome.is_err() && group.open {
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

fn first(answers: Vec<Result<Reply, Fault>>) -> Result<Reply, Fault> {
    answers.into_iter().next().unwrap_or_else(|| Ok(Reply::default()))
}

/// Plans on their way through one transaction.
struct Group<'a> {
    plans: &'a [Plan],
    /// What each has been answered so far; `None` if it was fenced off.
    replies: Vec<Option<Vec<Reply>>>,
    /// Whose rows the session is about.
    tenant: Option<TenantId>,
    /// Whether a transaction may be open.
    open: bool,
}

/// Statements to be sent at once, and which plan each is of.
#[derive(Default)]
struct Batch<'a> {
    stmts: Vec<Cow<'a, Stmt>>,
    of: Vec<Option<usize>>,
}

impl<'a> Batch<'a> {
    fn add(&mut self, of: Option<usize>, stmt: Cow<'a, Stmt>) {
        self.stmts.push(stmt);
        self.of.push(of);
    }
}

impl<'a> Group<'a> {
    fn new(plans: &'a [Plan]) -> Self {
        let replies = plans.iter().map(|plan| Some(Vec::with_capacity(plan.stmts.len()))).collect();
        Self { plans, replies, tenant: None, open: false }
    }

    async fn write(&mut self, session: &mut Session, purpose: Use) -> Result<(), Stop> {
        let mut batch = Batch::default();
        batch.add(None, Cow::Owned(begin(purpose)));
        self.open = true;
        if self.plans.iter().any(Plan::is_fenced) {
            for (index, plan) in self.plans.iter().enumerate().filter(|(_, plan)| plan.is_fenced()) {
                self.turn_to(plan.tenant, &mut batch);
                plan.fences().for_each(|fence| batch.add(Some(index), Cow::Borrowed(fence)));
            }
            let batch = std::mem::take(&mut batch);
            let answers = session.send(&batch.stmts).await?;
            self.judge(&batch, answers)?;
        }
        self.rest(&mut batch);
        let waits = self.has_to_wait(&batch);
        if !waits {
            batch.add(None, Cow::Owned(Stmt::new(COMMIT, Vec::new())));
        }
        let mut answers = session.send(&batch.stmts).await?;
        let committed = if waits { None } else { answers.pop() };
        self.judge(&batch, answers).map_err(|stop| self.unless_committed(stop, waits))?;
        let committed = match committed {
            Some(committed) => committed.map(drop),
            None => {
                if self.commits() {
                    crash::point("store.commit.before");
                }
                session.execute("COMMIT").await
            }
        };
        self.open = false;
        committed.map_err(|fault| match fault.kind {
            // PostgreSQL says for sure that it did not commit.
            FaultKind::Collision => Stop::Again(fault),
            // Nobody knows; the caller has to look.
            _ => Stop::Down(fault),
        })?;
        self.done();
        Ok(())
    }

    /// All statements of the plans that go on, but for their fences. Deliveries are many and alike, so those of one
    /// tenant are folded into one statement a table.
    fn rest(&mut self, batch: &mut Batch<'a>) {
        let plans = self.plans;
        let mut index = 0;
        for run in plans.chunk_by(|a, b| a.tenant == b.tenant && folds(a) && folds(b)) {
            let at = index;
            index += run.len();
            let Some(plan) = run.first() else { continue };
            if !matches!(self.replies.get(at), Some(Some(_))) {
                continue;
            }
            self.turn_to(plan.tenant, batch);
            if run.len() == 1 {
                plan.rest().for_each(|stmt| batch.add(Some(at), Cow::Borrowed(stmt)));
            } else {
                fold(run).into_iter().for_each(|stmt| batch.add(Some(at), Cow::Owned(stmt)));
            }
        }
    }

    /// Says whose rows the statements behind are about.
    fn turn_to(&mut self, tenant: Option<TenantId>, batch: &mut Batch<'a>) {
        if let Some(next) = tenant
            && self.tenant != tenant
        {
            const SQL: Text = Text::both("SELECT set_config('bowline.tenant', $1, true)");
            self.tenant = tenant;
            batch.add(None, Cow::Owned(Stmt::new(SQL, args![next.uuid().to_string()])));
        }
    }

    /// Whether something has to happen between the statements and `COMMIT`.
    fn has_to_wait(&self, batch: &Batch<'_>) -> bool {
        let judged = batch.stmts.iter().any(|stmt| matches!(stmt.check, Check::Hit(_)));
        judged || cfg!(feature = "crash") && self.commits()
    }

    fn commits(&self) -> bool {
        self.plans.iter().any(|plan| matches!(plan.kind, Kind::Commit { .. }))
    }

    fn done(&self) {
        if self.commits() {
            crash::point("store.commit.after");
        }
        if self.plans.iter().any(|plan| plan.kind == Kind::Claim) {
            crash::point("store.claim.after");
        }
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

    /// What a failure means when `COMMIT` was under way behind it. What PostgreSQL refused it did not commit; if
    /// nothing more was heard, nobody knows.
    fn unless_committed(&mut self, stop: Stop, waits: bool) -> Stop {
        if waits {
            return stop;
        }
        self.open = false;
        match stop {
            Stop::Again(fault) if fault.kind == FaultKind::Broken => Stop::Down(fault),
            stop => stop,
        }
    }

    fn outcomes(self) -> Vec<Outcome> {
        self.replies.into_iter().map(|replies| replies.ok_or(StoreError::LostLease)).collect()
    }
}

fn begin(purpose: Use) -> Stmt {
    const READ: Text = Text::both("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    const WRITE: Text = Text::both("BEGIN");
    Stmt::new(if purpose == Use::Reading { READ } else { WRITE }, Vec::new())
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
