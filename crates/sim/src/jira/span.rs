//! Durations as people write them: `1w 2d 3h 30m`, by days of eight hours and weeks of five days, as Jira is set up.

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 8 * HOUR;
const WEEK: u64 = 5 * DAY;

/// The units, the largest first: sign, seconds, and the word for one.
const UNITS: [(char, u64, &str); 4] =
    [('w', WEEK, "week"), ('d', DAY, "day"), ('h', HOUR, "hour"), ('m', MINUTE, "minute")];

/// Seconds of a duration; a number alone is minutes. `None` is Jira's "Invalid time duration entered.".
pub(crate) fn parse(text: &str) -> Option<u64> {
    let mut rest = text.trim();
    let mut total = 0_u64;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, after) = rest.split_at(end);
        let after = after.trim_start();
        let sign = after.chars().next().map_or('m', |sign| sign.to_ascii_lowercase());
        let (_, unit, _) = UNITS.iter().find(|(known, ..)| *known == sign)?;
        total = total.checked_add(seconds(number, *unit)?)?;
        rest = after.get(usize::from(!after.is_empty())..)?.trim_start();
    }
    Some(total)
}

/// So many units in seconds; a fraction is rounded down to whole minutes.
fn seconds(number: &str, unit: u64) -> Option<u64> {
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let whole: u64 = whole.parse().ok()?;
    let digits = u32::try_from(part.len()).ok()?;
    let part = if part.is_empty() {
        0
    } else {
        part.parse::<u64>().ok()?.checked_mul(unit)? / 10_u64.checked_pow(digits)?
    };
    whole.checked_mul(unit)?.checked_add(part / MINUTE * MINUTE)
}

/// A duration in short: `1w 2d 3h 30m`, `0m`.
pub(crate) fn print(seconds: u64) -> String {
    let parts = counted(seconds).map(|(count, (sign, ..))| format!("{count}{sign}"));
    joined(parts.collect(), " ", "0m")
}

/// A duration in words: `1 week, 2 days`.
pub(crate) fn words(seconds: u64) -> String {
    let parts = counted(seconds)
        .map(|(count, (_, _, word))| format!("{count} {word}{}", if count == 1 { "" } else { "s" }));
    joined(parts.collect(), ", ", "0 minutes")
}

fn counted(seconds: u64) -> impl Iterator<Item = (u64, &'static (char, u64, &'static str))> {
    let mut rest = seconds;
    UNITS.iter().filter_map(move |unit| {
        let count = rest / unit.1;
        rest %= unit.1;
        (count > 0).then_some((count, unit))
    })
}

fn joined(parts: Vec<String>, between: &str, nothing: &str) -> String {
    if parts.is_empty() { nothing.to_owned() } else { parts.join(between) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_people_write_them() {
        for (text, expected) in [
            ("3h 20m", Some(12_000)),
            ("1d 2h", Some(36_000)),
            ("1w", Some(144_000)),
            ("90", Some(5_400)),
            ("1.5h", Some(5_400)),
            ("2 H", Some(7_200)),
            ("1w2d", Some(201_600)),
            ("0.1m", Some(0)),
            ("", None),
            ("two hours", None),
            ("-2h", None),
            ("1x", None),
            ("h", None),
            ("1..5h", None),
            ("99999999999999999999w", None),
            ("9999999999999999w", None),
            ("größe", None),
        ] {
            assert_eq!(parse(text), expected, "{text}");
        }
    }

    #[test]
    fn durations_are_written_from_the_largest_unit_down() {
        assert_eq!(print(144_000 + 28_800 * 2 + 3_600 * 3 + 60 * 4 + 5), "1w 2d 3h 4m");
        assert_eq!((print(0), print(5_400)), ("0m".to_owned(), "1h 30m".to_owned()));
        assert_eq!((words(7_260), words(0)), ("2 hours, 1 minute".to_owned(), "0 minutes".to_owned()));
    }
}
