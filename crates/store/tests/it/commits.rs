//! Commits: whole or not at all, alone or in company.

use std::task::{Context, Poll, Waker};

use bowline_core::commit::{Change, KeyKind, WrappedKey};
use bowline_core::port::{Commits, Console, Desk, Registry, StoreError, Vault};
use bowline_core::secret::Sealed;
use bowline_core::work::{Fence, Lane};
use bowline_core::{ConnectionId, SecretId};
use futures_util::future::join_all;

use crate::backend::on_every_database;
use crate::given::{Given, conflict, lost, touch};

on_every_database! {
    a_commit_that_asks_for_nothing_does_nothing
    a_fence_alone_is_proved
    changes_are_written_in_order
    a_commit_that_fails_half_way_has_written_nothing
    a_change_that_names_another_tenant_fails_the_commit
    of_a_hundred_commits_at_once_only_the_poisoned_one_fails
    of_a_hundred_commits_at_once_only_those_without_a_lease_are_refused
    a_caller_that_goes_away_leaves_a_commit_whole_or_absent
    a_nul_character_does_not_make_a_commit_fail
    a_closed_store_says_so
}

async fn a_commit_that_asks_for_nothing_does_nothing(given: Given) {
    given.write(vec![]).await;
    given
        .write(vec![Change::CloseInbox {
            ids: vec![],
            state: bowline_core::event::InboxState::Done,
            outcome: String::new(),
        }])
        .await;
}

async fn a_fence_alone_is_proved(given: Given) {
    let claim = given.claimed(&given.item("1")).await;
    given.write_under(&claim, vec![]).await.unwrap();
    let mut stale = given.commit(vec![]);
    stale.fence = Some(Fence { entity: claim.entity.clone(), epoch: claim.epoch - 1 });
    assert!(lost(&given.store.commit(stale).await));
}

async fn changes_are_written_in_order(given: Given) {
    let id = given.id(SecretId::new);
    let put = |byte| Change::PutSecret { id, sealed: Sealed(vec![byte]) };
    given.write(vec![put(1), Change::DropSecret(id), put(2), put(3)]).await;
    assert_eq!(given.store.secret(given.tenant, id).await.unwrap(), Some(Sealed(vec![3])));
}

fn key(version: i32) -> Change {
    Change::AddKey(WrappedKey { kind: KeyKind::Data, version, wrapped: Sealed(vec![1]) })
}

async fn a_commit_that_fails_half_way_has_written_nothing(given: Given) {
    given.write(vec![key(1)]).await;
    let outcome = given.try_write(vec![touch(&given.item("1"), Lane::Live, 0), key(2), key(1), key(3)]).await;
    assert_eq!(conflict(outcome), "key version");
    assert_eq!(given.store.keys(given.tenant, KeyKind::Data).await.unwrap().len(), 1);
    assert_eq!(given.claim(0, 5).await, []);
}

async fn a_change_that_names_another_tenant_fails_the_commit(given: Given) {
    let stranger = given.other().new_connection("theirs");
    let outcome = given.try_write(vec![key(1), Change::PutConnection(Box::new(stranger))]).await;
    assert!(matches!(outcome, Err(StoreError::NotFound("tenant"))), "{outcome:?}");
    assert_eq!(given.store.keys(given.tenant, KeyKind::Data).await.unwrap(), []);
}

async fn of_a_hundred_commits_at_once_only_the_poisoned_one_fails(given: Given) {
    given.write(vec![key(1)]).await;
    let others: Vec<_> = (0..4).map(|_| given.other()).collect();
    let outcomes = join_all((0..100).map(|n| {
        let whose = if n == 40 { given.clone() } else { others[n % 4].clone() };
        async move {
            let version = if n == 40 { 1 } else { i32::try_from(n).unwrap() };
            whose.try_write(vec![touch(&whose.item(&n.to_string()), Lane::Live, 0), key(version)]).await
        }
    }))
    .await;
    for (n, outcome) in outcomes.into_iter().enumerate() {
        if n == 40 {
            assert_eq!(conflict(outcome), "key version");
        } else {
            outcome.unwrap();
        }
    }
    let mut keys = 0;
    for other in &others {
        keys += given.store.keys(other.tenant, KeyKind::Data).await.unwrap().len();
    }
    assert_eq!(keys, 99);
    assert_eq!(given.claim(0, 200).await.len(), 99);
}

async fn of_a_hundred_commits_at_once_only_those_without_a_lease_are_refused(given: Given) {
    let claim = given.claimed(&given.item("held")).await;
    let outcomes = join_all((0..100).map(|n| {
        let mut commit = given.commit(vec![key(n)]);
        let epoch = if n % 10 == 3 { claim.epoch + 1 } else { claim.epoch };
        commit.fence = Some(Fence { entity: claim.entity.clone(), epoch });
        given.store.commit(commit)
    }))
    .await;
    for (n, outcome) in outcomes.iter().enumerate() {
        assert_eq!(lost(outcome), n % 10 == 3, "commit {n}: {outcome:?}");
    }
    assert_eq!(given.store.keys(given.tenant, KeyKind::Data).await.unwrap().len(), 90);
}

async fn a_caller_that_goes_away_leaves_a_commit_whole_or_absent(given: Given) {
    let connection = given.id(ConnectionId::new);
    let entity = given.item("1");
    let mut written = 0;
    for n in 0..30 {
        let row = given.new_delivery(connection, &entity, &n.to_string());
        let id = row.id;
        let mut commit = given.commit(vec![Change::AddInbox(Box::new(row)), key(n)]);
        commit.fence = None;
        let mut future = given.store.commit(commit);
        // Handed over, and nobody waits for the answer.
        let polled = future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        drop(future);
        // The same way, so it is written later.
        given.write(vec![touch(&entity, Lane::Live, 0)]).await;
        let row = given.store.delivery(given.tenant, id).await.unwrap().is_some();
        let keys = given.store.keys(given.tenant, KeyKind::Data).await.unwrap();
        assert_eq!(row, keys.iter().any(|key| key.version == n), "commit {n}, polled {polled:?}");
        if let Poll::Ready(outcome) = polled {
            outcome.unwrap();
        }
        written += usize::from(row);
    }
    assert_eq!(written, 30, "what was handed over is carried out");
}

async fn a_nul_character_does_not_make_a_commit_fail(given: Given) {
    let mut connection = given.new_connection("nul");
    connection.browse_url = "a\0b".into();
    connection.settings.insert("k\0".into(), "\0".into());
    let (id, settings) = (connection.id, connection.settings.clone());
    given.write(vec![Change::PutConnection(Box::new(connection))]).await;
    let stored = given.store.connection(given.tenant, id).await.unwrap().unwrap();
    assert_eq!((stored.browse_url.as_str(), stored.settings), ("a\u{fffd}b", settings));
}

async fn a_closed_store_says_so(given: Given) {
    given.store.close().await;
    let closed = given.try_write(vec![touch(&given.item("1"), Lane::Live, 0)]).await;
    let read = given.store.watermark(given.tenant, given.id(ConnectionId::new)).await;
    let Err(StoreError::Unavailable(fault)) = closed else {
        panic!("expected `Unavailable`, got {closed:?}");
    };
    assert_eq!(fault.to_string(), "the store was closed");
    assert!(matches!(read, Err(StoreError::Unavailable(_))), "{read:?}");
}
