//! Keys of every kind as canaries: where a service and an encryptor at their most talkative leave something, none of
//! them is found.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::{Encryptor, openssl, private, store_secret, verified};
use crate::canary::{Needle, Search};
use crate::house::{Database, Folder, Kind, Service, bowline, environment};

/// 32 bytes that can be looked for: the data key that is laid into the folder.
const DATA_KEY: &str = "Canary-data-key-c9b1f07de2448a63";
const PHRASE: &str = "Canary-passphrase-8e41b7 correct horse";
const MASTER: &str = "Canary-master-key-of-the-program-51fd";
const STORED: &str = "Canary-stored-secret-0d7c93ea";

/// Wraps by turning the letters of the base64 around; `MASTER` stands for a secret of its own.
const PROGRAM: &str = r#"#!/bin/sh
line=$(cat)
# MASTER
field() { printf '%s' "$line" | sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }
turn() { tr 'A-Za-z' 'N-ZA-Mn-za-m'; }
case "$line" in
*describe*) echo '{"id":"turned"}' ;;
*unwrap*) printf '{"key":"%s"}\n' "$(field wrapped | openssl base64 -d -A | turn)" ;;
*) printf '{"wrapped":"%s"}\n' "$(field key | turn | openssl base64 -A)" ;;
esac
"#;

/// All files below a folder, but those that are secrets themselves.
fn files(folder: &Path, but: &[PathBuf]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, but));
        } else if path.is_file() && !but.contains(&path) {
            found.push(path);
        }
    }
    found
}

/// A service and an encryptor, what they said, and where they may have left something.
struct Scene {
    folder: Folder,
    database: Database,
    encryptor: Encryptor,
    /// The three key-encryption keys, in the order of their use.
    chain: [String; 3],
    said: Vec<String>,
    places: Vec<(String, Vec<u8>)>,
}

