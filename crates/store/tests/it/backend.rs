//! Fresh databases: one for each case, gone afterwards.

use std::future::Future;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use bowline_store::{Options, Store};
use futures_util::FutureExt;

use crate::given::Given;

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Backend {
    Memory,
    File,
    #[cfg(feature = "postgres")]
    Postgres,
}

/// A database of one case.
pub(crate) struct Fresh {
    pub(crate) options: Options,
    place: Option<PathBuf>,
    #[cfg(feature = "postgres")]
    database: Option<crate::postgres::Database>,
}

impl Fresh {
    pub(crate) async fn new(backend: Backend) -> Self {
        match backend {
            Backend::Memory => Self::at("sqlite::memory:".to_owned()),
            Backend::File => {
                let place = std::env::temp_dir().join(format!("bowline-store-{}", unique()));
                // Left behind by a run that was killed.
                let _ = std::fs::remove_dir_all(&place);
                std::fs::create_dir(&place).unwrap();
                let mut fresh = Self::at(format!("sqlite:{}", place.join("db").display()));
                fresh.place = Some(place);
                fresh
            }
            #[cfg(feature = "postgres")]
            Backend::Postgres => {
                let database = crate::postgres::Database::create().await;
                let mut fresh = Self::at(database.url.clone());
                fresh.database = Some(database);
                fresh
            }
        }
    }

    fn at(url: String) -> Self {
        Self {
            options: Options::new(url),
            place: None,
            #[cfg(feature = "postgres")]
            database: None,
        }
    }

    pub(crate) async fn open(&self) -> Store {
        Store::open(self.options.clone()).await.unwrap()
    }

    /// The file of a database that is one.
    pub(crate) fn place(&self) -> PathBuf {
        self.place.as_ref().unwrap().join("db")
    }

    /// How many migrations the database has.
    pub(crate) async fn migrations(&self) -> i64 {
        #[cfg(feature = "postgres")]
        if let Some(database) = &self.database {
            return database.number("SELECT count(*) FROM migrations").await;
        }
        let connection = rusqlite::Connection::open(self.place()).unwrap();
        connection.query_row("SELECT count(*) FROM migrations", [], |row| row.get(0)).unwrap()
    }

    /// Runs a statement behind the store's back.
    pub(crate) async fn execute(&self, sql: &'static str) {
        #[cfg(feature = "postgres")]
        if let Some(database) = &self.database {
            return database.execute(sql).await;
        }
        rusqlite::Connection::open(self.place()).unwrap().execute_batch(sql).unwrap();
    }

    #[cfg(feature = "postgres")]
    pub(crate) const fn database(&self) -> &crate::postgres::Database {
        self.database.as_ref().unwrap()
    }

    pub(crate) async fn drop(self) {
        if let Some(place) = self.place {
            std::fs::remove_dir_all(place).unwrap();
        }
        #[cfg(feature = "postgres")]
        if let Some(database) = self.database {
            database.drop().await;
        }
    }
}

/// A word that no other case of this or another run has.
pub(crate) fn unique() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// Runs a case on a fresh database, and removes it even if the case fails.
pub(crate) async fn run<F: Future<Output = ()>>(backend: Backend, case: impl FnOnce(Given) -> F) {
    let fresh = Fresh::new(backend).await;
    let store = fresh.open().await;
    let outcome = AssertUnwindSafe(case(Given::new(store.clone()))).catch_unwind().await;
    store.close().await;
    fresh.drop().await;
    if let Err(panic) = outcome {
        resume_unwind(panic);
    }
}

/// The cases of a module, on every database.
macro_rules! on_every_database {
    ($($case:ident)*) => {
        mod memory {
            use crate::backend::{Backend, run};
            $(#[tokio::test] async fn $case() { run(Backend::Memory, super::$case).await; })*
        }
        mod file {
            use crate::backend::{Backend, run};
            $(#[tokio::test] async fn $case() { run(Backend::File, super::$case).await; })*
        }
        #[cfg(feature = "postgres")]
        mod postgres {
            use crate::backend::{Backend, run};
            $(#[tokio::test] async fn $case() { run(Backend::Postgres, super::$case).await; })*
        }
    };
}
pub(crate) use on_every_database;
