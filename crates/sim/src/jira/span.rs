//! Durations as people write them: `1w 2d 3h 30m`, by the days and weeks that people work here.

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

/// A unit: sign, seconds, and the word for one.
type Named = (char, u64, &'static str);

/// How durations are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Format {
    /// From the largest unit down.
    #[default]
    Pretty,
    /// Days, and the rest in hours.
    Days,
    Hours,
}

impl Format {
    /// The API's word.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Pretty => "pretty",
            Self::Days => "days",
            Self::Hours => "hours",
        }
    }

    pub(crate) fn parse(word: &str) -> Option<Self> {
        [Self::Pretty, Self::Days, Self::Hours].into_iter().find(|format| format.word() == word)
    }
}

/// What a number alone counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Unit {
    #[default]
    Minute,
    Hour,
    Day,
    Week,
}

impl Unit {
    /// The API's word.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
        }
    }

    pub(crate) fn parse(word: &str) -> Option<Self> {
        [Self::Minute, Self::Hour, Self::Day, Self::Week].into_iter().find(|unit| unit.word() == word)
    }
}

/// How long people work, and how that is written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Pace {
    /// Hours of a day.
    pub(crate) hours: f64,
    /// Days of a week.
    pub(crate) days: f64,
    pub(crate) format: Format,
    pub(crate) unit: Unit,
}

impl Default for Pace {
    /// As Jira is set up.
    fn default() -> Self {
        Self { hours: 8.0, days: 5.0, format: Format::default(), unit: Unit::default() }
    }
}

impl Pace {
    /// The units, the largest first.
    fn units(self) -> [Named; 4] {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "both numbers are positive and small: a week has at most 168 hours"
        )]
        let minutes = |hours: f64| ((hours * 60.0).round() as u64).max(1) * MINUTE;
        let (day, week) = (minutes(self.hours), minutes(self.hours * self.days));
        [('w', week, "week"), ('d', day, "day"), ('h', HOUR, "hour"), ('m', MINUTE, "minute")]
    }

    /// Seconds of a duration; a number alone counts the usual unit. `None` is Jira's "Invalid time duration entered.".
    pub(crate) fn parse(self, text: &str) -> Option<u64> {
        let mut rest = text.trim();
        let (mut total, units) = (0_u64, self.units());
        let usual = self.unit.word().chars().next().unwrap_or('m');
        if rest.is_empty() {
            return None;
        }
        while !rest.is_empty() {
            let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
            let (number, after) = rest.split_at(end);
            let after = after.trim_start();
            let sign = after.chars().next().map_or(usual, |sign| sign.to_ascii_lowercase());
            let (_, unit, _) = units.iter().find(|(known, ..)| *known == sign)?;
            total = total.checked_add(seconds(number, *unit)?)?;
            rest = after.get(usize::from(!after.is_empty())..)?.trim_start();
        }
        Some(total)
    }

    /// A duration in short: `1w 2d 3h 30m`, `0m`.
    pub(crate) fn print(self, seconds: u64) -> String {
        let pretty = || {
            let parts = self.counted(seconds).into_iter().map(|(count, (sign, ..))| format!("{count}{sign}"));
            joined(parts.collect(), " ", "0m")
        };
        self.plain(seconds).unwrap_or_else(pretty)
    }

    /// A duration in words: `1 week, 2 days`.
    pub(crate) fn words(self, seconds: u64) -> String {
        let pretty = || {
            let parts = self.counted(seconds).into_iter();
            let parts = parts
                .map(|(count, (_, _, word))| format!("{count} {word}{}", if count == 1 { "" } else { "s" }));
            joined(parts.collect(), ", ", "0 minutes")
        };
        self.plain(seconds).unwrap_or_else(pretty)
    }

    /// In days or hours, `4d 4.5h` or `36.5h` ("Configuring time tracking"); `None` where it is to be pretty.
    fn plain(self, seconds: u64) -> Option<String> {
        let hours = |seconds: u64| {
            let (whole, part) = (seconds / HOUR, seconds % HOUR * 100 / HOUR);
            match part {
                0 => format!("{whole}h"),
                part if part % 10 == 0 => format!("{whole}.{}h", part / 10),
                part => format!("{whole}.{part:02}h"),
            }
        };
        let [_, (_, day, _), ..] = self.units();
        match self.format {
            Format::Pretty => None,
            Format::Hours => Some(hours(seconds)),
            Format::Days if seconds < day => Some(hours(seconds)),
            Format::Days if seconds.is_multiple_of(day) => Some(format!("{}d", seconds / day)),
            Format::Days => Some(format!("{}d {}", seconds / day, hours(seconds % day))),
        }
    }

    fn counted(self, seconds: u64) -> Vec<(u64, Named)> {
        let mut rest = seconds;
        let count = |unit: Named| {
            let count = rest / unit.1;
            rest %= unit.1;
            (count > 0).then_some((count, unit))
        };
        self.units().into_iter().filter_map(count).collect()
    }
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
            assert_eq!(Pace::default().parse(text), expected, "{text}");
        }
    }

    #[test]
    fn durations_are_written_from_the_largest_unit_down() {
        let print = |seconds| Pace::default().print(seconds);
        let words = |seconds| Pace::default().words(seconds);
        assert_eq!(print(144_000 + 28_800 * 2 + 3_600 * 3 + 60 * 4 + 5), "1w 2d 3h 4m");
        assert_eq!((print(0), print(5_400)), ("0m".to_owned(), "1h 30m".to_owned()));
        assert_eq!((words(7_260), words(0)), ("2 hours, 1 minute".to_owned(), "0 minutes".to_owned()));
    }

    #[test]
    fn days_are_as_long_as_people_work() {
        let pace = Pace { hours: 7.5, days: 4.0, format: Format::Pretty, unit: Unit::Hour };
        assert_eq!((pace.parse("1w 1d"), pace.parse("2")), (Some(135_000), Some(7_200)));
        assert_eq!(pace.print(135_000), "1w 1d");
        assert_eq!(Pace { format: Format::Days, ..pace }.print(29_700), "1d 0.75h");
        assert_eq!(Pace { format: Format::Hours, ..pace }.words(131_400), "36.5h");
    }
}
