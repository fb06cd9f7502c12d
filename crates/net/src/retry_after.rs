//! `Retry-After`: how long a vendor asks us to wait, made safe to obey.

use std::time::Duration;

use bowline_core::Timestamp;
use http::HeaderMap;
use http::header::{DATE, RETRY_AFTER};
use jiff::fmt::rfc2822::DateTimeParser;

/// The longest wait that is obeyed. Vendors' limits are counted per hour at most; a larger value is a mistake,
/// and a mistake must not silence a connection for ever.
const LONGEST: Duration = Duration::from_secs(3_600);

/// How long to wait, at most an hour; `None` if the header is absent, unreadable, zero or in the past.
///
/// Both forms of RFC 9110 section 10.2.3: seconds, and a date. A date is compared with the answer's own `Date`
/// if there is one, so that the two clocks need not agree.
pub(crate) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // Digits that overflow mean a very long time, not none.
        Duration::from_secs(text.parse().unwrap_or(u64::MAX))
    } else {
        let sent_at = headers.get(DATE).and_then(|value| date(value.to_str().ok()?)).unwrap_or(now);
        Duration::try_from(date(text)?.duration_since(sent_at)).ok()?
    };
    (!wait.is_zero()).then_some(wait.min(LONGEST))
}

fn date(text: &str) -> Option<Timestamp> {
    // The last days of that year are beyond what is reckoned with, and servers that mean "never" name just those.
    if text.contains(" 9999 ") {
        return Some(Timestamp::MAX);
    }
    // Some servers get the day of the week wrong, which changes nothing.
    DateTimeParser::new().relaxed_weekday(true).parse_timestamp(text).ok()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    fn wait(value: &str, date: Option<&'static str>) -> Option<u64> {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, HeaderValue::from_str(value).ok()?);
        if let Some(date) = date {
            headers.insert(DATE, HeaderValue::from_static(date));
        }
        let now = "2026-11-22T10:00:00Z".parse().unwrap();
        retry_after(&headers, now).map(|wait| wait.as_secs())
    }

    #[test]
    fn seconds_and_dates_are_read_and_absurd_ones_are_capped() {
        for (value, expected) in [
            ("1", Some(1)),
            (" 30 ", Some(30)),
            ("0", None),
            ("3601", Some(3_600)),
            ("99999999999999999999999999", Some(3_600)),
            ("-5", None),
            ("1.5", None),
            ("soon", None),
            ("", None),
            ("Sun, 22 Nov 2026 10:00:20 GMT", Some(20)),
            ("Sun, 22 Nov 2026 09:59:00 GMT", None),
            ("Thu, 31 Dec 9998 23:59:59 GMT", Some(3_600)),
            ("Mon, 22 Nov 2026 10:00:20 GMT", Some(20)),
        ] {
            assert_eq!(wait(value, None), expected, "{value}");
        }
    }

    #[test]
    fn a_date_is_compared_with_the_senders_own_clock() {
        let hour_ahead = Some("Sun, 22 Nov 2026 11:00:00 GMT");
        assert_eq!(wait("Sun, 22 Nov 2026 11:00:05 GMT", hour_ahead), Some(5));
    }

    proptest! {
        #[test]
        fn no_value_gives_more_than_an_hour(value in "[ -~]{0,40}") {
            prop_assert!(wait(&value, None).is_none_or(|seconds| seconds <= 3_600));
        }
    }
}
