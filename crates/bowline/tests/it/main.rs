//! The real binary, as processes of its own, against simulators as processes of their own.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod acting;
mod app;
mod audit;
mod bad_input;
mod canary;
mod cli;
#[cfg(feature = "crash")]
mod crash;
mod demo;
mod forge;
mod house;
mod intake;
mod keys;
mod layers;
mod life;
mod processes;
mod reach;
#[cfg(feature = "crash")]
mod replaced;
mod sign_in;
mod traces;
