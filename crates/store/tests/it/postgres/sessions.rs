//! Other sessions: locks, deadlocks, and connections that are cut.

use std::time::Duration;

use bowline_core::commit::Change;
use bowline_core::port::{Desk, Registry, StoreError, WorkQueue};
use bowline_core::secret::Sealed;
use bowline_core::work::{Lane, Lanes};
use bowline_core::{ConnectionId, SecretId};
use futures_util::future::join_all;
use tokio_postgres::Client;

use crate::backend::{Backend, Fresh};
use crate::given::{Given, touch};

/// Returns when a session of the store waits for a lock.
async fn until_somebody_waits(watcher: &Client) {
    let sql = "SELECT count(*) FROM pg_stat_activity \
               WHERE datname = current_database() AND wait_event_type = 'Lock'";
    while watcher.query_one(sql, &[]).await.unwrap().get::<_, i64>(0) == 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_commit_that_meets_a_deadlock_is_tried_again() {
    let fresh = Fresh::new(Backend::Postgres).await;
    let given = Given::new(fresh.open().await);
    let (x, y) = (given.item("x"), given.item("y"));
    given.write(vec![touch(&x, Lane::Live, 0), touch(&y, Lane::Live, 0)]).await;
    let other = fresh.database().admin().await;
    // The store waits first, so its own deadlock check comes first.
    other.batch_execute("SET deadlock_timeout = '60s'; BEGIN").await.unwrap();
    let lock = "SELECT 1 FROM work WHERE entity LIKE '%/' || $1 FOR UPDATE";
    other.execute(lock, &[&"y"]).await.unwrap();
    let commit = tokio::spawn({
        let (given, changes) = (given.clone(), vec![touch(&x, Lane::Live, 0), touch(&y, Lane::Live, 0)]);
        async move { given.try_write(changes).await }
    });
    until_somebody_waits(&fresh.database().admin().await).await;
    other.execute(lock, &[&"x"]).await.unwrap();
    other.batch_execute("COMMIT").await.unwrap();
    commit.await.unwrap().unwrap();
    let touched: Vec<_> = given.claim(0, 5).await.iter().map(|claim| claim.touched).collect();
    assert_eq!(touched, [2, 2], "once, not twice");
    given.store.close().await;
    fresh.drop().await;
}

#[tokio::test]
async fn a_commit_waits_no_longer_than_its_patience_for_a_lock_of_somebody_else() {
    let mut fresh = Fresh::new(Backend::Postgres).await;
    fresh.options.patience = Duration::from_millis(300);
    let given = Given::new(fresh.open().await);
    let entity = given.item("x");
    given.write(vec![touch(&entity, Lane::Live, 0)]).await;
    let other = fresh.database().admin().await;
    other.batch_execute("BEGIN; LOCK TABLE work").await.unwrap();
    let outcome = given.try_write(vec![touch(&entity, Lane::Live, 0)]).await;
    assert!(matches!(outcome, Err(StoreError::Unavailable(_))), "{outcome:?}");
    let claims = given.store.next_due(Lanes::Sync).await;
    assert!(matches!(claims, Err(StoreError::Unavailable(_))), "{claims:?}");
    other.batch_execute("ROLLBACK").await.unwrap();
    given.write(vec![touch(&entity, Lane::Live, 0)]).await;
    assert_eq!(given.claim(0, 5).await[0].touched, 2, "what was refused was not written");
    given.store.close().await;
    fresh.drop().await;
}

#[tokio::test]
async fn the_store_goes_on_after_all_its_connections_were_cut() {
    let fresh = Fresh::new(Backend::Postgres).await;
    let given = Given::new(fresh.open().await);
    for round in 0..3 {
        let id = given.id(SecretId::new);
        given.write(vec![Change::PutSecret { id, sealed: Sealed(vec![1]) }]).await;
        given.store.tenants().await.unwrap();
        let cut = "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity \
                   WHERE datname = current_database() AND pid <> pg_backend_pid()";
        assert!(fresh.database().number(cut).await >= 2, "round {round}");
        given.write(vec![touch(&given.item("1"), Lane::Live, 0)]).await;
        given.store.tenants().await.unwrap();
    }
    given.store.close().await;
    fresh.drop().await;
}

#[tokio::test]
async fn what_a_database_refuses_is_told_without_what_it_quotes() {
    let fresh = Fresh::new(Backend::Postgres).await;
    let given = Given::new(fresh.open().await);
    fresh
        .execute("ALTER TABLE connections ADD CONSTRAINT tame CHECK (browse_url <> 'https://canary-4711')")
        .await;
    let mut connection = given.new_connection("jira");
    connection.browse_url = "https://canary-4711".into();
    let error = given.try_write(vec![Change::PutConnection(Box::new(connection))]).await.unwrap_err();
    let text = format!("{error} {error:?}");
    assert!(text.contains("23514") && !text.contains("canary"), "{text}");
    given.store.close().await;
    fresh.drop().await;
}

#[tokio::test]
async fn a_commit_of_which_nobody_knows_whether_it_was_made_durable_is_not_tried_again() {
    let fresh = Fresh::new(Backend::Postgres).await;
    let given = Given::new(fresh.open().await);
    // Ends the session while it commits. A sequence counts even what is rolled back.
    let trap = "CREATE SEQUENCE tries; GRANT USAGE ON SEQUENCE tries TO bowline_app;
        CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
            PERFORM nextval('tries'), pg_terminate_backend(pg_backend_pid());
            RETURN NULL;
        END $$;
        CREATE CONSTRAINT TRIGGER trap AFTER INSERT ON secrets DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION cut()";
    fresh.execute(trap).await;
    let id = given.id(SecretId::new);
    let outcome = given.try_write(vec![Change::PutSecret { id, sealed: Sealed(vec![1]) }]).await;
    assert!(matches!(outcome, Err(StoreError::Unavailable(_))), "{outcome:?}");
    assert_eq!(fresh.database().number("SELECT last_value FROM tries").await, 1);
    given.write(vec![touch(&given.item("1"), Lane::Live, 0)]).await;
    given.store.close().await;
    fresh.drop().await;
}

#[tokio::test]
async fn a_poisoned_delivery_fails_alone_although_deliveries_are_written_together() {
    let fresh = Fresh::new(Backend::Postgres).await;
    let given = Given::new(fresh.open().await);
    fresh.execute("ALTER TABLE inbox ADD CONSTRAINT tame CHECK (delivery <> 'poison')").await;
    let connection = given.id(ConnectionId::new);
    let entity = given.item("1");
    let outcomes = join_all((0..100).map(|n| {
        let delivery = if n == 60 { "poison".to_owned() } else { n.to_string() };
        let row = given.new_delivery(connection, &entity, &delivery);
        given.try_write(vec![Change::AddInbox(Box::new(row)), touch(&entity, Lane::Live, 0)])
    }))
    .await;
    let failed: Vec<_> = (0..100).filter(|&n| outcomes[n].is_err()).collect();
    assert_eq!(failed, [60]);
    assert_eq!(given.store.pending(given.tenant, &entity).await.unwrap().len(), 99);
    assert_eq!(given.claim(0, 1).await[0].touched, 99);
    given.store.close().await;
    fresh.drop().await;
}

#[tokio::test]
async fn what_somebody_else_has_locked_holds_back_nothing_but_itself() {
    let mut fresh = Fresh::new(Backend::Postgres).await;
    fresh.options.patience = Duration::from_millis(300);
    fresh.options.writers = 1;
    let given = Given::new(fresh.open().await);
    let (locked, free) = (given.item("locked"), given.item("free"));
    given.write(vec![touch(&locked, Lane::Live, 0)]).await;
    let other = fresh.database().admin().await;
    other.batch_execute("BEGIN; SELECT 1 FROM work FOR UPDATE").await.unwrap();
    // Handed over before the writer wakes, so they share a transaction.
    let (held, through) = futures_util::join!(
        given.try_write(vec![touch(&locked, Lane::Live, 0)]),
        given.try_write(vec![touch(&free, Lane::Live, 0)]),
    );
    assert!(matches!(held, Err(StoreError::Unavailable(_))), "{held:?}");
    through.unwrap();
    other.batch_execute("ROLLBACK").await.unwrap();
    given.store.close().await;
    fresh.drop().await;
}

#[tokio::test]
async fn a_crowd_before_a_locked_table_is_not_let_in_one_by_one() {
    let mut fresh = Fresh::new(Backend::Postgres).await;
    fresh.options.patience = Duration::from_millis(300);
    fresh.options.writers = 1;
    let given = Given::new(fresh.open().await);
    let other = fresh.database().admin().await;
    other.batch_execute("BEGIN; LOCK TABLE secrets").await.unwrap();
    let put = |byte| Change::PutSecret { id: given.id(SecretId::new), sealed: Sealed(vec![byte]) };
    let crowd = join_all((0..60).map(|byte| given.try_write(vec![put(byte)])));
    // One by one these would wait for 18 seconds.
    let outcomes = tokio::time::timeout(Duration::from_secs(12), crowd).await.unwrap();
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Err(StoreError::Unavailable(_)))));
    other.batch_execute("ROLLBACK").await.unwrap();
    given.write(vec![put(0)]).await;
    given.store.close().await;
    fresh.drop().await;
}
