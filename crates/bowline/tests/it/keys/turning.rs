//! Turning keys over while everything goes on, by the command line.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;

use super::{openssl, private, refused, until_wrapping, verified};
use crate::house::{Folder, Kind, World, bowline, environment};

/// So many edits are made at least, however fast the keys are turned over.
const TURNS: usize = 4;

/// Edits in Jira arrive in Targetprocess, and secrets are stored anew, until told to stop; says how often.
async fn edit(world: Arc<World>, stop: Arc<AtomicBool>, issue: String, story: String) -> usize {
    let mut turn = 0;
    while turn < TURNS || !stop.load(Ordering::SeqCst) {
        turn += 1;
        let summary = format!("Edit {turn}");
        world.jira.edit(json!({"as": "ada", "item": issue, "fields": {"summary": summary}})).await;
        world.targetprocess.until(&story, |item| item["title"] == json!(summary)).await;
        // A secret is stored anew with each turn, and both are used for every call.
        let name = ["jira", "targetprocess"][turn % 2];
        let body = json!({"secret": "token-admin"});
        world.service.ok("PATCH", &format!("/api/v1/connections/{name}"), &body).await;
    }
    turn
}

/// From the key file to an RSA key, and data keys three times, while people edit on both sides and connections change.
async fn under_load(kind: Kind) {
    let mut world = World::new(kind, &[]).await;
    let (issue, story) = world.share("left", &world.stories().await[0]).await;
    let folder = world.folder.path().to_owned();
    let old = folder.join("data/keys/bowline.key").display().to_string();
    openssl(&folder, &["genrsa", "-out", "kek.pem", "3072"]);
    private(&folder.join("kek.pem"), &std::fs::read(folder.join("kek.pem")).unwrap());
    let new = format!("rsa:{}", folder.join("kek.pem").display());
    assert!(world.service.terminate().await.success());
    let retired = format!("file:{old}");
    let both = [("BOWLINE_KEYS__WRAP", new.as_str()), ("BOWLINE_KEYS__RETIRED", retired.as_str())];
    world.restart(&both).await;
    until_wrapping(&world.service, &["next", "active"]).await;

    let world = Arc::new(world);
    let stop = Arc::new(AtomicBool::new(false));
    let load = tokio::spawn(edit(Arc::clone(&world), Arc::clone(&stop), issue.clone(), story.clone()));
    let dry = world.cli(&["keys", "rotate", "wrapping", "--dry-run", "--json"], "").ok().json();
    assert_eq!(dry["wrapping"][0]["state"], "next", "{dry:#}");
    world.cli(&["keys", "rotate", "wrapping"], "").ok().says(&["bowline keys status"]);
    for version in 2..=4 {
        let said = world.cli(&["keys", "rotate", "data"], "").ok();
        assert!(said.out.contains(&format!("default: data key {version} is in use")), "{said:?}");
        world
            .service
            .until("/api/v1/keys", |list| {
                let keys = list["tenants"][0]["keys"].as_array().unwrap();
                keys.iter().all(|key| key["version"] == json!(version) || key["values"] == json!(0))
            })
            .await;
    }
    until_wrapping(&world.service, &["active", "unneeded"]).await;
    stop.store(true, Ordering::SeqCst);
    assert!(load.await.unwrap() >= TURNS);
    verified(&world.service).await;

    let mut world = Arc::into_inner(world).unwrap();
    world.cli(&["keys", "verify"], "").ok();
    let exported = world.cli(&["keys", "export", "--cms", folder.join("safe").to_str().unwrap()], "").ok();
    assert_eq!(exported.out.lines().count(), 5, "four data keys and a fingerprint key: {exported:?}");
    let ask =
        ["cms", "-decrypt", "-binary", "-inform", "DER", "-inkey", "kek.pem", "-in", "safe/default.4.cms"];
    assert_eq!(openssl(&folder, &ask).len(), 32);
    assert!(world.service.terminate().await.success());
    // The old key alone is refused now, and the new one is enough.
    let own: Vec<(String, String)> = world.environment.clone();
    let told = refused(&world.folder, &own);
    assert!(told.contains("seal.key_wrong") && told.contains("keys.retired"), "{told}");
    std::fs::remove_file(old).unwrap();
    world.restart(&both[..1]).await;
    verified(&world.service).await;
    world.jira.edit(json!({"as": "ada", "item": issue, "fields": {"summary": "In the end"}})).await;
    world.targetprocess.until(&story, |item| item["title"] == "In the end").await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_of_every_level_are_turned_over_under_load() {
    under_load(Kind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_of_every_level_are_turned_over_under_load_with_postgresql() {
    under_load(Kind::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_or_wrong_key_of_any_kind_is_refused_and_nothing_is_written() {
    for kind in ["file", "rsa", "passphrase"] {
        let mine = Folder::new();
        let path = mine.path().join("kek");
        if kind == "passphrase" {
            private(&path, b"correct horse battery staple");
        }
        let wrap = format!("{kind}:{}", path.display());
        let mut world = World::bare(Kind::Sqlite, &[("BOWLINE_KEYS__WRAP", &wrap)]).await;
        verified(&world.service).await;
        assert!(world.service.terminate().await.success());
        let database = world.folder.path().join("data/bowline.db");
        let before = std::fs::read(&database).unwrap();
        let hidden = mine.path().join("hidden");
        std::fs::rename(&path, &hidden).unwrap();
        let told = refused(&world.folder, &world.environment);
        assert!(told.contains("seal.key_missing") && told.contains("kek is missing"), "{kind}: {told}");
        assert!(!path.exists(), "{kind}: none was made");
        // Another one in its place.
        let other = mine.path().join("other");
        match kind {
            "passphrase" => private(&path, b"incorrect horse battery staple"),
            _ => {
                bowline(&["keys", "make", &format!("{kind}:{}", other.display())], &[], "").ok();
                std::fs::rename(&other, &path).unwrap();
            }
        }
        let told = refused(&world.folder, &world.environment);
        assert!(told.contains("seal.key_wrong"), "{kind}: {told}");
        assert!(std::fs::read(&database).unwrap() == before, "{kind}: the database was written to");
        std::fs::rename(&hidden, &path).unwrap();
        world.restart(&[]).await;
        verified(&world.service).await;
        world.end().await;
    }
}

#[test]
fn a_source_that_makes_no_sense_is_told_with_its_place() {
    let folder = Folder::new();
    let wrong = [("BOWLINE_KEYS__RETIRED", "kms:somewhere")];
    bowline(&["config", "check"], &wrong, "").exit(2).says(&[
        "BOWLINE_KEYS__RETIRED",
        "kms:somewhere",
        "rsa:PATH",
    ]);
    let path = folder.path().join("kek.pem").display().to_string();
    let made = bowline(&["keys", "make", &format!("rsa:{path}"), "--json"], &[], "").ok().json();
    assert!(made["id"].as_str().unwrap().starts_with("kek_"), "{made:#}");
    bowline(&["keys", "make", &format!("rsa:{path}")], &[], "").exit(1).says(&["never overwritten"]);
    bowline(&["keys", "make", "command:/bin/true"], &[], "").exit(2).says(&["rsa:PATH"]);
    bowline(&["serve", "--role", "encryptor", "--role", "api"], &[], "").exit(2).says(&["alone"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_data_key_wrapped_by_hand_and_laid_in_the_folder_is_used() {
    let mine = Folder::new();
    let path = |name: &str| mine.path().join(name).display().to_string();
    openssl(mine.path(), &["genrsa", "-out", "kek.pem", "2048"]);
    private(&mine.path().join("kek.pem"), &std::fs::read(path("kek.pem")).unwrap());
    let subject = ["-subj", "/CN=bowline", "-days", "30", "-out", "kek.crt"];
    openssl(mine.path(), &[&["req", "-new", "-x509", "-key", "kek.pem"][..], &subject].concat());
    openssl(mine.path(), &["rand", "-out", "plain", "32"]);
    std::fs::create_dir(mine.path().join("mounted")).unwrap();
    let to = ["-outform", "DER", "-out", "mounted/default.1.cms", "kek.crt"];
    openssl(mine.path(), &[&["cms", "-encrypt", "-binary", "-aes256", "-in", "plain"][..], &to].concat());
    let folder = Folder::new();
    let database = crate::house::Database::create(Kind::Sqlite).await;
    let more = [
        ("BOWLINE_KEYS__WRAP", format!("rsa:{}", path("kek.pem"))),
        ("BOWLINE_KEYS__FOLDER", path("mounted")),
    ];
    let more: Vec<(&str, &str)> = more.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let service = crate::house::Service::start(folder.path(), &environment(&folder, &database, &more));
    assert_eq!(super::store_secret(&service, "default", "any", "a secret of somebody").await.status, 201);
    let exported = service.get("/api/v1/keys/export").await;
    let key = exported["keys"].as_array().unwrap().iter().find(|key| key["kind"] == "data").unwrap().clone();
    assert_eq!((&key["version"], &key["form"]), (&json!(1), &json!("cms")));
    // What is in use, opened by openssl, is what openssl made.
    use base64::Engine as _;
    let cms = base64::engine::general_purpose::STANDARD.decode(key["foreign"].as_str().unwrap()).unwrap();
    std::fs::write(mine.path().join("wrapped"), cms).unwrap();
    let ask = ["cms", "-decrypt", "-binary", "-inform", "DER", "-in", "wrapped", "-inkey", "kek.pem"];
    assert_eq!(openssl(mine.path(), &ask), std::fs::read(path("plain")).unwrap());
    verified(&service).await;
    drop(service);
    database.drop().await;
}
