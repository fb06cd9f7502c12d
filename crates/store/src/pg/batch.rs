//! Statements that go to PostgreSQL at once, and which plan each is of.

use std::borrow::Cow;

use bowline_core::TenantId;

use super::line::Use;
use crate::arg::args;
use crate::stmt::{Check, Mode, Plan, Stmt, Text};

/// Statements in the order in which they are sent.
#[derive(Default)]
pub(super) struct Batch<'a> {
    pub(super) stmts: Vec<Cow<'a, Stmt>>,
    /// The number of the plan of each; none if it is of all of them.
    pub(super) of: Vec<Option<usize>>,
    /// Whose rows the session is about behind them.
    tenant: Option<TenantId>,
}

impl<'a> Batch<'a> {
    /// A transaction begins.
    ///
    /// Sessions that write are read-only outside of a transaction that says otherwise (`connect`). What is sent
    /// behind a `BEGIN` that fails would else be carried out statement by statement, each for itself.
    pub(super) fn begin(purpose: Use) -> Self {
        const READ: Text = Text::both("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
        const WRITE: Text = Text::both("BEGIN READ WRITE");
        let mut batch = Self::default();
        batch
            .add(None, Cow::Owned(Stmt::new(if purpose == Use::Reading { READ } else { WRITE }, Vec::new())));
        batch
    }

    /// More of the same transaction.
    pub(super) fn behind(before: &Self) -> Self {
        Self { tenant: before.tenant, ..Self::default() }
    }

    /// The transaction ends.
    pub(super) fn commit(&mut self) {
        const COMMIT: Text = Text::both("COMMIT");
        self.add(None, Cow::Owned(Stmt::new(COMMIT, Vec::new())));
    }

    /// What has to be proved before anything else.
    pub(super) fn fences(&mut self, plans: &'a [Plan]) {
        for (index, plan) in plans.iter().enumerate().filter(|(_, plan)| plan.is_fenced()) {
            self.turn_to(plan.tenant);
            plan.fences().for_each(|fence| self.add(Some(index), Cow::Borrowed(fence)));
        }
    }

    /// All other statements of those plans that go on. Deliveries are many and alike, so those of one tenant are
    /// folded into one statement a table.
    pub(super) fn rest(&mut self, plans: &'a [Plan], goes_on: impl Fn(usize) -> bool) {
        let mut index = 0;
        for run in plans.chunk_by(|a, b| a.tenant == b.tenant && folds(a) && folds(b)) {
            let at = index;
            index += run.len();
            let Some(plan) = run.first().filter(|_| goes_on(at)) else { continue };
            self.turn_to(plan.tenant);
            if run.len() == 1 {
                plan.rest().for_each(|stmt| self.add(Some(at), Cow::Borrowed(stmt)));
            } else {
                fold(run).into_iter().for_each(|stmt| self.add(Some(at), Cow::Owned(stmt)));
            }
        }
    }

    /// Whether an answer has to be judged before anything may become durable.
    pub(super) fn is_judged(&self) -> bool {
        self.stmts.iter().any(|stmt| matches!(stmt.check, Check::Hit(_)))
    }

    /// Says whose rows the statements behind are about.
    fn turn_to(&mut self, tenant: Option<TenantId>) {
        if let Some(next) = tenant
            && self.tenant != tenant
        {
            const SQL: Text = Text::both("SELECT set_config('bowline.tenant', $1, true)");
            self.tenant = tenant;
            self.add(None, Cow::Owned(Stmt::new(SQL, args![next.uuid().to_string()])));
        }
    }

    fn add(&mut self, of: Option<usize>, stmt: Cow<'a, Stmt>) {
        self.stmts.push(stmt);
        self.of.push(of);
    }
}

/// Whether nothing of it has to be proved and all of it may stand in one statement with others.
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
