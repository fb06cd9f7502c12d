//! What people write is written as them where their site lets the app act for its people; the simulated Atlassian is the site
//! and the server that gives tokens of users.

use std::time::Duration;

use bowline_sim::atlassian::{Atlassian, Options, start};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::house::{Database, Folder, Kind, PROFILE, SOON, Service, Tool, environment, http};

struct Scene {
    atlassian: Atlassian,
    right: Tool,
    service: Service,
    /// The keys of the pair.
    issue: String,
    story: String,
    folder: Folder,
    _database: Database,
}

impl Scene {
    /// A site that has the app, and one pair of items.
    async fn new(impersonation: &str) -> Self {
        let atlassian = start(Options::default(), "127.0.0.1:0".parse().unwrap()).await.unwrap();
        let right = Tool::start(&["targetprocess", "--stories", "2", "--bugs", "1"]);
        let (folder, database) = (Folder::new(), Database::create(Kind::Sqlite).await);
        let own = [
            ("BOWLINE_CONNECT__ENABLED", "true"),
            ("BOWLINE_CONNECT__TENANT", "default"),
            ("BOWLINE_CONNECT__SITE_ORIGINS", atlassian.sites()[0].running().url()),
            ("BOWLINE_CONNECT__INSTALL_KEY_HOSTS", atlassian.url()),
            ("BOWLINE_CONNECT__IMPERSONATION_SERVER", atlassian.url()),
            ("BOWLINE_CONNECT__IMPERSONATION", impersonation),
        ];
        let service = Service::start(folder.path(), &environment(&folder, &database, &own));
        let (issue, story) = (String::new(), String::new());
        let mut scene = Self { atlassian, right, service, issue, story, folder, _database: database };
        scene.connect().await;
        scene
    }

    async fn connect(&mut self) {
        let descriptor = format!("{}/connect/atlassian-connect.json", self.service.url);
        self.post(&self.site("connect/install"), &json!({"descriptor": descriptor})).await;
        let ask = json!({
            "name": "targetprocess", "tool": "targetprocess", "base_url": self.right.url,
            "sign_in": {"method": "access_token"}, "secret": "token-admin",
        });
        let made = self.service.ok("POST", "/api/v1/connections", &ask).await;
        self.right.post("hook-target", &json!({"url": made["webhook"]["url"]})).await;
        for name in ["127", "targetprocess"] {
            let path = format!("/api/v1/connections/{name}/test");
            let verdict = self.service.ok("POST", &path, &json!({})).await;
            assert_eq!(verdict["ok"], true, "{verdict:#}");
        }
        // Whoever is `1` in Targetprocess is nobody in Jira.
        let unknown = "[[user]]\nleft = \"712020:5f0c0000-0000-4000-8000-000000000001\"\nright = \"1\"\n";
        let document = PROFILE
            .replace("connection = \"jira\"", "connection = \"127\"")
            .replace("unmapped = \"leave\"", "acting = \"person\"")
            .replace(unknown, "");
        assert!(document.contains("acting") && document.len() < PROFILE.len());
        self.service.ok("POST", "/api/v1/profiles", &json!({ "document": document })).await;
        let fields =
            json!({"project": {"key": "ACME"}, "issuetype": {"name": "Story"}, "summary": "Talked about"});
        let made = self.post(&self.site("edit"), &json!({"as": "admin", "create": fields})).await;
        let ask = json!({"profile": "stories", "side": "left", "item": made["key"]});
        let share = self.service.ok("POST", "/api/v1/shares", &ask).await;
        let path = format!("/api/v1/shares/{}", share["id"].as_str().unwrap());
        let share = self.service.until(&path, |share| share["state"] == "active").await;
        let key = |side: &str| share[side]["key"].as_str().unwrap().to_owned();
        (self.issue, self.story) = (key("left"), key("right"));
    }

    /// The control API of the site.
    fn site(&self, path: &str) -> String {
        format!("{}/_sim/{path}", self.atlassian.sites()[0].running().url())
    }

    async fn post(&self, url: &str, body: &Value) -> Value {
        let headers = [("content-type", "application/json")];
        let answer = http("POST", url, &headers, body.to_string()).await.unwrap();
        assert!(answer.status < 300, "{url}: {answer:?}\n{}", self.service.told());
        answer.body
    }

    async fn get(&self, url: &str) -> Value {
        http("GET", url, &[], "").await.unwrap().body
    }

    /// Somebody comments in Targetprocess.
    async fn says(&self, who: &str, words: &str) {
        let item: u64 = self.story.parse().unwrap();
        let body = format!("<div>{words}</div>");
        self.right.edit(json!({"as": who, "item": item, "comment": body})).await;
    }

