//! Two hundred sites at the same time: each takes the app through its whole life, and none of it shows anywhere but in its own
//! tenant.
//!
//! The simulated Atlassian signs and calls. Its clock stands still while all sites do what is next, and then goes on by a
//! second, for two lifecycle calls of one second have one token, and the second of them is refused as a replay. The sites
//! are not in step: at any time some install while others are switched off, tell of an edit, or remove the app.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use bowline_net::plain::Plain;
use bowline_sim::atlassian::{Atlassian, Options, SiteOptions, start};
use bytes::Bytes;
use http::Request;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::house::{Database, Folder, Kind, Service, environment, plain};

/// How many sites.
const SITES: usize = 200;
/// How many of them are in the middle of a call at once: the service answers 503 to more than 64.
const AT_ONCE: usize = 32;
/// How many steps the last sites are behind the first.
const BEHIND: usize = 3;
/// A life, with the calls that each step makes.
const LIFE: [(&str, &[&str]); 7] = [
    ("install", &["installed", "enabled"]),
    ("update", &["installed", "enabled"]),
    ("rekey", &["installed", "enabled"]),
    ("disable", &["disabled"]),
    ("enable", &["enabled"]),
    ("edit", &[]),
    ("uninstall", &["uninstalled"]),
];
const APP: &str = "bowline";

/// All sites, and the service that they install.
struct Crowd {
    atlassian: Atlassian,
    client: Plain,
    service: Service,
    _folder: Folder,
    _database: Database,
}

impl Crowd {
    async fn new() -> Self {
        let site = |number: usize| {
            let (name, address) = (format!("site-{number:03}"), "127.0.0.1:0".parse().unwrap());
            SiteOptions { name, address, base_url: None }
        };
        let sites = (0..SITES).map(site).collect();
        let options = Options { sites, seed: 7, issues: 3, frozen: true, ..Options::default() };
        let atlassian = start(options, "127.0.0.1:0".parse().unwrap()).await.unwrap();
        let origins: Vec<&str> = atlassian.sites().iter().map(|site| site.running().url()).collect();
        let (folder, database) = (Folder::new(), Database::create(Kind::Sqlite).await);
        let own = [
            ("BOWLINE_CONNECT__ENABLED", "true"),
            ("BOWLINE_CONNECT__SITE_ORIGINS", &*origins.join(",")),
            ("BOWLINE_CONNECT__INSTALL_KEY_HOSTS", atlassian.url()),
            // Nothing but what the sites do.
            ("BOWLINE_SYNC__SWEEP_EVERY", "1h"),
        ];
        let service = Service::start(folder.path(), &environment(&folder, &database, &own));
        Self { client: plain(), atlassian, service, _folder: folder, _database: database }
    }

    fn url(&self, number: usize) -> &str {
        self.atlassian.sites()[number].running().url()
    }

    /// One client for all: making one reads every certificate authority of the machine.
    async fn ask(&self, method: &str, url: &str, tenant: Option<&str>, body: &Value) -> (u16, Value) {
        let mut request =
            Request::builder().method(method).uri(url).header("content-type", "application/json");
        if let Some(tenant) = tenant {
            let bearer = format!("Bearer {}", self.service.token());
            request = request.header("authorization", bearer).header("bowline-tenant", tenant);
        }
        let body = if body.is_null() { Bytes::new() } else { body.to_string().into() };
        let answer = self.client.send(request.body(body).unwrap()).await.unwrap();
        (answer.status().as_u16(), serde_json::from_slice(answer.body()).unwrap_or_default())
    }

    /// A change at a site, as its administrators and people make them.
    async fn change(&self, number: usize, path: &str, body: Value) -> Value {
        let url = format!("{}/_sim/{path}", self.url(number));
        let (status, answer) = self.ask("POST", &url, None, &body).await;
        assert_eq!(status, 200, "site {number}, {path}: {answer:#}\n{}", self.service.told());
        answer
    }

    /// One step of a life. Every call is answered as the specification says: 204.
    async fn step(&self, number: usize, (deed, calls): (&str, &[&str])) {
        if deed == "edit" {
            return self.edit(number).await;
        }
        let body = match deed {
            "install" => {
                json!({"descriptor": format!("{}/connect/atlassian-connect.json", self.service.url)})
            }
            _ => json!({"app": APP}),
        };
        let told = self.change(number, &format!("connect/{deed}"), body).await;
        let made: Vec<(&str, u64)> = told["made"]
            .as_array()
            .unwrap()
            .iter()
            .map(|call| {
                (call["event"].as_str().unwrap(), call["answer"]["status"].as_u64().unwrap_or_default())
            })
            .collect();
        let expected: Vec<(&str, u64)> = calls.iter().map(|call| (*call, 204)).collect();
        assert_eq!(made, expected, "site {number}, {deed}: {told:#}");
    }

