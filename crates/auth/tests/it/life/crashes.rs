//! A process ends at every step of a renewal, with every fault before it; the next one goes on.

use std::sync::Arc;
use std::time::Duration;

use bowline_core::SignedDuration;
use bowline_core::code::AUTH_ROTATION_LOST;
use bowline_core::grant::GrantState;
use bowline_core::port::{Clock as _, WorkQueue as _};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

use super::land::{Fate, Land};
use super::provider::Fault;

const HOUR: SignedDuration = SignedDuration::from_hours(1);
/// What a provider forgives, and what is made use of: the rest is for a call that is slow.
const LEEWAY: SignedDuration = SignedDuration::from_secs(600);
const USED: SignedDuration = SignedDuration::from_secs(480);

/// Runs one look that ends after `steps` steps; says whether it was struck down.
async fn struck(land: &Land, steps: u32) -> bool {
    let fate = Fate::after(steps);
    let life = land.mortal(&fate).await;
    let Some(claim) = land.claim().await else { return false };
    let look = life.tend(&claim, land.grant);
    let _ = tokio::time::timeout(Duration::from_millis(150), async {
        tokio::select! {
            _ = look => {}
            () = until_struck(&fate) => {}
        }
    })
    .await;
    fate.struck()
}

async fn until_struck(fate: &Arc<Fate>) {
    while !fate.struck() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// The next process takes up what the dead one held, `after` so long, and goes on until the grant is well or a person is
/// asked.
async fn go_on(land: &Land, after: SignedDuration) -> GrantState {
    land.hand.turn(after);
    land.store.abandon("worker", land.hand.now()).await.unwrap();
    let life = land.life().await;
    for _ in 0..60 {
        let row = land.row().await;
        if row.state == GrantState::NeedsReauth || (row.version > 1 && row.attempt.is_none()) {
            return row.state;
        }
        land.next(&life, HOUR).await;
    }
    panic!("neither well nor told: {:?}", land.row().await);
}

#[tokio::test]
async fn within_the_leeway_no_crash_at_any_step_loses_a_grant() {
    let mut crashes = 0;
    for first in [None].into_iter().chain(Fault::ALL.map(Some)) {
        for steps in 1..=8 {
            for seconds in [0, 1, 30, 200, 470] {
                let land = Land::new(LEEWAY).await;
                land.provider.faults.lock().unwrap().extend(first);
                land.hand.turn(HOUR);
                crashes += u32::from(struck(&land, steps).await);
                let state = go_on(&land, SignedDuration::from_secs(seconds)).await;
                assert_eq!(state, GrantState::Active, "{first:?}, step {steps}, {seconds} s");
                assert!(!land.provider.family.lock().unwrap().dead);
            }
        }
    }
    assert!(crashes > 100, "{crashes}");
}

#[tokio::test]
async fn without_a_leeway_a_person_is_told_and_only_when_the_token_was_truly_lost() {
    let mut lost = 0;
    for steps in 1..=8 {
        let land = Land::new(SignedDuration::ZERO).await;
        land.hand.turn(HOUR);
        struck(&land, steps).await;
        let rotated = land.provider.serial() > 1;
        let stored = land.row().await.version > 1;
        let state = go_on(&land, SignedDuration::from_secs(1)).await;
        if rotated && !stored {
            assert_eq!(state, GrantState::NeedsReauth, "step {steps}");
            assert_eq!(land.row().await.reason, Some(AUTH_ROTATION_LOST), "step {steps}");
            lost += 1;
        } else {
            assert_eq!(state, GrantState::Active, "step {steps}");
        }
    }
    assert!(lost > 0);
}

#[tokio::test]
async fn two_crashes_in_a_row_lose_nothing_either() {
    for one in 1..=6 {
        for other in 1..=6 {
            let land = Land::new(LEEWAY).await;
            land.hand.turn(HOUR);
            struck(&land, one).await;
            land.hand.turn(SignedDuration::from_secs(20));
            land.store.abandon("worker", land.hand.now()).await.unwrap();
            struck(&land, other).await;
            assert_eq!(
                go_on(&land, SignedDuration::from_secs(20)).await,
                GrantState::Active,
                "{one}, {other}"
            );
        }
    }
}

/// One end of a process: the fault before it, the step at which it comes, and for how many seconds nobody is there.
type End = (Option<Fault>, u32, i64);

fn ends() -> impl Strategy<Value = Vec<End>> {
    let fault = prop::option::of(prop::sample::select(Fault::ALL.to_vec()));
    // Mostly short, now and then longer than what is forgiven.
    let pause = prop_oneof![4 => 0_i64..120, 2 => 120_i64..480, 1 => 480_i64..3_600];
    prop::collection::vec((fault, 1_u32..=8, pause), 1..=3)
}

/// Runs one history; says how many processes were struck down, and whether the grant lives.
async fn history(ends: &[End]) -> (u32, bool) {
    let land = Land::new(LEEWAY).await;
    land.hand.turn(HOUR);
    let (began, mut crashes) = (land.hand.now(), 0);
    for (fault, steps, pause) in ends {
        land.provider.faults.lock().unwrap().extend(fault);
        crashes += u32::from(struck(&land, *steps).await);
        // After what was dealt out the provider is well again.
        land.provider.faults.lock().unwrap().clear();
        land.hand.turn(SignedDuration::from_secs(*pause));
        land.store.abandon("worker", land.hand.now()).await.unwrap();
    }
    let away = land.hand.now().duration_since(began);
    let given = land.provider.serial();
    let stored = u32::try_from(land.row().await.version).unwrap();
    let state = go_on(&land, SignedDuration::ZERO).await;
    if state == GrantState::Active {
        assert!(!land.provider.family.lock().unwrap().dead, "{ends:?}");
        return (crashes, true);
    }
    assert!(away >= USED, "lost within the leeway: {ends:?}");
    assert!(given > stored, "a person was asked without need: {ends:?}");
    assert_eq!(land.row().await.reason, Some(AUTH_ROTATION_LOST), "{ends:?}");
    (crashes, false)
}

#[tokio::test]
async fn five_hundred_crashes_by_lot_cost_no_grant_that_the_leeway_saves() {
    let mut lot = TestRunner::deterministic();
    let (mut crashes, mut lost, mut histories) = (0, 0, 0);
    while crashes < 500 {
        let ends = ends().new_tree(&mut lot).unwrap().current();
        let (struck, lives) = history(&ends).await;
        crashes += struck;
        lost += u32::from(!lives);
        histories += 1;
    }
    assert!(
        lost > 0 && lost < histories / 4,
        "{lost} of {histories}: pauses beyond the leeway occur, and are few"
    );
}
