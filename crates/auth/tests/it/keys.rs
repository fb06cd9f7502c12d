//! The key file and the local admin's token: made once, private, and never guessed at.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use bowline_auth::kek::{Kek as _, passphrase, rsa};
use bowline_auth::{Error, SystemEntropy, bearer, keyfile};

use crate::memory::Folder;

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

#[test]
fn an_rsa_key_is_made_whole_and_private_and_only_long_enough_ones_are_read() {
    let folder = Folder::new();
    let path = folder.file("kek.pem");
    let made = rsa::create(&path, &SystemEntropy).unwrap();
    assert_eq!(mode(&path), 0o600);
    assert_eq!(rsa::load(&path).unwrap().id(), made.id());
    assert!(matches!(rsa::create(&path, &SystemEntropy), Err(Error::Exists(_))));
    let keys = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/oauth1/keys");
    for (name, fits) in [
        ("pkcs1.pem", true),
        ("pkcs8.pem", true),
        ("short.pem", false),
        ("ec.pem", false),
        ("encrypted.pem", false),
        ("encrypted-pkcs1.pem", false),
        ("public.pem", false),
        ("certificate.pem", false),
    ] {
        let path = folder.file(name);
        fs::copy(keys.join(name), &path).unwrap();
        chmod(&path, 0o600);
        match rsa::load(&path) {
            Ok(_) => assert!(fits, "{name}"),
            Err(error) => assert!(!fits && error.to_string().contains(name), "{name}: {error}"),
        }
    }
    assert_eq!(
        rsa::load(&folder.file("pkcs1.pem")).unwrap().id(),
        rsa::load(&folder.file("pkcs8.pem")).unwrap().id(),
        "a key is the same in both forms"
    );
    chmod(&path, 0o644);
    assert!(matches!(rsa::load(&path), Err(Error::Exposed(_))));
}

#[test]
fn a_passphrase_is_stretched_with_what_stands_beside_it() {
    let folder = Folder::new();
    let path = folder.file("phrase");
    assert!(matches!(passphrase::create(&path, &SystemEntropy), Err(Error::KeyMissing(_))));
    write(&path, "too short");
    assert!(matches!(passphrase::create(&path, &SystemEntropy), Err(Error::Malformed { .. })));
    write(&path, "correct horse battery staple\n");
    let made = passphrase::create(&path, &SystemEntropy).unwrap();
    let beside = passphrase::beside(&path);
    assert_eq!(mode(&beside), 0o600);
    let params = fs::read_to_string(&beside).unwrap();
    assert!(params.contains("argon2id 65536 3 4\n") && !params.contains("horse"), "{params}");
    assert_eq!(passphrase::load(&path).unwrap().id(), made.id());
    // The end of the line is not part of it; everything else is.
    write(&path, "correct horse battery staple");
    assert_eq!(passphrase::load(&path).unwrap().id(), made.id());
    write(&path, "correct horse battery stable");
    let error = passphrase::load(&path).err().unwrap();
    assert!(matches!(error, Error::KeyWrong { .. }) && !error.to_string().contains("horse"), "{error}");
    write(&path, "correct horse battery staple");
    write(&beside, &params.replace("65536", "4294967295"));
    assert!(matches!(passphrase::load(&path), Err(Error::Malformed { .. })));
    fs::remove_file(&beside).unwrap();
    assert!(matches!(passphrase::load(&path), Err(Error::KeyMissing(path)) if path == beside));
}

fn write(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    chmod(path, 0o600);
}
