//! One conformance suite over every database, and what is special about each.
//!
//! A case is an async function over [`given::Given`]; `backend` runs it on SQLite in memory, on a SQLite file and on
//! PostgreSQL, each time on a database of its own. PostgreSQL must be there: `cargo xtask test` starts one.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod backend;
mod commits;
mod console;
mod delegations;
mod desk;
mod documents;
mod findings;
mod forge;
mod given;
mod grants;
mod inbox;
mod installations;
mod keys;
mod leases;
#[cfg(feature = "postgres")]
mod postgres;
mod registry;
mod retention;
mod schema;
mod shares;
mod sharing;
mod slices;
mod sql;
mod tenants;
#[path = "../../../net/tests/it/turns.rs"]
#[allow(dead_code, reason = "its hours are looked at where they are made")]
mod turns;
mod vault;
mod work;