    /// Whose name the one comment with these words stands under in Jira, and whether it says whose words they are.
    async fn arrived(&self, words: &str) -> (String, bool) {
        let started = Instant::now();
        loop {
            let item = self.get(&self.site(&format!("item/{}", self.issue))).await;
            let all = item["comments"].as_array().cloned().unwrap_or_default();
            let found: Vec<&Value> =
                all.iter().filter(|comment| comment["body"].to_string().contains(words)).collect();
            if let [comment] = found.as_slice() {
                let header = comment["body"].to_string().contains("wrote in Targetprocess:");
                return (comment["author"].as_str().unwrap().to_owned(), header);
            }
            assert!(found.is_empty(), "more than once: {found:?}");
            assert!(started.elapsed() < SOON, "“{words}” did not arrive\n{}", self.service.told());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// How often the server that gives tokens of users was asked.
    async fn asked(&self) -> usize {
        let url = format!("{}/_sim/requests", self.atlassian.url());
        let heard = self.get(&url).await;
        let all = heard["requests"].as_array().unwrap_or_else(|| panic!("{heard:#}"));
        all.iter().filter(|request| request["path"] == "/oauth2/token").count()
    }

    async fn findings(&self) -> Vec<String> {
        let all = self.service.get("/api/v1/findings").await;
        let open = all["items"].as_array().unwrap().iter();
        open.map(|finding| finding["code"].as_str().unwrap().to_owned()).collect()
    }

    /// The app's account in the site, by name.
    fn app() -> String {
        "addon_bowline".to_owned()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn people_of_a_site_that_lets_the_app_act_for_them_write_as_themselves_and_nobody_else_does() {
    let scene = Scene::new("true").await;
    scene.says("ada", "From Ada").await;
    assert_eq!(scene.arrived("From Ada").await, ("ada".to_owned(), false));
    scene.says("bob", "From Bob").await;
    assert_eq!(scene.arrived("From Bob").await, ("bob".to_owned(), false));
    assert_eq!(scene.asked().await, 2, "one token each");
    scene.says("ada", "Ada again").await;
    assert_eq!(scene.arrived("Ada again").await, ("ada".to_owned(), false));
    assert_eq!(scene.asked().await, 2, "it is remembered");
    // Whom nobody knows in Jira.
    scene.says("admin", "From a stranger").await;
    assert_eq!(scene.arrived("From a stranger").await, (Scene::app(), true));
    assert_eq!((scene.asked().await, scene.findings().await), (2, Vec::new()));
    // Bob's account is closed: neither is his token good, nor does he get another.
    let closed = json!({"account": {"user": "bob", "active": false}});
    scene.post(&format!("{}/_sim/settings", scene.atlassian.url()), &closed).await;
    scene.says("bob", "After the end").await;
    assert_eq!(scene.arrived("After the end").await, (Scene::app(), true));
    assert_eq!(scene.findings().await, ["auth.person_refused"]);
    let asked = scene.asked().await;
    assert!(asked > 2, "another token was asked for");
    scene.says("bob", "And once more").await;
    assert_eq!(scene.arrived("And once more").await, (Scene::app(), true));
    assert_eq!(scene.asked().await, asked, "he is left alone for a while");
    scene.says("ada", "Ada goes on").await;
    assert_eq!(scene.arrived("Ada goes on").await, ("ada".to_owned(), false));
    let health = scene.service.get("/api/v1/connections/127").await["health"]["state"].clone();
    assert_eq!(health, "ok", "the connection is not blamed");
    // Nothing comes back.
    scene.service.settled().await;
    let there = scene.right.item(&scene.story).await;
    assert_eq!(there["comments"].as_array().unwrap().len(), 7, "{there:#}");
    let log = scene.service.told();
    assert!(!log.contains("Bearer ") && !log.contains("assertion="), "no token is logged");
    drop(scene.folder);
}

#[tokio::test(flavor = "multi_thread")]
async fn unless_it_is_wanted_no_site_is_asked_for_it_and_the_app_writes() {
    let scene = Scene::new("false").await;
    let state = scene.get(&scene.site("connect")).await;
    assert_eq!(state["products"][0]["apps"][0]["scopes"], json!(["READ", "WRITE"]));
    scene.says("ada", "From Ada").await;
    assert_eq!(scene.arrived("From Ada").await, (Scene::app(), true));
    assert_eq!((scene.asked().await, scene.findings().await), (0, Vec::new()));
}
