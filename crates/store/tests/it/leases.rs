//! Leases: who holds an entity, until when, and that a worker who slept through its lease can change nothing.

use bowline_core::commit::Change;
use bowline_core::port::{Desk, StoreError, WorkQueue};
use bowline_core::work::{Claim, Entity, Fence, Lane, Lanes};

use crate::backend::on_every_database;
use crate::given::{Given, at, lost, touch};

on_every_database! {
    work_is_claimed_again_when_its_lease_ran_out
    a_zombie_can_neither_write_nor_acknowledge_nor_release_nor_renew
    a_held_lease_that_ran_out_still_stands_until_somebody_else_claims
    renewing_holds_the_work_for_longer
    acknowledged_work_is_gone
    a_touch_while_claimed_does_not_disturb_the_holder_and_is_due_after_the_ack
    several_touches_while_claimed_are_one_at_the_earlier_time_in_the_more_urgent_lane
    a_touch_in_the_commit_that_acknowledges_makes_new_work
    released_work_is_due_at_its_time_and_remembers_its_attempts
    a_touch_while_claimed_makes_released_work_due_earlier
    touches_under_a_lost_lease_are_covered_by_the_next_claim
    an_epoch_is_never_used_again_even_after_the_row_was_made_anew
    a_fence_on_work_that_nobody_holds_is_lost
    an_acknowledgement_is_its_own_fence
    two_commits_under_one_claim_at_once_keep_their_order
    what_a_dead_owner_held_is_due_at_once_and_the_dead_can_write_nothing
}

async fn state_of(given: &Given) -> Option<bowline_core::Timestamp> {
    given
        .store
        .watermark(given.tenant, bowline_core::ConnectionId::from_uuid(given.tenant.uuid()))
        .await
        .unwrap()
}

/// A write whose trace can be seen.
fn mark(given: &Given, seconds: i64) -> Change {
    let connection = bowline_core::ConnectionId::from_uuid(given.tenant.uuid());
    Change::Watermark { connection, at: at(seconds) }
}

async fn work_is_claimed_again_when_its_lease_ran_out(given: Given) {
    let first = given.claimed(&given.item("1")).await;
    assert_eq!(given.claim(59, 5).await, []);
    let again = given.claim(60, 5).await;
    assert_eq!(again.len(), 1);
    assert!(again[0].epoch > first.epoch);
    assert_eq!((again[0].attempts, again[0].touched), (2, first.touched));
    assert_eq!((again[0].since, again[0].until), (first.since, at(120)));
}

async fn a_zombie_can_neither_write_nor_acknowledge_nor_release_nor_renew(given: Given) {
    let zombie = given.claimed(&given.item("1")).await;
    let holder = given.claim(60, 5).await.remove(0);
    assert!(lost(&given.write_under(&zombie, vec![mark(&given, 1)]).await));
    assert!(lost(&given.try_write(vec![mark(&given, 1), Change::Ack(zombie.clone())]).await));
    let release = Change::Release { claim: zombie.clone(), due_at: at(0), counted: true };
    assert!(lost(&given.try_write(vec![mark(&given, 1), release]).await));
    assert!(matches!(given.store.renew(&zombie, at(999)).await, Err(StoreError::LostLease)));
    assert_eq!(state_of(&given).await, None, "nothing of it was written");
    given.write_under(&holder, vec![mark(&given, 2), Change::Ack(holder.clone())]).await.unwrap();
    assert_eq!(state_of(&given).await, Some(at(2)));
}

async fn a_held_lease_that_ran_out_still_stands_until_somebody_else_claims(given: Given) {
    let claim = given.claimed(&given.item("1")).await;
    given.write_under(&claim, vec![mark(&given, 1)]).await.unwrap();
    assert_eq!(state_of(&given).await, Some(at(1)));
}

async fn renewing_holds_the_work_for_longer(given: Given) {
    let claim = given.claimed(&given.item("1")).await;
    given.store.renew(&claim, at(100)).await.unwrap();
    assert_eq!(given.claim(99, 5).await, []);
    assert_eq!(given.claim(100, 5).await.len(), 1);
}

async fn acknowledged_work_is_gone(given: Given) {
    let claim = given.claimed(&given.item("1")).await;
    given.write_under(&claim, vec![Change::Ack(claim.clone())]).await.unwrap();
    let depth = given.store.depth(at(1_000)).await.unwrap();
    assert_eq!((depth.due, depth.later, depth.claimed), (0, 0, 0));
}

