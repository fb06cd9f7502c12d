//! Times in JQL: absolute to the minute, relative to now, milliseconds since 1970, and functions of the calendar.

use jiff::civil::{Date, DateTime};
use jiff::{Span, ToSpan};

use crate::jira::date::{civil, millis};

/// A time in a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Time {
    /// Milliseconds since 1970.
    At(i64),
    /// Milliseconds from now.
    FromNow(i64),
    /// The beginning of a period of the calendar, or its last millisecond, after a shift.
    Edge { unit: Unit, end: bool, shift: Shift },
}

/// A period of the calendar. Weeks begin on Sunday, as they do for the locale `en_US`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Year,
}

/// So many units later, or earlier when negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shift(i64, Unit);

impl Time {
    /// The instant it means now.
    pub(super) fn instant(self, now: i64) -> i64 {
        match self {
            Self::At(at) => at,
            Self::FromNow(ms) => now.saturating_add(ms),
            Self::Edge { unit, end, shift } => edge(now, unit, end, shift).unwrap_or(now),
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

    /// A function of time by name; `None` when there is none of that name, an error for a wrong argument.
    pub(super) fn function(name: &str, arguments: &[String]) -> Option<Result<Self, String>> {
        let lower = name.to_lowercase();
        let most = |most: usize, time: Result<Self, String>| {
            Some(if arguments.len() > most {
                let count = arguments.len();
                Err(format!("Function '{name}' expected '{most}' arguments but received '{count}'."))
            } else {
                time
            })
        };
        if lower == "now" {
            return most(0, Ok(Self::FromNow(0)));
        }
        let (end, unit) = match (lower.strip_prefix("startof"), lower.strip_prefix("endof")) {
            (Some(unit), _) => (false, unit),
            (_, Some(unit)) => (true, unit),
            _ => return None,
        };
        let unit = match unit {
            "day" => Unit::Day,
            "week" => Unit::Week,
            "month" => Unit::Month,
            "year" => Unit::Year,
            _ => return None,
        };
        let shift = arguments.first().map_or(Some(Shift(0, unit)), |text| shift(text, unit));
        let time = shift.map(|shift| Self::Edge { unit, end, shift }).ok_or_else(|| {
            format!(
                "Duration for function '{name}' should have the format (+/-)n(yMwdhm), e.g. -1M for 1 month earlier."
            )
        });
        most(1, time)
    }
}

/// Reads `-1`, `+2w`, `3M`; without a unit it is the function's own.
fn shift(text: &str, usual: Unit) -> Option<Shift> {
    let text = text.trim();
    let (digits, unit) = match text.chars().next_back()? {
        'y' => (text.strip_suffix('y')?, Unit::Year),
        'M' => (text.strip_suffix('M')?, Unit::Month),
        'w' => (text.strip_suffix('w')?, Unit::Week),
        'd' => (text.strip_suffix('d')?, Unit::Day),
        'h' => (text.strip_suffix('h')?, Unit::Hour),
        'm' => (text.strip_suffix('m')?, Unit::Minute),
        _ => (text, usual),
    };
    digits.strip_prefix('+').unwrap_or(digits).parse().ok().map(|count| Shift(count, unit))
}

/// The edge of the period around the shifted now.
fn edge(now: i64, unit: Unit, end: bool, Shift(count, by): Shift) -> Option<i64> {
    let shifted = civil(now).checked_add(span(count, by)?).ok()?;
    let date = shifted.date();
    let first = match unit {
        Unit::Week => {
            let days = i64::from(date.weekday().to_sunday_zero_offset());
            date.checked_sub(days.days()).ok()?
        }
        Unit::Month => date.first_of_month(),
        Unit::Year => date.first_of_year(),
        Unit::Minute | Unit::Hour | Unit::Day => date,
    };
    let start = DateTime::from_parts(first, jiff::civil::Time::midnight());
    if end { Some(millis(start.checked_add(span(1, unit)?).ok()?)? - 1) } else { millis(start) }
}

fn span(count: i64, unit: Unit) -> Option<Span> {
    let none = Span::new();
    match unit {
        Unit::Minute => none.try_minutes(count),
        Unit::Hour => none.try_hours(count),
        Unit::Day => none.try_days(count),
        Unit::Week => none.try_weeks(count),
        Unit::Month => none.try_months(count),
        Unit::Year => none.try_years(count),
    }
    .ok()
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

    #[test]
    fn functions_find_the_edges_of_the_calendar() {
        // 2020-07-28 was a Tuesday.
        let now = 1_595_937_600_000;
        for (name, argument, expected) in [
            ("startOfDay", None, "2020-07-28 00:00"),
            ("startOfDay", Some("-1"), "2020-07-27 00:00"),
            ("startOfDay", Some("+1w"), "2020-08-04 00:00"),
            ("startOfWeek", None, "2020-07-26 00:00"),
            ("startOfMonth", Some("-1M"), "2020-06-01 00:00"),
            ("startOfYear", Some("1"), "2021-01-01 00:00"),
            ("STARTOFDAY", Some("-13h"), "2020-07-27 00:00"),
        ] {
            let arguments: Vec<String> = argument.into_iter().map(str::to_owned).collect();
            let time = Time::function(name, &arguments).unwrap().unwrap();
            assert_eq!(Some(Time::At(time.instant(now))), Time::read(expected), "{name} {argument:?}");
        }
        let end = Time::function("endOfMonth", &[]).unwrap().unwrap();
        assert_eq!(Some(Time::At(end.instant(now) + 1)), Time::read("2020-08-01"));
        assert!(Time::function("startOfDay", &["soon".to_owned()]).unwrap().is_err());
        assert!(Time::function("startOfDecade", &[]).is_none());
        let far = Time::function("startOfYear", &["999999999".to_owned()]).unwrap().unwrap();
        assert_eq!(far.instant(now), now);
    }
}
