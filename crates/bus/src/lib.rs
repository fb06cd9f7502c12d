//! The bell that says: there is work, and the feed that says: something changed.
//!
//! What lives here: signals between parts of one process, and later between processes. What does not: work itself.
//! The database is the truth; a ring that is lost costs at most one due-scan, and a feed only tells a live page to
//! read again.

mod feed;
mod local;

pub use feed::Feed;
pub use local::Local;
