//! The store: one handle for every port, whichever database is behind it.

use std::sync::Arc;

use bowline_core::TenantId;
use bowline_core::port::StoreError;

use crate::error::Error;
use crate::lite::Lite;
use crate::options::{Options, Place};
#[cfg(feature = "postgres")]
use crate::pg::Pg;
use crate::row::Reply;
use crate::stmt::{Kind, Outcome, Plan, Stmt};

/// An open database; implements every storage port of `bowline_core::port`. Clones share it.
#[derive(Clone)]
pub struct Store {
    pool: Arc<Pool>,
}

enum Pool {
    Lite(Lite),
    #[cfg(feature = "postgres")]
    Pg(Pg),
}

impl Store {
    /// Opens a database and brings its schema up to date.
    ///
    /// # Errors
    /// `TooNew` if a newer release made its schema; `Unguarded` if PostgreSQL would not keep tenants apart.
    pub async fn open(options: Options) -> Result<Self, Error> {
        let pool = match Place::of(&options.url)? {
            Place::Memory => Pool::Lite(Lite::memory()?),
            Place::File(path) => Pool::Lite(Lite::file(&path, &options)?),
            #[cfg(feature = "postgres")]
            Place::Postgres => Pool::Pg(Pg::open(&options).await?),
            #[cfg(not(feature = "postgres"))]
            Place::Postgres => return Err(Error::BadUrl("this build has no PostgreSQL")),
        };
        Ok(Self { pool: Arc::new(pool) })
    }

    /// Waits for what was handed over to be written, then closes every connection. Later calls on any clone are
    /// answered `Unavailable`.
    pub async fn close(&self) {
        match self.pool.as_ref() {
            Pool::Lite(lite) => lite.close().await,
            #[cfg(feature = "postgres")]
            Pool::Pg(pg) => pg.close().await,
        }
    }

    /// Reads with several statements as of one moment.
    pub(crate) async fn read(&self, plan: Plan) -> Outcome {
        match self.pool.as_ref() {
            Pool::Lite(lite) => lite.read(plan).await,
            #[cfg(feature = "postgres")]
            Pool::Pg(pg) => pg.read(plan).await,
        }
    }

    /// Reads a tenant's rows with one statement.
    pub(crate) async fn ask(&self, tenant: TenantId, stmt: Stmt) -> Result<Reply, StoreError> {
        self.read(Plan::of(tenant, vec![stmt])).await.map(last)
    }

    /// Reads a page of a tenant's rows.
    pub(crate) async fn list(&self, tenant: TenantId, stmt: Stmt) -> Result<Reply, StoreError> {
        self.read(Plan { tenant: Some(tenant), stmts: vec![stmt], kind: Kind::List }).await.map(last)
    }

    /// Reads system tables with one statement.
    pub(crate) async fn ask_system(&self, stmt: Stmt) -> Result<Reply, StoreError> {
        self.read(Plan::system(vec![stmt])).await.map(last)
    }

    /// Writes all of the plan or nothing; durable when it returns.
    pub(crate) async fn write(&self, plan: Plan) -> Outcome {
        match self.pool.as_ref() {
            Pool::Lite(lite) => lite.write(plan).await,
            #[cfg(feature = "postgres")]
            Pool::Pg(pg) => pg.write(plan).await,
        }
    }
}

/// The reply of the last statement.
pub(crate) fn last(replies: Vec<Reply>) -> Reply {
    replies.into_iter().next_back().unwrap_or_default()
}
