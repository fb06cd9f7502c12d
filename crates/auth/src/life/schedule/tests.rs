//! The moments of grants that live for years, walked from one to the next.

use bowline_core::grant::{GrantState, Provider};
use serde_json::json;

use super::*;
use crate::life::Options;

const BEGAN: i64 = 1_790_000_000;

fn day(number: i64) -> Timestamp {
    Timestamp::from_second(BEGAN + number * 86_400).unwrap()
}

/// A grant that was consented to on day 0 and not used since; its access token and itself end on these days.
fn consented(access: i64, ends: Option<i64>) -> Grant {
    let text = |prefix: &str| format!("{prefix}_0191e6a0b3c070008000000000000001");
    serde_json::from_value(json!({
        "tenant": text("ten"), "id": text("grt"), "client": text("cli"), "scopes": [], "state": "active", "secret": text("sec"),
        "since": day(0), "version": 1, "consented_at": day(0), "rotated_at": day(0), "access_until": day(access),
        "ends_at": ends.map(day), "fails": 0, "revision": 1, "created_at": day(0),
    }))
    .unwrap()
}

/// Whole days from consent to the first renewal, and the warnings before it.
fn first_renewal(mut grant: Grant, terms: &Terms) -> (i64, Vec<i64>) {
    let (mut now, mut warnings) = (day(0), Vec::new());
    for _ in 0..20 {
        let due = plan(&grant, terms, now);
        match due.deed {
            Deed::Renew => return ((now.as_second() - BEGAN) / 86_400, warnings),
            Deed::Warn(days) => {
                grant.warned = Some(days);
                warnings.push(days);
            }
            Deed::Alarm | Deed::Stop => panic!("nobody pushes this one"),
            Deed::Rest => {
                let next = due.next.expect("something is due some day");
                assert!(next > now, "looked at again and again");
                now = next;
            }
        }
    }
    panic!("never renewed");
}

#[test]
fn a_token_of_five_years_is_renewed_ninety_days_before_its_end_used_or_not() {
    let terms = Options::default().terms(Provider::JiraOauth1);
    let mut grant = consented(5 * 365, Some(5 * 365 + 30));
    assert_eq!(first_renewal(grant.clone(), &terms), (5 * 365 - 90, vec![180]));
    grant.used_at = Some(day(5 * 365 - 91));
    assert_eq!(first_renewal(grant, &terms).0, 5 * 365 - 90);
}

#[test]
fn a_token_of_five_years_that_cannot_be_renewed_is_spoken_of_until_its_end() {
    let terms = Options::default().terms(Provider::JiraOauth1);
    let (end, mut grant) = (5 * 365, consented(5 * 365, Some(5 * 365)));
    grant.fails = 9;
    let mut told = Vec::new();
    for today in end - 200..end {
        // Each try fails, and the next is some time off.
        grant.retry_at = Some(day(today + 1));
        if let Deed::Warn(days) = plan(&grant, &terms, day(today)).deed {
            assert_eq!(days, end - today);
            grant.warned = Some(days);
            told.push(days);
        }
    }
    assert_eq!(told, [180, 90, 30, 7, 1]);
}

#[test]
fn a_token_that_lives_shorter_than_that_is_renewed_once_in_its_life() {
    let terms = Options::default().terms(Provider::JiraOauth1);
    assert_eq!(first_renewal(consented(40, None), &terms), (30, vec![]));
}

#[test]
fn a_grant_of_a_data_center_that_nobody_uses_is_kept_alive_three_times_before_it_is_forgotten() {
    let terms = Options::default().terms(Provider::JiraOauth2);
    for number in 0..64_u128 {
        let mut grant = consented(0, None);
        let (low, high) = (number * u128::from(u32::MAX / 63), 7_u128 << 76 | 1_u128 << 63);
        grant.id = format!("grt_{:032x}", (0x0191_e6a0_b3c0 << 80) | high | low).parse().unwrap();
        let (renewed, warnings) = first_renewal(grant, &terms);
        assert!((25..=35).contains(&renewed) && warnings.is_empty(), "day {renewed} of 90, {warnings:?}");
    }
}

/// A token that came on day 0 and is good for two hours.
fn pushed(state: GrantState) -> Grant {
    let access_until = Some(later(day(0), SignedDuration::from_hours(2)));
    Grant { state, access_until, ..consented(0, None) }
}

#[test]
fn a_token_that_comes_by_itself_is_missed_and_never_asked_for() {
    let terms = Options::default().terms(Provider::Forge);
    let after = |minutes: i64| later(day(0), SignedDuration::from_mins(minutes));
    let due = |grant: &Grant, minutes: i64| {
        let plan = plan(grant, &terms, after(minutes));
        (plan.deed, plan.next)
    };
    let active = pushed(GrantState::Active);
    assert_eq!(due(&active, 1), (Deed::Rest, Some(after(90))));
    assert_eq!(due(&active, 90).0, Deed::Alarm);
    let late = pushed(GrantState::Degraded);
    assert_eq!(due(&late, 91), (Deed::Rest, Some(after(120))));
    for grant in [&active, &late, &Grant { secret: None, ..pushed(GrantState::Active) }] {
        assert_eq!(due(grant, 120).0, Deed::Stop);
    }
    assert_eq!(due(&pushed(GrantState::NeedsReauth), 500), (Deed::Rest, None));
    // Whoever asks for a renewal all the same gets none.
    let asked = Grant { retry_at: Some(after(5)), ..pushed(GrantState::Active) };
    assert_eq!(due(&asked, 10).0, Deed::Rest);
}
