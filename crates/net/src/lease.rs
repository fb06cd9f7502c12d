//! What part of a limit is ours while several processes share it.

use bowline_core::Timestamp;

/// A slice of what a connection or a quota allows.
#[derive(Debug)]
pub(crate) struct Lease {
    /// Hundredths.
    pub(crate) part: u32,
    /// Until when; for ever if nobody shares.
    pub(crate) until: Timestamp,
    /// How much was wanted since it was leased.
    pub(crate) wanted: u32,
}

impl Default for Lease {
    fn default() -> Self {
        Self { part: 100, until: Timestamp::MAX, wanted: 0 }
    }
}
