//! The simulator's clock: real time by default, moved or stopped through the control API.
//!
//! Everything that has a time (created, updated, retries, stale search) asks this clock, so a test can make a day
//! pass at once. Instants are milliseconds since 1970, as both vendors show them. Real time is read here only.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use tokio::sync::Notify;

/// Marks a clock that runs.
const RUNNING: i64 = i64::MIN;
/// The last millisecond both vendors' date formats can show (the end of the year 9998).
const END_OF_TIME: i64 = 253_370_764_799_999;

/// A clock that can be moved, stopped and waited for.
#[derive(Debug)]
pub(crate) struct Clock {
    offset: AtomicI64,
    frozen_at: AtomicI64,
    moved: Notify,
}

impl Default for Clock {
    fn default() -> Self {
        Self { offset: AtomicI64::new(0), frozen_at: AtomicI64::new(RUNNING), moved: Notify::new() }
    }
}

impl Clock {
    /// Now, in milliseconds since 1970.
    pub(crate) fn now(&self) -> i64 {
        match self.frozen_at.load(Ordering::Acquire) {
            RUNNING => real().saturating_add(self.offset.load(Ordering::Acquire)).clamp(0, END_OF_TIME),
            frozen => frozen,
        }
    }

    /// Whether time stands still.
    pub(crate) fn is_frozen(&self) -> bool {
        self.frozen_at.load(Ordering::Acquire) != RUNNING
    }

    /// Lets `ms` pass at once.
    pub(crate) fn advance(&self, ms: i64) {
        let then = self.now().saturating_add(ms);
        self.set(then);
    }

    /// Makes it `at`; a running clock runs on from there.
    pub(crate) fn set(&self, at: i64) {
        let at = at.clamp(0, END_OF_TIME);
        if self.is_frozen() {
            self.frozen_at.store(at, Ordering::Release);
        } else {
            self.offset.store(at.saturating_sub(real()), Ordering::Release);
        }
        self.moved.notify_waiters();
    }

    /// Stops the clock where it is, or lets it run on from there.
    pub(crate) fn freeze(&self, frozen: bool) {
        let now = self.now();
        if frozen {
            self.frozen_at.store(now, Ordering::Release);
        } else if self.is_frozen() {
            self.offset.store(now.saturating_sub(real()), Ordering::Release);
            self.frozen_at.store(RUNNING, Ordering::Release);
        }
        self.moved.notify_waiters();
    }

    /// Waits until this clock shows `at`: by real time passing, or by somebody moving the clock.
    pub(crate) async fn sleep_until(&self, at: i64) {
        loop {
            let moved = self.moved.notified();
            let left = at.saturating_sub(self.now());
            if left <= 0 {
                return;
            }
            if self.is_frozen() {
                moved.await;
                continue;
            }
            tokio::select! {
                () = moved => {}
                () = tokio::time::sleep(Duration::from_millis(left.unsigned_abs())) => {}
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place where the simulators read the real time")]
fn real() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frozen_clock_moves_only_when_told() {
        let clock = Clock::default();
        clock.freeze(true);
        let start = clock.now();
        assert_eq!(clock.now(), start);
        clock.advance(1_500);
        assert_eq!(clock.now(), start + 1_500);
        clock.set(42);
        assert_eq!(clock.now(), 42);
    }

    #[test]
    fn a_clock_runs_on_from_where_it_was_set() {
        let clock = Clock::default();
        clock.set(1_000_000);
        assert!((1_000_000..1_060_000).contains(&clock.now()));
        clock.freeze(true);
        clock.set(5_000);
        clock.freeze(false);
        assert!((5_000..65_000).contains(&clock.now()));
    }

    #[test]
    fn no_move_leaves_the_time_that_can_be_printed() {
        let clock = Clock::default();
        clock.freeze(true);
        clock.advance(i64::MAX);
        assert_eq!(clock.now(), END_OF_TIME);
        clock.set(i64::MIN);
        assert_eq!(clock.now(), 0);
    }

    #[tokio::test]
    async fn a_sleeper_wakes_when_the_clock_is_moved_past_its_time() {
        let clock = std::sync::Arc::new(Clock::default());
        clock.freeze(true);
        let wake = clock.now() + 86_400_000;
        let sleeper = tokio::spawn({
            let clock = clock.clone();
            async move { clock.sleep_until(wake).await }
        });
        tokio::task::yield_now().await;
        assert!(!sleeper.is_finished());
        clock.advance(86_400_000);
        sleeper.await.unwrap();
    }
}
