//! Brings a PostgreSQL database up to this release's schema. The steps are in `migration`.

use sqlx::{Connection, Executor, PgConnection, raw_sql};

use super::{connect, roles};
use crate::error::{Error, Fault};
use crate::migration;

/// Any number that nobody else uses as an advisory lock in this database: “bowline” in ASCII.
const LOCK: i64 = 0x62_6f_77_6c_69_6e_65;

const TABLE: &str =
    "CREATE TABLE IF NOT EXISTS migrations (version BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL)";

/// Applies what is missing, all of it or nothing. Of several processes one does it and the others wait. A login
/// that may not change anything is enough when nothing is missing.
pub(super) async fn migrate(url: &str) -> Result<(), Error> {
    let mut connection = connect::single(url).await?;
    if !migration::after(found(&mut connection).await?)?.is_empty() {
        roles::create(&mut connection).await?;
        apply(&mut connection).await?;
    }
    // It has done its work; that it says good-bye badly changes nothing.
    let _ = connection.close().await;
    Ok(())
}

async fn apply(connection: &mut PgConnection) -> Result<(), Error> {
    let mut transaction = connection.begin().await.map_err(Fault::from)?;
    let lock = sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(LOCK);
    transaction.execute(lock).await.map_err(Fault::from)?;
    roles::admit(&mut transaction).await?;
    roles::act_as_owner(&mut transaction).await?;
    transaction.execute(TABLE).await.map_err(Fault::from)?;
    for step in migration::after(found(&mut transaction).await?)? {
        transaction.execute(raw_sql(step.postgres)).await.map_err(Fault::from)?;
        let done = sqlx::query("INSERT INTO migrations (version, name) VALUES ($1, $2)")
            .bind(step.version)
            .bind(step.name);
        transaction.execute(done).await.map_err(Fault::from)?;
        tracing::info!(version = step.version, name = step.name, "schema migrated");
    }
    transaction.commit().await.map_err(Fault::from)?;
    Ok(())
}

/// The newest migration the database has; 0 if it has none.
async fn found(connection: &mut PgConnection) -> Result<i64, Fault> {
    let exists: bool = sqlx::query_scalar("SELECT to_regclass('migrations') IS NOT NULL")
        .fetch_one(&mut *connection)
        .await?;
    if !exists {
        return Ok(0);
    }
    let newest = sqlx::query_scalar("SELECT COALESCE(max(version), 0) FROM migrations");
    Ok(newest.fetch_one(connection).await?)
}
