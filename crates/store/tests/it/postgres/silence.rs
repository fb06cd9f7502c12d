//! Callers that go away, and a server that falls silent.

use std::time::Duration;

use bowline_core::port::{Registry, StoreError};
use bowline_core::work::Lane;
use bowline_store::Store;

use super::relay::Relay;
use crate::backend::{Backend, Fresh};
use crate::given::{Given, touch};

/// A store behind a relay, with one connection for each purpose.
pub(super) async fn behind(relay: &Relay, fresh: &Fresh) -> Given {
    let mut options = fresh.options.clone();
    options.migrate_url = Some(std::mem::replace(&mut options.url, relay.url(&fresh.database().name)));
    (options.readers, options.writers) = (1, 1);
    options.patience = Duration::from_millis(200);
    Given::new(Store::open(options).await.unwrap())
}

/// What every transaction of the tenant says first.
fn name_of(given: &Given) -> &'static str {
    given.tenant.uuid().to_string().leak()
}

/// Far longer than anything here may take.
async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), future).await.expect("the store waits for ever")
}

#[tokio::test]
async fn a_read_whose_caller_went_away_leaves_no_open_transaction_behind() {
    let (fresh, relay) = (Fresh::new(Backend::Postgres).await, Relay::new().await);
    let given = behind(&relay, &fresh).await;
    given.write(vec![touch(&given.item("1"), Lane::Live, 0)]).await;
    given.store.connections(given.tenant).await.unwrap();
    for _ in 0..3 {
        relay.hold_at(name_of(&given));
        tokio::select! {
            biased;
            () = relay.until_it_holds() => {}
            read = given.store.connections(given.tenant) => panic!("nothing was answered yet: {read:?}"),
        }
        relay.go_on();
        soon(given.store.connections(given.tenant)).await.expect("the only reader reads");
        let open = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                    AND state LIKE 'idle in transaction%'";
        assert_eq!(fresh.database().number(open).await, 0);
    }
    given.store.close().await;
    fresh.drop().await;
}

#[tokio::test]
async fn a_server_that_falls_silent_is_given_up_and_found_again() {
    let (fresh, relay) = (Fresh::new(Backend::Postgres).await, Relay::new().await);
    let given = behind(&relay, &fresh).await;
    let entity = given.item("1");
    given.write(vec![touch(&entity, Lane::Live, 0)]).await;
    given.store.connections(given.tenant).await.unwrap();
    relay.hold_at(name_of(&given));
    let written = soon(given.try_write(vec![touch(&entity, Lane::Live, 0)])).await;
    assert!(matches!(written, Err(StoreError::Unavailable(_))), "{written:?}");
    relay.go_on();
    given.store.connections(given.tenant).await.unwrap();
    relay.hold_at(name_of(&given));
    let read = soon(given.store.connections(given.tenant)).await;
    assert!(matches!(read, Err(StoreError::Unavailable(_))), "{read:?}");
    relay.go_on();
    soon(given.write(vec![touch(&entity, Lane::Live, 0)])).await;
    soon(given.store.connections(given.tenant)).await.unwrap();
    assert_eq!(soon(given.claim(0, 5)).await.len(), 1);
    given.store.close().await;
    fresh.drop().await;
}

#[tokio::test]
async fn a_server_that_lets_us_in_and_says_nothing_more_is_given_up() {
    let (fresh, relay) = (Fresh::new(Backend::Postgres).await, Relay::new().await);
    let mut options = fresh.options.clone();
    options.migrate_url = Some(std::mem::replace(&mut options.url, relay.url(&fresh.database().name)));
    options.patience = Duration::from_millis(200);
    relay.hold_at("lock_timeout");
    assert!(soon(Store::open(options.clone())).await.is_err(), "nobody told the connection how to serve");
    relay.go_on();
    soon(Store::open(options)).await.expect("it answers again").close().await;
    fresh.drop().await;
}
