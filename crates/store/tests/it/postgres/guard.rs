//! The start-up check catches every way in which tenants could come to see each other.

use bowline_store::{Error, Store};

use crate::backend::{Backend, Fresh};

const POLICY: &str = "(tenant_id = NULLIF(current_setting('bowline.tenant', true), '')::uuid)";

/// What was done to a sound database, and what the check must say about it.
fn regressions() -> Vec<(String, &'static str)> {
    let replaced =
        |policy: String| format!("DROP POLICY tenant ON shares; CREATE POLICY tenant ON shares {policy}");
    let not_ours = "the policy of shares is not the tenant policy";
    vec![
        ("DROP POLICY tenant ON shares".into(), "shares has 0 policies instead of one"),
        ("ALTER TABLE shares DISABLE ROW LEVEL SECURITY".into(), "shares has no row-level security"),
        (
            "ALTER TABLE shares NO FORCE ROW LEVEL SECURITY".into(),
            "shares does not force row-level security on its owner",
        ),
        ("CREATE POLICY wide ON shares USING (true)".into(), "shares has 2 policies instead of one"),
        (replaced("USING (true) WITH CHECK (true)".into()), not_ours),
        (replaced(format!("USING {POLICY}")), not_ours),
        (replaced(format!("USING {POLICY} WITH CHECK (true)")), not_ours),
        (replaced(format!("FOR SELECT USING {POLICY}")), not_ours),
        (replaced(format!("TO bowline_app USING {POLICY} WITH CHECK {POLICY}")), not_ours),
        ("CREATE TABLE extras (tenant_id UUID)".into(), "extras has no row-level security"),
        (
            "GRANT CREATE ON SCHEMA public TO bowline_app; ALTER TABLE shares OWNER TO bowline_app".into(),
            "the serving role owns shares",
        ),
        (
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET bowline.tenant = ''00000000-0000-0000-0000-\
             000000000000''', current_database()); END $$"
                .into(),
            "a new connection has a tenant before anybody named one",
        ),
    ]
}

#[tokio::test]
async fn a_database_that_would_not_keep_tenants_apart_is_refused() {
    for (regression, complaint) in regressions() {
        let fresh = Fresh::new(Backend::Postgres).await;
        fresh.open().await.close().await;
        fresh.execute(regression.clone().leak()).await;
        match Store::open(fresh.options.clone()).await {
            Err(Error::Unguarded(problems)) => {
                assert!(problems.iter().any(|problem| problem == complaint), "{regression}: {problems:?}");
            }
            Err(other) => panic!("{regression}: {other}"),
            Ok(_) => panic!("{regression}: it opened"),
        }
        fresh.drop().await;
    }
}

#[tokio::test]
async fn everything_that_is_wrong_is_said_at_once() {
    let fresh = Fresh::new(Backend::Postgres).await;
    fresh.open().await.close().await;
    fresh.execute("DROP POLICY tenant ON shares; ALTER TABLE inbox DISABLE ROW LEVEL SECURITY").await;
    let error = Store::open(fresh.options.clone()).await.err().unwrap();
    assert_eq!(error.code().as_str(), "store.unguarded");
    let text = error.to_string();
    assert!(text.contains("shares has 0 policies") && text.contains("inbox has no row-level"), "{text}");
    fresh.drop().await;
}

#[tokio::test]
async fn the_serving_role_has_no_more_rights_than_it_needs() {
    let fresh = Fresh::new(Backend::Postgres).await;
    fresh.open().await.close().await;
    let rights = fresh
        .database()
        .number(
            "SELECT count(*) FROM pg_roles WHERE rolname = 'bowline_app' AND NOT rolsuper AND NOT rolbypassrls \
             AND NOT rolcreaterole AND NOT rolcreatedb AND NOT rolreplication AND NOT rolcanlogin",
        )
        .await;
    assert_eq!(rights, 1);
    let owned = "SELECT count(*) FROM pg_class WHERE relowner = 'bowline_app'::regrole";
    assert_eq!(fresh.database().number(owned).await, 0);
    fresh.drop().await;
}
