//! Statements are sent before the answers to those in front of them are known. What that must not change: all of a
//! transaction or nothing, and no word about what is not known.

use std::time::Duration;

use bowline_core::SignedDuration;
use bowline_core::commit::Change;
use bowline_core::port::{ClaimAsk, StoreError, WorkQueue};
use bowline_core::work::{Entity, Lane, Lanes};
use futures_util::join;

use super::relay::Relay;
use super::silence::behind;
use crate::backend::{Backend, Fresh};
use crate::given::{at, touch};

/// Whether no session of the store is left.
const NOBODY: &str = "SELECT (count(*) = 0)::int::bigint FROM pg_stat_activity \
                      WHERE datname = current_database() AND application_name = 'bowline'";

/// How often an entity was touched; 0 if nobody knows of it.
async fn touched(fresh: &Fresh, entity: &Entity) -> i64 {
    let row = "SELECT COALESCE(max(touched), 0) FROM work WHERE entity = $1";
    fresh.database().admin().await.query_one(row, &[&entity.to_string()]).await.unwrap().get(0)
}

/// Returns when the database says so.
async fn until(fresh: &Fresh, sql: &'static str) {
    let asked = async {
        while fresh.database().number(sql).await == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), asked).await.expect("it never came to that");
}

/// Breaks all connections of the store, and returns when that is known at both ends.
async fn cut(relay: &Relay, fresh: &Fresh) {
    relay.cut();
    until(fresh, NOBODY).await;
}

fn is_unavailable<T>(outcome: &Result<T, StoreError>) -> bool {
    matches!(outcome, Err(StoreError::Unavailable(_)))
}

#[tokio::test]
async fn nothing_is_carried_out_behind_a_begin_that_failed() {
    let (fresh, relay) = (Fresh::new(Backend::Postgres).await, Relay::new().await);
    let given = behind(&relay, &fresh).await;
    let (free, held) = (given.item("free"), given.item("held"));
    let claim = given.claimed(&held).await;
    // It can be prepared; carrying it out fails.
    relay.ask_instead(b"BEGIN READ WRITE", b"SELECT 1/(1 - 1)");
    cut(&relay, &fresh).await;
    let (first, second) = join!(
        given.try_write(vec![touch(&free, Lane::Live, 0)]),
        given.try_write(vec![touch(&free, Lane::Live, 0)]),
    );
    assert!(is_unavailable(&first) && is_unavailable(&second), "{first:?} {second:?}");
    let third = given.write_under(&claim, vec![touch(&free, Lane::Live, 0)]).await;
    assert!(is_unavailable(&third), "{third:?}");
    assert_eq!(touched(&fresh, &free).await, 0, "each statement was carried out for itself");
    relay.tell_the_truth();
    cut(&relay, &fresh).await;
    given.write(vec![touch(&free, Lane::Live, 0)]).await;
    assert_eq!(touched(&fresh, &free).await, 1);
    given.store.close().await;
    fresh.drop().await;
}

#[tokio::test]
async fn an_argument_that_cannot_be_sent_leaves_nothing_of_what_stands_beside_it() {
    let (fresh, relay) = (Fresh::new(Backend::Postgres).await, Relay::new().await);
    let given = behind(&relay, &fresh).await;
    let (work, tenant) = (given.item("1"), given.new_tenant("acme"));
    given.write(vec![touch(&given.item("0"), Lane::Live, 0)]).await;
    // The driver hears that a touch has one parameter less (“ParameterDescription” in the manual's “Message Formats”).
    let oids =
        [[0, 0, 0x0b, 0x86], [0, 0, 0, 25], [0, 0, 0, 20], [0, 0, 0, 20], [0, 0, 0, 20], [0, 0, 0, 25]]
            .concat();
    let described = |count: u8| {
        let of = oids[..usize::from(count) * 4].to_vec();
        [vec![b't', 0, 0, 0, 6 + count * 4, 0, count], of].concat()
    };
    relay.answer_instead(&described(6), &described(5));
    cut(&relay, &fresh).await;
    let outcome = given.try_write(vec![Change::AddTenant(tenant), touch(&work, Lane::Live, 0)]).await;
    assert!(outcome.is_err(), "{outcome:?}");
    assert_eq!(
        fresh.database().number("SELECT count(*) FROM tenants").await,
        0,
        "half of the commit is there"
    );
    assert_eq!(touched(&fresh, &work).await, 0);
    relay.tell_the_truth();
    cut(&relay, &fresh).await;
    given.write(vec![touch(&work, Lane::Live, 0)]).await;
    given.store.close().await;
    fresh.drop().await;
}

