//! Carries out statements on a PostgreSQL connection.

use bowline_core::TenantId;
use futures_util::TryStreamExt;
use sqlx::{AssertSqlSafe, Connection, Either, Executor, PgConnection, Postgres, Transaction};

use super::value;
use crate::error::Fault;
use crate::row::Reply;
use crate::stmt::{Stmt, Stop};

/// Begins a transaction for one tenant, in one round trip. If that fails the connection is of no more use: a
/// transaction may have begun that the driver does not know of.
pub(super) async fn begin<'c>(
    connection: &'c mut PgConnection,
    begin: &'static str,
    tenant: TenantId,
) -> Result<Transaction<'c, Postgres>, Fault> {
    // A UUID prints hexadecimal digits and dashes only, so it may stand in the text.
    let text = format!("{begin}; SELECT set_config('bowline.tenant', '{}', true)", tenant.uuid());
    connection.begin_with(AssertSqlSafe(text)).await.map_err(|error| Fault::from(error).broken())
}

/// Goes on in the same transaction for another tenant.
pub(super) async fn turn_to(connection: &mut PgConnection, tenant: TenantId) -> Result<(), Fault> {
    let query = sqlx::query("SELECT set_config('bowline.tenant', $1, true)").bind(tenant.uuid().to_string());
    connection.execute(query).await?;
    Ok(())
}

/// Runs statements in order and stops at the first that says so.
pub(super) async fn steps(connection: &mut PgConnection, stmts: &[Stmt]) -> Result<Vec<Reply>, Stop> {
    let mut replies = Vec::with_capacity(stmts.len());
    for stmt in stmts {
        replies.push(stmt.judge(run(connection, stmt).await)?);
    }
    Ok(replies)
}

async fn run(connection: &mut PgConnection, stmt: &Stmt) -> Result<Reply, Fault> {
    let mut reply = Reply::default();
    if stmt.pg.is_empty() || stmt.rows.is_empty() {
        return Ok(reply);
    }
    let text = AssertSqlSafe(stmt.pg.clone());
    let mut answers = connection.fetch_many(sqlx::query_with(text, value::arguments(stmt)?));
    while let Some(answer) = answers.try_next().await? {
        match answer {
            Either::Left(done) => reply.changed += done.rows_affected(),
            Either::Right(row) => reply.rows.push(value::row(&row)?),
        }
    }
    Ok(reply)
}
