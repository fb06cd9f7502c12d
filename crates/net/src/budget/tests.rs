//! What is known of limits: told, taken, refilled.

use http::HeaderValue;

use super::*;

fn headers(all: &[(&'static str, &'static str)]) -> HeaderMap {
    all.iter().map(|(name, value)| ((*name).parse().unwrap(), HeaderValue::from_static(value))).collect()
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

const BUCKET: Told = Told { reach: Reach::Account, left: 2, size: 10, fill: 3, every: 5, next: 5 };

#[test]
fn both_products_tell_in_their_own_way() {
    let center = [
        ("x-ratelimit-limit", "60"),
        ("x-ratelimit-remaining", "0"),
        ("x-ratelimit-fillrate", "5"),
        ("x-ratelimit-interval-seconds", "10"),
        ("retry-after", "4"),
    ];
    let expected = Told { reach: Reach::Account, left: 0, size: 60, fill: 5, every: 10, next: 4 };
    assert_eq!(told(&headers(&center)), [expected]);
    let cloud = [
        ("ratelimit-policy", r#""global-app-quota";q=65000;w=3600,"jira-burst-based";q=100;w=1"#),
        ("ratelimit", r#""global-app-quota";t=900,"jira-burst-based";r=7;t=1"#),
    ];
    let expected = Told { reach: Reach::Operation, left: 7, size: 100, fill: 100, every: 1, next: 1 };
    assert_eq!(told(&headers(&cloud)), [expected]);
    let quota = Quota { is_global: true, size: 65_000, left: None, every: 3_600, next: Some(900) };
    assert_eq!(quotas(&headers(&cloud)), [quota], "what is far from its limit has no number");
}

#[test]
fn what_is_not_understood_limits_nothing() {
    for all in [
        &[][..],
        &[("x-ratelimit-limit", "60"), ("x-ratelimit-remaining", "-1")],
        &[("ratelimit", r#""jira-burst-based";r=7;t=1"#)],
        &[("ratelimit-policy", "x"), ("ratelimit", ";;,=\"")],
        &[
            ("ratelimit-policy", r#""jira-burst-based";q=0;w=1"#),
            ("ratelimit", r#""jira-burst-based";r=0;t=1"#),
        ],
        &[("ratelimit-policy", r#""new";q=5;w=1"#), ("ratelimit", r#""new";r=0;t=1"#)],
        &[
            ("beta-ratelimit-policy", r#""global-app-quota";q=5;w=60"#),
            ("beta-ratelimit", r#""global-app-quota";r=0;t=9"#),
        ],
        &[
            ("ratelimit-policy", r#""global-app-quota";q=5;w=99999999"#),
            ("ratelimit", r#""global-app-quota";r=0;t=99999999"#),
        ],
    ] {
        assert!(told(&headers(all)).is_empty(), "{all:?}");
        assert!(quotas(&headers(all)).is_empty(), "{all:?}");
    }
}

fn take<K: Eq + Hash + Clone>(budgets: &mut Budgets<K>, keys: &[K], second: i64) -> Result<u64, Timestamp> {
    budgets.may(keys, true, at(second))?;
    Ok(budgets.take(keys))
}

/// A call that goes and is answered.
fn answered(budgets: &mut Budgets<&'static str>, told: &Told, second: i64) {
    let call = take(budgets, &["a"], second).unwrap();
    budgets.learn("a", told, call, at(second));
    budgets.land(&["a"]);
}

/// How many of so many calls may go at once.
fn go(budgets: &mut Budgets<&'static str>, count: usize, second: i64) -> usize {
    (0..count).filter(|_| take(budgets, &["a"], second).is_ok()).count()
}

#[test]
fn as_many_calls_go_as_are_left_and_more_as_more_come_in() {
    let mut budgets = Budgets::default();
    answered(&mut budgets, &BUCKET, 0);
    assert_eq!(go(&mut budgets, 5, 1), 2);
    assert_eq!(take(&mut budgets, &["a"], 1), Err(at(5)));
    assert!(take(&mut budgets, &["b"], 1).is_ok(), "another limit");
    assert_eq!(take(&mut budgets, &["b", "a"], 1), Err(at(5)), "the scarcer one counts");
    assert_eq!(go(&mut budgets, 5, 5), 3);
    assert_eq!(take(&mut budgets, &["a"], 6), Err(at(10)));
    assert_eq!(go(&mut budgets, 20, 90), 10, "no more than fit in");
}

#[test]
fn calls_under_way_may_not_have_been_counted_yet() {
    let mut budgets = Budgets::default();
    // Four went before anybody knew of a limit. The first is answered: 8 are left, or 5.
    assert_eq!(go(&mut budgets, 4, 0), 4);
    budgets.learn("a", &Told { left: 8, ..BUCKET }, 1, at(0));
    budgets.land(&["a"]);
    assert_eq!(go(&mut budgets, 9, 1), 5);
    // When more come in is known the better the more is told.
    budgets.learn("a", &Told { left: 0, next: 2, ..BUCKET }, 9, at(1));
    assert_eq!(take(&mut budgets, &["a"], 2), Err(at(3)));
}

#[test]
fn an_answer_that_was_overtaken_tells_of_no_more_than_is_known() {
    let mut budgets = Budgets::default();
    let slow = take(&mut budgets, &["a"], 0).unwrap();
    for left in [1, 0] {
        let call = take(&mut budgets, &["a"], 0).unwrap();
        budgets.learn("a", &Told { left: left + 1, ..BUCKET }, call, at(0));
        budgets.land(&["a"]);
    }
    assert_eq!(take(&mut budgets, &["a"], 0), Err(at(5)));
    budgets.learn("a", &Told { left: 9, ..BUCKET }, slow, at(1));
    budgets.land(&["a"]);
    assert_eq!(take(&mut budgets, &["a"], 1), Err(at(5)));
}

#[test]
fn neither_a_wrong_number_nor_a_wrong_clock_silences_anybody() {
    let window = |policy: &'static str, left: &'static str| {
        told(&headers(&[("ratelimit-policy", policy), ("ratelimit", left)])).remove(0).next
    };
    assert_eq!(window(r#""jira-burst-based";q=100;w=1"#, r#""jira-burst-based";r=0;t=86400"#), 1);
    let quota = [
        ("ratelimit-policy", r#""global-app-quota";q=9;w=86400"#),
        ("ratelimit", r#""global-app-quota";r=10;t=86400"#),
    ];
    let quota = quotas(&headers(&quota)).remove(0);
    assert_eq!((quota.next, quota.left), (Some(3_600), Some(9)));
    let mut budgets = Budgets::default();
    answered(&mut budgets, &Told { left: 0, ..BUCKET }, 7_200);
    // The clock is set back by an hour.
    assert_eq!(take(&mut budgets, &["a"], 3_600), Err(at(3_605)));
    assert!(take(&mut budgets, &["a"], 3_605).is_ok());
}

#[test]
fn calls_that_are_not_urgent_leave_some_of_a_bucket() {
    let mut budgets = Budgets::default();
    let roomy = Told { left: 20, size: 20, fill: 10, ..BUCKET };
    answered(&mut budgets, &roomy, 0);
    let low = (0..30).filter(|_| budgets.may(&["a"], false, at(0)).is_ok() && budgets.take(&["a"]) > 0);
    assert_eq!(low.count(), 18);
    assert_eq!(go(&mut budgets, 5, 0), 2);
    let mut budgets = Budgets::default();
    answered(&mut budgets, &Told { left: 10, size: 10, fill: 10, ..BUCKET }, 0);
    let low = (0..30).filter(|_| budgets.may(&["a"], false, at(0)).is_ok() && budgets.take(&["a"]) > 0);
    assert_eq!(low.count(), 10, "it would be lost");
}

#[test]
fn who_shares_takes_its_part_and_believes_the_vendor_only_about_less() {
    let mut budgets = Budgets::default();
    answered(&mut budgets, &Told { left: 10, fill: 5, ..BUCKET }, 0);
    budgets.share(50);
    assert_eq!(go(&mut budgets, 9, 0), 5);
    answered_late(&mut budgets, &Told { left: 9, fill: 5, ..BUCKET }, 0);
    assert_eq!(go(&mut budgets, 9, 0), 0, "the rest is another's");
    assert_eq!((go(&mut budgets, 9, 5), go(&mut budgets, 9, 10)), (2, 3), "halves are not lost");
    answered_late(&mut budgets, &Told { left: 1, fill: 5, ..BUCKET }, 14);
    assert_eq!(go(&mut budgets, 9, 15), 2);
    assert_eq!(go(&mut budgets, 90, 900), 5);
}

/// An answer to a call that went before.
fn answered_late(budgets: &mut Budgets<&'static str>, told: &Told, second: i64) {
    budgets.learn("a", told, 1, at(second));
}

#[test]
fn memory_is_bounded() {
    let mut budgets = Budgets::default();
    for key in 0..MOST + 50 {
        let call = take(&mut budgets, &[key, key + 1_000_000], 0).unwrap();
        budgets.learn(key, &BUCKET, call, at(0));
        budgets.land(&[key, key + 1_000_000]);
    }
    assert!(budgets.all.len() <= MOST + 1, "{}", budgets.all.len());
}
