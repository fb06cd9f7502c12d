//! A program that wraps and unwraps: a shell script with openssl, as somebody might write it for Vault.

use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;

use super::{refused, store_secret, verified};
use crate::house::{Database, Folder, Kind, Service, environment};

/// Wraps with a passphrase of its own; `docs/keys.md` has it as an example.
const SCRIPT: &str = r#"#!/bin/sh
set -eu
line=$(cat)
field() { printf '%s' "$line" | sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }
crypt() { openssl enc -aes-256-ctr -pbkdf2 -pass file:"$(dirname "$0")/master" -base64 -A "$@"; }
case "$(field op)" in
describe) echo '{"id":"master-1"}' ;;
wrap) printf '{"wrapped":"%s"}\n' "$(field key | openssl base64 -d -A | crypt)" ;;
unwrap) printf '{"key":"%s"}\n' "$(field wrapped | crypt -d | openssl base64 -A)" ;;
*) echo '{"error":"this program knows no such operation"}' ;;
esac
"#;

fn install(folder: &Folder, name: &str, script: &str) -> String {
    let path = folder.path().join(name);
    std::fs::write(&path, script).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
    format!("command:{} --some argument", path.display())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_wraps_and_unwraps_for_the_service() {
    let (folder, database) = (Folder::new(), Database::create(Kind::Sqlite).await);
    std::fs::write(folder.path().join("master"), "the master key of the program").unwrap();
    let wrap = install(&folder, "wrapper", SCRIPT);
    let own = environment(&folder, &database, &[("BOWLINE_KEYS__WRAP", &wrap)]);
    let service = Service::start(folder.path(), &own);
    assert_eq!(store_secret(&service, "default", "one", "secret of one").await.status, 201);
    verified(&service).await;
    let exported = service.get("/api/v1/keys/export").await;
    assert_eq!(
        (&exported["keys"][0]["form"], &exported["keys"][0]["kek"]),
        (&json!("outside"), &json!("master-1"))
    );
    drop(service);
    let service = Service::start(folder.path(), &own);
    verified(&service).await;
    drop(service);
    // The program lost its key: what it opens is not what was wrapped.
    std::fs::write(folder.path().join("master"), "another master key").unwrap();
    let told = refused(&folder, &own);
    assert!(told.contains("seal.key_wrong") && told.contains("master-1"), "{told}");
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_fails_says_how() {
    let (folder, database) = (Folder::new(), Database::create(Kind::Sqlite).await);
    let cases = [
        ("says", "echo '{\"error\":\"the vault is sealed\"}'; exit 3", "says: the vault is sealed"),
        ("fails", "echo 'no such key' >&2; exit 3", "failed with exit status: 3"),
        ("mute", "exit 0", "no JSON object"),
        ("talks", "head -c 100000 /dev/zero", "more than 64 KiB"),
        ("nameless", "echo '{}'", "without `id`"),
        ("odd", "echo '{\"id\":\"a b\"}'", "1 to 120"),
        ("slow", "sleep 60 & sleep 60", "did not answer within 0.5 s"),
    ];
    for (name, script, words) in cases {
        let wrap = install(&folder, name, &format!("#!/bin/sh\n{script}\n"));
        let more = [("BOWLINE_KEYS__WRAP", wrap.as_str()), ("BOWLINE_KEYS__TIMEOUT", "500ms")];
        let started = Instant::now();
        let told = refused(&folder, &environment(&folder, &database, &more));
        assert!(started.elapsed() < Duration::from_secs(30), "{name}");
        assert!(
            told.contains(words) && told.contains("seal.key_away") && told.contains(name),
            "{name}: {told}"
        );
    }
    let more = [("BOWLINE_KEYS__WRAP", "command:/no/such/program")];
    let told = refused(&folder, &environment(&folder, &database, &more));
    assert!(told.contains("/no/such/program` cannot be started"), "{told}");
    // What was ended is gone, with what it had started.
    let left = std::process::Command::new("pgrep")
        .args(["-f", &format!("{}/slow", folder.path().display())])
        .output();
    assert!(left.unwrap().stdout.is_empty());
    database.drop().await;
}
