//! A service at its most talkative, what it said, and every place where it could have left something.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::TEXTS;
use super::needle::{Needle, Search};
use crate::house::{Hook, Kind, PROFILE, World, http};

/// A service that tells everything it can tell, with the secrets it knows and everything it said.
pub(super) struct Scene {
    pub(super) world: World,
    pub(super) secrets: BTreeMap<String, String>,
    /// Answers and outputs, by what was asked.
    pub(super) said: Vec<(String, String)>,
}

impl Scene {
    pub(super) async fn new(kind: Kind) -> Self {
        let talkative = [("BOWLINE_LOG__LEVEL", "trace"), ("BOWLINE_SERVER__LIVE_PAGE", "open")];
        let world = World::bare(kind, &talkative).await;
        world.service.ok("POST", "/api/v1/profiles", &json!({"document": PROFILE})).await;
        let mut secrets = BTreeMap::from([
            ("the credential of both tools".to_owned(), "token-admin".to_owned()),
            ("the admin's token".to_owned(), world.service.token().to_owned()),
        ]);
        for (name, shown) in [("jira", &world.jira_hook), ("targetprocess", &world.targetprocess_hook)] {
            let hook = Hook::of(&world.service, shown);
            secrets.insert(format!("the webhook address of {name}"), hook.token().to_owned());
            secrets.extend(hook.secret.map(|secret| (format!("the webhook secret of {name}"), secret)));
            secrets.extend(hook.header.map(|(_, token)| (format!("the header token of {name}"), token)));
        }
        assert_eq!(secrets.len(), 6);
        Self { world, secrets, said: Vec::new() }
    }

    pub(super) fn keep(&mut self, name: &str, text: String) {
        self.secrets.insert(name.to_owned(), text);
    }

    /// Calls the API with a token that may see everything but failures' words and parked bodies.
    pub(super) async fn ask(&mut self, method: &str, path: &str, body: &str) -> u16 {
        let bearer = format!("Bearer {}", self.secrets["a token of the tenant"]);
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        let url = format!("{}{path}", self.world.service.url);
        let answer = http(method, &url, &headers, body.to_owned()).await.unwrap();
        self.said.push((format!("the answer to {method} {path}"), answer.body.to_string()));
        answer.status
    }

    /// Runs a command and keeps what it says.
    pub(super) fn run(&mut self, arguments: &[&str], input: &str) -> Option<i32> {
        let said = self.world.cli(arguments, input);
        self.said.push((format!("what `bowline {}` said", arguments.join(" ")), said.out + &said.err));
        said.code
    }

    /// Every place with what is there.
    pub(super) async fn places(&self) -> Vec<(String, Vec<u8>)> {
        let mut places: Vec<(String, Vec<u8>)> =
            self.said.iter().map(|(name, text)| (name.clone(), text.clone().into_bytes())).collect();
        for path in files(self.world.folder.path()) {
            // The one file that is a secret, and the one that opens the others.
            if !path.ends_with("data/admin.token") && !path.ends_with("data/keys/bowline.key") {
                places.push((path.display().to_string(), std::fs::read(&path).unwrap()));
            }
        }
        places.push(("the database".to_owned(), self.world.database.dump().await.into_bytes()));
        for file in ["cmdline", "environ"] {
            let path = format!("/proc/{}/{file}", self.world.service.id());
            places.push((path.clone(), std::fs::read(&path).unwrap_or_default()));
        }
        places
    }

    /// What of all canaries is anywhere.
    pub(super) async fn found(&self) -> Vec<String> {
        let secrets = self.secrets.iter().map(|(name, text)| Needle::new(name, text));
        let needles: Vec<Needle> = secrets.chain(TEXTS.map(|text| Needle::new(text, text))).collect();
        let search = Search::new(&needles);
        self.places().await.iter().flat_map(|(place, bytes)| search.find(place, bytes)).collect()
    }
}

/// All files below a folder.
pub(super) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(self::files(&path)) } else { files.push(path) }
    }
    files
}
