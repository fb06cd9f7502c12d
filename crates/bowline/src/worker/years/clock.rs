//! Time that passes only while everybody waits: the clock of a runtime whose time is paused.

use bowline_core::port::Clock;
use bowline_core::{SignedDuration, Timestamp};
use tokio::time::Instant;

/// When the years begin; any moment would do.
const BEGINNING: i64 = 1_790_000_000;

/// Shows what the runtime's timers run by.
pub(in crate::worker) struct Paused(Instant);

impl Paused {
    pub(in crate::worker) fn new() -> Self {
        Self(Instant::now())
    }

    /// How long ago the years began.
    pub(in crate::worker) fn passed(&self) -> SignedDuration {
        SignedDuration::try_from(self.0.elapsed()).unwrap()
    }

    /// Waits until so long after the beginning.
    pub(in crate::worker) async fn reach(&self, moment: SignedDuration) {
        tokio::time::sleep_until(self.0 + std::time::Duration::try_from(moment).unwrap()).await;
    }
}

impl Clock for Paused {
    fn now(&self) -> Timestamp {
        let passed = i64::try_from(self.passed().as_micros()).unwrap();
        Timestamp::from_microsecond(BEGINNING * 1_000_000 + passed).unwrap()
    }
}
