//! Be an Atlassian app: what a Connect app must check, answer and sign, and what Forge sends to a remote.
//!
//! Useful without the rest of Bowline, but for a few words of `bowline-core` (secrets, clock, sending of calls). There is
//! no HTTP client and no server in here: calls go through ports, requests come in as `http` types. Start at the crate's
//! README.

pub mod client;
pub mod descriptor;
pub mod exchange;
pub mod forge;
pub mod install_key;
pub mod installation;
pub mod jose;
pub mod lifecycle;
pub mod page;
pub mod qsh;
pub mod token;
pub mod verify;
#[cfg(feature = "axum")]
pub mod web;

/// The few words of `bowline-core` that the ports are made of, for whoever depends on this crate alone.
pub use bowline_core as words;

mod flight;
mod origin;
mod percent;
