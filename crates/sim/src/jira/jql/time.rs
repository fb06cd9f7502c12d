//! Times in JQL: absolute to the minute, relative to now, or milliseconds since 1970.

use jiff::civil::{Date, DateTime};

use crate::jira::date::millis;

/// A time in a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Time {
    /// Milliseconds since 1970.
    At(i64),
    /// Milliseconds from now.
    FromNow(i64),
}

impl Time {
    /// The instant it means now.
    pub(super) fn instant(self, now: i64) -> i64 {
        match self {
            Self::At(at) => at,
            Self::FromNow(ms) => now.saturating_add(ms),
        }
    }

    /// Reads `yyyy-MM-dd[ HH:mm]` (in UTC, everybody's zone here), a period like `-1w 2d`, or milliseconds.
    pub(super) fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Ok(number) = text.parse::<i64>() {
            return Some(Self::At(number));
        }
        absolute(text).map(Self::At).or_else(|| period(text).map(Self::FromNow))
    }
}

fn absolute(text: &str) -> Option<i64> {
    let text = text.replace('/', "-");
    let (date, time) = text.split_once(' ').unwrap_or((&text, "0:00"));
    let (hour, minute) = time.trim().split_once(':')?;
    let date: Date = jiff::fmt::strtime::parse("%Y-%m-%d", date).ok()?.to_date().ok()?;
    millis(DateTime::from_parts(
        date,
        jiff::civil::Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()?,
    ))
}

fn period(text: &str) -> Option<i64> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let mut total = 0_i64;
    for part in rest.split_whitespace() {
        let unit = part.chars().next_back()?;
        let count: i64 = part.strip_suffix(unit)?.parse().ok().filter(|count| *count >= 0)?;
        let ms = match unit {
            'm' => 60_000,
            'h' => 3_600_000,
            'd' => 86_400_000,
            'w' => 604_800_000,
            _ => return None,
        };
        total = total.checked_add(count.checked_mul(ms)?)?;
    }
    (!rest.trim().is_empty()).then_some(sign * total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absolute_times_are_minutes_in_utc() {
        let noon = Some(Time::At(1_595_937_600_000));
        assert_eq!(Time::read("2020-07-28 12:00"), noon);
        assert_eq!(Time::read("2020/07/28 12:00"), noon);
        assert_eq!(Time::read("1595937600000"), noon);
        assert_eq!(Time::read("2020-07-28"), Some(Time::At(1_595_894_400_000)));
        assert_eq!(Time::read("2020-13-28"), None);
        assert_eq!(Time::read("2020-07-28 25:00"), None);
    }

    #[test]
    fn periods_are_from_now() {
        assert_eq!(Time::read("-5m"), Some(Time::FromNow(-300_000)));
        assert_eq!(Time::read("4w 2d"), Some(Time::FromNow(2_592_000_000)));
        assert_eq!(Time::read("-1w 1h"), Some(Time::FromNow(-608_400_000)));
        assert_eq!(Time::read("-"), None);
        assert_eq!(Time::read("-5x"), None);
        assert_eq!(Time::read("99999999999999999w"), None);
        assert_eq!(Time::FromNow(-1).instant(10), 9);
    }
}
