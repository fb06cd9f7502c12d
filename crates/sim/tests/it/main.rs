//! The simulators as their users meet them: over HTTP, on a free port, with real webhooks.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod atlassian;
mod browser;
mod client;
mod concurrency;
mod connect;
mod control;
mod faults;
mod forge;
mod guard;
mod jira;
mod page;
mod predicates;
mod receiver;
mod robust;
mod snapshots;
mod targetprocess;
