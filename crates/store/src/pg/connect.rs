//! Connections to PostgreSQL: how they are opened and what each is told first.

use std::net::IpAddr;
use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgSslMode};
use sqlx::{AssertSqlSafe, ConnectOptions, Executor, PgConnection, PgPool};

use super::roles;
use crate::error::{Error, Fault};
use crate::options::Options;

/// Room for every text we have, and for the lists with their few combinations of filters.
const STATEMENTS: usize = 200;

pub(super) fn options(url: &str) -> Result<PgConnectOptions, Error> {
    // The parser's own message may quote the URL.
    let mut options = PgConnectOptions::from_str(url).map_err(|_| Error::BadUrl("it cannot be parsed"))?;
    // Encryption that is only preferred protects nothing that does not leave the machine, and costs 80 ms at each
    // connection. Whoever wants it there says `sslmode=require`.
    if matches!(options.get_ssl_mode(), PgSslMode::Prefer) && is_loopback(options.get_host()) {
        options = options.ssl_mode(PgSslMode::Disable);
    }
    Ok(options.application_name("bowline").statement_cache_capacity(STATEMENTS).disable_statement_logging())
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encryption_that_is_only_preferred_is_left_out_on_the_same_machine_alone() {
        let mode = |url| options(url).unwrap().get_ssl_mode();
        for url in ["postgres://app@127.0.0.1/b", "postgres://app@localhost/b", "postgres://app@[::1]:5432/b"]
        {
            assert!(matches!(mode(url), PgSslMode::Disable), "{url}");
        }
        assert!(matches!(mode("postgres://app@db/b"), PgSslMode::Prefer));
        assert!(matches!(mode("postgres://app@127.0.0.1/b?sslmode=require"), PgSslMode::Require));
    }
}
