//! The vault: keys, secrets and the key check value.

use bowline_core::SecretId;
use bowline_core::commit::{Change, KeyKind, WrappedKey};
use bowline_core::port::{StoreError, Vault};
use bowline_core::secret::Sealed;
use futures_util::future::join_all;

use crate::backend::on_every_database;
use crate::given::{Given, conflict};

on_every_database! {
    keys_are_listed_by_kind_oldest_first_and_never_overwritten
    of_two_that_make_the_first_key_at_once_one_wins_and_the_other_knows
    a_secret_is_replaced_and_dropped
    the_key_check_value_is_stored_once
}

fn key(kind: KeyKind, version: i32, byte: u8) -> WrappedKey {
    WrappedKey { kind, version, wrapped: Sealed(vec![byte; 40]) }
}

async fn keys_are_listed_by_kind_oldest_first_and_never_overwritten(given: Given) {
    let (one, two, ten) = (key(KeyKind::Data, 1, 1), key(KeyKind::Data, 2, 2), key(KeyKind::Data, 10, 3));
    let print = key(KeyKind::Fingerprint, 1, 4);
    let add = |key: &WrappedKey| Change::AddKey(key.clone());
    given.write(vec![add(&ten), add(&one), add(&print), add(&two)]).await;
    let outcome = given.try_write(vec![Change::AddKey(key(KeyKind::Data, 2, 9))]).await;
    assert_eq!(conflict(outcome), "key version");
    let list = async |kind| given.store.keys(given.tenant, kind).await.unwrap();
    assert_eq!(list(KeyKind::Data).await, [one, two, ten]);
    assert_eq!(list(KeyKind::Fingerprint).await, [print]);
}

async fn of_two_that_make_the_first_key_at_once_one_wins_and_the_other_knows(given: Given) {
    let outcomes =
        join_all((0..8).map(|n| given.try_write(vec![Change::AddKey(key(KeyKind::Data, 1, n))]))).await;
    let winner = outcomes.iter().position(Result::is_ok).unwrap();
    assert_eq!(outcomes.into_iter().filter_map(Result::err).count(), 7);
    let stored = given.store.keys(given.tenant, KeyKind::Data).await.unwrap();
    assert_eq!(stored, [key(KeyKind::Data, 1, u8::try_from(winner).unwrap())]);
}

async fn a_secret_is_replaced_and_dropped(given: Given) {
    let id = given.id(SecretId::new);
    let get = async || given.store.secret(given.tenant, id).await.unwrap();
    assert_eq!(get().await, None);
    for bytes in [vec![1], vec![], vec![0; 100_000]] {
        given.write(vec![Change::PutSecret { id, sealed: Sealed(bytes.clone()) }]).await;
        assert_eq!(get().await, Some(Sealed(bytes)));
    }
    given.write(vec![Change::DropSecret(id)]).await;
    assert_eq!(get().await, None);
}

async fn the_key_check_value_is_stored_once(given: Given) {
    assert_eq!(given.store.key_check().await.unwrap(), None);
    given.store.put_key_check(&[1, 2, 0]).await.unwrap();
    let again = given.store.put_key_check(&[3]).await;
    assert!(matches!(again, Err(StoreError::Conflict("key check value"))), "{again:?}");
    assert_eq!(given.store.key_check().await.unwrap(), Some(vec![1, 2, 0]));
}
