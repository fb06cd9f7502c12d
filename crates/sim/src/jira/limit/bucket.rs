//! A token bucket by the simulator's clock: a batch of tokens comes in every interval, until it is full.
//!
//! Both products describe theirs so ("Rate limiting", developer.atlassian.com, "Automatic refill"; "Adjusting your
//! code for rate limiting", confluence.atlassian.com: `X-RateLimit-FillRate` tokens every
//! `X-RateLimit-Interval-Seconds`).

/// How large a bucket is and how it fills.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Size {
    /// How many tokens there are room for.
    pub(crate) capacity: u32,
    /// How many come in every interval.
    pub(crate) fill: u32,
    #[serde(default = "second")]
    pub(crate) interval_seconds: u32,
}

fn second() -> u32 {
    1
}

impl Size {
    fn interval(self) -> i64 {
        i64::from(self.interval_seconds.max(1)) * 1_000
    }
}

/// A bucket.
#[derive(Clone, Debug)]
pub(crate) struct Bucket {
    left: u32,
    /// When the last batch came in.
    filled: i64,
}

impl Bucket {
    /// A full one.
    pub(crate) fn full(size: Size, now: i64) -> Self {
        Self { left: size.capacity, filled: now }
    }

    /// How many tokens there are now.
    pub(crate) fn left(&mut self, size: Size, now: i64) -> u32 {
        if now < self.filled {
            // The clock was set back: the next batch comes an interval from now.
            self.filled = now;
        }
        let batches = (now - self.filled) / size.interval();
        self.filled += batches * size.interval();
        let more = u32::try_from(batches).unwrap_or(u32::MAX).saturating_mul(size.fill);
        self.left = self.left.saturating_add(more).min(size.capacity);
        self.left
    }

    /// Takes a token.
    pub(crate) fn take(&mut self) {
        self.left = self.left.saturating_sub(1);
    }

    /// Seconds until there is a token: none when there is one now, for ever when none comes in.
    pub(crate) fn wait(&self, size: Size, now: i64) -> i64 {
        if self.left > 0 {
            0
        } else if size.fill == 0 || size.capacity == 0 {
            i64::MAX
        } else {
            seconds(self.filled + size.interval() - now)
        }
    }
}

/// Whole seconds that are not over too early; at least one.
pub(crate) fn seconds(ms: i64) -> i64 {
    (ms.saturating_add(999) / 1_000).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: Size = Size { capacity: 3, fill: 2, interval_seconds: 10 };

    #[test]
    fn tokens_come_in_batches_until_the_bucket_is_full() {
        let mut bucket = Bucket::full(SIZE, 1_000);
        for _ in 0..3 {
            bucket.take();
        }
        assert_eq!((bucket.left(SIZE, 1_000), bucket.wait(SIZE, 1_000)), (0, 10));
        assert_eq!((bucket.left(SIZE, 10_999), bucket.wait(SIZE, 10_999)), (0, 1));
        assert_eq!((bucket.left(SIZE, 11_000), bucket.wait(SIZE, 11_000)), (2, 0));
        assert_eq!(bucket.left(SIZE, 500_000), 3);
    }

    #[test]
    fn a_clock_set_back_neither_fills_nor_blocks() {
        let mut bucket = Bucket::full(SIZE, 1_000_000);
        bucket.take();
        assert_eq!(bucket.left(SIZE, 5), 2);
        assert_eq!(bucket.left(SIZE, 10_005), 3);
    }

    #[test]
    fn who_gets_no_tokens_waits_for_ever() {
        let size = Size { capacity: 0, fill: 0, interval_seconds: 1 };
        let mut bucket = Bucket::full(size, 0);
        assert_eq!((bucket.left(size, 9_000), bucket.wait(size, 9_000)), (0, i64::MAX));
    }
}
