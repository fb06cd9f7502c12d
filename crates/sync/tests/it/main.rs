//! The engine from outside: whole histories on fakes, judged by a ledger of their own.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking, and a simulation says what it did"
)]

mod decision;
mod simulation;
