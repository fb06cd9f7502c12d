//! SQLite: one row, one transaction, one sync, one after the other.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use rusqlite::Connection;
use tokio::time::Instant;

use super::{BODY, Limit};

/// Measures in a file of its own beside the service's. Blocks that long: nothing else is to run meanwhile.
pub(crate) fn measure(folder: &Path, length: Duration) -> Result<Limit> {
    let connection = Connection::open(folder.join("limit.db"))?;
    // As the service's store opens its own file.
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.execute_batch(
        "PRAGMA synchronous = FULL; CREATE TABLE IF NOT EXISTS rows (id INTEGER PRIMARY KEY, body BLOB)",
    )?;
    let mut insert = connection.prepare("INSERT INTO rows (body) VALUES (?1)")?;
    let (started, mut count) = (Instant::now(), 0_u32);
    while started.elapsed() < length {
        insert.execute([BODY.as_slice()])?;
        count += 1;
    }
    Ok(Limit { one: f64::from(count) / started.elapsed().as_secs_f64(), many: None })
}
