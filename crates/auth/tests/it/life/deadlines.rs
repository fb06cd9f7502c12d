//! Deadlines are announced, whatever else goes on with the grant.

use bowline_core::SignedDuration;
use bowline_core::commit::Change;
use bowline_core::grant::{GrantEventKind, GrantState};
use bowline_core::port::{Clock as _, Grants as _};
use http::StatusCode;

use super::land::Land;

const LEEWAY: SignedDuration = SignedDuration::from_secs(600);
const HOUR: SignedDuration = SignedDuration::from_hours(1);

fn days(days: i64) -> SignedDuration {
    HOUR * i32::try_from(24 * days).unwrap()
}

async fn warnings(land: &Land) -> Vec<String> {
    let events = land.store.grant_events(land.tenant, land.grant).await.unwrap();
    let warnings = events.iter().rev().filter(|event| event.kind == GrantEventKind::Expiring);
    warnings.map(|event| event.words.clone().unwrap()).collect()
}

#[tokio::test]
async fn while_a_provider_is_away_people_are_told_before_the_grant_dies_of_it() {
    let land = Land::new(LEEWAY).await;
    let life = land.life().await;
    let (now, mut row) = (land.hand.now(), land.row().await);
    row.used_at = None;
    row.rotated_at = Some(now - days(82));
    row.access_until = Some(now - days(82) + HOUR);
    row.idle_until = Some(now + days(8));
    land.write(vec![Change::PutGrant(Box::new(row))]).await;
    *land.provider.says.lock().unwrap() = Some((StatusCode::SERVICE_UNAVAILABLE, ""));
    while land.hand.now() < now + days(7) + HOUR {
        land.next(&life, HOUR).await;
    }
    assert_eq!(warnings(&land).await, [14, 7, 3, 1].map(|days| format!("{days} days are left.")));
    assert_eq!(land.row().await.state, GrantState::Degraded);
    // It comes back in time: the grant lives, and is warned of its other end as if nothing had been.
    *land.provider.says.lock().unwrap() = None;
    while land.row().await.state != GrantState::Active {
        land.next(&life, HOUR).await;
    }
    assert_eq!(land.row().await.warned, None);
    let end = land.row().await.ends_at.unwrap();
    while land.hand.now() < end - days(29) {
        land.next(&life, days(1)).await;
    }
    assert_eq!(warnings(&land).await.last().unwrap(), "30 days are left.");
}

#[tokio::test]
async fn a_warning_that_falls_due_with_a_renewal_follows_it_at_once() {
    let land = Land::new(LEEWAY).await;
    let life = land.life().await;
    let (now, mut row) = (land.hand.now(), land.row().await);
    row.ends_at = Some(now + days(30) + HOUR);
    land.write(vec![Change::PutGrant(Box::new(row))]).await;
    // Nobody looks for two hours, in which the token and the day of the warning went by.
    land.hand.turn(HOUR * 2);
    assert!(land.tend(&life).await.unwrap().renewed);
    assert!(warnings(&land).await.is_empty());
    assert!(!land.tend(&life).await.unwrap().renewed);
    assert_eq!(warnings(&land).await, ["30 days are left."]);
    assert!(land.tend(&life).await.is_none(), "told once");
}
