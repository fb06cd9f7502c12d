//! Statements as data: what the ports hand to a database, the same for both.
//!
//! A port method describes its work as a [`Plan`]; `lite` and `pg` carry plans out. So every SQL text is written
//! once, and a writer may put several plans into one transaction. Reading rows back is `row`.

use std::borrow::Cow;

use bowline_core::TenantId;
use bowline_core::port::StoreError;

use crate::arg::Arg;
use crate::error::{Fault, FaultKind};
use crate::row::Reply;

/// One SQL text, or two beside each other where the databases differ.
///
/// Parameters are `$1`, `$2`, … on both.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Text {
    /// For SQLite; empty if it needs no such statement.
    pub(crate) lite: &'static str,
    /// For PostgreSQL; empty if it needs no such statement.
    pub(crate) pg: &'static str,
}

impl Text {
    /// A text that both databases understand.
    pub(crate) const fn both(text: &'static str) -> Self {
        Self { lite: text, pg: text }
    }
}

/// What a statement must have done for its plan to go on.
#[derive(Clone, Debug)]
pub(crate) enum Check {
    /// Anything will do.
    Any,
    /// It must have hit a row, or the lease is lost. Stands before anything is written, so that a plan which
    /// fails here leaves nothing behind in a shared transaction.
    Fence,
    /// It must have hit a row, or the whole plan fails with this.
    Hit(StoreError),
}

/// How often a statement runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Once, with its one row of arguments.
    Once,
    /// For several rows of arguments: on SQLite once for each, on PostgreSQL once with an array for each column. For
    /// a single row PostgreSQL takes SQLite's text: taking arrays apart costs more than the rest of most statements.
    Many,
    /// As [`Mode::Many`]; and it commutes with everything in other plans, so PostgreSQL may run those of several
    /// plans as one.
    Fold,
    /// On SQLite once for each row that the statement before returned, with that row after its own arguments.
    /// PostgreSQL can say such things in one statement and runs it once.
    Fed,
}

/// Why a plan did not go on.
#[derive(Debug)]
pub(crate) enum Stop {
    /// A fence held it back before it wrote anything.
    Fenced,
    /// What it asked for cannot be; perhaps noticed half-way.
    Failed(StoreError),
    /// Nothing is durable yet, and the same again may work.
    Again(Fault),
    /// Somebody else held what it needs for too long. Nothing of it is durable.
    Stalled(Fault),
    /// The database cannot do anything now, whatever is asked, or did not say whether it did.
    Down(Fault),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        match fault.kind {
            FaultKind::Collision | FaultKind::Broken | FaultKind::Ended => Self::Again(fault),
            FaultKind::Stalled => Self::Stalled(fault),
            FaultKind::Down => Self::Down(fault),
            _ => Self::Failed(fault.into()),
        }
    }
}

impl From<Stop> for StoreError {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Fenced => Self::LostLease,
            Stop::Failed(error) => error,
            Stop::Again(fault) | Stop::Stalled(fault) | Stop::Down(fault) => fault.into(),
        }
    }
}

/// One statement with its arguments.
#[derive(Clone, Debug)]
pub(crate) struct Stmt {
    pub(crate) lite: Cow<'static, str>,
    pub(crate) pg: Cow<'static, str>,
    /// One row of arguments, or several for [`Mode::Many`].
    pub(crate) rows: Vec<Vec<Arg>>,
    pub(crate) mode: Mode,
    pub(crate) check: Check,
    /// What a unique rule in the way is called.
    pub(crate) unique: &'static str,
    /// What a broken reference means.
    pub(crate) foreign: StoreError,
}

impl Stmt {
    /// A statement that runs once.
    pub(crate) fn new(text: Text, args: Vec<Arg>) -> Self {
        Self {
            lite: Cow::Borrowed(text.lite),
            pg: Cow::Borrowed(text.pg),
            rows: vec![args],
            mode: Mode::Once,
            check: Check::Any,
            unique: "row",
            foreign: StoreError::NotFound("what the row refers to"),
        }
    }

    /// A statement over several rows of arguments.
    pub(crate) fn many(text: Text, rows: Vec<Vec<Arg>>) -> Self {
        Self { rows, mode: Mode::Many, ..Self::new(text, Vec::new()) }
    }

    /// One row of a statement that may be run together with those of other plans.
    pub(crate) fn fold(text: Text, row: Vec<Arg>) -> Self {
        Self { mode: Mode::Fold, ..Self::new(text, row) }
    }

    /// A statement that SQLite runs for each row of the one before.
    pub(crate) fn fed(text: Text, args: Vec<Arg>) -> Self {
        Self { mode: Mode::Fed, ..Self::new(text, args) }
    }

