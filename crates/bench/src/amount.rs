//! How much is measured.

use std::time::Duration;

/// Counts and lengths of one run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Amount {
    /// Linked pairs of items, each edited at most once in a phase.
    pub(crate) shares: usize,
    /// Edits that wait for each other, so that what one of them costs can be counted.
    pub(crate) alone: usize,
    /// Edits a second at an even pace; the aim for delays is set at 50.
    pub(crate) pace: u32,
    /// How long that pace is kept.
    pub(crate) pace_for: Duration,
    /// How often limit and full speed are measured, in turns.
    pub(crate) rounds: usize,
    /// How long one limit is measured.
    pub(crate) limit_for: Duration,
    /// How long nothing happens before idle memory is read.
    pub(crate) idle_for: Duration,
    /// How often the service is started over its data.
    pub(crate) starts: usize,
}

/// What the figures in the documents come from.
pub(crate) const FULL: Amount = Amount {
    shares: 1_000,
    alone: 40,
    pace: 50,
    pace_for: Duration::from_secs(20),
    rounds: 5,
    limit_for: Duration::from_secs(2),
    idle_for: Duration::from_secs(5),
    starts: 7,
};

/// Enough to see that it works.
pub(crate) const QUICK: Amount = Amount {
    shares: 40,
    alone: 4,
    pace: 20,
    pace_for: Duration::from_secs(1),
    rounds: 1,
    limit_for: Duration::from_millis(200),
    idle_for: Duration::from_millis(300),
    starts: 1,
};
