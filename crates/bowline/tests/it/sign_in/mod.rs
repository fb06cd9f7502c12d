//! Signing in by every provider, page by page, as a browser does it: the whole service against simulated providers that
//! know nothing of ours. Each reads, writes, outlives the end of its token, and says what ended it.

mod handover;
mod herd;
#[cfg(feature = "crash")]
mod killed;
mod paused;

use std::net::SocketAddr;
use std::time::Duration;

use bowline_sim::{Running, atlassian, jira};
use serde_json::{Value, json};
use url::Url;

use crate::house::{Browser, Database, Folder, Kind, Service, environment, http};

const ANY: ([u8; 4], u16) = ([127, 0, 0, 1], 0);

/// The service, with a connection on a registration of a provider.
struct House {
    service: Service,
    environment: Vec<(String, String)>,
    folder: Folder,
}

impl House {
    async fn new(client: &Value, connection: &Value, more: &[(&str, &str)]) -> (Self, Value) {
        let (folder, database) = (Folder::new(), Database::create(Kind::Sqlite).await);
        let environment = environment(&folder, &database, more);
        let service = Service::start(folder.path(), &environment);
        let made = service.ok("POST", "/api/v1/oauth-clients", client).await;
        service.ok("POST", "/api/v1/connections", connection).await;
        (Self { service, environment, folder }, made)
    }

    /// Starts the service again over the same data.
    #[cfg(feature = "crash")]
    async fn restart(&mut self, more: &[(&str, &str)]) {
        if self.service.ended().is_none() {
            assert!(self.service.terminate().await.success());
        }
        let more = more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let environment: Vec<_> = self.environment.iter().cloned().chain(more).collect();
        self.service = Service::start(self.folder.path(), &environment);
    }

    /// A browser at the provider's page.
    async fn begun(&self) -> Browser {
        let link = self.service.ok("POST", "/api/v1/connections/c/authorize", &json!({})).await;
        // The public URL names the port that was asked for, 0; the service tells the one it got.
        let link = Url::parse(link["url"].as_str().unwrap()).unwrap();
        let mut browser = Browser::new();
        browser.open(&format!("{}{}?{}", self.service.url, link.path(), link.query().unwrap()), None).await;
        assert!(browser.page.contains("Sign in with"), "{}", browser.page);
        browser.send(&[]).await;
        browser
    }

    async fn test(&self) -> Value {
        self.service.ok("POST", "/api/v1/connections/c/test", &json!({})).await
    }

    async fn grant(&self) -> Value {
        self.service.get("/api/v1/grants").await["items"][0].clone()
    }

    /// Gets new tokens, and says when they were got.
    async fn renewed(&self) {
        let before = self.grant().await;
        let path = format!("/api/v1/grants/{}", before["id"].as_str().unwrap());
        self.service.ok("POST", &format!("{path}/renew"), &json!({})).await;
        let now = self.service.until(&path, |now| now["rotated_at"] != before["rotated_at"]).await;
        assert_eq!(now["state"], "active", "{now:#}");
        assert_eq!(self.test().await["ok"], true);
    }
}

async fn control(at: &Running, path: &str, body: &Value) {
    let url = format!("{}/_sim/{path}", at.url());
    let headers = [("content-type", "application/json")];
    let answer = http("POST", &url, &headers, body.to_string()).await.unwrap();
    assert!(answer.status < 300, "{answer:?}");
}

fn connected(browser: &Browser) {
    assert!(browser.at.path() == "/authorize/result", "{}", browser.at);
    assert!(browser.page.contains("</b> signed in"), "{}", browser.page);
}

