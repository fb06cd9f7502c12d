//! Brings a SQLite database up to this release's schema. The steps are in `migration`.

use rusqlite::{Connection, TransactionBehavior};

use crate::error::{Error, Fault};
use crate::migration;

/// Applies what is missing, all of it or nothing. Of several processes one does it and the others wait.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), Error> {
    let transaction =
        connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(Fault::from)?;
    transaction
        .execute_batch(
            "CREATE TABLE IF NOT EXISTS migrations (version INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL) STRICT",
        )
        .map_err(Fault::from)?;
    let found = transaction
        .query_row("SELECT COALESCE(max(version), 0) FROM migrations", [], |row| row.get(0))
        .map_err(Fault::from)?;
    for step in migration::after(found)? {
        transaction.execute_batch(step.sqlite).map_err(Fault::from)?;
        transaction
            .execute("INSERT INTO migrations (version, name) VALUES ($1, $2)", (step.version, step.name))
            .map_err(Fault::from)?;
        tracing::info!(version = step.version, name = step.name, "schema migrated");
    }
    transaction.commit().map_err(Fault::from)?;
    Ok(())
}
