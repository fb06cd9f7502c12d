//! Hundreds of days of many grants, through the worker, the schedule and the store that production has, on a clock that
//! passes only while everybody waits.
//!
//! Usually few grants, and times that are as much longer; `cargo xtask years` runs the hundred thousand.

mod clock;
mod judge;
mod land;
mod people;
mod provider;

use bowline_core::SignedDuration;
use tokio_util::sync::CancellationToken;

pub(super) use clock::Paused;
use land::Land;
use people::{Agenda, Deed, Manner};

/// How many grants there are if nobody says otherwise.
const FEW: usize = 100;

/// How many renewals a second are asked for: as `grants.per_second` says.
const PER_SECOND: u32 = 50;

/// How much of what.
#[derive(Clone, Copy, Debug)]
struct Wish {
    grants: usize,
    /// How many of them are called with.
    active: usize,
    days: i64,
}

impl Wish {
    fn length(self) -> SignedDuration {
        SignedDuration::from_hours(24 * self.days)
    }
}

/// How many grants `cargo xtask years` wants.
#[expect(clippy::disallowed_methods, reason = "how much is tested is the caller's to say")]
fn grants() -> usize {
    std::env::var("YEARS_GRANTS").ok().and_then(|text| text.parse().ok()).unwrap_or(FEW)
}

#[expect(clippy::cast_precision_loss, reason = "counts far below what a float holds exactly")]
fn number(count: u64) -> f64 {
    count as f64
}

/// Lets people live for so long, then judges.
async fn live(wish: Wish) {
    let mut land = Land::new(wish, PER_SECOND).await;
    let stop = CancellationToken::new();
    let worker = tokio::spawn(land.worker().run(stop.clone()));
    let mut agenda = Agenda::new(wish);
    let (mut calls, mut refused) = (0_u64, 0_u64);
    while let Some((at, person, deed)) = agenda.next() {
        land.clock.reach(at).await;
        match deed {
            Deed::Consent => {
                let (tried, over) = consent(&mut land, person, wish).await;
                (calls, refused) = (calls + tried, refused + over);
            }
            Deed::Call => {
                let over = land.call(person).await;
                assert!(!over || may_be_refused(&land, person), "person {person} was refused a call");
                (calls, refused) = (calls + 1, refused + u64::from(over));
            }
        }
    }
    land.clock.reach(wish.length()).await;
    stop.cancel();
    worker.await.unwrap();
    let spread = judge::spread(&land, wish);
    judge::families(&land, wish);
    let told = judge::deadlines(&land, wish).await;
    let paused = judge::states(&land, wish).await;
    println!(
        "{} grants, {} of them active, {} days: {} looks, {} renewals, at most {} in {} min (mean {:.1}); \
         {calls} calls of which {refused} after the end of a consent, {told} warnings, {paused} connections paused",
        wish.grants,
        wish.active,
        wish.days,
        land.looks.count(),
        spread.renewals,
        spread.busiest,
        spread.minutes,
        spread.mean,
    );
}

/// A consent; of a grant that is used, with a call before it, if it is not the first, and one after it.
async fn consent(land: &mut Land, person: usize, wish: Wish) -> (u64, u64) {
    let (mut calls, mut over) = (0, 0);
    let used = person < wish.active;
    if used && !land.people[person].consents.is_empty() {
        over = u64::from(land.call(person).await);
        assert!(over == 0 || may_be_refused(land, person), "person {person} was refused before the consent");
        calls += 1;
    }
    land.consent(person).await;
    if used {
        assert!(!land.call(person).await, "person {person} was refused after the consent");
        calls += 1;
    }
    (calls, over)
}

/// Whether the year is over and nothing was done about it.
fn may_be_refused(land: &Land, person: usize) -> bool {
    let late = matches!(people::manner(person), Manner::Late | Manner::Never);
    let newest = land.people[person].consents.last().copied();
    late && newest.is_some_and(|at| land.clock.passed() >= at + provider::ABSOLUTE)
}

#[tokio::test(start_paused = true)]
async fn in_four_hundred_days_no_grant_dies_that_somebody_cares_for() {
    let grants = grants();
    live(Wish { grants, active: grants.div_ceil(100), days: 400 }).await;
}

#[tokio::test(start_paused = true)]
async fn a_day_of_grants_that_are_all_in_use_has_no_rush() {
    let grants = grants().max(3 * FEW);
    live(Wish { grants, active: grants, days: 1 }).await;
}

#[tokio::test(start_paused = true)]
async fn after_a_long_stop_a_provider_is_asked_in_turns_and_nobody_who_waits_is_kept_waiting() {
    let wish = Wish { grants: 300, active: 300, days: 1 };
    let mut land = Land::new(wish, 1).await;
    for person in 0..wish.grants {
        land.consent(person).await;
        assert!(!land.call(person).await);
    }
    // All tokens end while nobody works.
    land.clock.reach(SignedDuration::from_hours(2)).await;
    let stop = CancellationToken::new();
    let worker = tokio::spawn(land.worker().run(stop.clone()));
    land.clock.reach(SignedDuration::from_mins(121)).await;
    let (before, renewed) = (land.clock.passed(), land.renewals());
    assert!((58..=62).contains(&renewed), "{renewed} in the first minute");
    for person in (0..wish.grants).rev().step_by(20) {
        assert!(!land.call(person).await);
    }
    assert!(
        land.clock.passed() - before < SignedDuration::from_secs(15),
        "15 calls, each as long as an answer takes"
    );
    land.clock.reach(SignedDuration::from_mins(126)).await;
    stop.cancel();
    worker.await.unwrap();
    for person in 0..wish.grants {
        assert!(!land.call(person).await);
    }
    land.provider.told(|_, minutes| {
        assert_eq!(minutes.iter().sum::<u32>(), 300);
        assert!(minutes.iter().all(|minute| *minute <= 62 + 15), "{:?}", &minutes[119..]);
    });
}
