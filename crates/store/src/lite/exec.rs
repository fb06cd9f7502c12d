//! Carries out plans on a SQLite connection. Synchronous; who may call it where is `super`'s business.

use bowline_core::crash;
use bowline_core::port::StoreError;
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, Statement};

use crate::arg::Arg;
use crate::error::Fault;
use crate::row::{Cell, Reply, Row};
use crate::stmt::{Kind, Mode, Outcome, Plan, Stmt, Stop};

/// Reads at one moment.
pub(super) fn read(connection: &Connection, plan: &Plan) -> Outcome {
    if let [stmt] = plan.stmts.as_slice() {
        return Ok(vec![stmt.judge(run(connection, stmt, &stmt.rows))?]);
    }
    control(connection, "BEGIN")?;
    let outcome = steps(connection, plan);
    control(connection, "COMMIT")?;
    Ok(outcome?)
}

/// Writes one plan in a transaction of its own.
pub(super) fn alone(connection: &Connection, plan: &Plan) -> Outcome {
    let outcomes = together(connection, std::slice::from_ref(plan))?;
    outcomes.into_iter().next().unwrap_or(Ok(Vec::new()))
}

/// Writes several plans in one transaction; if one of them fails, each in its own, so that only it does.
pub(super) fn group(connection: &Connection, plans: &[Plan]) -> Vec<Outcome> {
    match together(connection, plans) {
        Ok(outcomes) => outcomes,
        Err(Stop::Failed(_)) if plans.len() > 1 => plans.iter().map(|plan| alone(connection, plan)).collect(),
        Err(stop) => {
            let error = StoreError::from(stop);
            plans.iter().map(|_| Err(error.clone())).collect()
        }
    }
}

/// `Err` if nothing of it was written.
fn together(connection: &Connection, plans: &[Plan]) -> Result<Vec<Outcome>, Stop> {
    control(connection, "BEGIN IMMEDIATE")?;
    let outcome = in_transaction(connection, plans);
    if outcome.is_err() && !connection.is_autocommit() {
        control(connection, "ROLLBACK")?;
    }
    outcome
}

fn in_transaction(connection: &Connection, plans: &[Plan]) -> Result<Vec<Outcome>, Stop> {
    let mut outcomes = Vec::with_capacity(plans.len());
    for plan in plans {
        match steps(connection, plan) {
            Ok(replies) => outcomes.push(Ok(replies)),
            // Fences come before the first write: nothing of this plan is in the transaction.
            Err(Stop::Fenced) => outcomes.push(Err(StoreError::LostLease)),
            Err(stop) => return Err(stop),
        }
    }
    let commits = plans.iter().any(|plan| matches!(plan.kind, Kind::Commit { .. }));
    if commits {
        crash::point("store.commit.before");
    }
    control(connection, "COMMIT")?;
    if commits {
        crash::point("store.commit.after");
    }
    if plans.iter().any(|plan| plan.kind == Kind::Claim) {
        crash::point("store.claim.after");
    }
    Ok(outcomes)
}

fn steps(connection: &Connection, plan: &Plan) -> Result<Vec<Reply>, Stop> {
    let mut replies: Vec<Reply> = Vec::with_capacity(plan.stmts.len());
    for stmt in &plan.stmts {
        let outcome = match replies.last() {
            Some(before) if stmt.mode == Mode::Fed => run(connection, stmt, &fed(stmt, before)),
            _ => run(connection, stmt, &stmt.rows),
        };
        replies.push(stmt.judge(outcome)?);
    }
    Ok(replies)
}

/// The statement's arguments, once for each row of the reply before, and that row after them.
fn fed(stmt: &Stmt, before: &Reply) -> Vec<Vec<Arg>> {
    let own = stmt.rows.first().cloned().unwrap_or_default();
    before.rows.iter().map(|row| own.iter().cloned().chain(row.args()).collect()).collect()
}

fn control(connection: &Connection, text: &'static str) -> Result<(), Stop> {
    let done = connection.prepare_cached(text).and_then(|mut prepared| prepared.raw_execute());
    done.map(|_| ()).map_err(|error| Stop::Down(error.into()))
}

fn run(connection: &Connection, stmt: &Stmt, rows: &[Vec<Arg>]) -> Result<Reply, Fault> {
    let mut reply = Reply::default();
    if stmt.lite.is_empty() {
        return Ok(reply);
    }
    let mut prepared = connection.prepare_cached(&stmt.lite)?;
    for args in rows {
        bind(&mut prepared, args)?;
        let width = prepared.column_count();
        if width == 0 {
            reply.changed += prepared.raw_execute()? as u64;
            continue;
        }
        let mut found = prepared.raw_query();
        while let Some(row) = found.next()? {
            let cells: Result<_, rusqlite::Error> =
                (0..width).map(|column| row.get_ref(column).map(cell)).collect();
            reply.rows.push(Row::new(cells?));
        }
    }
    Ok(reply)
}

/// `$7` is a name to SQLite, numbered by its first appearance; it means the seventh argument.
fn bind(prepared: &mut Statement<'_>, args: &[Arg]) -> Result<(), Fault> {
    for index in 1..=prepared.parameter_count() {
        let number = prepared.parameter_name(index).and_then(|name| name.strip_prefix('$')?.parse().ok());
        let arg = number.and_then(|number: usize| args.get(number.checked_sub(1)?));
        prepared.raw_bind_parameter(
            index,
            arg.ok_or(rusqlite::Error::InvalidParameterCount(index, args.len()))?,
        )?;
    }
    Ok(())
}

impl ToSql for Arg {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let value = match self {
            Self::Int(value) => value.map(ValueRef::Integer),
            Self::Flag(value) => value.map(|flag| ValueRef::Integer(flag.into())),
            Self::Text(value) => value.as_ref().map(|text| ValueRef::Text(text.as_bytes())),
            Self::Bytes(value) => value.as_ref().map(|bytes| ValueRef::Blob(bytes)),
            Self::Id(value) => value.as_ref().map(|id| ValueRef::Blob(id.as_bytes())),
        };
        Ok(ToSqlOutput::Borrowed(value.unwrap_or(ValueRef::Null)))
    }
}

fn cell(value: ValueRef<'_>) -> Cell {
    match value {
        ValueRef::Null => Cell::Null,
        ValueRef::Integer(number) => Cell::Int(number),
        // No column of ours holds such a number; whoever reads one finds text where none should be.
        ValueRef::Real(number) => Cell::Text(number.to_string()),
        ValueRef::Text(text) => Cell::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Cell::Bytes(bytes.to_vec()),
    }
}
