//! Refusals in the log: the first few of a minute have a line each, the others are counted. Anybody can make refusals, and a log
//! that anybody can fill hides what its reader looks for.

use bowline_core::{SignedDuration, Timestamp};

/// How many have a line of their own in a minute: more than an administrator makes who tries again and again.
const TOLD: u32 = 20;
const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// What was refused in this minute.
#[derive(Default)]
pub(super) struct Tally {
    since: Option<Timestamp>,
    told: u32,
    untold: u64,
}

impl Tally {
    /// Begins anew if the minute is over; says how many were counted in it and not told.
    pub(super) fn begun_anew(&mut self, now: Timestamp) -> Option<u64> {
        let is_over = self.since.is_some_and(|since| now.duration_since(since) >= MINUTE);
        if !is_over {
            return None;
        }
        let untold = self.untold;
        *self = Self::default();
        (untold > 0).then_some(untold)
    }

    /// Whether the next refusal has a line.
    pub(super) fn tells(&mut self, now: Timestamp) -> bool {
        self.since.get_or_insert(now);
        if self.told < TOLD {
            self.told += 1;
            return true;
        }
        self.untold += 1;
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_secs(seconds)
    }

    #[test]
    fn the_first_of_a_minute_are_told_and_the_others_counted_together() {
        let mut tally = Tally::default();
        assert_eq!(tally.begun_anew(at(0)), None);
        let told = (0..50).filter(|second| tally.tells(at(*second))).count();
        assert_eq!(told, TOLD as usize);
        assert_eq!(tally.begun_anew(at(59)), None, "the minute is not over");
        assert_eq!(tally.begun_anew(at(60)), Some(30));
        assert_eq!(tally.begun_anew(at(200)), None, "they are told once");
        assert!(tally.tells(at(200)), "another minute");
    }

    #[test]
    fn few_are_never_counted_together() {
        let mut tally = Tally::default();
        for minute in 0..5 {
            assert_eq!(tally.begun_anew(at(60 * minute)), None);
            assert!(tally.tells(at(60 * minute)));
        }
    }
}
