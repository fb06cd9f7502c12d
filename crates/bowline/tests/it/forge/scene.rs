//! A simulated Atlassian with a Forge app, and the service as its remote.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use crate::house::{Answer, Database, Folder, Kind, PROFILE, SOON, Service, Tool, environment, http};

/// Forge's name for the app.
pub(super) const APP: &str = "ari:cloud:ecosystem::app/8db33809-1f32-48bb-8c52-5877dab48107";

/// Everything up; the app is registered and installed nowhere.
pub(super) struct Scene {
    pub(super) cloud: Tool,
    pub(super) targetprocess: Tool,
    pub(super) service: Service,
    pub(super) environment: Vec<(String, String)>,
    pub(super) folder: Folder,
    pub(super) database: Database,
}

impl Scene {
    pub(super) async fn new(kind: Kind) -> Self {
        Self::with(kind, &[]).await
    }

    pub(super) async fn with(kind: Kind, more: &[(&str, &str)]) -> Self {
        let (folder, database) = (Folder::new(), Database::create(kind).await);
        let cloud = Tool::start(&["atlassian", "--issues", "24"]);
        let targetprocess = Tool::start(&["targetprocess", "--stories", "12", "--bugs", "4"]);
        let keys = format!("{}/.well-known/jwks.json", cloud.url);
        let own = [
            ("BOWLINE_FORGE__ENABLED", "true"),
            ("BOWLINE_FORGE__APP_ID", APP),
            ("BOWLINE_FORGE__KEY_SET", &keys),
            ("BOWLINE_GRANTS__CLOUD_API", &cloud.url),
            // What arrives soon arrives by events.
            ("BOWLINE_SYNC__SWEEP_EVERY", "1h"),
        ];
        let environment = environment(&folder, &database, &[&own[..], more].concat());
        let service = Service::start(folder.path(), &environment);
        let scene = Self { cloud, targetprocess, service, environment, folder, database };
        scene.register().await;
        scene
    }

    /// The app's remote is where the service is now.
    pub(super) async fn register(&self) {
        self.cloud.post("forge/apps", &json!({"id": APP, "remote": self.service.url})).await;
    }

    /// The service anew over the same data.
    pub(super) async fn restart(&mut self, more: &[(&str, &str)]) {
        let more = more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let environment: Vec<_> = self.environment.iter().cloned().chain(more).collect();
        self.service = Service::start(self.folder.path(), &environment);
        self.register().await;
        // Sites tell the remote that they know.
        self.cloud.post("forge/rules", &json!({})).await;
    }

    pub(super) async fn install(&self, site: &str) -> Value {
        self.cloud.post("forge/install", &json!({"app": APP, "site": site})).await
    }

    /// A code for a tenant.
    pub(super) async fn code(&self, tenant: &str) -> String {
        let bearer = format!("Bearer {}", self.service.token());
        let headers = [("authorization", bearer.as_str()), ("bowline-tenant", tenant)];
        let url = format!("{}/api/v1/app/pairings", self.service.url);
        let made = http("POST", &url, &headers, "").await.unwrap();
        assert_eq!(made.status, 201, "{made:?}");
        made.body["code"].as_str().unwrap().to_owned()
    }

    /// An administrator enters a code on the app's page; what the page is answered.
    pub(super) async fn enter(&self, site: &str, code: &str) -> Value {
        let ask = json!({
            "app": APP, "site": site, "as": "admin", "path": "/forge/pair", "body": {"code": code},
        });
        self.cloud.post("forge/page", &ask).await["answer"].clone()
    }

    /// Nothing that happens reaches the service any more.
    pub(super) async fn silence(&self) {
        let app = json!({"id": APP, "remote": "http://127.0.0.1:9", "events": []});
        self.cloud.post("forge/apps", &app).await;
        self.cloud.post("forge/rules", &json!({})).await;
    }

    /// Installed and paired; the connection's name. That it was installed is not told: nobody could have entered a code yet,
    /// and a repetition would come in the middle of something else.
    pub(super) async fn paired(&self, site: &str, tenant: &str) -> String {
        self.at(site, "POST", "hooks", json!({"blocked": true})).await;
        self.install(site).await;
        self.at(site, "POST", "hooks", json!({"blocked": false})).await;
        let code = self.code(tenant).await;
        let answer = self.enter(site, &code).await;
        assert_eq!(answer["status"], 200, "{answer:#}\n{}", self.service.told());
        answer["body"]["connection"].as_str().unwrap().to_owned()
    }

