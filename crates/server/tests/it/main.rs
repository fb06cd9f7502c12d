//! The server as its callers see it: over a real store in memory, a real sealer and engine, and scripted tools.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on says so by panicking"
)]

mod api;
mod authorize;
mod canary;
mod connect;
mod document;
mod envelope;
mod hooks;
mod house;
mod live;
mod loopback;
mod matrix;
mod metrics;
mod probes;
mod strangers;