async fn a_touch_while_claimed_does_not_disturb_the_holder_and_is_due_after_the_ack(given: Given) {
    let entity = given.item("1");
    let claim = given.claimed(&entity).await;
    let mut late = given.commit(vec![touch(&entity, Lane::Sweep, 30)]);
    late.at = at(8);
    bowline_core::port::Commits::commit(&given.store, late).await.unwrap();
    assert_eq!(given.claim(50, 5).await, [], "the holder still holds it");
    given.write_under(&claim, vec![Change::Ack(claim.clone())]).await.unwrap();
    assert_eq!(given.claim(29, 5).await, []);
    let next = given.claim(30, 5).await.remove(0);
    assert_eq!((next.lane, next.attempts, next.since), (Lane::Sweep, 1, at(8)));
    given.write_under(&next, vec![Change::Ack(next.clone())]).await.unwrap();
    assert_eq!(given.store.next_due(Lanes::Sync).await.unwrap(), None);
}

async fn several_touches_while_claimed_are_one_at_the_earlier_time_in_the_more_urgent_lane(given: Given) {
    let entity = given.item("1");
    let claim = given.claimed(&entity).await;
    given.write(vec![touch(&entity, Lane::Backfill, 40)]).await;
    given.write(vec![touch(&entity, Lane::Interactive, 80), touch(&entity, Lane::Sweep, 90)]).await;
    given.write_under(&claim, vec![Change::Ack(claim.clone())]).await.unwrap();
    assert_eq!(given.store.next_due(Lanes::Sync).await.unwrap(), Some(at(40)));
    assert_eq!(given.claim(40, 5).await[0].lane, Lane::Interactive);
}

async fn a_touch_in_the_commit_that_acknowledges_makes_new_work(given: Given) {
    let entity = given.item("1");
    for before in [true, false] {
        let claim = given.claimed(&entity).await;
        let (ack, touch) = (Change::Ack(claim.clone()), touch(&entity, Lane::Sweep, 7));
        let changes = if before { vec![touch, ack] } else { vec![ack, touch] };
        given.write_under(&claim, changes).await.unwrap();
        assert_eq!(given.store.next_due(Lanes::Sync).await.unwrap(), Some(at(7)));
        let again = given.claim(7, 5).await.remove(0);
        assert_eq!(again.lane, Lane::Sweep);
        given.write_under(&again, vec![Change::Ack(again.clone())]).await.unwrap();
    }
}

async fn released_work_is_due_at_its_time_and_remembers_its_attempts(given: Given) {
    let claim = given.claimed(&given.item("1")).await;
    let release =
        |claim: &Claim, due| Change::Release { claim: claim.clone(), due_at: at(due), counted: true };
    given.write_under(&claim, vec![release(&claim, 5)]).await.unwrap();
    assert_eq!(given.claim(4, 5).await, []);
    let again = given.claim(5, 5).await.remove(0);
    assert_eq!((again.attempts, again.since), (2, claim.since));
    given.write_under(&again, vec![release(&again, 9)]).await.unwrap();
    let third = given.claim(9, 5).await.remove(0);
    assert_eq!(third.attempts, 3);
    given.write(vec![touch(&third.entity, Lane::Live, 9)]).await;
    given.write_under(&third, vec![Change::Ack(third.clone())]).await.unwrap();
    assert_eq!(given.claim(9, 5).await[0].attempts, 1, "an acknowledgement forgets them");
}

async fn a_touch_while_claimed_makes_released_work_due_earlier(given: Given) {
    let entity = given.item("1");
    let claim = given.claimed(&entity).await;
    given.write(vec![touch(&entity, Lane::Interactive, 20)]).await;
    let release = Change::Release { claim: claim.clone(), due_at: at(600), counted: true };
    given.write_under(&claim, vec![release]).await.unwrap();
    assert_eq!(given.store.next_due(Lanes::Sync).await.unwrap(), Some(at(20)));
    assert_eq!(given.claim(20, 5).await[0].lane, Lane::Interactive);
}

