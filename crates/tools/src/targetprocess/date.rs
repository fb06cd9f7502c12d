//! Targetprocess' dates: `/Date(1517525999000+0100)/`, milliseconds since 1970 with the server's offset; ISO 8601
//! where a rule's author printed them. Written dates are ISO.

use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};

/// A date as the server tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    /// The moment.
    pub(crate) at: Timestamp,
    /// The offset of the server's clock at that moment.
    pub(crate) offset: Offset,
}

impl Told {
    /// The calendar day on the server's clock: what people see, and what a date-only field means.
    pub(crate) fn day(self) -> Date {
        self.offset.to_datetime(self.at).date()
    }
}

/// Reads a date in any of the forms; `None` if it is none.
pub(crate) fn parse(text: &str) -> Option<Told> {
    let text = text.trim();
    match text.strip_prefix("/Date(").and_then(|rest| rest.strip_suffix(")/")) {
        Some(inner) => parse_ticks(inner),
        None => parse_iso(text),
    }
}

fn parse_ticks(inner: &str) -> Option<Told> {
    // The first character may be a minus sign of the number itself.
    let sign = inner.char_indices().skip(1).find(|(_, char)| matches!(char, '+' | '-')).map(|(at, _)| at);
    let (millis, zone) = inner.split_at_checked(sign.unwrap_or(inner.len()))?;
    let at = Timestamp::from_millisecond(millis.parse().ok()?).ok()?;
    Some(Told { at, offset: if zone.is_empty() { Offset::UTC } else { parse_zone(zone)? } })
}

/// `+0100`, `-0530`.
fn parse_zone(zone: &str) -> Option<Offset> {
    let (sign, digits) = match zone.split_at_checked(1)? {
        ("-", digits) => (-1, digits),
        (_, digits) => (1, digits),
    };
    let (hours, minutes) = digits.split_at_checked(2)?;
    let seconds = hours.parse::<i32>().ok()? * 3_600 + minutes.parse::<i32>().ok()? * 60;
    Offset::from_seconds(sign * seconds).ok()
}

fn parse_iso(text: &str) -> Option<Told> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(Told {
            at,
            offset: jiff::fmt::temporal::Pieces::parse(text).ok()?.to_numeric_offset().unwrap_or(Offset::UTC),
        });
    }
    // Without an offset: taken as UTC.
    let plain: DateTime = text.parse().ok()?;
    Some(Told { at: Offset::UTC.to_timestamp(plain).ok()?, offset: Offset::UTC })
}

/// A moment on the server's clock, to the second, for a query: its dates have no zone and mean the server's.
pub(crate) fn on_server(at: Timestamp, offset: Offset) -> String {
    offset.to_datetime(at).strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

/// How far a server's clock may jump when summer time ends.
pub(crate) const SUMMER_TIME: SignedDuration = SignedDuration::from_hours(1);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Prints a date in the server's own form.
    fn print(told: Told) -> String {
        let seconds = told.offset.seconds();
        let (sign, seconds) = if seconds < 0 { ('-', -seconds) } else { ('+', seconds) };
        format!("/Date({}{sign}{:02}{:02})/", told.at.as_millisecond(), seconds / 3_600, seconds / 60 % 60)
    }

    #[test]
    fn the_servers_form_is_read_with_its_offset() {
        let told = parse("/Date(1517525999000+0100)/").unwrap();
        assert_eq!(told.at.as_millisecond(), 1_517_525_999_000);
        assert_eq!(told.day().to_string(), "2018-02-01");
        assert_eq!(on_server(told.at, told.offset), "2018-02-01T23:59:59");
        assert_eq!(parse("/Date(-1000-0530)/").unwrap().offset.seconds(), -19_800);
        assert_eq!(parse("/Date(0)/").unwrap().offset, Offset::UTC);
    }

    #[test]
    fn iso_forms_are_read_with_and_without_an_offset() {
        let with = parse("2018-02-01T23:59:59+01:00").unwrap();
        assert_eq!(with, parse("/Date(1517525999000+0100)/").unwrap());
        assert_eq!(parse("2018-02-01T23:59:59").unwrap().at.as_millisecond(), 1_517_529_599_000);
        assert_eq!(parse("2018-02-01T22:59:59Z").unwrap().at, with.at);
        assert_eq!(parse("2018-02-01").unwrap().day().to_string(), "2018-02-01");
    }

    #[test]
    fn anything_else_is_no_date() {
        for text in [
            "",
            "/Date()/",
            "/Date(+)/",
            "/Date(1+1)/",
            "/Date(1+é)/",
            "yesterday",
            "/Date(99999999999999999999)/",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn printing_and_reading_are_inverse(millis in -62_000_000_000_000i64..250_000_000_000_000, quarters in -48i32..=48) {
            let told = Told {
                at: Timestamp::from_millisecond(millis).unwrap(),
                offset: Offset::from_seconds(quarters * 900).unwrap(),
            };
            prop_assert_eq!(parse(&print(told)), Some(told));
        }

        #[test]
        fn no_text_makes_it_panic(text in ".*", inner in "[-+0-9é]{0,12}") {
            let _ = parse(&text);
            let _ = parse(&format!("/Date({inner})/"));
        }
    }
}
