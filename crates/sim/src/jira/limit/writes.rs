//! Cloud's limit on writes to one issue: 20 in two seconds and 100 in thirty ("Rate limiting",
//! developer.atlassian.com/cloud/jira/platform/rate-limiting, "Per-issue rate limiting on write operations").

use std::collections::{HashMap, VecDeque};

/// How many writes within how many milliseconds.
const WINDOWS: [(usize, i64); 2] = [(20, 2_000), (100, 30_000)];
/// Issues whose writes are remembered before the old ones are looked through.
const MOST: usize = 10_000;

/// When each issue was last written to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Writes(HashMap<u32, VecDeque<i64>>);

/// A window that is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Full {
    pub(crate) limit: usize,
    /// Milliseconds until the issue may be written to again.
    pub(crate) wait: i64,
}

impl Writes {
    /// Whether an issue was written to too often; of two full windows the one that is full for longer.
    pub(crate) fn full(&self, issue: u32, now: i64) -> Option<Full> {
        let times = self.0.get(&issue)?;
        let full = WINDOWS.iter().filter_map(|(limit, window)| {
            let oldest = times.get(times.len().checked_sub(*limit)?)?;
            let wait = oldest + window - now;
            (wait > 0 && *oldest <= now).then_some(Full { limit: *limit, wait })
        });
        full.max_by_key(|full| full.wait)
    }

    /// Notes a write.
    pub(crate) fn note(&mut self, issue: u32, now: i64) {
        let [_, (most, window)] = WINDOWS;
        if self.0.len() >= MOST {
            self.0.retain(|_, times| times.back().is_some_and(|last| now - last < window));
        }
        let times = self.0.entry(issue).or_default();
        times.push_back(now);
        while times.len() > most {
            times.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_twenty_first_write_in_two_seconds_waits() {
        let mut writes = Writes::default();
        for at in 0..20 {
            assert_eq!(writes.full(1, at), None);
            writes.note(1, at);
        }
        assert_eq!(writes.full(1, 500), Some(Full { limit: 20, wait: 1_500 }));
        assert_eq!(writes.full(2, 500), None, "another issue is another matter");
        assert_eq!(writes.full(1, 2_000), None);
    }

    #[test]
    fn the_hundred_and_first_write_in_thirty_seconds_waits() {
        let mut writes = Writes::default();
        for number in 0..100 {
            assert_eq!(writes.full(1, number * 200), None, "{number}");
            writes.note(1, number * 200);
        }
        assert_eq!(writes.full(1, 20_000), Some(Full { limit: 100, wait: 10_000 }));
        assert_eq!(writes.full(1, 30_000), None);
    }

    #[test]
    fn a_clock_set_back_blocks_nobody() {
        let mut writes = Writes::default();
        (0..20).for_each(|_| writes.note(1, 1_000_000));
        assert_eq!(writes.full(1, 500), None);
    }
}
