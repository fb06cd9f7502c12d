//! A Jira, a Targetprocess and the service between them: the connections have credentials of their own (the account
//! `admin`), and beside them people sign in so that what they write is written as them.

use std::net::SocketAddr;
use std::time::Duration;

use bowline_sim::{Running, atlassian, jira};
use serde_json::{Value, json};
use tokio::time::Instant;
use url::Url;

use crate::house::{
    Browser, Database, Folder, Kind, PROFILE, SOON, Said, Service, Tool, bowline, environment, http,
};

const ANY: ([u8; 4], u16) = ([127, 0, 0, 1], 0);

/// Which Jira.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Face {
    Cloud,
    DataCenter,
}

/// The Jira, with what gives its tokens.
enum Jira {
    Cloud(atlassian::Atlassian),
    DataCenter(Running),
}

pub(super) struct Scene {
    jira: Jira,
    pub(super) right: Tool,
    pub(super) service: Service,
    /// The keys of the pair.
    pub(super) issue: String,
    pub(super) story: String,
    /// The connections as they were made, with what belongs into the tools.
    made: [Value; 2],
    environment: Vec<(String, String)>,
    folder: Folder,
    _database: Database,
}

/// The demo's profile with acting set.
pub(super) fn acting(face: Face, word: &str) -> String {
    let text = PROFILE.replace("unmapped = \"leave\"", &format!("acting = \"{word}\""));
    assert_ne!(text, PROFILE);
    if face == Face::Cloud {
        return text;
    }
    let names = ["admin", "ada", "bob"].into_iter().enumerate();
    names.fold(text, |text, (number, name)| {
        text.replace(&format!("712020:5f0c0000-0000-4000-8000-00000000000{}", number + 1), name)
    })
}

impl Scene {
    /// Everything up, with one pair of items.
    pub(super) async fn new(face: Face, profile: &str) -> Self {
        let jira = match face {
            Face::Cloud => {
                let options = atlassian::Options::default();
                Jira::Cloud(atlassian::start(options, SocketAddr::from(ANY)).await.unwrap())
            }
            Face::DataCenter => {
                let deployment = jira::Deployment::DataCenter;
                let options = jira::Options { deployment, ..jira::Options::default() };
                Jira::DataCenter(jira::start(options, SocketAddr::from(ANY)).await.unwrap())
            }
        };
        let right = Tool::start(&["targetprocess", "--stories", "2", "--bugs", "1"]);
        let (folder, database) = (Folder::new(), Database::create(Kind::Sqlite).await);
        let more = match &jira {
            Jira::Cloud(cloud) => vec![
                ("BOWLINE_GRANTS__IDENTITY_URL", cloud.url()),
                ("BOWLINE_GRANTS__CLOUD_API", cloud.url()),
            ],
            Jira::DataCenter(_) => Vec::new(),
        };
        let environment = environment(&folder, &database, &more);
        let service = Service::start(folder.path(), &environment);
        let (issue, story) = (String::new(), String::new());
        let made = [Value::Null, Value::Null];
        let mut scene =
            Self { jira, right, service, issue, story, made, environment, folder, _database: database };
        scene.connect(profile).await;
        scene
    }

    async fn connect(&mut self, profile: &str) {
        let site = self.site();
        let connection = match &self.jira {
            Jira::Cloud(_) => json!({
                "name": "jira", "tool": "jira_cloud", "base_url": site,
                "sign_in": {"method": "api_token", "email": "admin@example.com"}, "secret": "token-admin",
            }),
            Jira::DataCenter(_) => json!({
                "name": "jira", "tool": "jira_dc", "base_url": site,
                "sign_in": {"method": "personal_access_token"}, "secret": "pat-admin",
            }),
        };
        self.client("people", Value::Null).await;
        self.made[0] = self.service.ok("POST", "/api/v1/connections", &connection).await;
        let connection = json!({
            "name": "targetprocess", "tool": "targetprocess", "base_url": self.right.url,
            "sign_in": {"method": "access_token"}, "secret": "token-admin", "header": {"name": "x-bowline-token"},
        });
        self.made[1] = self.service.ok("POST", "/api/v1/connections", &connection).await;
        self.enter_hooks().await;
        for name in ["jira", "targetprocess"] {
            let path = format!("/api/v1/connections/{name}/test");
            assert_eq!(self.service.ok("POST", &path, &json!({})).await["ok"], true);
        }
        self.service.ok("POST", "/api/v1/profiles", &json!({"document": profile})).await;
        let fields =
            json!({"project": {"key": "ACME"}, "issuetype": {"name": "Story"}, "summary": "Talked about"});
        let made = self.jira_post("edit", &json!({"as": "admin", "create": fields})).await;
        let ask = json!({"profile": "stories", "side": "left", "item": made["key"]});
        let share = self.service.ok("POST", "/api/v1/shares", &ask).await;
        let path = format!("/api/v1/shares/{}", share["id"].as_str().unwrap());
        let share = self.service.until(&path, |share| share["state"] == "active").await;
        let key = |side: &str| share[side]["key"].as_str().unwrap().to_owned();
        (self.issue, self.story) = (key("left"), key("right"));
    }

