//! What each format holds, told from outside: the matrix of `docs/text.md`, and texts as people write them.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "what a helper of a test cannot do fails that test"
)]

mod corpus;
mod fuzz;
mod matrix;
mod samples;
