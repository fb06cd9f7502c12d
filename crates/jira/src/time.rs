//! Jira's instants: `2019-06-04T00:15:17.234+0000`, with milliseconds and an offset without a colon.

use jiff::Timestamp;

/// Reads an instant of a REST answer or a webhook body; `None` if it is not one.
pub fn parse(text: &str) -> Option<Timestamp> {
    text.trim().parse().ok()
}

/// Prints an instant the way Jira wants a date-time field: milliseconds, in UTC.
pub fn print(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%3f+0000").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_offset_seen_in_the_wild_is_read() {
        let same = [
            "2020-07-28T14:12:54.883-0700",
            "2020-07-28T21:12:54.883+0000",
            "2020-07-28T21:12:54.883Z",
            "2020-07-29T02:42:54.883+05:30",
        ];
        for text in same {
            assert_eq!(parse(text).map(|at| at.as_millisecond()), Some(1_595_970_774_883), "{text}");
        }
        assert_eq!(parse("yesterday"), None);
        assert_eq!(parse(""), None);
    }

    #[test]
    fn printing_keeps_milliseconds() {
        let at = Timestamp::from_millisecond(1_595_970_774_883).unwrap();
        assert_eq!(print(at), "2020-07-28T21:12:54.883+0000");
        assert_eq!(parse(&print(at)), Some(at));
    }
}
