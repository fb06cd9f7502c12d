//! Targetprocess's way to write instants, and the ways it takes them.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// An instant in milliseconds as `/Date(1595970774883+0000)/`.
pub(crate) fn print(ms: i64) -> String {
    format!("/Date({ms}+0000)/")
}

/// An instant in milliseconds as `2020-07-28T21:12:54.883Z`.
pub(crate) fn iso(ms: i64) -> String {
    let time = Timestamp::from_millisecond(ms).unwrap_or_default();
    format!("{}Z", time.strftime("%Y-%m-%dT%H:%M:%S%.3f"))
}

/// An instant in either form; a date alone is its midnight, a time without an offset is in UTC.
pub(crate) fn parse(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Some(inner) = text.strip_prefix("/Date(").and_then(|rest| rest.strip_suffix(")/")) {
        // The offset says how it was shown; the number is already universal.
        let end = inner
            .char_indices()
            .skip(1)
            .find(|(_, c)| matches!(c, '+' | '-'))
            .map_or(inner.len(), |(at, _)| at);
        return inner.get(..end)?.parse().ok();
    }
    let instant = text.parse::<Timestamp>().ok();
    let civil = || text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
    instant.or_else(civil).map(|time| time.as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_lead_to_the_same_instant() {
        let at = 1_595_970_774_883;
        assert_eq!(print(at), "/Date(1595970774883+0000)/");
        assert_eq!(iso(at), "2020-07-28T21:12:54.883Z");
        for text in [
            "/Date(1595970774883+0300)/",
            "/Date(1595970774883)/",
            "2020-07-28T21:12:54.883Z",
            "2020-07-28T21:12:54.883",
        ] {
            assert_eq!(parse(text), Some(at), "{text}");
        }
        assert_eq!(parse("2020-07-28"), Some(1_595_894_400_000));
        assert_eq!(parse("/Date(-5+0000)/"), Some(-5));
        assert_eq!(parse("yesterday"), None);
    }
}
