//! What the tests share: the service and two simulators as processes, and the databases to run them on.

mod browser;
mod cli;
mod database;
mod hook;
mod process;
pub(crate) mod provider;
mod tool;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

pub(crate) use browser::Browser;
pub(crate) use cli::{Said, bowline};
pub(crate) use database::{Database, Kind};
pub(crate) use hook::Hook;
pub(crate) use process::{Answer, Service, http, plain, spawn};
pub(crate) use tool::{Tool, writes};

/// Longer than anything takes that works.
pub(crate) const SOON: Duration = Duration::from_secs(60);

/// The demo's profile: stories of ACME and Web Shop.
pub(crate) const PROFILE: &str = include_str!("../../../src/demo/profile.toml");

/// A folder that goes when the test is over.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("bowline-it-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The service's configuration: short times, nothing of the machine's own.
pub(crate) fn environment(
    folder: &Folder,
    database: &Database,
    more: &[(&str, &str)],
) -> Vec<(String, String)> {
    let own = [
        ("BOWLINE_DATA__DIR", folder.path().join("data").display().to_string()),
        ("BOWLINE_STORE__URL", database.url()),
        ("BOWLINE_SERVER__LISTEN", "127.0.0.1:0".to_owned()),
        ("BOWLINE_NET__ALLOW", "127.0.0.1".to_owned()),
        ("BOWLINE_SYNC__SWEEP_EVERY", "1s".to_owned()),
        ("BOWLINE_SYNC__SWEEP_OVERLAP", "30s".to_owned()),
        ("BOWLINE_SYNC__MAX_INDEX_LAG", "1s".to_owned()),
        ("BOWLINE_SYNC__SETTLE_AFTER", "1s".to_owned()),
        ("BOWLINE_SYNC__GONE_AFTER", "1s".to_owned()),
    ];
    let own = own.into_iter().map(|(name, value)| (name.to_owned(), value));
    let more = more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    own.chain(more).collect()
}

/// Two simulators and the service, tied together by connections and, if wanted, a profile.
pub(crate) struct World {
    pub(crate) jira: Tool,
    pub(crate) targetprocess: Tool,
    pub(crate) service: Service,
    /// The webhook address of the Jira connection, and what its bodies are signed with.
    pub(crate) jira_hook: Value,
    /// The webhook address of the Targetprocess connection, and its header.
    pub(crate) targetprocess_hook: Value,
    pub(crate) environment: Vec<(String, String)>,
    pub(crate) folder: Folder,
    pub(crate) database: Database,
}

impl World {
    /// Everything up, with connections `jira` and `targetprocess` that are entered in the tools, but no profile.
    pub(crate) async fn bare(kind: Kind, more: &[(&str, &str)]) -> Self {
        let folder = Folder::new();
        let database = Database::create(kind).await;
        let jira = Tool::start(&["jira", "--issues", "24"]);
        let targetprocess = Tool::start(&["targetprocess", "--stories", "12", "--bugs", "4"]);
        let environment = environment(&folder, &database, more);
        let service = Service::start(folder.path(), &environment);
        let mut world = Self {
            jira,
            targetprocess,
            service,
            jira_hook: Value::Null,
            targetprocess_hook: Value::Null,
            environment,
            folder,
            database,
        };
        world.connect().await;
        world
    }

    /// The same with the demo's profile.
    pub(crate) async fn new(kind: Kind, more: &[(&str, &str)]) -> Self {
        let world = Self::bare(kind, more).await;
        world.service.ok("POST", "/api/v1/profiles", &json!({"document": PROFILE})).await;
        world
    }

    async fn connect(&mut self) {
        let made = self
            .service
            .ok(
                "POST",
                "/api/v1/connections",
                &json!({
                    "name": "jira", "tool": "jira_cloud", "base_url": self.jira.url,
                    "sign_in": {"method": "api_token", "email": "admin@example.com"}, "secret": "token-admin",
                }),
            )
            .await;
        self.jira_hook = made["webhook"].clone();
        let made = self
            .service
            .ok("POST", "/api/v1/connections", &json!({
                "name": "targetprocess", "tool": "targetprocess", "base_url": self.targetprocess.url,
                "sign_in": {"method": "access_token"}, "secret": "token-admin", "header": {"name": "x-bowline-token"},
            }))
            .await;
        self.targetprocess_hook = made["webhook"].clone();
        self.enter_hooks().await;
    }

    /// Enters the webhooks' addresses in the tools; again after every start, because the port is another one then.
    pub(crate) async fn enter_hooks(&self) {
        let path = |hook: &Value| {
            let url = hook["url"].as_str().unwrap();
            format!("{}/hooks/{}", self.service.url, url.split_once("/hooks/").unwrap().1)
        };
        let target = json!({"url": path(&self.jira_hook), "secret": self.jira_hook["secret"]});
        self.jira.post("hook-target", &target).await;
        let header = &self.targetprocess_hook["header"];
        let target =
            json!({"url": path(&self.targetprocess_hook), "header": [header["name"], header["token"]]});
        self.targetprocess.post("hook-target", &target).await;
    }

    /// Starts the service again over the same data.
    pub(crate) async fn restart(&mut self, more: &[(&str, &str)]) {
        let more = more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let environment: Vec<_> = self.environment.iter().cloned().chain(more).collect();
        self.service = Service::start(self.folder.path(), &environment);
        self.enter_hooks().await;
    }

    /// Shares an item and gives the keys of both.
    pub(crate) async fn share(&self, side: &str, item: &str) -> (String, String) {
        let body = json!({"profile": "stories", "side": side, "item": item});
        let made = self.service.ok("POST", "/api/v1/shares", &body).await;
        self.active(made["id"].as_str().unwrap()).await
    }

    /// Waits until a share is active and gives the keys of both items.
    pub(crate) async fn active(&self, share: &str) -> (String, String) {
        let path = format!("/api/v1/shares/{share}");
        let share = self.service.until(&path, |share| share["state"] == "active").await;
        let key = |side: &str| share[side]["key"].as_str().unwrap().to_owned();
        (key("left"), key("right"))
    }

    /// Keys of stories in ACME.
    pub(crate) async fn stories(&self) -> Vec<String> {
        let all = self.jira.get("items").await;
        let stories = all["items"].as_array().unwrap().iter().filter(|item| item["type"] == "Story");
        let keys = stories.map(|item| item["key"].as_str().unwrap().to_owned());
        keys.filter(|key| key.starts_with("ACME-")).collect()
    }

    /// Ids of user stories in the web shop.
    pub(crate) async fn user_stories(&self) -> Vec<String> {
        let all = self.targetprocess.get("items").await;
        let mut ids = Vec::new();
        for item in all["items"].as_array().unwrap().iter().filter(|item| item["type"] == "UserStory") {
            let id = item["id"].as_str().unwrap().to_owned();
            if self.targetprocess.item(&id).await["project"].to_string().contains("Web Shop") {
                ids.push(id);
            }
        }
        ids
    }

    /// The command line, as an operator of this service would type it.
    pub(crate) fn cli(&self, arguments: &[&str], input: &str) -> Said {
        let data = self.folder.path().join("data").display().to_string();
        let variables = [("BOWLINE_SERVER", self.service.url.as_str()), ("BOWLINE_DATA__DIR", &data)];
        bowline(arguments, &variables, input)
    }

    /// Ends everything and removes the database.
    pub(crate) async fn end(self) {
        drop(self.service);
        self.database.drop().await;
    }
}
