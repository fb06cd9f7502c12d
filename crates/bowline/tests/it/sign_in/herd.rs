//! Many callers, over two processes, at the instant at which a token ends: it is renewed once.

use std::net::SocketAddr;
use std::time::Duration;

use bowline_sim::atlassian;
use futures_util::future::join_all;
use serde_json::{Value, json};
use url::Url;

use super::{ANY, connected};
use crate::house::{Browser, Database, Folder, Kind, Service, environment, http};

const CALLERS: usize = 50;

/// How often the provider was asked for tokens.
async fn asked(cloud: &str) -> usize {
    let said = http("GET", &format!("{cloud}/_sim/requests"), &[], "").await.unwrap().body;
    let all = said["requests"].as_array().unwrap();
    all.iter().filter(|request| request["path"] == "/oauth/token").count()
}

/// Two processes over one database; the second has the keys and the token of the first.
async fn two(database: &Database, folders: &[Folder; 2], more: &[(&str, &str)]) -> [Service; 2] {
    let [one, other] = folders;
    let first = Service::start(one.path(), &environment(one, database, more));
    std::fs::create_dir_all(other.path().join("data/keys")).unwrap();
    for file in ["data/keys/bowline.key", "data/admin.token"] {
        std::fs::copy(one.path().join(file), other.path().join(file)).unwrap();
    }
    let second = Service::start(other.path(), &environment(other, database, more));
    [first, second]
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_callers_over_two_processes_are_one_renewal() {
    let cloud = atlassian::start(atlassian::Options::default(), SocketAddr::from(ANY)).await.unwrap();
    let site = cloud.sites()[0].running().url().to_owned();
    let more = [("BOWLINE_GRANTS__IDENTITY_URL", cloud.url()), ("BOWLINE_GRANTS__CLOUD_API", cloud.url())];
    let (database, folders) = (Database::create(Kind::Postgres).await, [Folder::new(), Folder::new()]);
    let services = two(&database, &folders, &more).await;
    let client = json!({
        "name": "app", "provider": "atlassian_cloud", "client_id": "bowline", "secret": "secret-bowline",
    });
    services[0].ok("POST", "/api/v1/oauth-clients", &client).await;
    let connection = json!({"name": "c", "tool": "jira_cloud", "base_url": site, "oauth_client": "app"});
    services[0].ok("POST", "/api/v1/connections", &connection).await;
    let link = services[0].ok("POST", "/api/v1/connections/c/authorize", &json!({})).await;
    let link = Url::parse(link["url"].as_str().unwrap()).unwrap();
    let mut browser = Browser::new();
    browser.open(&format!("{}{}?{}", services[0].url, link.path(), link.query().unwrap()), None).await;
    browser.send(&[]).await;
    browser.send(&[("account", "ada"), ("site", "acme"), ("decision", "accept")]).await;
    connected(&browser);

    let test = async |service: &Service| service.ok("POST", "/api/v1/connections/c/test", &Value::Null).await;
    for service in &services {
        assert_eq!(test(service).await["ok"], true);
    }
    let before = asked(cloud.url()).await;
    // It ends at the provider, before either process thinks so: all are refused.
    cloud.clock().advance(Duration::from_secs(3_700));
    let verdicts = join_all((0..CALLERS).map(|number| test(&services[number % 2]))).await;
    assert!(verdicts.iter().all(|verdict| verdict["ok"] == true), "{verdicts:#?}");
    assert_eq!(asked(cloud.url()).await - before, 1);
}
