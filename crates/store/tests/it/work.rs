//! The work table as queue and schedule: what is due, in which order, and what touches do.

use bowline_core::commit::Change;
use bowline_core::trace::{self, Trace};
use bowline_core::work::{Entity, Lane, Lanes};

use crate::backend::on_every_database;
use crate::given::{Given, at, touch};
use bowline_core::port::WorkQueue;

on_every_database! {
    touched_work_is_claimed_when_it_is_due
    several_touches_are_one_unit_of_work_at_the_earlier_time_in_the_more_urgent_lane
    urgent_lanes_go_first_and_inside_a_lane_the_oldest
    a_claim_takes_no_more_than_its_limit_and_the_next_takes_the_rest
    work_of_all_tenants_is_claimed_together
    entities_with_strange_ids_come_back_as_they_were
    next_due_is_the_earliest_of_what_nobody_holds_and_of_what_a_lease_ends_on
    depth_counts_what_is_due_later_and_claimed
    two_claims_at_once_never_take_the_same_work
    work_keeps_the_trace_of_the_first_request_that_asked_for_it
    a_look_that_wants_to_look_again_begins_anew
}

async fn touched_work_is_claimed_when_it_is_due(given: Given) {
    let entity = given.item("1");
    given.write(vec![touch(&entity, Lane::Live, 10)]).await;
    assert_eq!(given.claim(9, 5).await, []);
    let claims = given.claim(10, 5).await;
    assert_eq!(claims.len(), 1);
    let claim = &claims[0];
    assert_eq!((claim.tenant, &claim.entity, claim.lane), (given.tenant, &entity, Lane::Live));
    assert_eq!((claim.touched, claim.attempts), (1, 1));
    assert_eq!((claim.since, claim.until), (at(0), at(70)));
    assert_eq!(given.claim(10, 5).await, [], "it is held now");
}

async fn several_touches_are_one_unit_of_work_at_the_earlier_time_in_the_more_urgent_lane(given: Given) {
    let entity = given.item("1");
    let mut later = given.commit(vec![touch(&entity, Lane::Interactive, 20)]);
    later.at = at(5);
    given.write(vec![touch(&entity, Lane::Backfill, 10)]).await;
    bowline_core::port::Commits::commit(&given.store, later).await.unwrap();
    given.write(vec![touch(&entity, Lane::Sweep, 30), touch(&entity, Lane::Sweep, 15)]).await;
    let claims = given.claim(10, 5).await;
    assert_eq!(claims.len(), 1);
    assert_eq!((claims[0].lane, claims[0].touched), (Lane::Interactive, 4));
    assert_eq!(claims[0].since, at(0), "delays are measured from the first touch");
}

async fn urgent_lanes_go_first_and_inside_a_lane_the_oldest(given: Given) {
    given
        .write(vec![
            touch(&given.item("backfill"), Lane::Backfill, -9),
            touch(&given.item("sweep"), Lane::Sweep, -8),
            touch(&given.item("live, younger"), Lane::Live, -1),
            touch(&given.item("live, older"), Lane::Live, -2),
            touch(&given.item("interactive"), Lane::Interactive, 0),
            touch(&given.item("interactive, not due"), Lane::Interactive, 1),
        ])
        .await;
    let claims = given.claim(0, 10).await;
    let order: Vec<_> = claims.into_iter().map(|claim| claim.entity).collect();
    let expected = ["interactive", "live, older", "live, younger", "sweep", "backfill"];
    assert_eq!(order, expected.map(|id| given.item(id)));
}

async fn a_claim_takes_no_more_than_its_limit_and_the_next_takes_the_rest(given: Given) {
    let mut changes = Vec::new();
    for (lane, count) in Lane::ALL.into_iter().zip([2, 1, 3, 1]) {
        changes.extend((0..count).map(|n| touch(&given.item(&format!("{lane:?} {n}")), lane, -n)));
    }
    given.write(changes).await;
    let lanes = |claims: Vec<bowline_core::work::Claim>| {
        claims.into_iter().map(|claim| claim.lane).collect::<Vec<_>>()
    };
    assert_eq!(
        lanes(given.claim(0, 4).await),
        [Lane::Interactive, Lane::Interactive, Lane::Live, Lane::Sweep]
    );
    assert_eq!(lanes(given.claim(0, 4).await), [Lane::Sweep, Lane::Sweep, Lane::Backfill]);
    assert_eq!(given.claim(0, 4).await, []);
}

async fn work_of_all_tenants_is_claimed_together(given: Given) {
    let other = given.other();
    given.write(vec![touch(&given.item("1"), Lane::Live, 0)]).await;
    other.write(vec![touch(&given.item("1"), Lane::Live, 0)]).await;
    let mut tenants: Vec<_> = given.claim(0, 10).await.into_iter().map(|claim| claim.tenant).collect();
    tenants.sort();
    assert_eq!(tenants, [given.tenant, other.tenant]);
}

async fn entities_with_strange_ids_come_back_as_they_were(given: Given) {
    let entity = given.item("a/b '\"; DROP TABLE work; -- ä 🪢");
    assert_eq!(given.claimed(&entity).await.entity, entity);
}