    /// Enters the webhooks' addresses in the tools; again after every start, because the port is another one then.
    async fn enter_hooks(&self) {
        let [left, right] = &self.made;
        self.jira_post("hook-target", &target(&self.service, left)).await;
        self.right.post("hook-target", &target(&self.service, right)).await;
    }

    /// A registration that people consent to; with the usual scopes, if nothing is said.
    pub(super) async fn client(&self, name: &str, scopes: Value) {
        let mut ask = match &self.jira {
            Jira::Cloud(_) => json!({"provider": "atlassian_cloud"}),
            Jira::DataCenter(jira) => json!({"provider": "jira_oauth2", "issuer": jira.url()}),
        };
        ask["name"] = json!(name);
        ask["client_id"] = json!("bowline");
        ask["secret"] = json!("secret-bowline");
        if !scopes.is_null() {
            ask["scopes"] = scopes;
        }
        self.service.ok("POST", "/api/v1/oauth-clients", &ask).await;
    }

    fn site(&self) -> String {
        match &self.jira {
            Jira::Cloud(cloud) => cloud.sites()[0].running().url().to_owned(),
            Jira::DataCenter(jira) => jira.url().to_owned(),
        }
    }

    pub(super) async fn jira_post(&self, path: &str, body: &Value) -> Value {
        control(&self.site(), path, body).await
    }

    /// What somebody's comments meet in Jira from now on.
    pub(super) async fn meets(&self, who: &str, deed: Value) {
        let calls = json!({"caller": who, "method": "POST", "path": "/rest/api/*/issue/*/comment"});
        self.jira_post("faults", &json!({"match": calls, "name": who, "do": deed})).await;
    }

    /// How often somebody's comments have met it.
    pub(super) async fn met(&self, who: &str) -> u64 {
        let rules = http("GET", &format!("{}/_sim/faults", self.site()), &[], "").await.unwrap().body;
        let rules = rules["faults"].as_array().unwrap().iter();
        rules.filter(|rule| rule["name"] == who).map(|rule| rule["struck"].as_u64().unwrap()).sum()
    }

    /// Everything in Jira works again.
    pub(super) async fn all_well(&self) {
        let url = format!("{}/_sim/faults", self.site());
        assert_eq!(http("DELETE", &url, &[], "").await.unwrap().status, 200);
    }

    /// What a command prints.
    pub(super) fn cli(&self, arguments: &[&str]) -> Said {
        let data = self.folder.path().join("data").display().to_string();
        bowline(arguments, &[("BOWLINE_SERVER", self.service.url.as_str()), ("BOWLINE_DATA__DIR", &data)], "")
    }

    /// The connection goes on with another account.
    pub(super) async fn serves_as(&self, who: &str) {
        let change = match &self.jira {
            Jira::Cloud(_) => json!({
                "sign_in": {"method": "api_token", "email": format!("{who}@example.com")}, "secret": format!("token-{who}"),
            }),
            Jira::DataCenter(_) => json!({"secret": format!("pat-{who}")}),
        };
        self.service.ok("PATCH", "/api/v1/connections/jira", &change).await;
    }

    /// Somebody takes back at the provider what they allowed.
    pub(super) async fn take_back(&self, who: &str) {
        match &self.jira {
            Jira::Cloud(cloud) => {
                let revoke = json!({"revoke": {"user": who, "app": "bowline"}});
                control(cloud.url(), "settings", &revoke).await;
                // What was given lives on to its end.
                cloud.clock().advance(Duration::from_secs(3_700));
            }
            Jira::DataCenter(jira) => {
                control(jira.url(), "settings", &json!({"oauth2": {"revoke": {"user": who}}})).await;
            }
        }
    }

