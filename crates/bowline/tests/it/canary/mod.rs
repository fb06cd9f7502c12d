//! Secrets and what items say, followed through a running service at its most talkative: they are found nowhere but
//! where they belong.

mod needle;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use self::needle::{Needle, Search};
use crate::house::{Hook, Kind, PROFILE, World, http};

/// What people write into items here, by where they write it.
const TITLE: &str = "Canary-title-7d1fb2c4e9";
const LOSER: &str = "Canary-loser-90aa13d5f7";
const REFUSED: &str = "Canary-refused-4c77e0b1d2";
const DESCRIPTION: &str = "Canary-description-b3f6a82d10";
const LABEL: &str = "Canary-label-5e21c9f0a4";
const REMARK: &str = "Canary-remark-e8d04b7c36";
const ANSWER: &str = "Canary-answer-1a9c5f3e77";
const PARKED: &str = "Canary-parked-c02e6d8b49";
const TEXTS: [&str; 8] = [TITLE, LOSER, REFUSED, DESCRIPTION, LABEL, REMARK, ANSWER, PARKED];

/// Text for a URL, as everybody writes it.
fn segment(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

/// A service that tells everything it can tell, with the secrets it knows and everything it said.
struct Scene {
    world: World,
    secrets: BTreeMap<String, String>,
    /// Answers and outputs, by what was asked.
    said: Vec<(String, String)>,
}

impl Scene {
    async fn new(kind: Kind) -> Self {
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

    fn keep(&mut self, name: &str, text: String) {
        self.secrets.insert(name.to_owned(), text);
    }

    /// Calls the API with a token that may see everything but failures' words and parked bodies.
    async fn ask(&mut self, method: &str, path: &str, body: &str) -> u16 {
        let bearer = format!("Bearer {}", self.secrets["a token of the tenant"]);
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        let url = format!("{}{path}", self.world.service.url);
        let answer = http(method, &url, &headers, body.to_owned()).await.unwrap();
        self.said.push((format!("the answer to {method} {path}"), answer.body.to_string()));
        answer.status
    }

    /// Runs a command and keeps what it says.
    fn run(&mut self, arguments: &[&str], input: &str) -> Option<i32> {
        let said = self.world.cli(arguments, input);
        self.said.push((format!("what `bowline {}` said", arguments.join(" ")), said.out + &said.err));
        said.code
    }

    /// Items are tied, edited on both sides, in conflict and commented.
    async fn sync(&self) {
        let World { jira, targetprocess, service, .. } = &self.world;
        let (issue, story) = self.world.share("left", &self.world.stories().await[0]).await;
        let number: u64 = story.parse().unwrap();
        let fields =
            json!({"summary": TITLE, "description": format!("h1. {DESCRIPTION}"), "labels": [LABEL]});
        jira.edit(json!({"as": "ada", "item": issue, "fields": fields, "comment": REMARK})).await;
        targetprocess
            .edit(json!({"as": "bob", "item": number, "comment": format!("<div>{ANSWER}</div>")}))
            .await;
        targetprocess.until(&story, |item| has(item, &[TITLE, DESCRIPTION, LABEL, REMARK])).await;
        jira.until(&issue, |item| has(item, &[ANSWER])).await;

        service.settled().await;
        service.ok("POST", "/api/v1/profiles/stories/pause", &json!({})).await;
        let words = json!({"summary": LOSER, "description": LOSER});
        jira.edit(json!({"as": "ada", "item": issue, "fields": words})).await;
        jira.get("webhooks?since=0&wait_ms=20").await;
        let words =
            json!({"Name": format!("{TITLE} stays"), "Description": format!("<p>{DESCRIPTION} stays</p>")});
        targetprocess.edit(json!({"as": "bob", "item": number, "fields": words})).await;
        service.ok("POST", "/api/v1/profiles/stories/resume", &json!({})).await;
        jira.until(&issue, |item| has(item, &["title-7d1fb2c4e9 stays", "description-b3f6a82d10 stays"]))
            .await;
        let decided = |line: &Value| line["deed"] == "decided" && line["left_key"] == json!(issue);
        let lines = service.get("/api/v1/activity?limit=200").await;
        assert!(lines["items"].as_array().unwrap().iter().any(decided), "{lines:#}");
    }

    /// A tool refuses a write and quotes it, fails, and cuts a connection.
    async fn fail(&self) {
        let World { jira, targetprocess, service, .. } = &self.world;
        let (issue, story) = self.world.share("left", &self.world.stories().await[1]).await;
        let path = format!("/api/v1/UserStories/{story}");
        let matching = json!({"method": "POST", "path": path});
        for deed in [json!({"kind": "status", "status": 500}), json!({"kind": "done_then_reset"})] {
            targetprocess.fault(matching.clone(), deed, 1).await;
            let words = format!("{TITLE} again");
            jira.edit(
                json!({"as": "ada", "item": issue, "fields": {"summary": words, "description": words}}),
            )
            .await;
            targetprocess.until(&story, |item| has(item, &["again"])).await;
            service.settled().await;
            jira.edit(
                json!({"as": "ada", "item": issue, "fields": {"summary": "Calm", "description": "Calm"}}),
            )
            .await;
            targetprocess.until(&story, |item| !has(item, &["again"])).await;
        }
        let refusal =
            json!({"kind": "reject_field", "field": "Name", "message": format!("Name '{REFUSED}' is taken")});
        targetprocess.fault(matching, refusal, 100).await;
        jira.edit(json!({"as": "ada", "item": issue, "fields": {"summary": REFUSED}})).await;
        let refused = |page: &Value| page["items"][0]["code"] == "sync.field_refused";
        let findings = service.until("/api/v1/findings", refused).await;
        // Whoever may see the tool's words does see them, at the latest when somebody has it say them again.
        let path = format!("/api/v1/findings/{}", findings["items"][0]["id"].as_str().unwrap());
        service.ok("POST", &format!("{path}/retry"), &json!({})).await;
        service
            .until(&path, |whole| whole["words"].as_str().is_some_and(|words| words.contains(REFUSED)))
            .await;
    }

    /// Deliveries that say too much: unreadable, of an unknown kind, and not authentic.
    async fn deliver(&mut self) {
        let jira = Hook::of(&self.world.service, &self.world.jira_hook);
        let unreadable =
            format!("{{\"webhookEvent\": \"jira:issue_updated\", \"issue\": {{\"fields\": \"{PARKED}\"");
        let galaxy = json!({"webhookEvent": "jira:galaxy_created", "galaxy": {"name": PARKED}}).to_string();
        let shapeless = json!({"webhookEvent": [PARKED]}).to_string();
        let unsigned = Hook { secret: None, ..jira.clone() };
        let elsewhere = Hook { url: format!("{}/{PARKED}", jira.url), ..jira.clone() };
        for (hook, body, status) in [
            (&jira, &unreadable, 204),
            (&jira, &galaxy, 204),
            (&jira, &shapeless, 204),
            (&unsigned, &unreadable, 401),
            (&elsewhere, &galaxy, 404),
        ] {
            let answer = hook.post(body.clone(), &[("x-atlassian-webhook-flow", PARKED)]).await.unwrap();
            assert_eq!(answer.status, status);
            self.said.push(("the answer to a delivery".to_owned(), answer.body.to_string()));
        }
        let page = self.world.service.get("/api/v1/inbox?state=parked").await;
        let path = format!("/api/v1/inbox/{}", page["items"][1]["id"].as_str().unwrap());
        let whole = self.world.service.get(&path).await;
        assert!(
            whole["body"]["text"].as_str().unwrap().contains(PARKED),
            "whoever may see the body does see it"
        );
    }

    /// Secrets go the ways that secrets go, and some ways that they should not.
    async fn enter_secrets(&mut self) {
        let scopes: Vec<&str> = [
            "connections:read",
            "connections:write",
            "profiles:read",
            "profiles:write",
            "sync:read",
            "sync:run",
            "items:read",
            "items:write",
        ]
        .to_vec();
        let ask = json!({"name": "limited", "scopes": scopes});
        let made = self.world.service.ok("POST", "/api/v1/tokens", &ask).await;
        self.keep("a token of the tenant", made["token"].as_str().unwrap().to_owned());
        let link = self.world.service.ok("POST", "/api/v1/session-links", &json!({})).await;
        let link = link["url"].as_str().unwrap().split_once("setup=").unwrap().1.to_owned();
        let url = format!("{}/?setup={link}", self.world.service.url);
        assert_eq!(http("GET", &url, &[], "").await.unwrap().status, 200);
        self.keep("the token of a sign-in link", link);

        let (dead, signing, header) =
            ("canary-credential-f4e1d0", "canary-signing-secret-77b3", "canary-header-token-5aa2");
        let body = json!({
            "name": "dead", "tool": "jira_cloud", "base_url": self.world.jira.url, "secret": dead,
            "sign_in": {"method": "api_token", "email": "nobody@example.com"}, "webhook_secret": signing,
            "header": {"name": "x-hook", "token": header},
        });
        for (name, text) in [
            ("a dead credential", dead),
            ("a secret to sign with", signing),
            ("a given header token", header),
        ] {
            self.keep(name, text.to_owned());
        }
        let made = self.world.service.ok("POST", "/api/v1/connections", &body).await;
        self.keep(
            "another webhook address",
            Hook::of(&self.world.service, &made["webhook"]).token().to_owned(),
        );
        assert_eq!(self.ask("POST", "/api/v1/connections/dead/test", "").await, 200);
        let typed = "canary-typed-secret-88c0\n";
        self.keep("a secret given to the command line", typed.trim().to_owned());
        let create = [
            "connection",
            "create",
            "typed",
            "--tool",
            "jira_dc",
            "--url",
            "http://127.0.0.1:9/",
            "--secret-file",
            "-",
        ];
        assert_eq!(self.run(&create[..7], typed), Some(2), "a secret that nobody said where to find");
        assert_eq!(self.run(&["connection", "update", "dead", "--secret-file", "-"], typed), Some(0));
        assert_eq!(self.run(&["connection", "test", "dead"], ""), Some(3));
        assert_eq!(self.run(&["connection", "update", "nowhere", "--secret-file", "-"], typed), Some(4));
    }

    /// Everything is asked for, and asked wrongly.
    async fn question(&mut self) {
        let secrets: Vec<String> = self.secrets.values().cloned().collect();
        for path in [
            "connections",
            "connections/dead",
            "profiles",
            "shares?limit=100",
            "activity?limit=200",
            "status",
        ] {
            assert_eq!(self.ask("GET", &format!("/api/v1/{path}"), "").await, 200, "{path}");
        }
        for path in ["findings", "findings?all=true", "inbox", "tokens", "tenants"] {
            assert_eq!(self.ask("GET", &format!("/api/v1/{path}"), "").await, 403, "{path}");
        }
        let url = self.world.service.url.clone();
        for path in ["/", "/metrics", "/readyz?verbose", "/openapi.json"] {
            let answer = http("GET", &format!("{url}{path}"), &[], "").await.unwrap();
            assert_eq!(answer.status, 200, "{path}");
            self.said.push((path.to_owned(), answer.body.to_string()));
        }
        for canary in secrets.iter().map(String::as_str).chain(TEXTS) {
            let wish = json!({"profile": canary, "side": "left", "item": canary}).to_string();
            let wrong = json!({"name": [canary], canary: canary, "secret": {"x": canary}}).to_string();
            let bearer = format!("Bearer {canary}");
            for (method, path, body) in [
                ("POST", "/api/v1/shares", &wish),
                ("POST", "/api/v1/connections", &wrong),
                ("POST", "/api/v1/profiles", &wrong),
            ] {
                assert!(self.ask(method, path, body).await >= 400);
            }
            let item = json!({"profile": "stories", "side": "left", "item": canary}).to_string();
            assert!(self.ask("POST", "/api/v1/shares", &item).await >= 400);
            assert!(
                self.ask("GET", &format!("/api/v1/connections/{}?{canary}={canary}", segment(canary)), "")
                    .await
                    >= 400
            );
            let headers =
                [("authorization", bearer.as_str()), ("bowline-tenant", canary), ("cookie", canary)];
            let answer = http("GET", &format!("{url}/api/v1/findings"), &headers, "").await.unwrap();
            self.said.push(("the answer to a stranger".to_owned(), answer.body.to_string()));
        }
        for command in [
            &["status"][..],
            &["doctor"],
            &["connection", "list"],
            &["share", "list"],
            &["errors", "list"],
            &["activity", "--limit", "200"],
            &["profile", "show", "stories"],
            &["token", "list"],
            &["config", "show"],
        ] {
            self.run(command, "");
            self.run(&[&["--json"], command].concat(), "");
        }
    }

    /// Every place with what is there.
    async fn places(&self) -> Vec<(String, Vec<u8>)> {
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
    async fn found(&self) -> Vec<String> {
        let secrets = self.secrets.iter().map(|(name, text)| Needle::new(name, text));
        let needles: Vec<Needle> = secrets.chain(TEXTS.map(|text| Needle::new(text, text))).collect();
        let search = Search::new(&needles);
        self.places().await.iter().flat_map(|(place, bytes)| search.find(place, bytes)).collect()
    }
}

/// Whether everything is said somewhere in an item.
fn has(item: &Value, words: &[&str]) -> bool {
    let text = item.to_string();
    words.iter().all(|word| text.contains(word))
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(self::files(&path)) } else { files.push(path) }
    }
    files
}

/// The search looks where it says: things that may be there are found by it.
async fn control(scene: &Scene, kind: Kind) {
    let issue = scene.world.stories().await[0].clone();
    let log = scene.world.folder.path().join("service.log").display().to_string();
    let store = if kind == Kind::Sqlite { "bowline.db" } else { "the database" };
    let needles = [
        Needle::new("an issue's key", &issue),
        Needle::new("a route", "/hooks/{connection}/{token}"),
        Needle::new("a metric", "bowline_intake_events_total"),
        Needle::new("a name", "targetprocess"),
    ];
    let search = Search::new(&needles);
    let found: Vec<String> =
        scene.places().await.iter().flat_map(|(place, bytes)| search.find(place, bytes)).collect();
    for (needle, place) in
        [("an issue's key", store), ("a route", &log), ("a metric", "/metrics"), ("a name", store)]
    {
        assert!(
            found.iter().any(|line| line.starts_with(needle) && line.contains(place)),
            "no {needle} in {place}"
        );
    }
    let told = scene.world.service.told();
    assert!(
        ["TRACE", "DEBUG", "INFO"].iter().all(|level| told.contains(level)),
        "the log is not at its most talkative"
    );
}

async fn nothing_leaks(kind: Kind) {
    let mut scene = Scene::new(kind).await;
    scene.enter_secrets().await;
    scene.sync().await;
    scene.fail().await;
    scene.deliver().await;
    scene.question().await;
    control(&scene, kind).await;
    let mut found = scene.found().await;
    assert!(scene.world.service.terminate().await.success());
    // Closed, the database has moved its log into itself.
    found.extend(scene.found().await);
    found.sort();
    found.dedup();
    assert!(found.is_empty(), "{found:#?}");
    scene.world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_and_nothing_that_an_item_says_is_found_where_it_does_not_belong() {
    nothing_leaks(Kind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_and_nothing_that_an_item_says_is_found_where_it_does_not_belong_with_postgresql() {
    nothing_leaks(Kind::Postgres).await;
}
