//! What the crate does as a whole, and against vectors that others published.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on says so by panicking"
)]

mod signed_urls;
mod wycheproof;
