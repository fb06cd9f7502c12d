//! What turning keys over asks of a database: old values are found, and nothing is overwritten that has changed.

use std::collections::BTreeSet;

use bowline_core::commit::{Change, KeyKind, Loser, WrappedKey};
use bowline_core::finding::Cause;
use bowline_core::grant::Authorization;
use bowline_core::port::{Keys, SealedAsk, SealedCount, SealedRow, StoreError, Vault};
use bowline_core::secret::{Sealed, Shelf};
use bowline_core::{AuthorizationId, ConnectionId, EventId, GrantId, SecretId, Side, code};

use crate::backend::on_every_database;
use crate::given::{Given, at, conflict};
use crate::schema::migrations;

on_every_database! {
    values_are_counted_and_listed_by_shelf_and_version
    a_value_is_sealed_anew_only_if_it_is_the_same_still
    a_key_is_wrapped_anew_only_if_its_wrapping_is_the_same_still
    a_data_key_goes_only_if_nothing_is_sealed_under_it
    the_key_check_value_is_replaced_by_whoever_knows_it
}

/// A value under some version, with something to tell it by.
fn sealed(version: i32, mark: u8) -> Sealed {
    Sealed([&Sealed::beginning(version)[..], &[mark; 20]].concat())
}

/// Puts a value on a shelf; gives the printed id of its row and what it is bound to.
async fn put(given: &Given, shelf: Shelf, sealed: Sealed) -> (String, String) {
    match shelf {
        Shelf::Secrets => {
            let id = given.id(SecretId::new);
            given.write(vec![Change::PutSecret { id, sealed }]).await;
            (id.to_string(), id.to_string())
        }
        Shelf::ParkedBodies => {
            let profile = given.new_connection("any");
            let mut row =
                given.new_delivery(profile.id, &given.item("1"), &format!("{}", given.id(EventId::new)));
            row.body = Some(sealed);
            let id = row.id.to_string();
            given.write(vec![Change::AddInbox(Box::new(row))]).await;
            (id.clone(), id)
        }
        Shelf::VendorWords => {
            let cause = Cause::of(code::SYNC_FIELD_REFUSED).about(given.id(EventId::new).to_string());
            let mut occurrence = given.new_occurrence(cause.clone(), None);
            occurrence.words = Some(sealed);
            let id = occurrence.id.to_string();
            given.write(vec![Change::Raise(Box::new(occurrence))]).await;
            (id, cause.key())
        }
        Shelf::Authorizations => {
            let id = given.id(AuthorizationId::new);
            let row = Authorization {
                tenant: given.tenant,
                id,
                grant: given.id(GrantId::new),
                connection: given.id(ConnectionId::new),
                browser: [0; 32],
                redirect_uri: String::new(),
                sealed,
                until: at(600),
            };
            given.write(vec![Change::AddAuthorization(Box::new(row))]).await;
            (id.to_string(), id.to_string())
        }
        Shelf::ConflictLosers => {
            let id = given.id(EventId::new);
            let share = given.id(bowline_core::ShareId::new);
            let loser = Loser { id, share, field: "f".into(), side: Side::Left, sealed, expires_at: at(1) };
            given.write(vec![Change::KeepLoser(Box::new(loser))]).await;
            (id.to_string(), id.to_string())
        }
    }
}

async fn list(given: &Given, shelf: Shelf, below: Option<i32>, limit: u32) -> Vec<SealedRow> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let ask = SealedAsk { shelf, below, after, limit };
        let rows = given.store.sealed_rows(given.tenant, &ask).await.unwrap();
        assert!(rows.len() <= limit as usize);
        let Some(last) = rows.last() else { return all };
        after = Some(last.id.clone());
        all.extend(rows);
    }
}

async fn values_are_counted_and_listed_by_shelf_and_version(given: Given) {
    let other = given.other();
    for shelf in Shelf::ALL {
        let mut expected = Vec::new();
        // 256 and above: bytes are compared, not digits.
        for (version, mark) in [(1, 1), (1, 2), (2, 3), (255, 4), (256, 5), (70_000, 6)] {
            let (id, bound) = put(&given, shelf, sealed(version, mark)).await;
            expected.push((version, SealedRow { id, bound, sealed: sealed(version, mark) }));
            put(&other, shelf, sealed(9, mark)).await;
        }
        let mut counts = given.store.sealed_counts(given.tenant).await.unwrap();
        counts.retain(|count| count.shelf == shelf);
        counts.sort_by_key(|count| count.version);
        let count = |version, count| SealedCount { shelf, version, count };
        assert_eq!(counts, [count(1, 2), count(2, 1), count(255, 1), count(256, 1), count(70_000, 1)]);
        for below in [None, Some(1), Some(2), Some(256), Some(70_001)] {
            let mut wanted: Vec<SealedRow> = expected
                .iter()
                .filter(|(version, _)| below.is_none_or(|below| *version < below))
                .map(|(_, row)| row.clone())
                .collect();
            wanted.sort_by(|one, other| one.id.cmp(&other.id));
            assert_eq!(list(&given, shelf, below, 2).await, wanted, "{shelf:?} below {below:?}");
        }
    }
}

