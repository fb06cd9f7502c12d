//! PostgreSQL: a pool that reads, and writers that group commits.
//!
//! Whatever names a tenant runs inside a transaction that first says which one; row policies do the rest (`guard`
//! proves them at start). Connections serve as `bowline_app`, whatever role logged in (`roles`).

mod connect;
mod exec;
mod group;
mod guard;
mod roles;
mod schema;
mod value;
mod writer;

use bowline_core::crash;
use sqlx::PgPool;

use crate::error::{Error, Fault};
use crate::options::Options;
use crate::stmt::{Kind, Outcome, Plan};

/// An open PostgreSQL database.
pub(crate) struct Pg {
    readers: PgPool,
    writers: writer::Writers,
}

impl Pg {
    pub(crate) async fn open(options: &Options) -> Result<Self, Error> {
        schema::migrate(options.migrate_url.as_deref().unwrap_or(&options.url)).await?;
        guard::check(&mut connect::serving(options).await?).await?;
        let readers = connect::pool(options, options.readers)?;
        let writers = writer::Writers::start(connect::pool(options, options.writers)?, options.writers);
        Ok(Self { readers, writers })
    }

    /// Reads a tenant's rows at one moment, or system tables.
    pub(crate) async fn read(&self, plan: Plan) -> Outcome {
        let Some(tenant) = plan.tenant else { return self.system(&plan).await };
        let begin = match plan.stmts.len() {
            1 => "BEGIN READ ONLY",
            _ => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        };
        let mut connection = self.readers.acquire().await.map_err(Fault::from)?;
        let mut transaction = exec::begin(&mut connection, begin, tenant).await?;
        // It ends unasked when it is dropped, so nobody waits for that; there is nothing to commit.
        Ok(exec::steps(&mut transaction, &plan.stmts).await?)
    }

    /// Writes all of the plan or nothing. Plans about system tables alone do not wait for the writers, and each of
    /// their statements stands for itself.
    pub(crate) async fn write(&self, plan: Plan) -> Outcome {
        if plan.tenant.is_some() {
            return self.writers.write(plan).await;
        }
        let replies = self.system(&plan).await?;
        if plan.kind == Kind::Claim {
            crash::point("store.claim.after");
        }
        Ok(replies)
    }

    async fn system(&self, plan: &Plan) -> Outcome {
        let mut connection = self.readers.acquire().await.map_err(Fault::from)?;
        Ok(exec::steps(&mut connection, &plan.stmts).await?)
    }

    /// Waits for what was handed over to be written, then closes every connection.
    pub(crate) async fn close(&self) {
        self.writers.close().await;
        self.readers.close().await;
    }
}