#[tokio::test]
async fn commits_whose_answers_are_lost_are_neither_denied_nor_made_again() {
    let (fresh, relay) = (Fresh::new(Backend::Postgres).await, Relay::new().await);
    let given = behind(&relay, &fresh).await;
    let (one, two) = (given.item("1"), given.item("2"));
    given.write(vec![touch(&one, Lane::Live, 0), touch(&two, Lane::Live, 0)]).await;
    relay.hold_at(&given.tenant.uuid().to_string());
    let lost = async {
        relay.until_it_holds().await;
        until(&fresh, "SELECT (count(*) = 2)::int::bigint FROM work WHERE touched = 2").await;
        relay.cut();
    };
    let (first, second, ()) = join!(
        given.try_write(vec![touch(&one, Lane::Live, 0)]),
        given.try_write(vec![touch(&two, Lane::Live, 0)]),
        lost,
    );
    assert!(is_unavailable(&first) && is_unavailable(&second), "{first:?} {second:?}");
    assert_eq!((touched(&fresh, &one).await, touched(&fresh, &two).await), (2, 2), "once, not twice");
    given.write(vec![touch(&one, Lane::Live, 0)]).await;
    given.store.close().await;
    fresh.drop().await;
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_is_no_reason_to_do_it_all_again() {
    let (fresh, relay) = (Fresh::new(Backend::Postgres).await, Relay::new().await);
    let given = behind(&relay, &fresh).await;
    let (held, other) = (given.item("held"), given.item("other"));
    let claim = given.claimed(&held).await;
    given.write(vec![touch(&given.item("due"), Lane::Live, 0)]).await;
    // What the claim answers is no text any more.
    let name = given.item("due").to_string();
    let garbled: Vec<u8> = name.bytes().map(|byte| byte | 0x80).collect();
    relay.answer_instead(name.as_bytes(), &garbled);
    let lease = SignedDuration::from_secs(60);
    let ask = ClaimAsk { owner: "worker".into(), lanes: Lanes::Sync, now: at(0), lease, limit: 1 };
    // Handed over together, so they share a transaction.
    let (written, claimed) =
        join!(given.write_under(&claim, vec![touch(&other, Lane::Sweep, 9)]), given.store.claim(&ask),);
    assert!(is_unavailable(&claimed), "{claimed:?}");
    let expected = i64::from(written.is_ok());
    assert_eq!(touched(&fresh, &other).await, expected, "{written:?}");
    relay.tell_the_truth();
    given.store.close().await;
    fresh.drop().await;
}

#[tokio::test]
async fn a_claim_that_a_dead_process_left_on_its_way_is_not_held_for_it() {
    let (fresh, relay) = (Fresh::new(Backend::Postgres).await, Relay::new().await);
    let given = behind(&relay, &fresh).await;
    given.write(vec![touch(&given.item("1"), Lane::Live, 0)]).await;
    let claim = given.claim(0, 1).await;
    assert_eq!(given.store.abandon("worker", at(0)).await.unwrap(), claim.len() as u64);
    // Silence, for so long that the store gives up. What it sent arrives after the next life began.
    relay.hold_requests_at("worker");
    let lease = SignedDuration::from_secs(60);
    let ask = ClaimAsk { owner: "worker".into(), lanes: Lanes::Sync, now: at(0), lease, limit: 1 };
    let claimed = given.store.claim(&ask).await;
    assert!(is_unavailable(&claimed), "{claimed:?}");
    let next_life = fresh.open().await;
    next_life.abandon("worker", at(0)).await.unwrap();
    given.store.close().await;
    next_life.close().await;
    relay.go_on();
    until(&fresh, NOBODY).await;
    let held = fresh.database().number("SELECT count(*) FROM work WHERE lease_owner IS NOT NULL").await;
    assert_eq!(held, 0, "nobody works at it, and nobody may until its lease ends");
    fresh.drop().await;
}
