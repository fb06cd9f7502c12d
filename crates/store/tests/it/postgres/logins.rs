//! Logins: which rights they need, and that what they know is never told.

use bowline_core::port::{Registry, Vault};
use bowline_store::{Options, Store};

use super::url;
use crate::backend::{Backend, Fresh, unique};

const PASSWORD: &str = "correct-horse-battery";

/// A login of its own, and what takes it away again.
async fn login(fresh: &Fresh, rights: &str) -> String {
    let name = format!("bowline_login_{}", unique());
    let text = format!("CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}' {rights}");
    fresh.database().admin().await.batch_execute(&text).await.unwrap();
    name
}

async fn execute(fresh: &Fresh, text: String) {
    fresh.database().admin().await.batch_execute(&text).await.unwrap();
}

fn options(fresh: &Fresh, login: &str) -> Options {
    Options::new(url(Some(&format!("{login}:{PASSWORD}")), &fresh.database().name))
}

async fn done(fresh: Fresh, login: String) {
    execute(&fresh, format!("DROP OWNED BY {login} CASCADE")).await;
    execute(&fresh, format!("DROP ROLE {login}")).await;
    fresh.drop().await;
}

#[tokio::test]
async fn a_login_that_may_only_act_as_the_serving_role_serves_while_another_migrates() {
    let fresh = Fresh::new(Backend::Postgres).await;
    fresh.open().await.close().await;
    let login = login(&fresh, "NOINHERIT").await;
    execute(&fresh, format!("GRANT bowline_app TO {login}")).await;
    let mut options = options(&fresh, &login);
    options.migrate_url = Some(fresh.options.url.clone());
    let store = Store::open(options).await.unwrap();
    assert_eq!(store.tenants().await.unwrap(), []);
    store.put_key_check(&[1]).await.unwrap();
    store.close().await;
    done(fresh, login).await;
}

#[tokio::test]
async fn a_login_without_rights_is_enough_when_nothing_has_to_be_migrated() {
    let fresh = Fresh::new(Backend::Postgres).await;
    fresh.open().await.close().await;
    let login = login(&fresh, "").await;
    execute(&fresh, format!("GRANT bowline_app TO {login}")).await;
    let store = Store::open(options(&fresh, &login)).await.unwrap();
    assert_eq!(store.tenants().await.unwrap(), []);
    store.close().await;
    done(fresh, login).await;
}

#[tokio::test]
async fn a_login_that_may_not_act_as_the_serving_role_is_told_so() {
    let fresh = Fresh::new(Backend::Postgres).await;
    fresh.open().await.close().await;
    let login = login(&fresh, "").await;
    let mut options = options(&fresh, &login);
    options.migrate_url = Some(fresh.options.url.clone());
    let error = Store::open(options).await.err().unwrap();
    assert!(error.to_string().contains("permission denied to set role \"bowline_app\""), "{error}");
    done(fresh, login).await;
}

#[tokio::test]
async fn the_owner_of_the_database_migrates_without_being_a_superuser() {
    let fresh = Fresh::new(Backend::Postgres).await;
    let owner = login(&fresh, "CREATEROLE").await;
    // The roles are there already in most clusters; from PostgreSQL 16 on, whoever made them must hand them on.
    let hand_on = "DO $$ BEGIN IF current_setting('server_version_num')::int >= 160000 AND \
                   EXISTS (SELECT FROM pg_roles WHERE rolname = 'bowline_owner') THEN \
                   EXECUTE 'GRANT bowline_owner, bowline_app TO LOGIN WITH ADMIN OPTION'; END IF; END $$";
    execute(&fresh, hand_on.replace("LOGIN", &owner)).await;
    execute(&fresh, format!("ALTER DATABASE {} OWNER TO {owner}", fresh.database().name)).await;
    let store = Store::open(options(&fresh, &owner)).await.unwrap();
    assert_eq!(store.tenants().await.unwrap(), []);
    store.close().await;
    let given_back = format!("ALTER DATABASE {} OWNER TO CURRENT_USER", fresh.database().name);
    execute(&fresh, given_back).await;
    done(fresh, owner).await;
}

#[tokio::test]
async fn no_error_shows_the_password() {
    for url in [
        format!("postgres://app:{PASSWORD}@127.0.0.1:1/bowline"),
        format!("postgres://app:{PASSWORD}@127.0.0.1:port/bowline"),
        format!("postgres://app:{PASSWORD}@127.0.0.1:1/bowline?sslmode=wild"),
        format!("postgres://app:{PASSWORD}@no-such-host.invalid/bowline"),
    ] {
        let error = Store::open(Options::new(url)).await.err().unwrap();
        let mut text = format!("{error} {error:?}");
        let mut source = std::error::Error::source(&error);
        while let Some(cause) = source {
            text += &format!(" {cause} {cause:?}");
            source = cause.source();
        }
        assert!(!text.contains(PASSWORD), "{text}");
    }
}
