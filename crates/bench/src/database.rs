//! The database that the service runs on: made for one run, dropped after it.
//!
//! Both say from outside how many transactions were made durable. SQLite counts them in its shared-memory file;
//! PostgreSQL gives each transaction that writes a number.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result};
use serde::Serialize;
use tokio_postgres::{Client, NoTls};

use crate::limit::{self, Limit};

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
}

impl Kind {
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// A database.
#[derive(Clone, Debug)]
pub(crate) enum Database {
    /// In the service's data folder.
    Sqlite { folder: PathBuf },
    /// On a server.
    Postgres { server: String, name: String },
}

impl Database {
    /// In a folder that exists.
    pub(crate) fn sqlite(folder: &Path) -> Self {
        Self::Sqlite { folder: folder.to_owned() }
    }

    /// A fresh one on a server.
    pub(crate) async fn postgres(server: &str) -> Result<Self> {
        let name = format!("bowline_bench_{}", std::process::id());
        run(server, format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await?;
        run(server, format!("CREATE DATABASE {name}")).await?;
        Ok(Self::Postgres { server: server.to_owned(), name })
    }

    pub(crate) const fn kind(&self) -> Kind {
        match self {
            Self::Sqlite { .. } => Kind::Sqlite,
            Self::Postgres { .. } => Kind::Postgres,
        }
    }

    /// For `store.url`.
    pub(crate) fn url(&self) -> Result<String> {
        match self {
            Self::Sqlite { folder } => Ok(format!("sqlite:{}", file(folder, "").display())),
            Self::Postgres { server, name } => beside(server, name).context("the URL names no database"),
        }
    }

    /// How many transactions were made durable, ever. On PostgreSQL by anybody on the whole server.
    pub(crate) async fn transactions(&self) -> Result<u64> {
        match self {
            Self::Sqlite { folder } => {
                let index = std::fs::read(file(folder, "-shm"))?;
                changes(&index).context("the shared-memory file of SQLite is too short")
            }
            Self::Postgres { .. } => {
                // Only a transaction that writes is given a number.
                let next = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text";
                let next: String = connect(&self.url()?).await?.query_one(next, &[]).await?.try_get(0)?;
                Ok(next.parse()?)
            }
        }
    }

    /// How many durable commits the same disk gives without Bowline.
    pub(crate) async fn limit(&self, length: Duration) -> Result<Limit> {
        match self {
            Self::Sqlite { folder } => limit::sqlite::measure(folder, length),
            Self::Postgres { .. } => limit::postgres::measure(&self.url()?, length).await,
        }
    }

    /// Removes it.
    pub(crate) async fn drop(self) -> Result<()> {
        match self {
            Self::Sqlite { .. } => Ok(()),
            Self::Postgres { server, name } => {
                run(&server, format!("DROP DATABASE {name} WITH (FORCE)")).await
            }
        }
    }
}

/// The URL of another database on the same server, with the same settings.
fn beside(server: &str, name: &str) -> Option<String> {
    let (address, settings) =
        server.split_once('?').map_or((server, None), |(start, end)| (start, Some(end)));
    let (start, _) = address.rsplit_once('/')?;
    Some(settings.map_or_else(|| format!("{start}/{name}"), |settings| format!("{start}/{name}?{settings}")))
}

fn file(folder: &Path, more: &str) -> PathBuf {
    folder.join(format!("bowline.db{more}"))
}

/// Bytes 8 to 11, in the machine's order: `iChange`, “incremented with each transaction”
/// (<https://sqlite.org/walformat.html>, section 2.1).
fn changes(index: &[u8]) -> Option<u64> {
    let bytes = index.get(8..12)?.try_into().ok()?;
    Some(u32::from_ne_bytes(bytes).into())
}

/// A connection, and a task that moves its bytes until it is dropped.
pub(crate) async fn connect(url: &str) -> Result<Client> {
    let (client, connection) =
        tokio_postgres::connect(url, NoTls).await.context("cannot connect to PostgreSQL")?;
    tokio::spawn(async move { drop(connection.await) });
    Ok(client)
}

async fn run(url: &str, sql: String) -> Result<()> {
    Ok(connect(url).await?.batch_execute(&sql).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_database_is_reached_with_the_same_settings() {
        assert_eq!(beside("postgres://a@h:1/x", "y").unwrap(), "postgres://a@h:1/y");
        assert_eq!(
            beside("postgres://a@h/x?sslmode=disable", "y").unwrap(),
            "postgres://a@h/y?sslmode=disable"
        );
    }

    #[test]
    fn sqlite_counts_each_transaction_once_however_many_rows_it_wrote() {
        let folder = std::env::temp_dir().join(format!("bowline-bench-count-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let connection = rusqlite::Connection::open(file(&folder, "")).unwrap();
        connection.pragma_update(None, "journal_mode", "WAL").unwrap();
        connection.execute_batch("CREATE TABLE t (x)").unwrap();
        let count = || changes(&std::fs::read(file(&folder, "-shm")).unwrap()).unwrap();
        let before = count();
        connection.execute_batch("INSERT INTO t VALUES (1)").unwrap();
        connection
            .execute_batch("BEGIN; INSERT INTO t VALUES (2); INSERT INTO t VALUES (3); COMMIT")
            .unwrap();
        connection.execute_batch("BEGIN; SELECT * FROM t; COMMIT").unwrap();
        assert_eq!(count() - before, 2);
        drop(connection);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
