//! Migrations: numbered alike, refused when too new, safe when several open a database at once.

use std::path::{Path, PathBuf};

use bowline_core::port::{Registry, Vault};
use bowline_store::{Error, Store};
use futures_util::future::join_all;

use crate::backend::{Backend, Fresh};

/// The databases that outlive a handle.
#[cfg(feature = "postgres")]
const LASTING: [Backend; 2] = [Backend::File, Backend::Postgres];
#[cfg(not(feature = "postgres"))]
const LASTING: [Backend; 1] = [Backend::File];

pub(crate) fn migrations(database: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(database);
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn both_databases_have_the_same_migrations() {
    let names = |database| {
        let name = |file: PathBuf| file.file_name().unwrap().to_owned();
        migrations(database).into_iter().map(name).collect::<Vec<_>>()
    };
    assert_eq!(names("sqlite"), names("postgres"));
    assert!(!names("sqlite").is_empty());
}

#[tokio::test]
async fn every_migration_file_is_applied() {
    for backend in LASTING {
        let fresh = Fresh::new(backend).await;
        fresh.open().await.close().await;
        assert_eq!(fresh.migrations().await, migrations("sqlite").len() as i64, "{backend:?}");
        fresh.drop().await;
    }
}

#[tokio::test]
async fn a_database_is_opened_again_with_what_it_holds() {
    for backend in LASTING {
        let fresh = Fresh::new(backend).await;
        let store = fresh.open().await;
        store.put_key_check(&[4, 2]).await.unwrap();
        store.close().await;
        let store = fresh.open().await;
        assert_eq!(store.key_check().await.unwrap(), Some(vec![4, 2]), "{backend:?}");
        store.close().await;
        fresh.drop().await;
    }
}

#[tokio::test]
async fn a_database_of_a_newer_release_is_refused() {
    for backend in LASTING {
        let fresh = Fresh::new(backend).await;
        fresh.open().await.close().await;
        fresh.execute("INSERT INTO migrations (version, name) VALUES (9999, 'future')").await;
        let error = Store::open(fresh.options.clone()).await.err().expect("it must not open");
        let newest = migrations("sqlite").pop().unwrap();
        let known: i64 = newest.file_name().unwrap().to_str().unwrap()[..4].parse().unwrap();
        assert!(matches!(error, Error::TooNew { found: 9999, known: k } if k == known), "{error}");
        assert_eq!(error.code(), bowline_core::code::STORE_TOO_NEW);
        fresh.drop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn several_may_open_a_new_database_at_once() {
    for backend in LASTING {
        for _ in 0..3 {
            let fresh = Fresh::new(backend).await;
            let openers = (0..4).map(|_| tokio::spawn(Store::open(fresh.options.clone())));
            for store in join_all(openers).await {
                let store = store.unwrap().unwrap();
                assert_eq!(store.tenants().await.unwrap(), []);
                store.close().await;
            }
            fresh.drop().await;
        }
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_database_file_and_its_log_are_for_us_alone() {
    use std::os::unix::fs::PermissionsExt;
    let fresh = Fresh::new(Backend::File).await;
    let store = fresh.open().await;
    store.put_key_check(&[1]).await.unwrap();
    let folder = fresh.place().parent().unwrap().to_owned();
    let mut seen = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let file = file.unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", file.path());
        seen += 1;
    }
    assert_eq!(seen, 3, "the database, its log and the log's index");
    store.close().await;
    fresh.drop().await;
}

#[tokio::test]
async fn a_folder_that_does_not_exist_is_named() {
    let error = Store::open(bowline_store::Options::new("sqlite:/no/such/folder/db")).await.err().unwrap();
    assert!(error.to_string().contains("/no/such/folder/db"), "{error}");
    assert_eq!(error.code(), bowline_core::code::STORE_UNAVAILABLE);
}
