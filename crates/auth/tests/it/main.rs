//! Keys, sealing, signing and intake through the public doors, over an in-memory vault and real files.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on says so by panicking"
)]

mod canary;
mod care;
mod cms;
mod intake;
mod keks;
mod keys;
mod life;
mod memory;
mod names;
mod oauth1;
mod rotation;
mod scopes;
mod sealing;
mod signing;
mod turner;
