//! The crate from outside: webhook bodies found in the wild, and calls against scripted answers.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod answers;
mod calls;
mod lists;
mod proven;
mod script;
mod webhooks;
