//! Row-level security as the serving role meets it.

use bowline_core::SecretId;
use bowline_core::commit::Change;
use bowline_core::secret::Sealed;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use crate::backend::{Backend, Fresh};
use crate::given::Given;

async fn count(connection: &mut PgConnection, table: &str) -> i64 {
    let text = format!("SELECT count(*) FROM {table}");
    sqlx::query_scalar(AssertSqlSafe(text)).fetch_one(connection).await.unwrap()
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
    let mut app = fresh.database().app().await;
    assert_eq!(count(&mut fresh.database().admin().await, "secrets").await, 1);
    assert_eq!(count(&mut app, "secrets").await, 0);
    let insert =
        "INSERT INTO secrets (tenant_id, id, sealed) VALUES (gen_random_uuid(), gen_random_uuid(), '')";
    let refused = app.execute(insert).await.unwrap_err().to_string();
    assert!(refused.contains("row-level security"), "{refused}");
    given.store.close().await;
    fresh.drop().await;
}

#[tokio::test]
async fn a_tenant_is_forgotten_when_its_transaction_ends() {
    let fresh = Fresh::new(Backend::Postgres).await;
    let given = with_a_secret(&fresh).await;
    let mut app = fresh.database().app().await;
    let mut transaction = app.begin().await.unwrap();
    let name = sqlx::query("SELECT set_config('bowline.tenant', $1, true)");
    transaction.execute(name.bind(given.tenant.uuid().to_string())).await.unwrap();
    assert_eq!(count(&mut transaction, "secrets").await, 1);
    transaction.commit().await.unwrap();
    assert_eq!(count(&mut app, "secrets").await, 0, "the setting is empty now, not an error");
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
        let mut app = fresh.database().app().await;
        let mut transaction = app.begin().await.unwrap();
        let name = sqlx::query("SELECT set_config('bowline.tenant', $1, true)");
        transaction.execute(name.bind(given.tenant.uuid().to_string())).await.unwrap();
        let refused = transaction.execute(sql).await.unwrap_err().to_string();
        assert!(refused.contains("row-level security"), "{refused}");
    }
    given.store.close().await;
    fresh.drop().await;
}

#[tokio::test]
async fn the_serving_role_cannot_switch_row_level_security_off() {
    let fresh = Fresh::new(Backend::Postgres).await;
    let given = with_a_secret(&fresh).await;
    let mut app = fresh.database().app().await;
    app.execute("SET row_security = off").await.unwrap();
    let refused = app.execute("SELECT * FROM secrets").await.unwrap_err().to_string();
    assert!(refused.contains("row-level security"), "{refused}");
    let refused =
        app.execute("ALTER TABLE secrets DISABLE ROW LEVEL SECURITY").await.unwrap_err().to_string();
    assert!(refused.contains("owner"), "{refused}");
    given.store.close().await;
    fresh.drop().await;
}

#[tokio::test]
async fn the_owner_is_bound_by_the_policies_too() {
    let fresh = Fresh::new(Backend::Postgres).await;
    let given = with_a_secret(&fresh).await;
    let mut owner = fresh.database().admin().await;
    owner.execute("SET ROLE bowline_owner").await.unwrap();
    assert_eq!(count(&mut owner, "secrets").await, 0);
    given.store.close().await;
    fresh.drop().await;
}
