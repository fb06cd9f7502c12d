//! Everything that the combinations meet: the service, a Data Center behind nginx, a provider of tokens for the gateway, a
//! whole Atlassian, and a Targetprocess to be in step with.

use std::net::SocketAddr;

use bowline_sim::{Running, atlassian, jira, targetprocess};
use serde_json::{Value, json};

use super::combinations::KEY;
use super::nginx::Nginx;
use super::pki::Authority;
use crate::canary::{Needle, Search};
use crate::house::{Browser, Database, Folder, Kind, PROFILE, Service, environment, http};

const ANY: ([u8; 4], u16) = ([127, 0, 0, 1], 0);

/// Where something is set from outside.
#[derive(Clone, Copy, Debug)]
pub(super) enum At {
    Jira,
    Provider,
    Cloud,
    Site,
    Targetprocess,
}

pub(super) struct Scene {
    pub(super) service: Service,
    pub(super) jira: Running,
    /// Gives the gateway's tokens, and says whether one is good: another Data Center, as an OAuth 2.0 server.
    pub(super) provider: Running,
    pub(super) cloud: atlassian::Atlassian,
    pub(super) targetprocess: Running,
    pub(super) nginx: Nginx,
    pub(super) ours: Authority,
    pub(super) foreign: Authority,
    /// Ada's at Targetprocess, as its API gives it out to her.
    pub(super) service_token: String,
    folder: Folder,
}

async fn data_center() -> Running {
    let options = jira::Options { deployment: jira::Deployment::DataCenter, ..jira::Options::default() };
    jira::start(options, SocketAddr::from(ANY)).await.unwrap()
}

fn certificates(folder: &Folder) -> (Authority, Authority) {
    let ours = Authority::new(folder.path().join("ours"), "Bowline test authority");
    let foreign = Authority::new(folder.path().join("foreign"), "Somebody else's authority");
    ours.client("server", &[]);
    ours.client("client", &[]);
    ours.client("revoked", &[]);
    ours.client("expired", &["-startdate", "20200101000000Z", "-enddate", "20200201000000Z"]);
    ours.issue("next", &["rsa:2048"], &[]);
    ours.revoke("revoked");
    foreign.client("foreign", &[]);
    (ours, foreign)
}

impl Scene {
    pub(super) async fn new() -> Self {
        let (folder, database) = (Folder::new(), Database::create(Kind::Sqlite).await);
        let (ours, foreign) = certificates(&folder);
        let (jira, provider) = (data_center().await, data_center().await);
        let options = atlassian::Options { issues: 24, ..atlassian::Options::default() };
        let cloud = atlassian::start(options, SocketAddr::from(ANY)).await.unwrap();
        let options = targetprocess::Options { stories: 24, ..targetprocess::Options::default() };
        let targetprocess = targetprocess::start(options, SocketAddr::from(ANY)).await.unwrap();
        let nginx = Nginx::start(folder.path().join("nginx"), &ours, jira.url(), provider.url()).await;
        let more = [
            ("BOWLINE_GRANTS__IDENTITY_URL", cloud.url()),
            ("BOWLINE_GRANTS__CLOUD_API", cloud.url()),
            ("BOWLINE_LOG__LEVEL", "trace"),
        ];
        let service = Service::start(folder.path(), &environment(&folder, &database, &more));
        let url = format!("{}/api/v1/Authentication?format=json&access_token=token-ada", targetprocess.url());
        let given = http("GET", &url, &[("accept", "application/json")], "").await.unwrap().body;
        let service_token = given["Token"].as_str().expect("a service token").to_owned();
        let scene = Self {
            service,
            jira,
            provider,
            cloud,
            targetprocess,
            nginx,
            ours,
            foreign,
            service_token,
            folder,
        };
        scene.prepare().await;
        scene
    }

    async fn prepare(&self) {
        self.set(At::Provider, json!({"oauth2": {"scope_named": true}})).await;
        for (name, settings) in [
            ("pat-ended", json!({"token": {"end": {"secret": "pat-ended", "in_ms": 0}}})),
            ("pat-revoked", json!({"token": {"revoke": "pat-revoked"}})),
        ] {
            let make = json!({"token": {"make": {"user": "ada", "kind": "personal", "secret": name}}});
            self.set(At::Jira, make).await;
            self.set(At::Jira, settings).await;
        }
        let user = "ada";
        for make in [
            json!({"user": user, "kind": "api", "secret": "token-ended"}),
            json!({"user": user, "kind": "scoped", "secret": "scoped-token-narrow", "scopes": ["write:jira-work"]}),
        ] {
            self.set(At::Site, json!({"token": {"make": make}})).await;
        }
        self.set(At::Site, json!({"token": {"end": {"secret": "token-ended", "in_ms": 0}}})).await;
        let other = json!({
            "name": "other", "tool": "targetprocess", "base_url": self.targetprocess.url(),
            "sign_in": {"method": "access_token"}, "secret": "token-admin",
        });
        self.service.ok("POST", "/api/v1/connections", &other).await;
        let other = json!({
            "name": "other-jira", "tool": "jira_dc", "base_url": self.jira.url(),
            "sign_in": {"method": "personal_access_token"}, "secret": "pat-admin",
        });
        self.service.ok("POST", "/api/v1/connections", &other).await;
        let good = "secret-bowline-service";
        for (name, secret, scope) in [
            ("gate", good, "WRITE"),
            ("gate-wrong", "secret-of-nobody", "WRITE"),
            ("gate-narrow", good, "READ"),
        ] {
            for (which, api_url) in [("open", &self.nginx.open), ("mutual", &self.nginx.mutual)] {
                let client = json!({
                    "name": format!("{name}-{which}"), "provider": "gateway", "client_id": "bowline-service",
                    "issuer": format!("{}/rest/oauth2/latest/token", self.provider.url()), "api_url": api_url,
                    "secret": secret, "scopes": [scope],
                });
                self.service.ok("POST", "/api/v1/oauth-clients", &client).await;
            }
        }
    }

