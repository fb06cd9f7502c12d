//! The tools and the service that the recorded bodies are posted to.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::body::{Body, inbox};
use crate::house::{Database, Folder, Hook, Kind, Service, Tool, environment};

/// Where the vendor puts the id of a delivery.
const DELIVERY: &str = "x-atlassian-webhook-identifier";

/// A Jira Cloud, a Jira Data Center and a Targetprocess that tell the service nothing by themselves, two profiles
/// that cover the projects and types of all bodies, and the senders.
pub(super) struct Site {
    cloud: Hook,
    dc: Hook,
    pub(super) service: Service,
    pub(super) environment: Vec<(String, String)>,
    pub(super) folder: Folder,
    pub(super) database: Database,
    _tools: [Tool; 3],
}

/// Every project and type of the recorded bodies, and the simulators' own projects.
fn profile(name: &str, projects: &[&str], share: &str) -> Value {
    let routing = |project: &&str| {
        format!("[[routing]]\nleft = \"{project}\"\nright = \"Web Shop\"\nshare = \"{share}\"\n")
    };
    let kind = |kind: &str| {
        format!(
            "[[type]]\nleft = \"{kind}\"\nright = \"UserStory\"\n[[type.field]]\nleft = \"summary\"\nright = \"Name\"\n"
        )
    };
    let document = format!(
        "schema = 1\nname = \"{name}\"\n[left]\nconnection = \"{name}\"\n[right]\nconnection = \"tp\"\n{}{}",
        projects.iter().map(routing).collect::<String>(),
        ["Story", "Task", "Bug"].map(kind).concat(),
    );
    json!({"document": document})
}

impl Site {
    pub(super) async fn new(kind: Kind, issues: &str, share: &str, more: &[&str]) -> Self {
        let folder = Folder::new();
        let database = Database::create(kind).await;
        let tools = [
            Tool::start(&["jira", "--issues", issues]),
            Tool::start(&["jira", "--deployment", "dc", "--issues", "500"]),
            Tool::start(&["targetprocess", "--stories", "2", "--bugs", "2"]),
        ];
        let environment = environment(&folder, &database, &[]);
        let service = Service::start_as(folder.path(), &environment, more);
        let api_token = json!({"method": "api_token", "email": "admin@example.com"});
        let connections = [
            ("cloud", "jira_cloud", &tools[0], api_token, "token-admin"),
            ("dc", "jira_dc", &tools[1], json!({"method": "personal_access_token"}), "pat-admin"),
            ("tp", "targetprocess", &tools[2], json!({"method": "access_token"}), "token-admin"),
        ];
        let mut hooks = BTreeMap::new();
        for (name, tool, there, sign_in, secret) in connections {
            let ask = json!({"name": name, "tool": tool, "base_url": there.url, "sign_in": sign_in, "secret": secret});
            let made = service.ok("POST", "/api/v1/connections", &ask).await;
            hooks.insert(name, Hook::of(&service, &made["webhook"]));
        }
        let cloud = profile("cloud", &["GOLD", "KT", "TES", "TIGR", "ACME", "OPS"], share);
        let dc = profile("dc", &["TEST", "TES", "HEY", "ACME", "OPS"], share);
        for document in [cloud, dc] {
            service.ok("POST", "/api/v1/profiles", &document).await;
        }
        let [cloud, dc] = ["cloud", "dc"].map(|name| hooks.remove(name).unwrap());
        Self { cloud, dc, service, environment, folder, database, _tools: tools }
    }

    /// Deliveries and where they come from; what sweeps found is not among them.
    pub(super) fn deliveries(&self) -> [(&Hook, Vec<Body>); 2] {
        [(&self.cloud, Body::all("cloud")), (&self.dc, Body::all("dc"))]
    }

    /// Posts every body: Cloud's with the vendor's id of a delivery, which Data Center does not give.
    pub(super) async fn post_all(&self) {
        for (hook, bodies) in self.deliveries() {
            for body in bodies {
                let id = [(DELIVERY, body.name.as_str())];
                let headers = if body.name.starts_with("cloud/") { &id[..] } else { &[] };
                let answer = hook.post(body.raw, headers).await.unwrap();
                assert_eq!(answer.status, 204, "{}: {answer:?}", body.name);
            }
        }
    }

    /// All deliveries in the inbox, oldest first, without what sweeps found.
    pub(super) async fn inbox(&self) -> Vec<Value> {
        inbox(&self.service).await
    }
}
