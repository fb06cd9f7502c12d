//! Connections to PostgreSQL: how they are opened and what each is told first.

use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions, Executor, PgConnection, PgPool};

use super::roles;
use crate::error::{Error, Fault};
use crate::options::Options;

/// Room for every text we have, and for the lists with their few combinations of filters.
const STATEMENTS: usize = 200;

pub(super) fn options(url: &str) -> Result<PgConnectOptions, Error> {
    // The parser's own message may quote the URL.
    let options = PgConnectOptions::from_str(url).map_err(|_| Error::BadUrl("it cannot be parsed"))?;
    Ok(options.application_name("bowline").statement_cache_capacity(STATEMENTS).disable_statement_logging())
}

/// Connections that serve: each waits no longer than it should and acts as the serving role.
pub(super) fn pool(options: &Options, width: u32) -> Result<PgPool, Error> {
    let patience = options.patience;
    Ok(PgPoolOptions::new()
        .max_connections(width.max(1))
        .acquire_timeout(patience)
        .after_connect(move |connection, _| Box::pin(prepare(connection, patience)))
        .connect_lazy_with(self::options(&options.url)?))
}

/// How long one transaction or read may take. Only a server that is out of reach takes longer: one that answers
/// gives up by itself before (`statement_timeout`), and then it is known what came of it.
pub(super) const fn limit(options: &Options) -> Duration {
    options.patience.saturating_mul(7)
}

async fn prepare(connection: &mut PgConnection, patience: Duration) -> Result<(), sqlx::Error> {
    let millis = patience.as_millis();
    let limits = format!(
        "SET lock_timeout = {millis}; SET statement_timeout = {}; \
         SET idle_in_transaction_session_timeout = {}; SET ROLE {}",
        millis.saturating_mul(6),
        millis.saturating_mul(12),
        roles::APP
    );
    connection.execute(AssertSqlSafe(limits)).await.map(|_| ())
}

/// One such connection by itself: unlike a pool, which tries again until its patience ends, it says what is wrong.
pub(super) async fn serving(options: &Options) -> Result<PgConnection, Error> {
    let mut connection = self::options(&options.url)?.connect().await.map_err(Fault::from)?;
    prepare(&mut connection, options.patience).await.map_err(Fault::from)?;
    Ok(connection)
}

/// A connection that migrates; has no limits, because another process may be at it.
pub(super) async fn single(url: &str) -> Result<PgConnection, Error> {
    Ok(options(url)?.connect().await.map_err(Fault::from)?)
}
