//! A consent ends while people work on: its connection pauses, what is edited meanwhile waits, and nothing of it is lost
//! once somebody has consented again.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use super::{Browser, connected};
use crate::house::{Database, Folder, Kind, PROFILE, SOON, Service, Tool, environment, http};

/// The service between a Cloud site, to which Ada has consented, and Targetprocess.
pub(super) struct World {
    pub(super) cloud: Tool,
    /// The simulated site's own address.
    site: String,
    pub(super) targetprocess: Tool,
    pub(super) service: Service,
    _folder: Folder,
}

impl World {
    pub(super) async fn new() -> Self {
        let (folder, database) = (Folder::new(), Database::create(Kind::Sqlite).await);
        let cloud = Tool::start(&["atlassian", "--issues", "24"]);
        let targetprocess = Tool::start(&["targetprocess", "--stories", "12", "--bugs", "4"]);
        let site = cloud.first["sites"][0]["url"].as_str().unwrap().to_owned();
        let more =
            [("BOWLINE_GRANTS__IDENTITY_URL", &*cloud.url), ("BOWLINE_GRANTS__CLOUD_API", &*cloud.url)];
        let service = Service::start(folder.path(), &environment(&folder, &database, &more));
        let client = json!({
            "name": "app", "provider": "atlassian_cloud", "client_id": "bowline", "secret": "secret-bowline",
        });
        service.ok("POST", "/api/v1/oauth-clients", &client).await;
        let jira = json!({"name": "jira", "tool": "jira_cloud", "base_url": site, "oauth_client": "app"});
        service.ok("POST", "/api/v1/connections", &jira).await;
        let other = json!({
            "name": "targetprocess", "tool": "targetprocess", "base_url": targetprocess.url,
            "sign_in": {"method": "access_token"}, "secret": "token-admin",
        });
        service.ok("POST", "/api/v1/connections", &other).await;
        let world = Self { cloud, site, targetprocess, service, _folder: folder };
        world.consent().await;
        world.service.ok("POST", "/api/v1/profiles", &json!({"document": PROFILE})).await;
        world
    }

    async fn consent(&self) {
        self.consented_by("ada", &[]).await;
    }

    /// Somebody consents; `ticked` is what is ticked on our own page.
    pub(super) async fn consented_by(&self, account: &str, ticked: &[(&str, &str)]) {
        let link = self.service.ok("POST", "/api/v1/connections/jira/authorize", &json!({})).await;
        let link = url::Url::parse(link["url"].as_str().unwrap()).unwrap();
        let mut browser = Browser::new();
        browser.open(&format!("{}{}?{}", self.service.url, link.path(), link.query().unwrap()), None).await;
        browser.send(ticked).await;
        browser.send(&[("account", account), ("site", "acme"), ("decision", "accept")]).await;
        connected(&browser);
    }

    /// An issue with the title “Before”, and the story that it is shared with.
    pub(super) async fn shared(&self) -> (String, String) {
        let fields = json!({"project": {"key": "ACME"}, "issuetype": {"name": "Story"}, "summary": "Before"});
        let issue =
            self.edit(&json!({"as": "ada", "create": fields})).await["key"].as_str().unwrap().to_owned();
        let body = json!({"profile": "stories", "side": "left", "item": issue});
        let share = self.service.ok("POST", "/api/v1/shares", &body).await["id"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/shares/{share}");
        let share = self.service.until(&path, |share| share["state"] == "active").await;
        (issue, share["right"]["id"].as_str().unwrap().to_owned())
    }

    /// Somebody edits at the site itself.
    pub(super) async fn edit(&self, body: &Value) -> Value {
        let headers = [("content-type", "application/json")];
        let answer = http("POST", &format!("{}/_sim/edit", self.site), &headers, body.to_string()).await;
        let answer = answer.unwrap();
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.body
    }

    pub(super) async fn item(&self, key: &str) -> Value {
        http("GET", &format!("{}/_sim/item/{key}", self.site), &[], "").await.unwrap().body
    }

    pub(super) async fn until(&self, key: &str, wanted: impl Fn(&Value) -> bool) {
        let started = Instant::now();
        loop {
            let item = self.item(key).await;
            if wanted(&item) {
                return;
            }
            assert!(started.elapsed() < SOON, "{item:#}\n{}", self.service.told());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub(super) async fn connection(&self) -> Value {
        self.service.get("/api/v1/connections/jira").await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_edited_while_nobody_has_consented_arrives_once_somebody_has() {
    let world = World::new().await;
    let (issue, story) = world.shared().await;
    let revoke = json!({"revoke": {"user": "ada", "app": "bowline"}});
    world.cloud.post("settings", &revoke).await;
    let grant = world.service.get("/api/v1/grants").await["items"][0]["id"].as_str().unwrap().to_owned();
    world.service.ok("POST", &format!("/api/v1/grants/{grant}/renew"), &json!({})).await;
    let ended = |connection: &Value| connection["health"]["state"] == "needs_attention";
    world.service.until("/api/v1/connections/jira", ended).await;
    assert_eq!(world.connection().await["health"]["code"], "auth.grant_ended");

    // People work on, on both sides, for longer than a few sweeps take.
    world.edit(&json!({"as": "ada", "item": issue, "comment": "Ada's remark"})).await;
    let words = json!({"as": "bob", "item": story.parse::<u64>().unwrap(), "fields": {"Name": "Meanwhile"}});
    world.targetprocess.edit(words).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(world.item(&issue).await["title"], "Before", "nothing is written without consent");
    assert!(ended(&world.connection().await));
    let told = world.service.get("/api/v1/findings").await;
    let codes: Vec<&Value> =
        told["items"].as_array().unwrap().iter().map(|finding| &finding["code"]).collect();
    assert!(codes.contains(&&json!("auth.grant_ended")), "{told:#}");

    world.consent().await;
    world.until(&issue, |item| item["title"] == "Meanwhile").await;
    let remark = |item: &Value| item["comments"].to_string().contains("Ada's remark");
    world.targetprocess.until(&story, remark).await;
    world.service.settled().await;
    let findings = world.service.get("/api/v1/findings").await;
    assert_eq!(findings["items"], json!([]), "{findings:#}");
    let same = world.service.get("/api/v1/grants").await;
    assert_eq!(same["items"].as_array().unwrap().len(), 1, "the same grant goes on");
}
