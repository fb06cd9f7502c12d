//! The encryptor as a process: it alone has the key, and the others live without it once their keys are open.

use std::io::{Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;

use serde_json::json;

use super::{Encryptor, private, refused, store_secret, verified};
use crate::house::{Database, Folder, Kind, SOON, Service, bowline, environment};

/// An encryptor over a key that lies where the service does not look, and the service's environment.
async fn apart(kind: Kind) -> (Folder, Database, Encryptor, Vec<(String, String)>, String) {
    let folder = Folder::new();
    let database = Database::create(kind).await;
    let key = format!("rsa:{}", folder.path().join("apart/kek.pem").display());
    bowline(&["keys", "make", &key], &[], "").ok();
    let encryptor = Encryptor::start(&folder, &key);
    let wrap = format!("encryptor:{}", encryptor.socket);
    let more = [
        ("BOWLINE_KEYS__WRAP", wrap.as_str()),
        ("BOWLINE_KEYS__TIMEOUT", "2s"),
        ("BOWLINE_LOG__LEVEL", "trace"),
    ];
    let environment = environment(&folder, &database, &more);
    (folder, database, encryptor, environment, key)
}

async fn alone_has_the_key(kind: Kind) {
    let (folder, database, encryptor, environment, key) = apart(kind).await;
    let mode = std::fs::metadata(&encryptor.socket).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let service = Service::start(folder.path(), &environment);
    assert!(!folder.path().join("data/keys").exists(), "the service has no key of its own");
    service.ok("POST", "/api/v1/tenants", &json!({"name": "other"})).await;
    assert_eq!(store_secret(&service, "default", "one", "secret of one").await.status, 201);
    verified(&service).await;
    let asked = || {
        let log = std::fs::read_to_string(folder.path().join("encryptor.log")).unwrap();
        log.lines().filter(|line| line.contains("\"unwrap\"") && line.contains("/data/1/")).count()
    };
    let before = asked();
    for number in 0..5 {
        assert_eq!(store_secret(&service, "default", &format!("more-{number}"), "more").await.status, 201);
    }
    assert_eq!(asked(), before, "a key is unwrapped once, and then never asked for again");

    // Without the encryptor, what is open works, and what is not says what is missing.
    drop(encryptor);
    assert_eq!(store_secret(&service, "default", "two", "secret of two").await.status, 201);
    let refused_now = store_secret(&service, "other", "three", "secret of three").await;
    assert_eq!(
        (refused_now.status, &refused_now.body["code"]),
        (503, &json!("seal.key_away")),
        "{refused_now:?}"
    );
    let encryptor = Encryptor::start(&folder, &key);
    assert_eq!(store_secret(&service, "other", "three", "secret of three").await.status, 201);
    verified(&service).await;
    drop(service);

    // A start without it is refused, and so is one with an encryptor that holds another key.
    drop(encryptor);
    let told = refused(&folder, &environment);
    assert!(told.contains("seal.key_away") && told.contains("--role encryptor"), "{told}");
    let other = format!("file:{}", folder.path().join("apart/other").display());
    bowline(&["keys", "make", &other], &[], "").ok();
    let wrong = Encryptor::start(&folder, &other);
    let told = refused(&folder, &environment);
    assert!(told.contains("seal.key_wrong"), "{told}");
    drop(wrong);
    let _encryptor = Encryptor::start(&folder, &key);
    verified(&Service::start(folder.path(), &environment)).await;
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_encryptor_alone_has_the_key_and_is_needed_once_a_key() {
    alone_has_the_key(Kind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_encryptor_alone_has_the_key_and_is_needed_once_a_key_with_postgresql() {
    alone_has_the_key(Kind::Postgres).await;
}

/// Says something to the encryptor and hears what it says, which is nothing if it hangs up.
fn say(socket: &str, words: &[u8]) -> String {
    let mut stream = UnixStream::connect(socket).unwrap();
    stream.set_read_timeout(Some(SOON)).unwrap();
    // It may hang up before everything is said.
    let _ = stream.write_all(words);
    let _ = stream.shutdown(std::net::Shutdown::Write);
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    answer
}

#[test]
fn nonsense_is_answered_in_words_and_does_no_harm() {
    let folder = Folder::new();
    let phrase = folder.path().join("phrase");
    private(&phrase, b"correct horse battery staple");
    let wrap = format!("passphrase:{}", phrase.display());
    // It makes no keys, and says how one is made.
    let Err(told) = Encryptor::try_start(&folder, &wrap) else { panic!("it made a key") };
    assert!(told.contains("bowline keys make passphrase:"), "{told}");
    bowline(&["keys", "make", &wrap], &[], "").ok();
    let encryptor = Encryptor::start(&folder, &wrap);
    for words in [
        &b""[..],
        b"\n",
        b"{",
        b"[]",
        b"{\"op\":\"steal\"}\n",
        &[0xff; 1_000],
        &b"{\"op\":\"wrap\"}".repeat(2),
    ] {
        let answer = say(&encryptor.socket, words);
        assert!(answer.contains("not understood") && answer.ends_with("}\n"), "{answer}");
    }
    let wrapped = "{\"op\":\"unwrap\",\"context\":\"x\",\"wrapped\":\"AQAA\"}\n";
    assert!(say(&encryptor.socket, wrapped.as_bytes()).contains("\"error\""));
    assert_eq!(say(&encryptor.socket, &vec![b'x'; 70_000]), "", "too long");
    assert!(say(&encryptor.socket, b"{\"op\":\"describe\"}\n").contains("kek_"), "it goes on");
    // A second one at the same place is refused, and one after a kill takes the socket over.
    let Err(told) = Encryptor::try_start(&folder, &wrap) else { panic!("there are two") };
    assert!(told.contains("another encryptor listens"), "{told}");
    drop(encryptor);
    assert!(folder.path().join("apart/encryptor.sock").exists(), "it was killed");
    let encryptor = Encryptor::start(&folder, &wrap);
    assert!(say(&encryptor.socket, b"{\"op\":\"describe\"}\n").contains("kek_"));
}

#[test]
fn many_callers_at_once_are_all_answered() {
    let folder = Folder::new();
    let key = format!("file:{}", folder.path().join("key").display());
    bowline(&["keys", "make", &key], &[], "").ok();
    let encryptor = Encryptor::start(&folder, &key);
    // Some say nothing; the others are answered all the same.
    let idle: Vec<UnixStream> = (0..20).map(|_| UnixStream::connect(&encryptor.socket).unwrap()).collect();
    let callers: Vec<_> = (0..200)
        .map(|_| {
            let socket = encryptor.socket.clone();
            std::thread::spawn(move || say(&socket, b"{\"op\":\"describe\"}\n"))
        })
        .collect();
    for caller in callers {
        assert!(caller.join().unwrap().contains("kek_"));
    }
    drop(idle);
}
