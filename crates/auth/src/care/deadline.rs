//! When a secret ends, and when people are told. Pure.

use bowline_core::Timestamp;
use bowline_core::connection::Connection;
use bowline_core::credential::{self, Credential, Known, WARNINGS, assumed_end, is_within};

/// What is known of a secret of which nothing is known yet.
pub(super) fn fresh(connection: &Connection, revision: i64, now: Timestamp) -> Credential {
    let stored_at = if revision == 0 { connection.created_at } else { now };
    let expires_at = assumed_end(&connection.sign_in, stored_at);
    Credential {
        tenant: connection.tenant,
        connection: connection.id,
        secret: connection.secret,
        stored_at,
        expires_at,
        known: if expires_at.is_some() { Known::Assumed } else { Known::Unknown },
        vendor_id: None,
        used_at: None,
        asked_at: None,
        warned: None,
        swap: None,
        held_until: None,
        held_by: None,
        revision,
    }
}

/// The warning that is due and not yet given.
pub(super) fn warning(row: &Credential, now: Timestamp) -> Option<i64> {
    credential::warning(row.expires_at?, row.warned, now)
}

/// Whether the end is so near that people are told.
pub(super) fn is_near(row: &Credential, now: Timestamp) -> bool {
    let widest = WARNINGS.into_iter().max().unwrap_or_default();
    row.expires_at.is_some_and(|end| is_within(end, widest, now))
}

#[cfg(test)]
mod tests {
    use bowline_core::SignedDuration;

    use super::*;

    const DAY: SignedDuration = SignedDuration::from_hours(24);

    fn row(left: SignedDuration, warned: Option<i64>) -> (Credential, Timestamp) {
        let now = Timestamp::from_second(1_790_000_000).unwrap();
        let id = |prefix: &str| format!("{prefix}_{:032x}", 1);
        let row = Credential {
            tenant: id("ten").parse().unwrap(),
            connection: id("con").parse().unwrap(),
            secret: id("sec").parse().unwrap(),
            stored_at: now,
            expires_at: Some(now + left),
            known: Known::Entered,
            vendor_id: None,
            used_at: None,
            asked_at: None,
            warned,
            swap: None,
            held_until: None,
            held_by: None,
            revision: 1,
        };
        (row, now)
    }

    #[test]
    fn each_warning_is_given_once_and_the_nearest_one_stands_for_those_that_were_missed() {
        let hour = SignedDuration::from_hours(1);
        for (left, warned, due) in [
            (DAY * 31, None, None),
            (DAY * 30, None, Some(30)),
            (DAY * 30, Some(30), None),
            (DAY * 14 + hour, Some(30), None),
            (DAY * 14, Some(30), Some(14)),
            (DAY * 2, Some(14), Some(3)),
            (DAY * 2, None, Some(3)),
            (hour, Some(3), Some(1)),
            (SignedDuration::ZERO, Some(1), Some(0)),
            (-DAY, Some(1), Some(0)),
            (-DAY, Some(0), None),
        ] {
            let (row, now) = row(left, warned);
            assert_eq!(warning(&row, now), due, "{left:#}, {warned:?}");
        }
        let (mut row, now) = row(DAY, None);
        row.expires_at = None;
        assert_eq!((warning(&row, now), is_near(&row, now)), (None, false));
    }
}
