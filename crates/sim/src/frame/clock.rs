//! The simulator's clock: real time by default, moved, stopped or sped up through the control API.
//!
//! Everything that has a time (created, updated, retries, stale search) asks this clock, so a test can make a day
//! pass at once, or in a minute. Instants are milliseconds since 1970, as both vendors show them. Real time is read here only.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

/// The last millisecond both vendors' date formats can show (the end of the year 9998).
const END_OF_TIME: i64 = 253_370_764_799_999;
/// A year passes in five minutes; faster than that, nothing could react in between.
pub(crate) const FASTEST: f64 = 100_000.0;

/// Where a clock is and how it goes on from there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Position {
    /// What it showed at the real instant `since`.
    at: i64,
    since: i64,
    /// How much faster than real time it runs when it runs.
    speed: f64,
    frozen: bool,
}

impl Position {
    /// A clock that was never touched.
    fn real() -> Self {
        let real = real();
        Self { at: real, since: real, speed: 1.0, frozen: false }
    }

    fn now(self, real: i64) -> i64 {
        if self.frozen {
            return self.at;
        }
        let passed = real.saturating_sub(self.since);
        let passed = if self.speed == 1.0 { passed } else { (passed as f64 * self.speed) as i64 };
        self.at.saturating_add(passed).clamp(0, END_OF_TIME)
    }

    /// The same instant, shown again now.
    fn anew(self) -> Self {
        let real = real();
        Self { at: self.now(real), since: real, ..self }
    }
}

/// Where a clock begins.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Start {
    /// Milliseconds since 1970; real time when `None`.
    pub(crate) at: Option<i64>,
    pub(crate) frozen: bool,
}

impl Start {
    pub(crate) fn apply(self, clock: &Clock) {
        // Stopped first: time passes between the two on a busy machine.
        clock.freeze(self.frozen);
        if let Some(at) = self.at {
            clock.set(at);
        }
    }
}

/// A clock that can be moved, stopped, sped up and waited for.
#[derive(Debug)]
pub(crate) struct Clock {
    position: Mutex<Position>,
    moved: Notify,
}

impl Default for Clock {
    fn default() -> Self {
        Self { position: Mutex::new(Position::real()), moved: Notify::new() }
    }
}

impl Clock {
    /// Now, in milliseconds since 1970.
    pub(crate) fn now(&self) -> i64 {
        self.position().now(real())
    }

    /// Whether time stands still.
    pub(crate) fn is_frozen(&self) -> bool {
        self.position().frozen
    }

    /// How much faster than real time it runs when it runs.
    pub(crate) fn speed(&self) -> f64 {
        self.position().speed
    }

    /// How far it is from real time, in milliseconds.
    pub(crate) fn offset(&self) -> i64 {
        let real = real();
        self.position().now(real).saturating_sub(real)
    }

    /// Lets `ms` pass at once.
    pub(crate) fn advance(&self, ms: i64) {
        self.change(|position| {
            let position = position.anew();
            Position { at: position.at.saturating_add(ms).clamp(0, END_OF_TIME), ..position }
        });
    }

    /// Makes it `at`; a running clock runs on from there.
    pub(crate) fn set(&self, at: i64) {
        self.change(|position| Position { at: at.clamp(0, END_OF_TIME), ..position.anew() });
    }

    /// Stops the clock where it is, or lets it run on from there as fast as before.
    pub(crate) fn freeze(&self, frozen: bool) {
        self.change(|position| Position { frozen, ..position.anew() });
    }

    /// Runs so much faster (or slower) than real time, from where it is.
    pub(crate) fn run(&self, speed: f64) {
        let speed = speed.clamp(0.0, FASTEST);
        self.change(|position| Position { speed, ..position.anew() });
    }

    /// Shows real time again, and runs.
    pub(crate) fn reset(&self) {
        self.change(|_| Position::real());
    }

    /// Where it is, for a snapshot.
    pub(crate) fn position(&self) -> Position {
        *self.position.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Goes back there: a clock that stood still shows the same instant, one that ran goes on as if it had never been
    /// moved since.
    pub(crate) fn resume(&self, position: Position) {
        self.change(|_| position);
    }

    fn change(&self, change: impl FnOnce(Position) -> Position) {
        let mut position = self.position.lock().unwrap_or_else(PoisonError::into_inner);
        *position = change(*position);
        drop(position);
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
            let Position { speed, frozen, .. } = self.position();
            if frozen || speed == 0.0 {
                moved.await;
                continue;
            }
            let left = (left as f64 / speed).ceil().max(1.0) as u64;
            tokio::select! {
                () = moved => {}
                () = tokio::time::sleep(Duration::from_millis(left)) => {}
            }
        }
    }
}

/// A simulator's clock in the hands of a test in the same process; `POST /_sim/clock` does the same from outside.
#[derive(Clone, Debug)]
pub struct VirtualClock(Arc<Clock>);

impl VirtualClock {
    pub(crate) fn of(clock: Arc<Clock>) -> Self {
        Self(clock)
    }

    /// What it shows, in milliseconds since 1970.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.0.now()
    }

    /// Lets so much time pass at once.
    pub fn advance(&self, by: Duration) {
        self.0.advance(i64::try_from(by.as_millis()).unwrap_or(i64::MAX));
    }

    /// Makes it show this, in milliseconds since 1970.
    pub fn set(&self, at: i64) {
        self.0.set(at);
    }

    /// Stops it where it is, or lets it run on from there.
    pub fn freeze(&self, frozen: bool) {
        self.0.freeze(frozen);
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
    fn a_fast_clock_makes_a_day_of_an_hour_and_remembers_it_while_it_stands() {
        let position = Position { at: 1_000, since: 500, speed: 24.0, frozen: false };
        assert_eq!(position.now(500 + 3_600_000), 1_000 + 86_400_000);
        let clock = Clock::default();
        clock.run(24.0);
        clock.freeze(true);
        assert!(clock.is_frozen());
        clock.freeze(false);
        assert_eq!(clock.speed(), 24.0);
        clock.run(f64::INFINITY);
        assert_eq!(clock.speed(), FASTEST);
        clock.reset();
        assert!(clock.speed() == 1.0 && clock.now().abs_diff(real()) < 60_000);
    }

    #[test]
    fn a_clock_goes_back_to_where_it_was() {
        let clock = Clock::default();
        clock.set(1_000_000);
        clock.freeze(true);
        let then = clock.position();
        clock.advance(86_400_000);
        clock.freeze(false);
        clock.resume(then);
        assert_eq!((clock.position(), clock.now()), (then, then.at));
        assert!(clock.is_frozen());
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