    /// Somebody edits an issue, and the webhook of it is taken.
    async fn edit(&self, number: usize) {
        let fields = json!({"summary": format!("Of site {number}")});
        self.change(number, "edit", json!({"as": "ada", "item": "ACME-1", "fields": fields})).await;
        let url = format!("{}/_sim/webhooks?wait_ms=500", self.url(number));
        let sent = loop {
            let (_, sent) = self.ask("GET", &url, None, &Value::Null).await;
            if sent["waiting"] == 0 && sent["webhooks"] != json!([]) {
                break sent;
            }
        };
        let statuses: Vec<&Value> = sent["webhooks"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|webhook| webhook["attempts"].as_array().unwrap())
            .map(|attempt| &attempt["status"])
            .collect();
        assert_eq!(statuses, [&json!(204)], "site {number}: {sent:#}");
    }

    async fn api(&self, tenant: &str, path: &str) -> Value {
        let url = format!("{}/api/v1/{path}", self.service.url);
        let (status, answer) = self.ask("GET", &url, Some(tenant), &Value::Null).await;
        assert_eq!(status, 200, "{tenant} {path}: {answer:#}");
        answer
    }

    /// The state of a site as the service knows it, by its address, with its tenant.
    async fn rows(&self) -> BTreeMap<String, (String, Value)> {
        let tenants = self.api("default", "tenants?limit=1000").await;
        let named = |tenant: &Value| {
            let text = |name: &str| tenant[name].as_str().unwrap().to_owned();
            (text("id"), text("name"))
        };
        let names: BTreeMap<String, String> =
            tenants["items"].as_array().unwrap().iter().map(named).collect();
        let seen = self.api("default", "app/installs").await;
        assert_eq!(seen["refusals"], json!([]), "nobody was refused");
        let rows = seen["sites"].as_array().unwrap().iter();
        rows.map(|row| {
            let url = row["base_url"].as_str().unwrap().to_owned();
            (url, (names[row["tenant"].as_str().unwrap()].clone(), row.clone()))
        })
        .collect()
    }
}

/// A site's own things, and nobody else's, in its tenant.
async fn looked_at(crowd: Arc<Crowd>, number: usize, tenant: String, row: Value) -> String {
    let connections = crowd.api(&tenant, "connections").await;
    let [connection] = connections["items"].as_array().unwrap().as_slice() else {
        panic!("{tenant}: {connections:#}");
    };
    assert_eq!(connection["base_url"], crowd.url(number), "{tenant}");
    assert_eq!(connection["id"], row["connection"], "{tenant}");
    assert_eq!(connection["health"]["code"], "auth.app_uninstalled", "{tenant}");
    let inbox = crowd.api(&tenant, "inbox").await;
    let [delivery] = inbox["items"].as_array().unwrap().as_slice() else { panic!("{tenant}: {inbox:#}") };
    assert_eq!(delivery["event"], "jira:issue_updated", "{tenant}");
    assert_eq!(delivery["connection"], connection["id"], "{tenant}");
    let findings = crowd.api(&tenant, "findings").await;
    let codes: Vec<&Value> = findings["items"].as_array().unwrap().iter().map(|row| &row["code"]).collect();
    assert_eq!(codes, [&json!("auth.app_uninstalled")], "{tenant}");
    tenant
}

/// Runs something for each site, so many at once.
async fn for_each<T: Send + 'static, F>(
    sites: impl Iterator<Item = usize>,
    run: impl Fn(usize) -> F,
) -> Vec<T>
where
    F: Future<Output = T> + Send + 'static,
{
    let (room, mut tasks) = (Arc::new(Semaphore::new(AT_ONCE)), JoinSet::new());
    for number in sites {
        let (room, task) = (Arc::clone(&room), run(number));
        tasks.spawn(async move {
            let _place = room.acquire_owned().await;
            task.await
        });
    }
    tasks.join_all().await
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_sites_live_at_once_and_none_shows_in_anothers_tenant() {
    let crowd = Arc::new(Crowd::new().await);
    for turn in 0..LIFE.len() + BEHIND {
        let step =
            |number: usize| turn.checked_sub(number % (BEHIND + 1)).and_then(|at| LIFE.get(at).copied());
        let busy = (0..SITES).filter(|number| step(*number).is_some());
        for_each(busy, |number| {
            let (crowd, step) = (Arc::clone(&crowd), step(number));
            async move {
                if let Some(step) = step {
                    crowd.step(number, step).await;
                }
            }
        })
        .await;
        crowd.atlassian.clock().advance(Duration::from_secs(1));
    }
    let rows = crowd.rows().await;
    assert_eq!(rows.len(), SITES, "each address is one site");
    let keys: BTreeSet<&str> = rows.values().map(|(_, row)| row["client_key"].as_str().unwrap()).collect();
    assert_eq!(keys.len(), SITES);
    assert!(rows.values().all(|(_, row)| row["state"] == "uninstalled"));
    let tenants = for_each(0..SITES, |number| {
        let (tenant, row) = rows[crowd.url(number)].clone();
        looked_at(Arc::clone(&crowd), number, tenant, row)
    })
    .await;
    assert_eq!(tenants.into_iter().collect::<BTreeSet<_>>().len(), SITES, "each has a tenant of its own");
}
