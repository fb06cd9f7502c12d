//! The key file and the local admin's token: made once, private, and never guessed at.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use bowline_auth::{Error, SystemEntropy, bearer, keyfile};
use bowline_core::code::{SEAL_KEY_MISSING, SEAL_KEY_WRONG};

use crate::memory::{Folder, Memory};

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_key_file_is_private_reads_back_and_is_never_overwritten() {
    let folder = Folder::new();
    let path = folder.file("deep/er/key");
    let kek = keyfile::create(&path, &SystemEntropy).unwrap();
    assert_eq!((mode(&path), mode(&folder.file("deep"))), (0o600, 0o700));
    assert_eq!(keyfile::load(&path).unwrap().id(), kek.id());
    let before = fs::read(&path).unwrap();
    assert!(before.starts_with(b"bowline-key-file 1\n"));
    assert!(matches!(keyfile::create(&path, &SystemEntropy), Err(Error::Exists(_))));
    assert_eq!(fs::read(&path).unwrap(), before);
    assert_eq!(fs::read_dir(folder.file("deep/er")).unwrap().count(), 1, "no draft stays behind");
}

#[test]
fn a_file_that_others_may_read_is_refused() {
    let folder = Folder::new();
    let (key, token) = (folder.file("key"), folder.file("token"));
    keyfile::create(&key, &SystemEntropy).unwrap();
    bearer::admin(&token, &SystemEntropy).unwrap();
    for bits in [0o640, 0o604, 0o660, 0o610] {
        chmod(&key, bits);
        chmod(&token, bits);
        assert!(matches!(keyfile::load(&key), Err(Error::Exposed(_))), "{bits:o}");
        assert!(matches!(bearer::find_admin(&token), Err(Error::Exposed(_))), "{bits:o}");
    }
    chmod(&key, 0o400);
    assert!(keyfile::load(&key).is_ok());
}

#[test]
fn the_admin_token_is_made_once() {
    let folder = Folder::new();
    let path = folder.file("admin.token");
    assert!(bearer::find_admin(&path).unwrap().is_none());
    let token = bearer::admin(&path, &SystemEntropy).unwrap();
    assert_eq!(mode(&path), 0o600);
    for again in [bearer::admin(&path, &SystemEntropy).unwrap(), bearer::find_admin(&path).unwrap().unwrap()]
    {
        assert_eq!(again.expose(), token.expose());
    }
    fs::write(&path, "something else").unwrap();
    assert!(matches!(bearer::find_admin(&path), Err(Error::Malformed { .. })));
}

#[tokio::test]
async fn the_first_start_makes_the_key_and_later_ones_find_it() {
    let (folder, memory) = (Folder::new(), Memory::default());
    let first = keyfile::unlock(&folder.file("key"), &memory, &SystemEntropy).await.unwrap();
    let check = memory.check.lock().unwrap().clone();
    let second = keyfile::unlock(&folder.file("key"), &memory, &SystemEntropy).await.unwrap();
    assert_eq!(first.id(), second.id());
    assert_eq!(*memory.check.lock().unwrap(), check);
}

#[tokio::test]
async fn a_crash_between_file_and_check_value_heals() {
    let (folder, memory) = (Folder::new(), Memory::default());
    let made = keyfile::create(&folder.file("key"), &SystemEntropy).unwrap();
    let kek = keyfile::unlock(&folder.file("key"), &memory, &SystemEntropy).await.unwrap();
    assert_eq!(kek.id(), made.id());
    assert!(memory.check.lock().unwrap().is_some());
}

#[tokio::test]
async fn another_key_is_refused_and_nothing_changes() {
    let (folder, memory) = (Folder::new(), Memory::default());
    keyfile::unlock(&folder.file("key"), &memory, &SystemEntropy).await.unwrap();
    keyfile::create(&folder.file("other"), &SystemEntropy).unwrap();
    let check = memory.check.lock().unwrap().clone();
    let error = keyfile::unlock(&folder.file("other"), &memory, &SystemEntropy).await.err().unwrap();
    assert_eq!(error.code(), Some(SEAL_KEY_WRONG));
    assert_eq!(*memory.check.lock().unwrap(), check);
}

#[tokio::test]
async fn a_missing_key_over_existing_data_is_refused_and_none_is_made() {
    let (folder, memory) = (Folder::new(), Memory::default());
    keyfile::unlock(&folder.file("key"), &memory, &SystemEntropy).await.unwrap();
    fs::remove_file(folder.file("key")).unwrap();
    let error = keyfile::unlock(&folder.file("key"), &memory, &SystemEntropy).await.err().unwrap();
    assert_eq!(error.code(), Some(SEAL_KEY_MISSING));
    assert!(error.to_string().contains("key"), "{error}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}
