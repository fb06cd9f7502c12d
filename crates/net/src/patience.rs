//! Whether and when a call is sent again.
//!
//! A **repeatable** call (a read) is repeated up to three times: after 2, 4 and 8 seconds with jitter, or after
//! the vendor's own `Retry-After` if that is at most ten seconds. A **write** is repeated only if no connection
//! was made, and once: a write that waited is stale, because both sides may have changed meanwhile. So a write
//! that was throttled, cut or failed goes back to the engine, which reads both sides again and decides anew.
//! Whatever it is, if a person waits for the answer and no connection could be made, that is the answer.

use std::time::Duration;

use async_trait::async_trait;
use bowline_core::port::{Asker, Entropy};

/// The waits before the second, third and fourth attempt.
const LADDER: [Duration; 3] = [Duration::from_secs(2), Duration::from_secs(4), Duration::from_secs(8)];

/// The longest wait for a vendor inside a call; a longer one is the work table's business.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// Waits. A seam, so that tests and virtual time do not have to.
#[async_trait]
pub trait Sleeper: Send + Sync {
    /// Returns after the given time.
    async fn sleep(&self, length: Duration);
}

/// Waits in real time.
#[derive(Clone, Copy, Debug, Default)]
pub struct RealTime;

#[async_trait]
impl Sleeper for RealTime {
    async fn sleep(&self, length: Duration) {
        tokio::time::sleep(length).await;
    }
}

/// What may be done about a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Again {
    /// Nothing.
    Never,
    /// Nothing was sent: even a write may be tried once more.
    Unsent,
    /// Nobody knows whether it was carried out: only a repeatable call is sent again.
    Unsure,
    /// The vendor asked to wait so long: only a repeatable call waits.
    After(Duration),
}

/// How often one call was repeated so far.
pub(crate) struct Patience {
    repeatable: bool,
    asker: Asker,
    repeats: usize,
}

impl Patience {
    pub(crate) const fn new(repeatable: bool, asker: Asker) -> Self {
        Self { repeatable, asker, repeats: 0 }
    }

    /// How long to wait before the next attempt; `None` if there is none.
    pub(crate) fn next(&mut self, again: Again, entropy: &dyn Entropy) -> Option<Duration> {
        let rung = LADDER.get(self.repeats).copied();
        let wait = match again {
            Again::Never => None,
            Again::Unsent if self.asker == Asker::Person => None,
            Again::Unsent if !self.repeatable => rung.filter(|_| self.repeats == 0),
            Again::Unsent | Again::Unsure => rung.filter(|_| self.repeatable),
            Again::After(wait) => rung.and(Some(wait)).filter(|_| self.repeatable && wait <= LONGEST_WAIT),
        };
        self.repeats += 1;
        wait.map(|wait| jittered(wait, entropy))
    }
}

/// Up to half as long again, so that calls which failed together do not come back together.
fn jittered(wait: Duration, entropy: &dyn Entropy) -> Duration {
    let mut byte = [0];
    entropy.fill(&mut byte);
    let [share] = byte;
    wait + wait / 2 * u32::from(share) / u32::from(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Always(u8);
    impl Entropy for Always {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    fn waits(repeatable: bool, again: Again, share: u8) -> Vec<u64> {
        waits_of(Patience::new(repeatable, Asker::Work), again, share)
    }

    fn waits_of(mut patience: Patience, again: Again, share: u8) -> Vec<u64> {
        std::iter::from_fn(|| patience.next(again, &Always(share))).map(|wait| wait.as_secs()).collect()
    }

    #[test]
    fn a_read_climbs_the_ladder_with_jitter_and_then_gives_up() {
        assert_eq!(waits(true, Again::Unsure, 0), [2, 4, 8]);
        assert_eq!(waits(true, Again::Unsent, u8::MAX), [3, 6, 12]);
    }

    #[test]
    fn a_write_is_repeated_once_and_only_if_nothing_was_sent() {
        assert_eq!(waits(false, Again::Unsent, 0), [2]);
        for again in [Again::Unsure, Again::After(Duration::from_secs(1)), Again::Never] {
            assert_eq!(waits(false, again, 0), [0; 0], "{again:?}");
        }
    }

    #[test]
    fn a_person_is_told_at_once_that_nothing_could_be_connected_and_else_waits_like_everybody() {
        let waits = |again| waits_of(Patience::new(true, Asker::Person), again, 0);
        assert_eq!(waits(Again::Unsent), [0; 0]);
        assert_eq!(waits(Again::Unsure), [2, 4, 8]);
    }

    #[test]
    fn a_read_waits_for_the_vendor_up_to_ten_seconds() {
        assert_eq!(waits(true, Again::After(Duration::from_secs(10)), 0), [10, 10, 10]);
        assert_eq!(waits(true, Again::After(Duration::from_secs(11)), 0), [0; 0]);
        assert_eq!(waits(true, Again::Never, 0), [0; 0]);
    }
}