impl Scene {
    async fn new(kind: Kind) -> Self {
        let (folder, database) = (Folder::new(), Database::create(kind).await);
        let at = |name: &str| folder.path().join(name);
        openssl(folder.path(), &["genrsa", "-out", "kek.pem", "2048"]);
        private(&at("kek.pem"), &std::fs::read(at("kek.pem")).unwrap());
        let subject = ["-subj", "/CN=bowline", "-days", "30", "-out", "kek.crt"];
        openssl(folder.path(), &[&["req", "-new", "-x509", "-key", "kek.pem"][..], &subject].concat());
        std::fs::create_dir(at("mounted")).unwrap();
        private(&at("plain"), DATA_KEY.as_bytes());
        let to = ["-outform", "PEM", "-out", "mounted/default.1.cms", "kek.crt"];
        openssl(
            folder.path(),
            &[&["cms", "-encrypt", "-binary", "-aes256", "-in", "plain"][..], &to].concat(),
        );
        private(&at("phrase"), PHRASE.as_bytes());
        std::fs::write(at("program"), PROGRAM.replace("MASTER", MASTER)).unwrap();
        std::fs::set_permissions(at("program"), std::fs::Permissions::from_mode(0o700)).unwrap();
        let phrase = format!("passphrase:{}", at("phrase").display());
        bowline(&["keys", "make", &phrase], &[], "").ok();
        let encryptor = Encryptor::start(&folder, &format!("rsa:{}", at("kek.pem").display()));
        let chain = [
            format!("encryptor:{}", encryptor.socket),
            phrase,
            format!("command:{}", at("program").display()),
        ];
        Self { folder, database, encryptor, chain, said: Vec::new(), places: Vec::new() }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A life of the service with one key-encryption key after the one before.
    async fn live(&mut self, turn: usize) {
        let retired = turn.checked_sub(1).map(|before| self.chain[before].clone()).unwrap_or_default();
        let mounted = self.at("mounted").display().to_string();
        let more = [
            ("BOWLINE_KEYS__WRAP", self.chain[turn].as_str()),
            ("BOWLINE_KEYS__RETIRED", retired.as_str()),
            ("BOWLINE_KEYS__FOLDER", mounted.as_str()),
            ("BOWLINE_LOG__LEVEL", "trace"),
        ];
        let own = environment(&self.folder, &self.database, &more);
        let mut service = Service::start(self.folder.path(), &own);
        let stored = store_secret(&service, "default", &format!("any-{turn}"), STORED).await;
        assert_eq!(stored.status, 201);
        self.said.push(stored.body.to_string());
        // The secret travels, as far as it can.
        let path = format!("/api/v1/connections/any-{turn}/test");
        self.said.push(service.ok("POST", &path, &serde_json::json!({})).await.to_string());
        let data = self.at("data").display().to_string();
        let own = [("BOWLINE_SERVER", service.url.as_str()), ("BOWLINE_DATA__DIR", &data)];
        for command in ["rotate data", "list", "status", "verify", "export", "rotate wrapping"] {
            let words: Vec<&str> = std::iter::once("keys").chain(command.split(' ')).collect();
            // The first key has nothing to take over from.
            let exit = if turn == 0 && command == "rotate wrapping" { 5 } else { 0 };
            let heard = bowline(&words, &own, "").exit(exit);
            self.said.push(heard.out + &heard.err);
        }
        if turn > 0 {
            super::until_wrapping(&service, &["active", "unneeded"]).await;
        }
        verified(&service).await;
        let metrics = crate::house::http("GET", &format!("{}/metrics", service.url), &[], "").await;
        self.said.push(metrics.unwrap().body.to_string());
        for id in [service.id(), self.encryptor.id()] {
            for file in ["cmdline", "environ"] {
                let path = format!("/proc/{id}/{file}");
                self.places.push((path.clone(), std::fs::read(path).unwrap()));
            }
        }
        assert!(service.terminate().await.success());
    }

    /// A wrong passphrase and a damaged key.
    fn fail(&mut self) {
        private(&self.at("phrase"), format!("{PHRASE} staple").as_bytes());
        let pem = std::fs::read_to_string(self.at("kek.pem")).unwrap();
        private(&self.at("broken.pem"), pem.replacen("MII", "MIJ", 1).as_bytes());
        for wrap in [self.chain[1].clone(), format!("rsa:{}", self.at("broken.pem").display())] {
            let more = [("BOWLINE_KEYS__WRAP", wrap.as_str()), ("BOWLINE_LOG__LEVEL", "trace")];
            self.said.push(super::refused(&self.folder, &environment(&self.folder, &self.database, &more)));
        }
    }

    fn needles(&self) -> Vec<Needle> {
        let mut needles = vec![
            Needle::new("the data key", DATA_KEY),
            Needle::new("the passphrase", PHRASE),
            Needle::new("the program's key", MASTER),
            Needle::new("a stored secret", STORED),
        ];
        // The middle lines of the PEM hold the private exponent and the primes, whatever cuts them.
        let pem = std::fs::read_to_string(self.at("kek.pem")).unwrap();
        needles.extend(pem.lines().skip(8).take(12).map(|line| Needle::new("the RSA key", line)));
        needles
    }

    /// Every place with what is there, but the secrets themselves.
    async fn all(&mut self) -> Vec<(String, Vec<u8>)> {
        let mut places = std::mem::take(&mut self.places);
        let secrets = ["kek.pem", "broken.pem", "plain", "phrase", "program", "data/admin.token"];
        for path in files(self.folder.path(), &secrets.map(|name| self.at(name))) {
            places.push((path.display().to_string(), std::fs::read(&path).unwrap()));
        }
        places.push(("the database".to_owned(), self.database.dump().await.into_bytes()));
        places.push(("what was said".to_owned(), self.said.join("\n").into_bytes()));
        places
    }

    /// The search looks where it says, and there was something to hear.
    fn control(&self, search: &Search<'_>) {
        let read = |name: &str| std::fs::read(self.at(name)).unwrap();
        for name in ["plain", "phrase", "program", "kek.pem"] {
            assert!(!search.find(name, &read(name)).is_empty(), "{name} is not found where it is");
        }
        let service = String::from_utf8(read("service.log")).unwrap();
        for words in ["TRACE", "DEBUG", "turned keys over"] {
            assert!(service.contains(words), "no {words} in\n{service}");
        }
        let encryptor = String::from_utf8(read("encryptor.log")).unwrap();
        assert!(encryptor.contains("tenant-key/ten_") && encryptor.contains("kek_"), "{encryptor}");
    }
}

async fn sings_nowhere(kind: Kind) {
    let mut scene = Scene::new(kind).await;
    for turn in 0..scene.chain.len() {
        scene.live(turn).await;
    }
    scene.fail();
    let needles = scene.needles();
    let search = Search::new(&needles);
    let places = scene.all().await;
    let found: Vec<String> = places.iter().flat_map(|(place, bytes)| search.find(place, bytes)).collect();
    assert!(found.is_empty(), "{found:#?}");
    scene.control(&search);
    scene.database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_key_of_any_kind_is_found_where_it_does_not_belong() {
    sings_nowhere(Kind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_key_of_any_kind_is_found_where_it_does_not_belong_with_postgresql() {
    sings_nowhere(Kind::Postgres).await;
}
