//! Targetprocess's ways to write instants, and the ways it takes them.
//!
//! A server has one time zone. Answers name it; dates in requests that name none mean it (developer hub, "Working with
//! Dates").

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

/// How dates are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Style {
    /// `/Date(1595970774883+0200)/`, unless something else is asked for.
    #[default]
    Microsoft,
    /// `2020-07-28T23:12:54+02:00`: `dateFormat=iso`.
    Iso,
    /// `2020-07-28T23:12:54`: `isoDate`, and XML.
    Plain,
}

/// An instant in milliseconds in a style, on a server so many minutes ahead of UTC.
pub(crate) fn print(ms: i64, offset: i32, style: Style) -> String {
    let (sign, minutes) = (if offset < 0 { '-' } else { '+' }, offset.unsigned_abs());
    let (hours, minutes) = (minutes / 60, minutes % 60);
    match style {
        Style::Microsoft => format!("/Date({ms}{sign}{hours:02}{minutes:02})/"),
        Style::Iso => {
            format!("{}{sign}{hours:02}:{minutes:02}", civil(ms, offset).strftime("%Y-%m-%dT%H:%M:%S"))
        }
        Style::Plain => civil(ms, offset).strftime("%Y-%m-%dT%H:%M:%S").to_string(),
    }
}

/// An instant in milliseconds as `2020-07-28T21:12:54.883Z`.
pub(crate) fn universal(ms: i64) -> String {
    format!("{}Z", civil(ms, 0).strftime("%Y-%m-%dT%H:%M:%S%.3f"))
}

/// The day and the time a server's clock shows.
pub(crate) fn civil(ms: i64, offset: i32) -> DateTime {
    zone(offset).to_datetime(Timestamp::from_millisecond(ms).unwrap_or_default())
}

/// The instant at which a server's clock shows this.
pub(crate) fn instant(at: DateTime, offset: i32) -> Option<i64> {
    zone(offset).to_timestamp(at).ok().map(Timestamp::as_millisecond)
}

fn zone(offset: i32) -> Offset {
    Offset::from_seconds(offset.clamp(-14 * 60, 14 * 60) * 60).unwrap_or(Offset::UTC)
}

/// An instant in any of the forms; a date alone is its midnight, a time without an offset is the server's.
pub(crate) fn parse(text: &str, offset: i32) -> Option<i64> {
    let text = text.trim();
    if let Some(inner) = text.strip_prefix("/Date(").and_then(|rest| rest.strip_suffix(")/")) {
        // The offset says how it was shown; the number is already universal.
        let end = inner
            .char_indices()
            .skip(1)
            .find(|(_, c)| matches!(c, '+' | '-'))
            .map_or(inner.len(), |(at, _)| at);
        return inner.get(..end)?.parse().ok().filter(|ms| Timestamp::from_millisecond(*ms).is_ok());
    }
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Some(instant.as_millisecond());
    }
    instant(text.parse::<DateTime>().ok()?, offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_forms_lead_to_the_same_instant() {
        let at = 1_595_970_774_883;
        assert_eq!(print(at, 0, Style::Microsoft), "/Date(1595970774883+0000)/");
        assert_eq!(print(at, -210, Style::Microsoft), "/Date(1595970774883-0330)/");
        assert_eq!(universal(at), "2020-07-28T21:12:54.883Z");
        assert_eq!(print(at, 120, Style::Iso), "2020-07-28T23:12:54+02:00");
        assert_eq!(print(at, 120, Style::Plain), "2020-07-28T23:12:54");
        for text in [
            "/Date(1595970774883+0300)/",
            "/Date(1595970774883)/",
            "2020-07-28T21:12:54.883Z",
            "2020-07-28T23:12:54.883+02:00",
            "2020-07-28T21:12:54.883",
        ] {
            assert_eq!(parse(text, 0), Some(at), "{text}");
        }
        assert_eq!(parse("2020-07-28", 0), Some(1_595_894_400_000));
        assert_eq!(parse("2020-07-28", 120), Some(1_595_887_200_000));
        assert_eq!(parse("/Date(-5+0000)/", 0), Some(-5));
        for wrong in ["yesterday", "/Date(9223372036854775807)/", "/Date()/", "2020-13-01", ""] {
            assert_eq!(parse(wrong, 0), None, "{wrong}");
        }
    }
}