async fn a_value_is_sealed_anew_only_if_it_is_the_same_still(given: Given) {
    for shelf in Shelf::ALL {
        let (id, bound) = put(&given, shelf, sealed(1, 1)).await;
        let reseal = |was, now| Change::Reseal { shelf, id: id.clone(), was, sealed: now };
        given.write(vec![reseal(sealed(1, 9), sealed(2, 9))]).await;
        let row = |sealed| SealedRow { id: id.clone(), bound: bound.clone(), sealed };
        assert_eq!(list(&given, shelf, None, 10).await, [row(sealed(1, 1))], "another value was there");
        let stranger = given.other();
        stranger.write(vec![reseal(sealed(1, 1), sealed(2, 8))]).await;
        assert_eq!(list(&given, shelf, None, 10).await, [row(sealed(1, 1))], "another tenant's");
        given.write(vec![reseal(sealed(1, 1), sealed(2, 1))]).await;
        assert_eq!(list(&given, shelf, None, 10).await, [row(sealed(2, 1))]);
    }
}

async fn a_key_is_wrapped_anew_only_if_its_wrapping_is_the_same_still(given: Given) {
    let key = |byte: u8| WrappedKey { kind: KeyKind::Data, version: 1, wrapped: Sealed(vec![byte; 9]) };
    given.write(vec![Change::AddKey(key(1))]).await;
    let rewrap = |was: u8, now: u8| Change::RewrapKey { key: key(now), was: Sealed(vec![was; 9]) };
    given.write(vec![rewrap(1, 2)]).await;
    assert_eq!(conflict(given.try_write(vec![rewrap(1, 3)]).await), "wrapping");
    assert_eq!(conflict(given.other().try_write(vec![rewrap(2, 3)]).await), "wrapping");
    assert_eq!(given.store.keys(given.tenant, KeyKind::Data).await.unwrap(), [key(2)]);
}

async fn a_data_key_goes_only_if_nothing_is_sealed_under_it(given: Given) {
    let key = |kind, version| WrappedKey { kind, version, wrapped: Sealed(vec![1; 9]) };
    let drop = || vec![Change::DropDataKey { version: 1 }];
    let left = async || given.store.keys(given.tenant, KeyKind::Data).await.unwrap().len();
    for shelf in Shelf::ALL {
        given.write(vec![Change::AddKey(key(KeyKind::Data, 1))]).await;
        let (id, _) = put(&given, shelf, sealed(1, 1)).await;
        given.write(drop()).await;
        assert_eq!(left().await, 1, "{shelf:?} needs it");
        given.write(vec![Change::Reseal { shelf, id, was: sealed(1, 1), sealed: sealed(2, 1) }]).await;
        given.other().write(drop()).await;
        assert_eq!(left().await, 1, "another tenant's");
        given.write(drop()).await;
        assert_eq!(left().await, 0, "{shelf:?}");
    }
    given.write(vec![Change::AddKey(key(KeyKind::Fingerprint, 1))]).await;
    given.write(drop()).await;
    assert_eq!(given.store.keys(given.tenant, KeyKind::Fingerprint).await.unwrap().len(), 1);
}

async fn the_key_check_value_is_replaced_by_whoever_knows_it(given: Given) {
    let replace = async |was: &[u8], value: &[u8]| given.store.replace_key_check(was, value).await;
    assert!(matches!(replace(b"", b"x").await, Err(StoreError::Conflict(_))), "there is none");
    given.store.put_key_check(b"one").await.unwrap();
    assert!(matches!(replace(b"two", b"x").await, Err(StoreError::Conflict("key check value"))));
    replace(b"one", b"two").await.unwrap();
    assert!(matches!(replace(b"one", b"x").await, Err(StoreError::Conflict(_))));
    assert_eq!(given.store.key_check().await.unwrap().as_deref(), Some(&b"two"[..]));
}

/// Columns of bytes that hold nothing sealed under a data key.
const OTHERS: [&str; 9] = [
    "authorizations.browser",
    "settings.value",
    "directory.key_hash",
    "keys.wrapped",
    "shares.base",
    "comment_pairs.origin_body",
    "comment_pairs.mirror_body",
    "used_tokens.token_hash",
    "used_tokens.body_hash",
];

/// A new column of sealed values must become a shelf, or turning keys over would leave it behind.
#[test]
fn every_column_of_bytes_is_a_shelf_or_known_to_be_none() {
    let mut columns = BTreeSet::new();
    for file in migrations("postgres") {
        let text = std::fs::read_to_string(file).unwrap();
        for table in text.split("CREATE TABLE ").skip(1) {
            let (name, rest) = table.split_once(" (").unwrap();
            for line in rest.split("\n);").next().unwrap().lines() {
                let mut words = line.split_whitespace();
                if let (Some(column), Some(kind)) = (words.next(), words.next())
                    && kind.trim_end_matches(',') == "BYTEA"
                {
                    columns.insert(format!("{name}.{column}"));
                }
            }
        }
    }
    let shelf = |shelf| match shelf {
        Shelf::Secrets => "secrets.sealed",
        Shelf::ParkedBodies => "inbox.body",
        Shelf::VendorWords => "findings.words",
        Shelf::ConflictLosers => "losers.sealed",
        Shelf::Authorizations => "authorizations.sealed",
    };
    let known: BTreeSet<String> =
        Shelf::ALL.map(shelf).into_iter().chain(OTHERS).map(str::to_owned).collect();
    assert_eq!(columns, known);
}