    /// Whether PostgreSQL is given an array for each column.
    #[cfg(feature = "postgres")]
    pub(crate) const fn has_columns(&self) -> bool {
        matches!(self.mode, Mode::Many | Mode::Fold) && self.rows.len() > 1
    }

    /// What PostgreSQL runs; empty if nothing.
    #[cfg(feature = "postgres")]
    pub(crate) const fn on_postgres(&self) -> &Cow<'static, str> {
        match self.mode {
            Mode::Many | Mode::Fold if self.rows.len() == 1 => &self.lite,
            _ => &self.pg,
        }
    }

    /// Adds a piece of SQL; each `{}` in it becomes the parameter for `arg`.
    pub(crate) fn push(mut self, piece: &'static str, arg: impl Into<Arg>) -> Self {
        if let Some(row) = self.rows.first_mut() {
            row.push(arg.into());
            let sql = format!("{}{}", self.lite, piece.replace("{}", &format!("${}", row.len())));
            self.pg = Cow::Owned(sql.clone());
            self.lite = Cow::Owned(sql);
        }
        self
    }

    /// Adds an argument behind the others.
    pub(crate) fn also(mut self, arg: impl Into<Arg>) -> Self {
        if let Some(row) = self.rows.first_mut() {
            row.push(arg.into());
        }
        self
    }

    /// Adds a piece of SQL without parameters.
    pub(crate) fn plain(mut self, piece: &'static str) -> Self {
        let sql = format!("{}{piece}", self.lite);
        self.pg = Cow::Owned(sql.clone());
        self.lite = Cow::Owned(sql);
        self
    }

    /// The plan fails with `LostLease` if this hits no row; to be used before anything is written.
    pub(crate) fn fence(mut self) -> Self {
        self.check = Check::Fence;
        self
    }

    /// The plan fails with `error` if this hits no row.
    pub(crate) fn hit_or(mut self, error: StoreError) -> Self {
        self.check = Check::Hit(error);
        self
    }

    /// What its outcome means for the plan.
    pub(crate) fn judge(&self, outcome: Result<Reply, Fault>) -> Result<Reply, Stop> {
        let reply = outcome.map_err(|fault| match fault.kind {
            FaultKind::Unique => Stop::Failed(StoreError::Conflict(self.unique)),
            FaultKind::Foreign => Stop::Failed(self.foreign.clone()),
            _ => fault.into(),
        })?;
        match &self.check {
            Check::Fence if !reply.hit() => Err(Stop::Fenced),
            Check::Hit(error) if !reply.hit() => Err(Stop::Failed(error.clone())),
            _ => Ok(reply),
        }
    }

    /// What a unique rule in the way is called.
    pub(crate) const fn unique(mut self, what: &'static str) -> Self {
        self.unique = what;
        self
    }

    /// What a broken reference means.
    pub(crate) fn foreign(mut self, error: StoreError) -> Self {
        self.foreign = error;
        self
    }
}

/// What came of a plan: the reply of each statement.
pub(crate) type Outcome = Result<Vec<Reply>, StoreError>;

/// What a plan is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A commit; plans of one way keep their order.
    Commit {
        /// A hash of what it is about.
        way: u64,
    },
    /// A claim of work.
    Claim,
    /// A page of a list, which may be long or read much to find little.
    List,
    /// Anything else.
    Other,
}

/// Statements that belong together: read at one moment, or written together or not at all.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// Whose rows; `None` if only system tables are named.
    pub(crate) tenant: Option<TenantId>,
    pub(crate) stmts: Vec<Stmt>,
    pub(crate) kind: Kind,
}

impl Plan {
    /// Work on one tenant's rows.
    pub(crate) const fn of(tenant: TenantId, stmts: Vec<Stmt>) -> Self {
        Self { tenant: Some(tenant), stmts, kind: Kind::Other }
    }

    /// Work on system tables alone.
    pub(crate) const fn system(stmts: Vec<Stmt>) -> Self {
        Self { tenant: None, stmts, kind: Kind::Other }
    }

    /// What has to be proved first.
    #[cfg(feature = "postgres")]
    pub(crate) fn fences(&self) -> impl Iterator<Item = &Stmt> {
        self.stmts.iter().take_while(|stmt| matches!(stmt.check, Check::Fence))
    }

    /// Everything else.
    #[cfg(feature = "postgres")]
    pub(crate) fn rest(&self) -> impl Iterator<Item = &Stmt> {
        self.stmts.iter().skip_while(|stmt| matches!(stmt.check, Check::Fence))
    }

    /// Whether something has to be proved first.
    #[cfg(feature = "postgres")]
    pub(crate) fn is_fenced(&self) -> bool {
        self.fences().next().is_some()
    }
}