#[tokio::test(flavor = "multi_thread")]
async fn at_atlassians_cloud() {
    let cloud = atlassian::start(atlassian::Options::default(), SocketAddr::from(ANY)).await.unwrap();
    let site = cloud.sites()[0].running().url().to_owned();
    let more = [("BOWLINE_GRANTS__IDENTITY_URL", cloud.url()), ("BOWLINE_GRANTS__CLOUD_API", cloud.url())];
    let client = json!({
        "name": "app", "provider": "atlassian_cloud", "client_id": "bowline", "secret": "secret-bowline",
    });
    let connection = json!({ "name": "c", "tool": "jira_cloud", "base_url": site, "oauth_client": "app" });
    let (house, _) = House::new(&client, &connection, &more).await;
    let mut browser = house.begun().await;
    browser.send(&[("account", "ada"), ("site", "acme"), ("decision", "accept")]).await;
    connected(&browser);
    assert_eq!(house.test().await["identity"]["name"], "Ada Byron");
    house.renewed().await;
    // The token ends at the provider before we think so: the call is refused, and sent again with a new one.
    control(cloud.running(), "settings", &json!({"rules": {"access_seconds": 60}})).await;
    house.renewed().await;
    let before = house.grant().await;
    cloud.clock().advance(Duration::from_secs(3_000));
    assert_eq!(house.test().await["ok"], true);
    assert_ne!(house.grant().await["rotated_at"], before["rotated_at"]);
    // Taken back there.
    control(cloud.running(), "settings", &json!({"revoke": {"user": "ada", "app": "bowline"}})).await;
    cloud.clock().advance(Duration::from_secs(3_000));
    assert_eq!(house.test().await["code"], "auth.grant_ended");
    let grant = house.grant().await;
    assert_eq!(
        (&grant["state"], &grant["reason"]["code"]),
        (&json!("needs_reauth"), &json!("auth.grant_ended"))
    );
    // And given again: the same grant goes on.
    let mut browser = house.begun().await;
    browser.send(&[("account", "ada"), ("site", "acme"), ("decision", "accept")]).await;
    connected(&browser);
    let again = house.grant().await;
    assert_eq!((&again["id"], &again["state"]), (&grant["id"], &json!("active")));
    assert_eq!(house.test().await["ok"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn at_atlassians_cloud_as_a_service_account() {
    let cloud = atlassian::start(atlassian::Options::default(), SocketAddr::from(ANY)).await.unwrap();
    let base = format!("{}/ex/jira/{}", cloud.url(), cloud.sites()[0].cloud_id());
    for (secret, ok) in [("secret-bowline-service", true), ("wrong", false)] {
        let more =
            [("BOWLINE_GRANTS__IDENTITY_URL", cloud.url()), ("BOWLINE_GRANTS__CLOUD_API", cloud.url())];
        let client = json!({
            "name": "app", "provider": "atlassian_service", "client_id": "bowline-service", "secret": secret,
        });
        let connection =
            json!({ "name": "c", "tool": "jira_cloud", "base_url": base, "oauth_client": "app" });
        let (house, _) = House::new(&client, &connection, &more).await;
        let verdict = house.test().await;
        assert_eq!(verdict["ok"], ok, "{verdict:#}");
        if ok {
            cloud.clock().advance(Duration::from_secs(3_700));
            assert_eq!(house.test().await["identity"]["name"], "Sync Robot");
        } else {
            assert_eq!(verdict["code"], "auth.app_misconfigured");
            assert_eq!(house.grant().await["state"], "degraded", "our own fault ends nothing");
        }
    }
}

async fn data_center() -> Running {
    let options = jira::Options { deployment: jira::Deployment::DataCenter, ..jira::Options::default() };
    jira::start(options, SocketAddr::from(ANY)).await.unwrap()
}

/// Signs in at a Data Center's own pages and presses a button there.
async fn press(house: &House, button: (&str, &str)) -> Browser {
    let mut browser = house.begun().await;
    browser.send(&[("os_username", "ada"), ("os_password", "ada")]).await;
    browser.send(&[button]).await;
    browser
}

#[tokio::test(flavor = "multi_thread")]
async fn at_a_data_center_with_oauth2() {
    let jira = data_center().await;
    let client = json!({
        "name": "app", "provider": "jira_oauth2", "issuer": jira.url(), "client_id": "bowline",
        "secret": "secret-bowline",
    });
    let connection = json!({ "name": "c", "tool": "jira_dc", "base_url": jira.url(), "oauth_client": "app" });
    let (house, _) = House::new(&client, &connection, &[]).await;
    connected(&press(&house, ("decision", "allow")).await);
    assert_eq!(house.test().await["identity"]["name"], "Ada Byron");
    house.renewed().await;
    jira.clock().advance(Duration::from_secs(3_700));
    assert_eq!(house.test().await["ok"], true, "a token that has ended is renewed for the call");
    control(&jira, "settings", &json!({"oauth2": {"revoke": {"user": "ada"}}})).await;
    assert_eq!(house.test().await["code"], "auth.grant_ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn at_a_data_center_with_oauth1() {
    let jira = data_center().await;
    let client =
        json!({ "name": "app", "provider": "jira_oauth1", "issuer": jira.url(), "client_id": "bowline" });
    let connection = json!({ "name": "c", "tool": "jira_dc", "base_url": jira.url(), "oauth_client": "app" });
    let (house, made) = House::new(&client, &connection, &[]).await;
    let consumer = json!({"oauth1": {"consumer": {"key": "bowline", "public_key": made["public_key"]}}});
    control(&jira, "settings", &consumer).await;
    connected(&press(&house, ("approve", "Allow")).await);
    assert_eq!(house.test().await["identity"]["name"], "Ada Byron");
    house.renewed().await;
    // A person says no.
    let browser = press(&house, ("deny", "Deny")).await;
    assert!(browser.page.contains("The access was not allowed"), "{}", browser.page);
    assert_eq!(house.test().await["ok"], true, "what was allowed before still is");
}