    /// Looks for what must rest nowhere, however it is written, in the log and in everything that the service stores.
    pub(super) fn sing(&self) {
        let key = self.ours.text("client.key");
        let key = key.lines().nth(1).unwrap();
        let needles = [Needle::new("the gateway's key", KEY), Needle::new("the certificate's key", key)];
        let search = Search::new(&needles);
        let data = std::fs::read_dir(self.folder.path().join("data")).unwrap();
        let files = data.map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
        for path in files.chain([self.service.log.clone()]) {
            let bytes = std::fs::read(&path).unwrap();
            let found = search.find(&path.display().to_string(), &bytes);
            assert!(found.is_empty(), "{found:?}");
        }
    }

    fn url(&self, at: At) -> String {
        match at {
            At::Jira => self.jira.url(),
            At::Provider => self.provider.url(),
            At::Cloud => self.cloud.url(),
            At::Site => self.cloud.sites()[0].running().url(),
            At::Targetprocess => self.targetprocess.url(),
        }
        .to_owned()
    }

    async fn control(&self, at: At, path: &str, body: Value) -> Value {
        let url = format!("{}/_sim/{path}", self.url(at));
        let headers = [("content-type", "application/json")];
        let answer = http("POST", &url, &headers, body.to_string()).await.unwrap();
        assert!(answer.status < 300, "{path} {body}: {answer:?}");
        answer.body
    }

    /// Changes a setting of a simulator.
    pub(super) async fn set(&self, at: At, settings: Value) -> Value {
        self.control(at, "settings", settings).await
    }

    /// Lets time pass there, or go back to the right time with 0.
    pub(super) async fn pass(&self, at: At, hours: i64) {
        let body = if hours == 0 { json!({"reset": true}) } else { json!({"advance_ms": hours * 3_600_000}) };
        self.control(at, "clock", body).await;
    }

    /// Asks the tool who we are there.
    pub(super) async fn test(&self, name: &str) -> Value {
        self.service.ok("POST", &format!("/api/v1/connections/{name}/test"), &json!({})).await
    }

    pub(super) async fn connection(&self, name: &str) -> Value {
        self.service.get(&format!("/api/v1/connections/{name}")).await
    }

    pub(super) async fn change(&self, name: &str, patch: &Value) {
        self.service.ok("PATCH", &format!("/api/v1/connections/{name}"), patch).await;
    }

    /// A person consents, at the provider's own pages.
    pub(super) async fn consent(&self, name: &str, forms: &[&[(&str, &str)]]) {
        let path = format!("/api/v1/connections/{name}/authorize");
        let link = self.service.ok("POST", &path, &json!({})).await;
        // The public URL names the port that was asked for, 0; the service tells the one it got.
        let link = url::Url::parse(link["url"].as_str().unwrap()).unwrap();
        let mut browser = Browser::new();
        let link = format!("{}{}?{}", self.service.url, link.path(), link.query().unwrap());
        browser.open(&link, None).await;
        browser.send(&[]).await;
        for form in forms {
            browser.send(form).await;
        }
        assert!(browser.page.contains("signed in"), "{name}: {}", browser.page);
    }

    /// A profile that keeps stories of two connections in step.
    pub(super) async fn profile(&self, name: &str, left: &str, right: &str) {
        let document = PROFILE
            .replace("name = \"stories\"", &format!("name = \"{name}\""))
            .replace("connection = \"jira\"", &format!("connection = \"{left}\""))
            .replace("connection = \"targetprocess\"", &format!("connection = \"{right}\""));
        self.service.ok("POST", "/api/v1/profiles", &json!({ "document": document })).await;
    }

    /// A new story that a person writes down in a Jira; its key.
    pub(super) async fn story(&self, at: &str, title: &str) -> String {
        let fields = json!({"project": {"key": "ACME"}, "issuetype": {"name": "Story"}, "summary": title});
        self.edit(at, json!({"as": "ada", "create": fields})).await["key"].as_str().unwrap().to_owned()
    }

    /// A person edits.
    pub(super) async fn edit(&self, at: &str, edit: Value) -> Value {
        let url = format!("{at}/_sim/edit");
        let headers = [("content-type", "application/json")];
        let answer = http("POST", &url, &headers, edit.to_string()).await.unwrap();
        assert!(answer.status < 300, "{edit}: {answer:?}");
        answer.body
    }

    /// Waits until an item has a title.
    pub(super) async fn titled(&self, at: &str, key: &str, title: &str) {
        let started = tokio::time::Instant::now();
        loop {
            let item = http("GET", &format!("{at}/_sim/item/{key}"), &[], "").await.unwrap().body;
            if item["title"] == title {
                return;
            }
            let told = || self.service.told();
            assert!(started.elapsed() < crate::house::SOON, "{key} is not {title}: {item:#}\n{}", told());
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }
}
