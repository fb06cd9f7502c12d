//! PostgreSQL: a pool that reads, and writers that group commits.
//!
//! Whatever names a tenant runs inside a transaction that first says which one; row policies do the rest (`guard`
//! proves them at start). Connections serve as `bowline_app`, whatever role logged in (`roles`).

mod connect;
mod exec;
mod group;
mod guard;
mod lent;
mod roles;
mod schema;
mod value;
mod writer;

use std::time::Duration;

use bowline_core::crash;
use sqlx::PgPool;
use tokio::time::timeout;

use crate::error::{Error, Fault, FaultKind};
use crate::options::Options;
use crate::stmt::{Kind, Outcome, Plan};
use lent::Lent;

/// An open PostgreSQL database.
pub(crate) struct Pg {
    readers: PgPool,
    writers: writer::Writers,
    limit: Duration,
}

impl Pg {
    pub(crate) async fn open(options: &Options) -> Result<Self, Error> {
        schema::migrate(options.migrate_url.as_deref().unwrap_or(&options.url)).await?;
        guard::check(&mut connect::serving(options).await?).await?;
        let readers = connect::pool(options, options.readers)?;
        let limit = connect::limit(options);
        let pool = connect::pool(options, options.writers)?;
        let writers = writer::Writers::start(&pool, options.writers, limit);
        Ok(Self { readers, writers, limit })
    }

    /// Reads a tenant's rows at one moment, or system tables.
    pub(crate) async fn read(&self, plan: Plan) -> Outcome {
        self.apart(plan).await
    }

    /// Writes all of the plan or nothing. Plans about system tables alone do not wait for the writers, and each of
    /// their statements stands for itself.
    pub(crate) async fn write(&self, plan: Plan) -> Outcome {
        if plan.tenant.is_some() {
            return self.writers.write(plan).await;
        }
        let kind = plan.kind;
        let replies = self.apart(plan).await?;
        if kind == Kind::Claim {
            crash::point("store.claim.after");
        }
        Ok(replies)
    }

    /// Carries a plan out in a task of its own, so that it comes to its end although its caller may go away at any
    /// moment: a request whose client left must cost no connection.
    async fn apart(&self, plan: Plan) -> Outcome {
        let (pool, limit) = (self.readers.clone(), self.limit);
        let task = tokio::spawn(async move { timeout(limit, answer(&pool, &plan)).await });
        let fault = match task.await {
            Ok(Ok(outcome)) => return outcome,
            Ok(Err(_)) => Fault::silent(),
            Err(_) => Fault::new(FaultKind::Down, "the reader died"),
        };
        Err(fault.into())
    }

    /// Waits for what was handed over to be written, then closes every connection.
    pub(crate) async fn close(&self) {
        self.writers.close().await;
        self.readers.close().await;
    }
}

async fn answer(pool: &PgPool, plan: &Plan) -> Outcome {
    let mut connection = Lent::by(pool).await?;
    let replies = match plan.tenant {
        None => exec::steps(&mut connection, &plan.stmts).await,
        Some(tenant) => {
            let begin = match plan.stmts.len() {
                1 => "BEGIN READ ONLY",
                _ => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            };
            let mut transaction = exec::begin(&mut connection, begin, tenant).await?;
            // It ends unasked when it is dropped, so nobody waits for that; there is nothing to commit.
            exec::steps(&mut transaction, &plan.stmts).await
        }
    };
    connection.whole();
    Ok(replies?)
}