    /// Somebody goes through the link, page by page, and lets the connection write as them.
    pub(super) async fn lets(&self, who: &str, client: &str) {
        let ask = json!({"oauth_client": client});
        let link = self.service.ok("POST", "/api/v1/connections/jira/delegations", &ask).await;
        let link = Url::parse(link["url"].as_str().unwrap()).unwrap();
        let mut browser = Browser::new();
        browser.open(&format!("{}{}?{}", self.service.url, link.path(), link.query().unwrap()), None).await;
        assert!(browser.page.contains("write as you"), "{}", browser.page);
        browser.send(&[]).await;
        match &self.jira {
            Jira::Cloud(_) => {
                browser.send(&[("account", who), ("site", "acme"), ("decision", "accept")]).await;
            }
            Jira::DataCenter(_) => {
                browser.send(&[("os_username", who), ("os_password", who)]).await;
                browser.send(&[("decision", "allow")]).await;
            }
        }
        let done = browser.page.contains("signed in") && browser.page.contains("under your name");
        assert!(done && browser.at.path() == "/authorize/result", "{}", browser.page);
    }

    /// Somebody writes a comment in Targetprocess; gives its id.
    pub(super) async fn says(&self, who: &str, words: &str) -> Value {
        let item: u64 = self.story.parse().unwrap();
        let body = format!("<div>{words}</div>");
        self.right.edit(json!({"as": who, "item": item, "comment": body})).await["comment"].clone()
    }

    pub(super) async fn in_jira(&self) -> Value {
        let url = format!("{}/_sim/item/{}", self.site(), self.issue);
        http("GET", &url, &[], "").await.unwrap().body
    }

    /// The comments in Jira with these words, once there are any: who wrote each, and its text.
    pub(super) async fn arrived(&self, words: &str) -> Vec<(String, String)> {
        let started = Instant::now();
        loop {
            let found = said(&self.in_jira().await, words);
            if !found.is_empty() {
                return found;
            }
            assert!(started.elapsed() < SOON, "“{words}” did not arrive\n{}", self.service.told());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until the item in Jira is as wanted.
    pub(super) async fn in_jira_until(&self, wanted: impl Fn(&Value) -> bool) {
        let started = Instant::now();
        while !wanted(&self.in_jira().await) {
            let item = self.in_jira().await;
            assert!(started.elapsed() < SOON, "not as wanted: {item:#}\n{}", self.service.told());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits for two more sweeps: whatever would come back or be done twice has done so by then.
    pub(super) async fn rest(&self) {
        tokio::time::sleep(Duration::from_millis(2_500)).await;
        self.service.settled().await;
    }

    pub(super) async fn delegations(&self) -> Value {
        self.service.get("/api/v1/connections/jira/delegations").await["items"].clone()
    }

    /// The codes of what people should see now.
    pub(super) async fn findings(&self) -> Vec<String> {
        let all = self.service.get("/api/v1/findings").await;
        let open = all["items"].as_array().unwrap().iter();
        open.map(|finding| finding["code"].as_str().unwrap().to_owned()).collect()
    }

    pub(super) async fn health(&self) -> Value {
        self.service.get("/api/v1/connections/jira").await["health"]["state"].clone()
    }

    /// Starts the service again over the same data.
    #[cfg(feature = "crash")]
    pub(super) async fn restart(&mut self, more: &[(&str, &str)]) {
        if self.service.ended().is_none() {
            assert!(self.service.terminate().await.success());
        }
        let more = more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let environment: Vec<_> = self.environment.iter().cloned().chain(more).collect();
        self.service = Service::start(self.folder.path(), &environment);
        self.enter_hooks().await;
    }
}

/// Where a tool sends its webhooks, as the connection was told.
fn target(service: &Service, made: &Value) -> Value {
    let hook = &made["webhook"];
    let (_, path) = hook["url"].as_str().unwrap().split_once("/hooks/").unwrap();
    let url = format!("{}/hooks/{path}", service.url);
    if hook["header"].is_null() {
        return json!({"url": url, "secret": hook["secret"]});
    }
    json!({"url": url, "header": [hook["header"]["name"], hook["header"]["token"]]})
}

async fn control(url: &str, path: &str, body: &Value) -> Value {
    let headers = [("content-type", "application/json")];
    let answer = http("POST", &format!("{url}/_sim/{path}"), &headers, body.to_string()).await.unwrap();
    assert!(answer.status < 300, "{path}: {answer:?}");
    answer.body
}

/// The comments of an item with these words: who wrote each, and its text.
pub(super) fn said(item: &Value, words: &str) -> Vec<(String, String)> {
    let all = item["comments"].as_array().cloned().unwrap_or_default();
    let told = all
        .into_iter()
        .map(|comment| (comment["author"].as_str().unwrap().to_owned(), comment["body"].to_string()));
    told.filter(|(_, body)| body.contains(words)).collect()
}
