//! Databases to run the service on.

use std::sync::atomic::{AtomicU32, Ordering};

use tokio_postgres::{Client, NoTls};

/// Which engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
}

/// A database of one test. SQLite's is in the service's data folder.
pub(crate) struct Database {
    name: Option<String>,
}

/// The server to test against: `cargo xtask test` names one.
#[expect(clippy::disallowed_methods, reason = "which server to test against is the caller's to say")]
fn server() -> String {
    std::env::var("BOWLINE_TEST_PG")
        .unwrap_or_else(|_| "postgres://postgres@127.0.0.1:5432/postgres".to_owned())
}

async fn connect(url: &str) -> Client {
    let Ok((client, connection)) = tokio_postgres::connect(url, NoTls).await else {
        panic!("no PostgreSQL to test with: run `cargo xtask test`, or let BOWLINE_TEST_PG name a server")
    };
    tokio::spawn(async move { drop(connection.await) });
    client
}

async fn run(sql: String) {
    connect(&server()).await.batch_execute(&sql).await.unwrap();
}

impl Database {
    pub(crate) async fn create(kind: Kind) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        if kind == Kind::Sqlite {
            return Self { name: None };
        }
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("bowline_it_{}_{count}", std::process::id());
        run(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
        run(format!("CREATE DATABASE {name}")).await;
        Self { name: Some(name) }
    }

    /// The URL for `store.url`; empty for the default.
    pub(crate) fn url(&self) -> String {
        let Some(name) = &self.name else { return String::new() };
        let server = server();
        let (start, _) = server.rsplit_once('/').unwrap();
        format!("{start}/{name}")
    }

    /// Every row of every table as text, values of bytes in hex; nothing for SQLite, whose file is at hand.
    pub(crate) async fn dump(&self) -> String {
        if self.name.is_none() {
            return String::new();
        }
        let client = connect(&self.url()).await;
        let tables = "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables \
                      WHERE schemaname NOT IN ('pg_catalog', 'information_schema')";
        let mut dump = String::new();
        for table in client.query(tables, &[]).await.unwrap() {
            let table: String = table.get(0);
            let rows = client.query(&format!("SELECT t::text FROM {table} AS t"), &[]).await.unwrap();
            let rows: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
            dump.push_str(&format!("{table}\n{}\n", rows.join("\n")));
        }
        dump
    }

    pub(crate) async fn drop(self) {
        if let Some(name) = self.name {
            run(format!("DROP DATABASE {name} WITH (FORCE)")).await;
        }
    }
}