    /// The hourly call; the status it is answered with.
    pub(super) async fn tick(&self, site: &str) -> u64 {
        let made = self.cloud.post("forge/tick", &json!({"app": APP, "site": site})).await;
        made["answer"]["status"].as_u64().unwrap_or_else(|| panic!("{made:#}"))
    }

    /// How long the tokens live that Forge sends from now on.
    pub(super) async fn tokens_live(&self, seconds: u64) {
        self.cloud.post("forge/rules", &json!({"system_life_ms": seconds * 1_000})).await;
    }

    /// A connection to Targetprocess beside, and the demo's profile over both.
    pub(super) async fn profile(&self, connection: &str) {
        let ask = json!({
            "name": "targetprocess", "tool": "targetprocess", "base_url": self.targetprocess.url,
            "sign_in": {"method": "access_token"}, "secret": "token-admin",
        });
        let made = self.service.ok("POST", "/api/v1/connections", &ask).await;
        self.targetprocess.post("hook-target", &json!({"url": made["webhook"]["url"]})).await;
        let document = PROFILE.replace("connection = \"jira\"", &format!("connection = \"{connection}\""));
        self.service.ok("POST", "/api/v1/profiles", &json!({ "document": document })).await;
    }

    /// An issue of acme, and the story that it is shared with.
    pub(super) async fn shared(&self) -> (String, String) {
        let fields = json!({"project": {"key": "ACME"}, "issuetype": {"name": "Story"}, "summary": "Before"});
        let issue = self.edit("acme", json!({"as": "ada", "create": fields})).await;
        let issue = issue["key"].as_str().unwrap().to_owned();
        let ask = json!({"profile": "stories", "side": "left", "item": issue});
        let made = self.service.ok("POST", "/api/v1/shares", &ask).await;
        let path = format!("/api/v1/shares/{}", made["id"].as_str().unwrap());
        let share = self.service.until(&path, |share| share["state"] == "active").await;
        (issue, share["right"]["id"].as_str().unwrap().to_owned())
    }

    fn site(&self, name: &str) -> String {
        let sites = self.cloud.first["sites"].as_array().unwrap();
        let site = sites.iter().find(|site| site["name"] == name).unwrap();
        site["url"].as_str().unwrap().to_owned()
    }

    /// The control API of a site.
    pub(super) async fn at(&self, site: &str, method: &str, path: &str, body: Value) -> Value {
        let (url, headers) =
            (format!("{}/_sim/{path}", self.site(site)), [("content-type", "application/json")]);
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let answer = http(method, &url, &headers, body).await.unwrap();
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        answer.body
    }

    pub(super) async fn edit(&self, site: &str, edit: Value) -> Value {
        self.at(site, "POST", "edit", edit).await
    }

    pub(super) async fn retitle(&self, issue: &str, title: &str) {
        self.edit("acme", json!({"as": "ada", "item": issue, "fields": {"summary": title}})).await;
    }

    pub(super) async fn arrives(&self, story: &str, title: &str) {
        self.targetprocess.until(story, |item| item["title"] == title).await;
    }

    /// Looks until an issue of acme is as wanted.
    pub(super) async fn until(&self, issue: &str, wanted: impl Fn(&Value) -> bool) {
        let started = Instant::now();
        loop {
            let item = self.at("acme", "GET", &format!("item/{issue}"), Value::Null).await;
            if wanted(&item) {
                return;
            }
            assert!(started.elapsed() < SOON, "{item:#}\n{}", self.service.told());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// What the service knows of installations.
    pub(super) async fn remotes(&self) -> Vec<Value> {
        let seen = self.service.get("/api/v1/app/installs").await;
        seen["forge"]["installations"].as_array().unwrap().clone()
    }

    /// Calls the API for a tenant.
    pub(super) async fn of(&self, tenant: &str, path: &str) -> Answer {
        let bearer = format!("Bearer {}", self.service.token());
        let headers = [("authorization", bearer.as_str()), ("bowline-tenant", tenant)];
        http("GET", &format!("{}{path}", self.service.url), &headers, "").await.unwrap()
    }

    /// What files and log hold.
    pub(super) fn places(&self) -> Vec<(String, Vec<u8>)> {
        let mut places = vec![("the log".to_owned(), self.service.told().into_bytes())];
        for entry in std::fs::read_dir(self.folder.path().join("data")).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                places.push((path.display().to_string(), std::fs::read(&path).unwrap()));
            }
        }
        places
    }
}
