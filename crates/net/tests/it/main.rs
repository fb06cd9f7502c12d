//! The pipeline against a real server on loopback: guard, signing, repeats, limits, redaction.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on says so by panicking"
)]

mod addresses;
mod budgets;
mod exchanges;
mod hours;
mod limits;
mod redaction;
mod repeats;
mod server;
mod signing;
mod streams;
mod turns;
mod world;
