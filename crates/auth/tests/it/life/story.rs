//! What becomes of one grant, fault by fault.

use std::sync::atomic::Ordering;

use bowline_core::SignedDuration;
use bowline_core::code::{
    AUTH_APP_MISCONFIGURED, AUTH_GRANT_ENDED, AUTH_ROTATION_LOST, AUTH_ROTATION_UNKNOWN, Code,
};
use bowline_core::grant::{GrantEventKind, GrantState};
use bowline_core::port::{Console as _, Grants as _};
use http::StatusCode;
use proptest::prelude::*;

use super::land::Land;
use super::provider::Fault;

const LEEWAY: SignedDuration = SignedDuration::from_secs(600);
const HOUR: SignedDuration = SignedDuration::from_hours(1);
const DAY: SignedDuration = SignedDuration::from_hours(24);

async fn bearer(land: &Land, life: &bowline_auth::life::Life) -> String {
    match life.access(land.tenant, land.grant).await.unwrap().shown {
        bowline_auth::life::Shown::Bearer(token) => token.expose_text().to_owned(),
        bowline_auth::life::Shown::Oauth1(..) => panic!("a bearer token was expected"),
    }
}

#[tokio::test]
async fn a_used_token_is_renewed_before_it_ends_and_never_twice() {
    let land = Land::new(LEEWAY).await;
    let life = land.life().await;
    assert_eq!(bearer(&land, &life).await, "access-1");
    assert!(land.tend(&life).await.unwrap().failure.is_none());
    assert_eq!(land.provider.serial(), 1, "not yet due");
    while land.provider.serial() == 1 {
        land.next(&life, HOUR).await;
    }
    let row = land.row().await;
    assert_eq!((row.version, row.state, row.attempt), (2, GrantState::Active, None));
    assert!(row.rotated_at.unwrap().duration_since(row.consented_at.unwrap()) < HOUR);
    assert_eq!(bearer(&land, &life).await, "access-2");
    assert_eq!(bearer(&land, &land.life().await).await, "access-2", "another process reads what is stored");
    assert_eq!(land.provider.asked.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_token_that_is_refused_as_soon_as_it_was_given_is_renewed_within_seconds() {
    let land = Land::new(LEEWAY).await;
    let life = land.life().await;
    let mut row = land.row().await;
    // As after a first minting: nobody has called with it yet.
    row.used_at = None;
    land.write(vec![bowline_core::commit::Change::PutGrant(Box::new(row))]).await;
    land.tend(&life).await.unwrap();
    let refused = life.refused(land.tenant, land.grant, 1);
    let tended = async {
        while land.tend(&life).await.is_none() {
            tokio::task::yield_now().await;
        }
        assert_eq!(land.provider.serial(), 1, "two renewals are five seconds apart");
        // The caller may have asked again meanwhile.
        for _ in 0..4 {
            land.next(&life, SignedDuration::from_secs(6)).await;
        }
    };
    let both = async { tokio::join!(refused, tended) };
    let (access, ()) = tokio::time::timeout(std::time::Duration::from_secs(10), both).await.unwrap();
    assert_eq!((access.unwrap().version, land.provider.serial()), (2, 2));
}

#[tokio::test]
async fn an_unused_grant_is_renewed_once_a_month_for_a_year_and_ends_when_the_provider_says_so() {
    let land = Land::new(LEEWAY).await;
    let life = land.life().await;
    let mut row = land.row().await;
    let ends = row.ends_at.unwrap();
    row.used_at = None;
    land.write(vec![bowline_core::commit::Change::PutGrant(Box::new(row))]).await;
    while land.row().await.rotated_at.unwrap() < ends {
        land.next(&life, DAY * 40).await;
    }
    let asked = land.provider.asked.load(Ordering::SeqCst);
    assert!((10..=18).contains(&asked), "{asked} renewals in 400 days");
    let row = land.row().await;
    assert!(row.rotated_at.unwrap() >= ends, "the deadline itself is asked about");
    let events = land.store.grant_events(land.tenant, land.grant).await.unwrap();
    let warnings: Vec<_> = events
        .iter()
        .filter(|event| event.kind == GrantEventKind::Expiring)
        .map(|event| event.words.clone().unwrap())
        .collect();
    let expected = [1, 3, 7, 14, 30].map(|days| format!("{days} days are left."));
    assert_eq!(warnings, expected, "newest first");
}

#[tokio::test]
async fn a_definite_no_asks_a_person_and_a_fault_that_passes_never_does() {
    for fault in Fault::ALL {
        let land = Land::new(LEEWAY).await;
        let life = land.life().await;
        land.provider.faults.lock().unwrap().extend([fault; 3]);
        while land.row().await.version == 1 {
            land.next(&life, HOUR).await;
            let state = land.row().await.state;
            assert!(state.serves(), "{fault:?}: {state}");
        }
        assert_eq!(land.row().await.state, GrantState::Active, "{fault:?}");
        assert!(!land.provider.family.lock().unwrap().dead, "{fault:?}");
    }
    let land = Land::new(LEEWAY).await;
    let life = land.life().await;
    land.provider.family.lock().unwrap().dead = true;
    while land.row().await.state == GrantState::Active {
        land.next(&life, HOUR).await;
    }
    let row = land.row().await;
    assert_eq!((row.state, row.reason), (GrantState::NeedsReauth, Some(AUTH_GRANT_ENDED)));
    assert_eq!(row.words.unwrap(), "invalid_grant: Unknown or invalid refresh token.");
    assert!(life.access(land.tenant, land.grant).await.is_err());
    assert_eq!(land.store.finding_counts(land.tenant).await.unwrap(), [(AUTH_GRANT_ENDED, 1)]);
    assert!(land.next(&life, DAY * 30).await.is_none(), "nobody asks again by himself");
}

#[tokio::test]
async fn what_is_our_own_fault_degrades_the_grant_and_passes_when_it_is_mended() {
    let land = Land::new(LEEWAY).await;
    let life = land.life().await;
    *land.provider.says.lock().unwrap() =
        Some((StatusCode::UNAUTHORIZED, r#"{"error":"access_denied","error_description":"Unauthorized"}"#));
    while land.row().await.fails < 12 {
        land.next(&life, HOUR).await;
    }
    let row = land.row().await;
    assert_eq!((row.state, row.reason), (GrantState::Degraded, Some(AUTH_APP_MISCONFIGURED)));
    assert_eq!(row.attempt, None, "refused is not carried out");
    *land.provider.says.lock().unwrap() = None;
    while land.row().await.state != GrantState::Active {
        land.next(&life, HOUR).await;
    }
    assert!(land.store.finding_counts(land.tenant).await.unwrap().is_empty());
    let kinds: Vec<_> = land
        .store
        .grant_events(land.tenant, land.grant)
        .await
        .unwrap()
        .iter()
        .map(|event| event.kind)
        .collect();
    assert_eq!(kinds, [GrantEventKind::Recovered, GrantEventKind::Degraded], "told once, not twelve times");
}

#[tokio::test]
async fn without_a_leeway_a_lost_answer_is_tried_once_then_at_the_end_of_the_token_and_then_told() {
    let land = Land::new(SignedDuration::ZERO).await;
    let life = land.life().await;
    land.provider.faults.lock().unwrap().push_back(Fault::Lost);
    let mut reasons: Vec<Option<Code>> = Vec::new();
    while land.row().await.state != GrantState::NeedsReauth {
        land.next(&life, HOUR).await;
        reasons.push(land.row().await.reason);
    }
    assert_eq!(reasons.last().unwrap().as_ref(), Some(&AUTH_ROTATION_LOST), "{reasons:?}");
    assert_eq!(land.provider.asked.load(Ordering::SeqCst), 2, "the lost one, and one more");
}

#[tokio::test]
async fn an_attempt_too_old_to_repeat_waits_for_the_end_of_the_access_token() {
    let land = Land::new(LEEWAY).await;
    let life = land.life().await;
    land.provider.faults.lock().unwrap().push_back(Fault::Lost);
    // The first refresh is lost, and then nobody looks for an hour.
    while land.row().await.attempt.is_none() {
        land.next(&life, HOUR).await;
    }
    let mut row = land.row().await;
    let now = bowline_core::port::Clock::now(&*land.hand);
    row.access_until = now.checked_add(HOUR * 2).ok();
    land.write(vec![bowline_core::commit::Change::PutGrant(Box::new(row))]).await;
    land.hand.turn(HOUR);
    land.tend(&life).await.unwrap();
    let row = land.row().await;
    assert_eq!((row.state, row.reason), (GrantState::Degraded, Some(AUTH_ROTATION_UNKNOWN)));
    assert_eq!(land.provider.asked.load(Ordering::SeqCst), 1, "sending it again now would end the family");
    assert!(life.access(land.tenant, land.grant).await.is_ok(), "calls go on");
    land.hand.turn(HOUR);
    land.tend(&life).await.unwrap();
    assert_eq!(land.row().await.reason, Some(AUTH_ROTATION_LOST));
}

#[tokio::test]
async fn tokens_that_the_database_does_not_take_are_laid_in_the_spool_and_taken_up() {
    let land = Land::new(SignedDuration::ZERO).await;
    let (life, _away) = land.away(1_000).await;
    land.hand.turn(HOUR);
    let claim = land.claim().await.unwrap();
    assert!(life.tend(&claim, land.grant).await.is_err());
    assert_eq!(land.row().await.version, 1);
    let spooled = std::fs::read_dir(land.folder.file("spool")).unwrap().count();
    assert_eq!(spooled, 1);
    let text = std::fs::read_dir(land.folder.file("spool")).unwrap().next().unwrap().unwrap().path();
    let text = std::fs::read_to_string(text).unwrap();
    assert!(!text.contains("access-2") && !text.contains("refresh-2"), "sealed");
    // The next process finds them, once the lease of the first has run out.
    land.hand.turn(SignedDuration::from_mins(2));
    let (life, _away) = land.away(0).await;
    assert_eq!(life.wake().await.unwrap(), 1);
    land.tend(&life).await.unwrap();
    assert_eq!((land.row().await.version, land.row().await.state), (2, GrantState::Active));
    assert_eq!(bearer(&land, &life).await, "access-2");
    assert_eq!(std::fs::read_dir(land.folder.file("spool")).unwrap().count(), 0);
    assert_eq!(land.provider.asked.load(Ordering::SeqCst), 1);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Whatever passes, in whatever order, the grant lives, and calls are served whenever there is a living token.
    #[test]
    fn no_sequence_of_passing_faults_ends_a_grant(faults in prop::collection::vec(0_usize..5, 0..5)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let land = Land::new(LEEWAY).await;
            let life = land.life().await;
            land.provider.faults.lock().unwrap().extend(faults.iter().map(|index| Fault::ALL[*index]));
            for _ in 0..40 {
                land.next(&life, HOUR).await;
                if land.provider.faults.lock().unwrap().is_empty() && land.row().await.version > 1 {
                    break;
                }
            }
            let row = land.row().await;
            assert_eq!(row.state, GrantState::Active);
            assert_eq!(row.attempt, None);
            assert!(!land.provider.family.lock().unwrap().dead);
        });
    }
}