async fn touches_under_a_lost_lease_are_covered_by_the_next_claim(given: Given) {
    let entity = given.item("1");
    given.claimed(&entity).await;
    given.write(vec![touch(&entity, Lane::Interactive, 200)]).await;
    let claim = given.claim(60, 5).await.remove(0);
    assert_eq!((claim.lane, claim.touched), (Lane::Interactive, 2));
    given.write_under(&claim, vec![Change::Ack(claim.clone())]).await.unwrap();
    assert_eq!(given.store.next_due(Lanes::Sync).await.unwrap(), None, "the claim had seen that touch");
}

async fn an_epoch_is_never_used_again_even_after_the_row_was_made_anew(given: Given) {
    let entity = given.item("1");
    let zombie = given.claimed(&entity).await;
    let second = given.claim(60, 5).await.remove(0);
    given.write_under(&second, vec![Change::Ack(second.clone())]).await.unwrap();
    for _ in 0..3 {
        let claim = given.claimed(&entity).await;
        assert!(lost(&given.write_under(&zombie, vec![mark(&given, 1)]).await));
        given.write_under(&claim, vec![Change::Ack(claim.clone())]).await.unwrap();
    }
    assert_eq!(state_of(&given).await, None);
}

async fn a_fence_on_work_that_nobody_holds_is_lost(given: Given) {
    let commit = |entity: &Entity, epoch| {
        let mut commit = given.commit(vec![mark(&given, 1)]);
        commit.fence = Some(Fence { entity: entity.clone(), epoch });
        commit
    };
    use bowline_core::port::Commits;
    let entity = given.item("1");
    assert!(lost(&given.store.commit(commit(&entity, 1)).await), "there is no such work");
    given.write(vec![touch(&entity, Lane::Live, 0)]).await;
    assert!(lost(&given.store.commit(commit(&entity, 0)).await), "it was never claimed");
    let claim = given.claim(0, 1).await.remove(0);
    let release = Change::Release { claim: claim.clone(), due_at: at(0), counted: true };
    given.write_under(&claim, vec![release]).await.unwrap();
    assert!(lost(&given.store.commit(commit(&entity, claim.epoch)).await), "it was let go");
    assert_eq!(state_of(&given).await, None);
}

async fn an_acknowledgement_is_its_own_fence(given: Given) {
    let claim = given.claimed(&given.item("1")).await;
    given.write(vec![Change::Ack(claim.clone())]).await;
    assert!(lost(&given.try_write(vec![mark(&given, 1), Change::Ack(claim)]).await), "it is done already");
    assert_eq!(state_of(&given).await, None);
}

async fn two_commits_under_one_claim_at_once_keep_their_order(given: Given) {
    let claim = given.claimed(&given.item("1")).await;
    let (first, second, third) = futures_util::join!(
        given.write_under(&claim, vec![mark(&given, 1)]),
        given.write_under(&claim, vec![mark(&given, 2), Change::Ack(claim.clone())]),
        given.write_under(&claim, vec![mark(&given, 3)]),
    );
    first.unwrap();
    second.unwrap();
    assert!(lost(&third), "the one before let go of it");
    assert_eq!(state_of(&given).await, Some(at(2)));
}

async fn what_a_dead_owner_held_is_due_at_once_and_the_dead_can_write_nothing(given: Given) {
    let dead = given.claimed(&given.item("1")).await;
    given.write(vec![touch(&dead.entity, Lane::Interactive, 500)]).await;
    given.write(vec![touch(&given.item("2"), Lane::Live, 0)]).await;
    let ask = bowline_core::port::ClaimAsk {
        owner: "another".into(),
        lanes: Lanes::Sync,
        now: at(0),
        lease: bowline_core::SignedDuration::from_secs(60),
        limit: 5,
    };
    assert_eq!(given.store.claim(&ask).await.unwrap().len(), 1);
    assert_eq!(given.store.abandon("nobody", at(1)).await.unwrap(), 0);
    assert_eq!(given.store.abandon("worker", at(1)).await.unwrap(), 1);
    assert!(lost(&given.write_under(&dead, vec![mark(&given, 1)]).await));
    let next = given.claim(1, 5).await;
    assert_eq!(next.len(), 1, "the other owner still holds its own");
    assert!(next[0].epoch > dead.epoch);
    assert_eq!((next[0].lane, next[0].touched, next[0].attempts), (Lane::Interactive, 2, 2));
    assert!(lost(&given.write_under(&dead, vec![mark(&given, 1)]).await));
}
