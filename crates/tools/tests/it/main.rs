//! The adapters from outside, through the registry.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod conformance;
mod jira;
mod laws;
mod registry;
mod script;
mod targetprocess;
