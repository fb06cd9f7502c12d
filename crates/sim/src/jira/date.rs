//! Jira's way to write instants and days.

use std::fmt;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Serialize, Serializer};

/// An instant in milliseconds, written `2020-07-28T14:12:54.883+0000`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stamp(pub(crate) i64);

impl fmt::Display for Stamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = civil(self.0);
        write!(
            formatter,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}+0000",
            time.year(),
            time.month(),
            time.day(),
            time.hour(),
            time.minute(),
            time.second(),
            time.millisecond()
        )
    }
}

impl Serialize for Stamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// An instant to the second, `2026-01-01T01:01:01Z`, as the headers about limits have it.
pub(crate) fn brief(ms: i64) -> String {
    let time = civil(ms);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
        time.year(),
        time.month(),
        time.day(),
        time.hour(),
        time.minute(),
        time.second()
    )
}

/// Date and time of an instant in UTC, the time zone of all people here.
pub(crate) fn civil(ms: i64) -> jiff::civil::DateTime {
    Timestamp::from_millisecond(ms).unwrap_or_default().to_zoned(TimeZone::UTC).datetime()
}

/// The instant of a date and time in UTC, in milliseconds.
pub(crate) fn millis(time: jiff::civil::DateTime) -> Option<i64> {
    time.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp().as_millisecond())
}

/// The instant a text names as ISO 8601 says, with an offset or, in UTC, without; a day alone is its first moment.
pub(crate) fn instant(text: &str) -> Option<i64> {
    let text = text.trim();
    let zoned = text.parse::<Timestamp>().ok().map(|at| at.as_millisecond());
    let civil = || text.parse::<jiff::civil::DateTime>().ok().and_then(millis);
    zoned.or_else(civil)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_have_milliseconds_and_an_offset_without_a_colon() {
        assert_eq!(Stamp(1_595_970_774_883).to_string(), "2020-07-28T21:12:54.883+0000");
        assert_eq!(Stamp(0).to_string(), "1970-01-01T00:00:00.000+0000");
        assert_eq!(Stamp(253_370_764_799_999).to_string(), "9998-12-31T23:59:59.999+0000");
    }

    #[test]
    fn instants_are_read_with_every_offset_jira_takes() {
        let at = instant("2015-04-11T05:22:00.000Z");
        assert!(at.is_some());
        for text in ["2015-04-11T15:22:00.000+10:00", "2015-04-11T15:22:00.000+1000", "2015-04-11T05:22:00"] {
            assert_eq!(instant(text), at, "{text}");
        }
        assert_eq!(instant("2015-04-11"), instant("2015-04-11T00:00:00.000+0000"));
        assert_eq!(instant("yesterday"), None);
    }

    #[test]
    fn a_civil_time_leads_back_to_its_instant() {
        assert_eq!(millis(civil(1_595_970_774_883)), Some(1_595_970_774_883));
    }
}
