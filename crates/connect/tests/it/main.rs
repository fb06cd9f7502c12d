//! What the crate does as a whole, and against vectors that others published.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on says so by panicking"
)]

mod client;
mod content;
mod descriptor;
mod flaws;
mod flowchart;
mod foreign_table;
mod forge;
mod fuzz;
mod host_tokens;
mod install_keys;
mod intake;
mod lifecycle;
mod manifest;
mod offline;
mod page;
mod replay;
mod schema;
mod signed_urls;
#[cfg(feature = "axum")]
mod web;
mod world;
mod wycheproof;
