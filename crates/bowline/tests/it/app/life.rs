//! A site installs the app, and its issues are kept in step: from the install to its end.

use serde_json::{Value, json};

use super::host::Host;
use crate::canary::{Needle, Search};
use crate::house::{Database, Folder, Kind, PROFILE, Service, Tool, environment};

/// A site with the app, a Targetprocess, and the demo's profile over both.
struct Scene {
    jira: Tool,
    targetprocess: Tool,
    host: Host,
    service: Service,
    folder: Folder,
    database: Database,
}

impl Scene {
    async fn new(kind: Kind) -> Self {
        let (folder, database) = (Folder::new(), Database::create(kind).await);
        let jira = Tool::start(&["jira", "--issues", "24"]);
        let targetprocess = Tool::start(&["targetprocess", "--stories", "12", "--bugs", "4"]);
        let host = Host::before(&jira).await;
        let own = host.settings();
        let own: Vec<(&str, &str)> = own.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let service = Service::start(folder.path(), &environment(&folder, &database, &own));
        host.app_is_at(&service.url);
        jira.post("hook-target", &json!({"url": format!("{}/_told", host.url)})).await;
        let scene = Self { jira, targetprocess, host, service, folder, database };
        scene.host.tell("installed").await;
        let ask = json!({
            "name": "targetprocess", "tool": "targetprocess", "base_url": scene.targetprocess.url,
            "sign_in": {"method": "access_token"}, "secret": "token-admin",
        });
        let made = scene.service.ok("POST", "/api/v1/connections", &ask).await;
        scene.targetprocess.post("hook-target", &json!({"url": made["webhook"]["url"]})).await;
        let document = PROFILE.replace("connection = \"jira\"", "connection = \"127\"");
        scene.service.ok("POST", "/api/v1/profiles", &json!({ "document": document })).await;
        scene
    }

    async fn connection(&self) -> Value {
        self.service.get("/api/v1/connections/127").await
    }

    /// A story that is shared, by the keys of both items.
    async fn shared(&self) -> (String, String) {
        let all = self.jira.get("items").await;
        let story = all["items"]
            .as_array()
            .unwrap()
            .iter()
            .find(|item| item["type"] == "Story" && item["key"].as_str().unwrap().starts_with("ACME-"));
        let ask = json!({"profile": "stories", "side": "left", "item": story.unwrap()["key"]});
        let made = self.service.ok("POST", "/api/v1/shares", &ask).await;
        let path = format!("/api/v1/shares/{}", made["id"].as_str().unwrap());
        let share = self.service.until(&path, |share| share["state"] == "active").await;
        let key = |side: &str| share[side]["key"].as_str().unwrap().to_owned();
        (key("left"), key("right"))
    }

    async fn retitle(&self, issue: &str, title: &str) {
        self.jira.edit(json!({"as": "ada", "item": issue, "fields": {"summary": title}})).await;
    }

    async fn arrives(&self, story: &str, title: &str) {
        self.targetprocess.until(story, |item| item["title"] == title).await;
    }

    /// What files and log hold.
    fn places(&self) -> Vec<(String, Vec<u8>)> {
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

/// The whole life; afterwards nothing that was shared is found anywhere.
async fn whole_life(kind: Kind) {
    let mut scene = Scene::new(kind).await;
    let connection = scene.connection().await;
    assert_eq!(connection["sign_in"]["method"], "connect");
    let first = scene.host.secret();

    let (issue, story) = scene.shared().await;
    scene.retitle(&issue, "Told by the site").await;
    scene.arrives(&story, "Told by the site").await;
    let inbox = scene.service.get("/api/v1/inbox").await;
    let told = inbox["items"].as_array().unwrap().iter().any(|row| row["event"] == "jira:issue_updated");
    assert!(told, "{inbox:#}");
    let number = story.parse::<u64>().unwrap();
    scene
        .targetprocess
        .edit(json!({"as": "bob", "item": number, "comment": "<div>Bob was here</div>"}))
        .await;
    scene.jira.until(&issue, |item| item["comments"].to_string().contains("Bob was here")).await;

    // Another secret, at once.
    scene.host.rotate();
    scene.host.tell("installed").await;
    scene.retitle(&issue, "Under another secret").await;
    scene.arrives(&story, "Under another secret").await;

    // Off, and on again: what was edited meanwhile waits. The second time nobody says that it is on.
    for (title, is_told) in [("While it was off", true), ("While it was off again", false)] {
        scene.host.switch(false);
        scene.host.tell("disabled").await;
        scene.retitle(&issue, title).await;
        scene.service.until("/api/v1/findings", |page| page["items"][0]["code"] == "auth.app_disabled").await;
        let before = scene.host.refused().len();
        scene.service.until("/api/v1/status", |_| scene.host.refused().len() > before).await;
        assert_eq!(scene.connection().await["health"]["code"], "auth.app_disabled");
        scene.host.switch(true);
        if is_told {
            scene.host.tell("enabled").await;
        }
        scene.arrives(&story, title).await;
    }

    // Gone, and back.
    scene.host.tell("uninstalled").await;
    assert_eq!(scene.connection().await["health"]["code"], "auth.app_uninstalled");
    scene.retitle(&issue, "While it was gone").await;
    scene.host.tell("installed").await;
    scene.arrives(&story, "While it was gone").await;
    scene.service.until("/api/v1/connections/127", |row| row["health"]["state"] == "ok").await;
    assert_eq!(scene.connection().await["id"], connection["id"]);
    scene.service.until("/api/v1/findings", |page| page["items"] == json!([])).await;

    // Beside those while it was off, only a call may be refused that was signed before a rotation and arrives after it.
    let expected = |why: &&String| why.ends_with("is switched off") || why.ends_with("with another secret");
    let refused = scene.host.refused();
    assert_eq!(refused.iter().filter(expected).count(), refused.len(), "{refused:#?}");
    let needles =
        [Needle::new("the first secret", &first), Needle::new("the second secret", &scene.host.secret())];
    let search = Search::new(&needles);
    let mut found = Vec::new();
    if kind == Kind::Sqlite {
        assert!(scene.service.terminate().await.success());
    }
    for (place, bytes) in scene.places() {
        found.extend(search.find(&place, &bytes));
    }
    assert!(found.is_empty(), "{found:#?}");
    drop(scene.service);
    scene.database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_that_installed_the_app_is_kept_in_step_through_its_whole_life() {
    whole_life(Kind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_that_installed_the_app_is_kept_in_step_with_postgresql() {
    whole_life(Kind::Postgres).await;
}
