//! Shares: what is stored of them, and that an item is tied once.

use bowline_core::commit::Change;
use bowline_core::port::{Desk, StoreError};
use bowline_core::share::{End, Share, ShareState};
use bowline_core::{Timestamp, code};

use crate::backend::on_every_database;
use crate::given::{Given, at, conflict, end};

on_every_database! {
    a_share_comes_back_as_it_was_stored
    a_changed_share_replaces_the_stored_one_but_not_when_it_was_made
    an_item_is_tied_once_in_a_profile_on_either_side
    an_item_may_be_tied_again_when_its_share_no_longer_ties
    the_same_item_may_be_tied_in_two_profiles
    shares_without_a_second_item_do_not_collide
    an_unlinked_share_stays_unlinked_whatever_a_worker_stores
    unlinking_a_share_that_does_not_exist_fails
    a_share_needs_its_profile
}

async fn stored(given: &Given, share: &Share) -> Share {
    given.store.view(given.tenant, share.id).await.unwrap().unwrap().share
}

fn put(share: &Share) -> Change {
    Change::PutShare(Box::new(share.clone()))
}

async fn a_share_comes_back_as_it_was_stored(given: Given) {
    let profile = given.profile().await;
    for state in ShareState::ALL {
        let mut share = given.new_share(&profile, &format!("{state:?}"), &format!("{state:?} too"));
        share.state = state;
        share.reason = Some(code::SYNC_ITEM_GONE);
        share.creating_at = Some(at(8));
        if state == ShareState::Intended {
            share.right = End { at: None, seen: None, heard: None };
        }
        given.write(vec![put(&share)]).await;
        assert_eq!(stored(&given, &share).await, share);
    }
}

async fn a_changed_share_replaces_the_stored_one_but_not_when_it_was_made(given: Given) {
    let profile = given.profile().await;
    let before = given.share(&profile, "1", "2").await;
    let mut after = before.clone();
    after.left = end("1", "MOVED-1");
    after.right = end("3", "3");
    after.state = ShareState::Broken;
    after.reason = Some(code::SYNC_LOST_PERMISSION);
    after.missing_at = None;
    after.base = vec![7; 2_000];
    after.updated_at = at(99);
    after.created_at = Timestamp::UNIX_EPOCH;
    given.write(vec![put(&after)]).await;
    after.created_at = before.created_at;
    assert_eq!(stored(&given, &after).await, after);
}

async fn an_item_is_tied_once_in_a_profile_on_either_side(given: Given) {
    let profile = given.profile().await;
    given.share(&profile, "1", "2").await;
    for (left, right) in [("1", "9"), ("9", "2")] {
        let outcome = given.try_write(vec![put(&given.new_share(&profile, left, right))]).await;
        assert_eq!(conflict(outcome), "an item is shared already");
    }
    given.share(&profile, "2", "1").await;
}

async fn an_item_may_be_tied_again_when_its_share_no_longer_ties(given: Given) {
    let profile = given.profile().await;
    let mut gone = given.share(&profile, "1", "2").await;
    gone.state = ShareState::Tombstoned;
    let mut next = given.new_share(&profile, "1", "2");
    given.write(vec![put(&gone), put(&next)]).await;
    given.write(vec![Change::Unlink(next.id)]).await;
    given.share(&profile, "1", "2").await;
    next.state = ShareState::Active;
    given.write(vec![put(&next)]).await;
    assert_eq!(stored(&given, &next).await.state, ShareState::Unlinked);
    gone.state = ShareState::Active;
    assert_eq!(conflict(given.try_write(vec![put(&gone)]).await), "an item is shared already");
}

async fn the_same_item_may_be_tied_in_two_profiles(given: Given) {
    let profile = given.profile().await;
    let second = given.new_profile("second", profile.left, profile.right);
    given.write(vec![Change::PutProfile(Box::new(second.clone()))]).await;
    given.share(&profile, "1", "2").await;
    given.share(&second, "1", "2").await;
    let shares = given.store.shares_of(given.tenant, profile.left, &["1".into()]).await.unwrap();
    assert_eq!(shares.len(), 2);
}

async fn shares_without_a_second_item_do_not_collide(given: Given) {
    let profile = given.profile().await;
    for left in ["1", "2", "3"] {
        let mut share = given.new_share(&profile, left, "");
        share.right = End { at: None, seen: None, heard: None };
        given.write(vec![put(&share)]).await;
    }
}

async fn an_unlinked_share_stays_unlinked_whatever_a_worker_stores(given: Given) {
    let profile = given.profile().await;
    let picture = given.share(&profile, "1", "2").await;
    let mut unlink = given.commit(vec![Change::Unlink(picture.id)]);
    unlink.at = at(50);
    bowline_core::port::Commits::commit(&given.store, unlink).await.unwrap();
    assert_eq!(stored(&given, &picture).await.updated_at, at(50));
    given.write(vec![put(&picture)]).await;
    assert_eq!(stored(&given, &picture).await.state, ShareState::Unlinked);
}

async fn unlinking_a_share_that_does_not_exist_fails(given: Given) {
    let profile = given.profile().await;
    let share = given.new_share(&profile, "1", "2");
    let outcome = given.try_write(vec![Change::Unlink(share.id)]).await;
    assert!(matches!(outcome, Err(StoreError::NotFound("share"))), "{outcome:?}");
}

async fn a_share_needs_its_profile(given: Given) {
    let profile = given.new_profile(
        "never stored",
        given.id(bowline_core::ConnectionId::new),
        given.id(bowline_core::ConnectionId::new),
    );
    let outcome = given.try_write(vec![put(&given.new_share(&profile, "1", "2"))]).await;
    assert!(matches!(outcome, Err(StoreError::NotFound("profile"))), "{outcome:?}");
}
