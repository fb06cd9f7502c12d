//! When to look again after a failure.

use std::time::Duration;

use bowline_core::port::Entropy;
use bowline_core::{SignedDuration, Timestamp};

/// Fast at first, then durable and slow (`specs/sync.md` 1.10): the last one repeats.
const LADDER: [i64; 11] = [2, 4, 8, 60, 180, 540, 1_620, 3_600, 10_800, 43_200, 86_400];

/// The next time to try, after `attempts` tries that failed (1 or more). Up to a fifth is added at random, so
/// that what failed together does not come back together.
pub(crate) fn next(now: Timestamp, attempts: u32, entropy: &dyn Entropy) -> Timestamp {
    let rung = usize::try_from(attempts.saturating_sub(1)).unwrap_or(usize::MAX);
    let seconds = LADDER.get(rung).or(LADDER.last()).copied().unwrap_or(60);
    add(now, SignedDuration::from_millis(spread(seconds.saturating_mul(1_000), entropy)))
}

/// The next time to try when the vendor said how long to wait.
pub(crate) fn after(now: Timestamp, wait: Duration, entropy: &dyn Entropy) -> Timestamp {
    let millis = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX / 4);
    add(now, SignedDuration::from_millis(spread(millis.max(250), entropy)))
}

/// Whether a failure has lasted long enough to tell a person about it.
pub(crate) const fn lasts(attempts: u32) -> bool {
    attempts > 3
}

fn spread(millis: i64, entropy: &dyn Entropy) -> i64 {
    let mut byte = [0u8; 1];
    entropy.fill(&mut byte);
    let [dice] = byte;
    millis.saturating_add(millis.saturating_mul(i64::from(dice)) / (5 * 255))
}

/// Adds without ever failing: the far future is far enough.
pub(crate) fn add(now: Timestamp, wait: SignedDuration) -> Timestamp {
    now.saturating_add(wait).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed(u8);
    impl Entropy for Fixed {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    fn seconds(attempts: u32, dice: u8) -> f64 {
        let now = Timestamp::UNIX_EPOCH;
        next(now, attempts, &Fixed(dice)).duration_since(now).as_secs_f64()
    }

    #[test]
    fn waits_two_four_eight_seconds_and_then_minutes_up_to_a_day() {
        let waits: Vec<f64> = [1, 2, 3, 4, 5, 11, 50].map(|n| seconds(n, 0)).to_vec();
        assert_eq!(waits, [2.0, 4.0, 8.0, 60.0, 180.0, 86_400.0, 86_400.0]);
    }

    #[test]
    fn adds_at_most_a_fifth() {
        assert!((seconds(1, 255) - 2.4).abs() < 0.01);
    }

    #[test]
    fn a_vendors_waiting_time_is_kept_and_never_cut() {
        let now = Timestamp::UNIX_EPOCH;
        let due = after(now, Duration::from_secs(30), &Fixed(0));
        assert_eq!(due.duration_since(now).as_secs(), 30);
    }
}
