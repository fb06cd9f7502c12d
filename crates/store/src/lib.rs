//! The ports on PostgreSQL and on SQLite.
//!
//! What lives here: every SQL text, the migrations of both databases, the writers that group commits, the
//! start-up check of row-level security. What does not: any rule of sync (`bowline-sync`), and any spelling of
//! secrets (`bowline-auth` seals before anything comes here). A port method becomes a `Plan` of statements
//! (`tables`, `ports`), and `lite` or `pg` carries it out.

mod arg;
mod commit;
mod error;
mod lite;
mod migration;
mod options;
mod page;
#[cfg(feature = "postgres")]
mod pg;
mod ports;
mod queue;
mod row;
mod stmt;
mod store;
mod tables;

pub use error::{Error, Fault};
pub use options::Options;
pub use store::Store;
