//! What is left of a quota, and for whom.

use super::*;

const HOUR: Quota = Quota { is_global: true, size: 1_000, left: None, every: 3_600, next: Some(3_600) };

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn spender(tenant: u128, lane: usize) -> Spender {
    Spender { tenant: format!("ten_{tenant:032x}").parse().unwrap(), lane, cost: 1 }
}

fn told() -> Purse {
    let mut purse = Purse::default();
    purse.learn(HOUR, (0, None), at(0));
    purse
}

/// Spends as much as may be spent at a moment.
fn flood(purse: &mut Purse, spender: Spender, second: i64) -> i64 {
    let mut spent = 0;
    while purse.may(spender, at(second)).is_ok() {
        purse.take(spender);
        purse.settle(spender, spender.cost, spender.cost, at(second));
        spent += i64::from(spender.cost);
    }
    spent
}

#[test]
fn what_was_never_told_of_limits_nothing() {
    let mut purse = Purse::default();
    purse.take(Spender { cost: 1_000_000, ..spender(1, 3) });
    assert_eq!(purse.may(spender(1, 3), at(0)), Ok(()));
}

#[test]
fn a_flood_leaves_something_to_others_and_in_the_end_nothing_is_lost() {
    let mut purse = told();
    assert_eq!(flood(&mut purse, spender(1, 1), 0), 800, "a fifth is for whoever comes");
    assert_eq!(flood(&mut purse, spender(1, 3), 0), 0);
    assert_eq!(
        flood(&mut purse, spender(2, 1), 0),
        51,
        "half of a tenth: its share of what had come by then"
    );
    for second in 1..3_600 {
        flood(&mut purse, spender(1, 3), second);
    }
    assert!(purse.spent >= 999, "{}", purse.spent);
    assert_eq!(purse.may(spender(1, 0), at(3_599)).is_err(), purse.spent >= 1_000);
    assert_eq!(purse.may(spender(1, 0), at(3_600)), Ok(()), "all of it comes in at once");
}

#[test]
fn a_tenant_within_its_share_is_not_held_up_by_anybodys_flood() {
    let mut purse = told();
    for second in 0..3_600 {
        flood(&mut purse, spender(1, 1), second);
        if second % 20 == 0 {
            assert_eq!(purse.may(spender(2, 1), at(second)), Ok(()), "second {second}");
            purse.take(spender(2, 1));
            purse.settle(spender(2, 1), 1, 1, at(second));
        }
    }
    assert!(purse.spent >= 950, "{}", purse.spent);
}

#[test]
fn lanes_that_are_not_urgent_always_get_something() {
    let mut purse = told();
    let mut swept = 0;
    for second in 0..3_600 {
        // Two tenants in their shares take what comes.
        for tenant in [1, 2] {
            let urgent = spender(tenant, 1);
            if purse.may(urgent, at(second)).is_ok() && purse.left(purse.known.unwrap()) > 1_000 - second / 4
            {
                purse.settle(urgent, 0, 1, at(second));
            }
        }
        if purse.may(spender(1, 2), at(second)).is_ok() {
            purse.settle(spender(1, 2), 0, 1, at(second));
            swept += 1;
        }
    }
    assert!(swept >= 49, "{swept}");
}

#[test]
fn when_to_ask_again_is_said_truly() {
    let mut purse = told();
    flood(&mut purse, spender(1, 3), 0);
    let again = purse.may(spender(1, 3), at(0)).unwrap_err();
    assert!(again > at(0) && again < at(60), "{again}");
    assert_eq!(purse.may(spender(1, 3), again), Ok(()));
    purse.settle(spender(1, 3), 0, 2_000, at(10));
    assert_eq!(purse.may(spender(1, 0), at(10)), Err(at(3_600)));
}

#[test]
fn the_vendors_word_counts() {
    let mut purse = told();
    purse.settle(spender(1, 0), 0, 100, at(10));
    // Somebody else has spent 800.
    purse.learn(Quota { left: Some(100), next: Some(3_580), ..HOUR }, (0, None), at(20));
    assert_eq!(purse.left(purse.known.unwrap()), 100);
    purse.settle(spender(1, 0), 0, 30, at(20));
    assert_eq!(purse.left(purse.known.unwrap()), 70);
    let (one, other) = (purse.take(spender(1, 0)), purse.take(spender(1, 0)));
    for aside in [one, other] {
        purse.learn(Quota { left: Some(95), next: Some(3_580), ..HOUR }, (0, Some(aside)), at(20));
        assert_eq!(purse.left(purse.known.unwrap()), 70, "the other may not be counted yet");
        purse.settle(spender(1, 0), 1, 0, at(20));
    }
    let alone = purse.take(spender(1, 0));
    purse.learn(Quota { left: Some(90), next: Some(3_580), ..HOUR }, (0, Some(alone)), at(20));
    assert_eq!(purse.left(purse.known.unwrap()), 90, "it counted less");
}

#[test]
fn an_answer_from_before_the_hour_says_nothing_about_the_next() {
    let mut purse = told();
    purse.learn(Quota { left: Some(0), next: Some(5), ..HOUR }, (0, None), at(3_601));
    assert_eq!(purse.may(spender(1, 0), at(3_601)), Ok(()));
    assert_eq!(purse.known.unwrap().resets, at(7_200));
    // A whole hour without a word about it: there is none any more.
    assert_eq!(purse.may(spender(1, 0), at(7_200)), Ok(()));
    purse.settle(spender(1, 0), 0, 5_000, at(7_201));
    assert_eq!(purse.may(spender(1, 0), at(7_201)), Ok(()));
}
