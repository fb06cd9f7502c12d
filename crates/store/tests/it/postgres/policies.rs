//! Row-level security as the serving role meets it.

use bowline_core::SecretId;
use bowline_core::commit::Change;
use bowline_core::secret::Sealed;
use tokio_postgres::{Client, Error};

use crate::backend::{Backend, Fresh};
use crate::given::Given;

async fn count(client: &Client, table: &str) -> i64 {
    client.query_one(&format!("SELECT count(*) FROM {table}"), &[]).await.unwrap().get(0)
}

/// What the server says about a statement that it must refuse.
async fn refused(client: &Client, text: &str) -> String {
    let error: Error = client.batch_execute(text).await.unwrap_err();
    error.as_db_error().unwrap().message().to_owned()
}

/// Begins a transaction for a tenant.
async fn begin(client: &Client, given: &Given) {
    let tenant = given.tenant.uuid();
    let text = format!("BEGIN; SELECT set_config('bowline.tenant', '{tenant}', true)");
    client.batch_execute(&text).await.unwrap();
}

async fn with_a_secret(fresh: &Fresh) -> Given {
    let given = Given::new(fresh.open().await);
    let id = given.id(SecretId::new);
    given.write(vec![Change::PutSecret { id, sealed: Sealed(vec![1]) }]).await;
    given
}

#[tokio::test]
async fn without_a_tenant_no_row_is_seen_and_none_can_be_written() {
    let fresh = Fresh::new(Backend::Postgres).await;
    let given = with_a_secret(&fresh).await;
    let app = fresh.database().app().await;
    assert_eq!(count(&fresh.database().admin().await, "secrets").await, 1);
    assert_eq!(count(&app, "secrets").await, 0);
    let insert =
        "INSERT INTO secrets (tenant_id, id, sealed) VALUES (gen_random_uuid(), gen_random_uuid(), '')";
    let refused = refused(&app, insert).await;
    assert!(refused.contains("row-level security"), "{refused}");
    given.store.close().await;
    fresh.drop().await;
}

#[tokio::test]
async fn a_tenant_is_forgotten_when_its_transaction_ends() {
    let fresh = Fresh::new(Backend::Postgres).await;
    let given = with_a_secret(&fresh).await;
    let app = fresh.database().app().await;
    begin(&app, &given).await;
    assert_eq!(count(&app, "secrets").await, 1);
    app.batch_execute("COMMIT").await.unwrap();
    assert_eq!(count(&app, "secrets").await, 0, "the setting is empty now, not an error");
    given.store.close().await;
    fresh.drop().await;
}

#[tokio::test]
async fn a_row_can_neither_be_written_for_nor_given_to_another_tenant() {
    let fresh = Fresh::new(Backend::Postgres).await;
    let given = with_a_secret(&fresh).await;
    for sql in [
        "INSERT INTO secrets (tenant_id, id, sealed) VALUES (gen_random_uuid(), gen_random_uuid(), '')",
        "UPDATE secrets SET tenant_id = gen_random_uuid()",
    ] {
        let app = fresh.database().app().await;
        begin(&app, &given).await;
        let refused = refused(&app, sql).await;
        assert!(refused.contains("row-level security"), "{refused}");
    }
    given.store.close().await;
    fresh.drop().await;
}

#[tokio::test]
async fn the_serving_role_cannot_switch_row_level_security_off() {
    let fresh = Fresh::new(Backend::Postgres).await;
    let given = with_a_secret(&fresh).await;
    let app = fresh.database().app().await;
    app.batch_execute("SET row_security = off").await.unwrap();
    let words = refused(&app, "SELECT * FROM secrets").await;
    assert!(words.contains("row-level security"), "{words}");
    let words = refused(&app, "ALTER TABLE secrets DISABLE ROW LEVEL SECURITY").await;
    assert!(words.contains("owner"), "{words}");
    given.store.close().await;
    fresh.drop().await;
}

#[tokio::test]
async fn the_owner_is_bound_by_the_policies_too() {
    let fresh = Fresh::new(Backend::Postgres).await;
    let given = with_a_secret(&fresh).await;
    let owner = fresh.database().admin().await;
    owner.batch_execute("SET ROLE bowline_owner").await.unwrap();
    assert_eq!(count(&owner, "secrets").await, 0);
    given.store.close().await;
    fresh.drop().await;
}
