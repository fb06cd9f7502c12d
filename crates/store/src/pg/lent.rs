//! A connection lent by a pool.
//!
//! Whoever stops half-way, because time is up or because beginning failed, leaves a session in a state that the
//! driver does not know: a transaction may be open that it never counted, and the next user would write into it
//! or be refused. Such a connection is closed instead of going back.

use std::ops::{Deref, DerefMut};

use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, PgPool, Postgres};

use crate::error::Fault;

/// A connection that goes back to its pool only if it is said to be [`Lent::whole`].
pub(super) struct Lent {
    connection: PoolConnection<Postgres>,
    whole: bool,
}

impl Lent {
    pub(super) async fn by(pool: &PgPool) -> Result<Self, Fault> {
        Ok(Self { connection: pool.acquire().await?, whole: false })
    }

    /// What it was lent for came to an end, good or bad: the driver knows how the session stands.
    pub(super) fn whole(mut self) {
        self.whole = true;
    }
}

impl Deref for Lent {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.connection
    }
}

impl DerefMut for Lent {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.connection
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if !self.whole {
            self.connection.close_on_drop();
        }
    }
}