async fn next_due_is_the_earliest_of_what_nobody_holds_and_of_what_a_lease_ends_on(given: Given) {
    assert_eq!(given.store.next_due(Lanes::Sync).await.unwrap(), None);
    let held = given.claimed(&given.item("held")).await;
    assert_eq!(given.store.next_due(Lanes::Sync).await.unwrap(), Some(at(60)), "the holder may be dead");
    given.store.renew(&held, at(90)).await.unwrap();
    assert_eq!(given.store.next_due(Lanes::Sync).await.unwrap(), Some(at(90)));
    given
        .write(vec![
            touch(&given.item("1"), Lane::Interactive, 30),
            touch(&given.item("2"), Lane::Backfill, 20),
        ])
        .await;
    assert_eq!(given.store.next_due(Lanes::Sync).await.unwrap(), Some(at(20)));
}

async fn depth_counts_what_is_due_later_and_claimed(given: Given) {
    let empty = given.store.depth(at(0)).await.unwrap();
    assert_eq!((empty.due, empty.later, empty.claimed, empty.oldest_due_at), (0, 0, 0, None));
    given.claimed(&given.item("held")).await;
    given
        .write(vec![
            touch(&given.item("1"), Lane::Live, -3),
            touch(&given.item("2"), Lane::Sweep, -7),
            touch(&given.item("3"), Lane::Sweep, 1),
        ])
        .await;
    let depth = given.store.depth(at(0)).await.unwrap();
    assert_eq!((depth.due, depth.later, depth.claimed), (2, 1, 1));
    assert_eq!(depth.oldest_due_at, Some(at(-7)));
    let later = given.store.depth(at(60)).await.unwrap();
    assert_eq!((later.due, later.later, later.claimed), (4, 0, 0), "the lease ran out");
}

async fn two_claims_at_once_never_take_the_same_work(given: Given) {
    let entities: Vec<Entity> = (0..40).map(|n| given.item(&n.to_string())).collect();
    given.write(entities.iter().map(|entity| touch(entity, Lane::Live, 0)).collect()).await;
    let claims = futures_util::future::join_all((0..8).map(|_| given.claim(0, 5))).await;
    let mut taken: Vec<_> = claims.into_iter().flatten().map(|claim| claim.entity).collect();
    let count = taken.len();
    taken.sort();
    taken.dedup();
    assert_eq!(taken.len(), count, "nothing is claimed twice");
    while let [_, ..] = given.claim(0, 5).await.as_slice() {}
    assert_eq!(given.store.depth(at(0)).await.unwrap().claimed, 40, "nothing is left behind");
}

/// A trace whose name and step are this digit, over and over.
fn trace(digit: u8) -> Trace {
    let parent = format!("00-{0}{0}-{0}-01", digit.to_string().repeat(16));
    format!("{parent} rojo={digit}").parse().unwrap()
}

async fn write_within(given: &Given, digit: u8, changes: Vec<Change>) {
    trace::within(trace(digit), given.write(changes)).await;
}

async fn work_keeps_the_trace_of_the_first_request_that_asked_for_it(given: Given) {
    let entity = given.item("1");
    given.write(vec![touch(&entity, Lane::Live, 9)]).await;
    write_within(&given, 1, vec![touch(&entity, Lane::Live, 9), touch(&given.item("2"), Lane::Live, 99)])
        .await;
    write_within(&given, 2, vec![touch(&entity, Lane::Live, 8)]).await;
    let claim = given.claim(10, 5).await.remove(0);
    assert_eq!(claim.trace, Some(trace(1)));
    // What is asked for meanwhile is done for whoever asked first, afterwards.
    write_within(&given, 3, vec![touch(&entity, Lane::Live, 10)]).await;
    write_within(&given, 4, vec![touch(&entity, Lane::Live, 10)]).await;
    given.write(vec![Change::Ack(claim)]).await;
    let claim = given.claim(10, 5).await.remove(0);
    assert_eq!(claim.trace, Some(trace(3)));
    // Another try is the same work.
    let due_at = at(10);
    given.write(vec![Change::Release { claim, due_at, counted: true }]).await;
    let claim = given.claim(10, 5).await.remove(0);
    assert_eq!(claim.trace, Some(trace(3)));
    // And so it is when a lease ends.
    let claim = {
        drop(claim);
        given.claim(1_000, 5).await.remove(0)
    };
    assert_eq!(claim.trace, Some(trace(3)));
    given.write(vec![Change::Ack(claim)]).await;
    given.write(vec![touch(&entity, Lane::Live, 10)]).await;
    let claim = given.claim(1_000, 5).await.into_iter().find(|claim| claim.entity == entity).unwrap();
    assert_eq!(claim.trace, None);
}

async fn a_look_that_wants_to_look_again_begins_anew(given: Given) {
    let (entity, other) = (given.item("1"), given.item("2"));
    write_within(&given, 1, vec![touch(&entity, Lane::Sweep, 0)]).await;
    let claim = given.claim(0, 5).await.remove(0);
    let mut commit = given.commit(vec![
        touch(&entity, Lane::Sweep, 5),
        touch(&other, Lane::Live, 5),
        Change::Ack(claim.clone()),
    ]);
    commit.fence = Some(claim.fence());
    let done = bowline_core::port::Commits::commit(&given.store, commit);
    trace::within(trace(1), done).await.unwrap();
    let claims = given.claim(5, 5).await;
    let of = |entity: &Entity| claims.iter().find(|claim| claim.entity == *entity).unwrap().trace.clone();
    assert_eq!((of(&entity), of(&other)), (None, Some(trace(1))));
}
