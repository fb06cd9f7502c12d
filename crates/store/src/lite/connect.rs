//! Opening a SQLite database: what every connection is told first.

use std::fs::OpenOptions;
use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode};

use crate::error::{Error, Fault, FaultKind};

/// Room for every text we have, and for the lists with their few combinations of filters.
const STATEMENTS: usize = 200;

/// How often to try for the write-ahead log. Two processes that make the same database at the same moment may
/// meet there, and SQLite does not wait on that lock; the second try finds it done.
const WAL_TRIES: usize = 10;

pub(super) fn memory() -> Result<Connection, Fault> {
    let connection = Connection::open_in_memory()?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.execute_batch("PRAGMA foreign_keys = ON")?;
    Ok(connection)
}

pub(super) fn writer(path: &Path, patience: Duration) -> Result<Connection, Error> {
    create_private(path)?;
    let connection = file(path, patience)?;
    write_ahead(&connection)?;
    // FULL: what was committed survives a power cut.
    connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON").map_err(Fault::from)?;
    Ok(connection)
}

pub(super) fn reader(path: &Path, patience: Duration) -> Result<Connection, Fault> {
    let connection = file(path, patience)?;
    // A page that is not here comes from the system's cache; a quarter of SQLite's usual 2 MiB for each reader will do.
    connection.execute_batch("PRAGMA query_only = ON; PRAGMA cache_size = -512")?;
    Ok(connection)
}

fn file(path: &Path, patience: Duration) -> Result<Connection, Fault> {
    let connection = Connection::open(path)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.busy_timeout(patience)?;
    // A statement's plan does not depend on its arguments: otherwise SQLite prepares some of ours anew each time.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(connection)
}

/// The file is for us alone from its first moment; SQLite gives its log the same rights.
fn create_private(path: &Path) -> Result<(), Fault> {
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(error) => Err(Fault::new(FaultKind::Other, format!("{}: {error}", path.display()))),
    }
}

fn write_ahead(connection: &Connection) -> Result<(), Fault> {
    for _ in 1..WAL_TRIES {
        match connection.pragma_update(None, "journal_mode", "WAL") {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {
                // Waits for whoever is at it, as any write does.
                connection.execute_batch("BEGIN IMMEDIATE; COMMIT")?;
            }
            other => return Ok(other?),
        }
    }
    Ok(connection.pragma_update(None, "journal_mode", "WAL")?)
}
