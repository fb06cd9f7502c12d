//! PostgreSQL: a few connections that read and a few that write, each with a task that groups what waits.
//!
//! Whatever names a tenant runs inside a transaction that first says which one; row policies do the rest (`guard`
//! proves them at start). Connections serve as `bowline_app`, whatever role logged in (`roles`).

mod batch;
mod connect;
mod crew;
mod guard;
mod line;
mod roles;
mod schema;
mod session;
mod tls;
mod transaction;
mod url;
mod value;

use crate::error::Error;
use crate::options::Options;
use crate::stmt::{Outcome, Plan};
use connect::Place;
use crew::Crew;
use line::Use;

/// An open PostgreSQL database.
pub(crate) struct Pg {
    crew: Crew,
}

impl Pg {
    pub(crate) async fn open(options: &Options) -> Result<Self, Error> {
        schema::migrate(options).await?;
        let place = Place::of(&options.url, options.patience)?;
        let mut session = place.serving(Use::Reading).await?;
        guard::check(&mut session).await?;
        session.close().await;
        Ok(Self { crew: Crew::start(&place, options.readers, options.writers) })
    }

    /// Reads a tenant's rows at one moment, or system tables.
    pub(crate) async fn read(&self, plan: Plan) -> Outcome {
        self.crew.read(plan).await
    }

    /// Writes all of the plan or nothing.
    pub(crate) async fn write(&self, plan: Plan) -> Outcome {
        self.crew.write(plan).await
    }

    /// Waits for what was handed over to be carried out, then closes every connection.
    pub(crate) async fn close(&self) {
        self.crew.close().await;
    }
}
