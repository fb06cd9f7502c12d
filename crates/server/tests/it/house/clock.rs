//! A clock that moves a millisecond whenever it is asked, so that ids rise, and as far as a test wants.

use std::sync::atomic::{AtomicI64, Ordering};

use bowline_core::port::Clock;
use bowline_core::{SignedDuration, Timestamp};

/// 2026-11-22T10:00:00Z in microseconds.
const START: i64 = 1_795_341_600_000_000;

pub(crate) struct TestClock(AtomicI64);

impl Default for TestClock {
    fn default() -> Self {
        Self(AtomicI64::new(START))
    }
}

impl TestClock {
    pub(crate) fn advance(&self, by: SignedDuration) {
        self.0.fetch_add(i64::try_from(by.as_micros()).unwrap(), Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_microsecond(self.0.fetch_add(1_000, Ordering::SeqCst)).unwrap()
    }
}
