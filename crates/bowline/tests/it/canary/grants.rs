//! The secrets of signing in: what a provider gives, what proves us to it, and what passes through a browser.

use std::path::Path;

use serde_json::{Value, json};
use url::Url;

use super::needle::{Needle, Search};
use super::scene::files;
use crate::house::provider::{Heard, Provider, Said};
use crate::house::{Browser, Database, Folder, Kind, Service, environment, http};

const CLIENT_SECRET: &str = "Canary-client-secret-6a1f0c";
const CODE: &str = "Canary-code-77d0e2b4c9a1";
const ACCESS: &str = "Canary-access-token-5b9e21";
const REFRESH: &str = "Canary-refresh-token-c04d8f";
const NEXT_REFRESH: &str = "Canary-refresh-token-91ee07";
const REQUEST_SECRET: &str = "Canary-request-secret-ab12f0";
const VERIFIER: &str = "Canary-oauth-verifier-33c8d1";
const OAUTH1_ACCESS: &str = "Canary-oauth1-token-2e6b90";
const OAUTH1_SECRET: &str = "Canary-oauth1-secret-f7a455";
const HANDLE: &str = "Canary-session-handle-08dd3c";
const PASSWORD: &str = "Canary-password-d41c7be2f0";
const COOKIE: &str = "Canary-cookie-8810fa9c3e7b";

/// Jira's side of every way to sign in.
fn jira(heard: &Heard) -> Said {
    let form = |body: String| Said::new(200, "text/plain", body);
    match heard.path.as_str() {
        "/rest/oauth2/latest/token" => {
            let again = heard.body.contains("grant_type=refresh_token");
            let refresh = if again { NEXT_REFRESH } else { REFRESH };
            Said::json(
                &json!({"access_token": ACCESS, "refresh_token": refresh, "expires_in": 3600}).to_string(),
            )
        }
        "/plugins/servlet/oauth/request-token" => form(format!(
            "oauth_token=request-token&oauth_token_secret={REQUEST_SECRET}&oauth_callback_confirmed=true"
        )),
        "/plugins/servlet/oauth/access-token" => form(format!(
            "oauth_token={OAUTH1_ACCESS}&oauth_token_secret={OAUTH1_SECRET}&oauth_session_handle={HANDLE}&\
             oauth_expires_in=157680000"
        )),
        "/rest/auth/1/session" => {
            let said = Said::json(&json!({"session": {"name": "JSESSIONID", "value": COOKIE}}).to_string());
            let cookie = format!("Set-Cookie: JSESSIONID={COOKIE}; Path=/; HttpOnly\r\n");
            Said { headers: format!("{}{cookie}", said.headers), ..said }
        }
        "/rest/api/2/myself" => {
            Said::json(r#"{"key":"JIRAUSER10100","name":"ada","displayName":"Ada Byron"}"#)
        }
        // The consent page; the test brings the browser back by itself.
        path if path.contains("authorize") => Said::new(200, "text/html", "<html>Allow?</html>"),
        _ => Said::new(404, "application/json", r#"{"errorMessages":["no such thing"],"errors":{}}"#),
    }
}

struct Scene {
    jira: Provider,
    service: Service,
    folder: Folder,
    secrets: Vec<(String, String)>,
}

impl Scene {
    async fn new() -> Self {
        let (folder, database) = (Folder::new(), Database::create(Kind::Sqlite).await);
        let service = Service::start(
            folder.path(),
            &environment(&folder, &database, &[("BOWLINE_LOG__LEVEL", "trace")]),
        );
        let secrets = [
            CLIENT_SECRET,
            CODE,
            ACCESS,
            REFRESH,
            NEXT_REFRESH,
            REQUEST_SECRET,
            VERIFIER,
            OAUTH1_ACCESS,
            OAUTH1_SECRET,
            HANDLE,
            PASSWORD,
            COOKIE,
        ];
        let secrets = secrets.map(|text| (text.to_owned(), text.to_owned())).to_vec();
        Self { jira: Provider::start(jira).await, service, folder, secrets }
    }

    fn keep(&mut self, name: &str, text: &str) {
        self.secrets.push((name.to_owned(), text.to_owned()));
    }

    async fn connect(&self, provider: &str) {
        let mut ask = json!({
            "name": provider, "provider": provider, "issuer": self.jira.url, "client_id": "bowline",
        });
        if provider != "jira_oauth1" {
            ask["secret"] = json!(CLIENT_SECRET);
        }
        self.service.ok("POST", "/api/v1/oauth-clients", &ask).await;
        let ask = json!({
            "name": provider.replace('_', "-"), "tool": "jira_dc", "base_url": self.jira.url,
            "oauth_client": provider,
        });
        self.service.ok("POST", "/api/v1/connections", &ask).await;
    }

    /// From the link to the page that says who signed in. `key` is the name of what brings the browser back.
    async fn sign_in(&mut self, provider: &str, key: &str, with: &str) {
        self.connect(provider).await;
        let path = format!("/api/v1/connections/{}/authorize", provider.replace('_', "-"));
        let link = self.service.ok("POST", &path, &json!({})).await;
        let link = Url::parse(link["url"].as_str().unwrap()).unwrap();
        let invitation = link.query_pairs().next().unwrap().1.into_owned();
        self.keep("an invitation", &invitation);
        let mut browser = Browser::new();
        browser.open(&format!("{}{}?{}", self.service.url, link.path(), link.query().unwrap()), None).await;
        browser.send(&[]).await;
        let back = browser.at.query_pairs().find(|(name, _)| name == key).unwrap().1.into_owned();
        if key == "state" {
            self.keep("a state", &back);
        }
        let callback = format!("{}/authorize/callback?{with}&{key}={back}", self.service.url);
        browser.open(&callback, None).await;
        assert!(browser.page.contains("<b>Ada Byron</b> signed in"), "{}", browser.page);
        self.keep("the browser's cookie", &browser.cookie(&self.service.url));
        let verdict = format!("/api/v1/connections/{}/test", provider.replace('_', "-"));
        assert_eq!(self.service.ok("POST", &verdict, &json!({})).await["ok"], true);
    }

    async fn renewed(&self, provider: &str) {
        let name = provider.replace('_', "-");
        let connection = self.service.get(&format!("/api/v1/connections/{name}")).await;
        let grant = format!("/api/v1/grants/{}", connection["sign_in"]["grant"].as_str().unwrap());
        let before = self.service.get(&grant).await["rotated_at"].clone();
        self.service.ok("POST", &format!("{grant}/renew"), &json!({})).await;
        self.service.until(&grant, |grant| grant["rotated_at"] != before).await;
    }

    /// Everything that may be read.
    async fn said(&self) -> Vec<(String, Vec<u8>)> {
        let mut said = Vec::new();
        for noun in ["connections", "oauth-clients", "grants", "findings", "activity", "credentials"] {
            let path = format!("/api/v1/{noun}");
            said.push((path.clone(), self.service.get(&path).await.to_string().into_bytes()));
        }
        for grant in self.service.get("/api/v1/grants").await["items"].as_array().unwrap() {
            let path = format!("/api/v1/grants/{}", grant["id"].as_str().unwrap());
            said.push((path.clone(), self.service.get(&path).await.to_string().into_bytes()));
        }
        let metrics = http("GET", &format!("{}/metrics", self.service.url), &[], "").await.unwrap().body;
        said.push(("/metrics".to_owned(), metrics.to_string().into_bytes()));
        said
    }

    /// What of all secrets is anywhere.
    async fn found(&self, said: &[(String, Vec<u8>)]) -> Vec<String> {
        let needles: Vec<Needle> =
            self.secrets.iter().map(|(name, text)| Needle::new(name.as_str(), text)).collect();
        let search = Search::new(&needles);
        let opens =
            |path: &Path| path.ends_with("data/admin.token") || path.ends_with("data/keys/bowline.key");
        let kept = files(self.folder.path()).into_iter().filter(|path| !opens(path));
        let kept = kept.map(|path| (path.display().to_string(), std::fs::read(&path).unwrap()));
        let mut places: Vec<(String, Vec<u8>)> = kept.chain(said.iter().cloned()).collect();
        for file in ["cmdline", "environ"] {
            let path = format!("/proc/{}/{file}", self.service.id());
            places.push((path.clone(), std::fs::read(&path).unwrap_or_default()));
        }
        assert!(places.iter().any(|(place, bytes)| place.ends_with("service.log") && bytes.len() > 10_000));
        places.iter().flat_map(|(place, bytes)| search.find(place, bytes)).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_of_signing_in_is_found_where_it_does_not_belong() {
    let mut scene = Scene::new().await;
    scene.sign_in("jira_oauth2", "state", &format!("code={CODE}")).await;
    let asked = scene.jira.heard("/rest/oauth2/latest/token").remove(0);
    let verifier = asked.body.split('&').find_map(|pair| pair.strip_prefix("code_verifier=")).unwrap();
    scene.keep("the verifier of PKCE", verifier);
    scene.renewed("jira_oauth2").await;
    scene.sign_in("jira_oauth1", "oauth_token", &format!("oauth_verifier={VERIFIER}")).await;
    scene.renewed("jira_oauth1").await;
    let session = json!({
        "name": "session", "tool": "jira_dc", "base_url": scene.jira.url,
        "sign_in": {"method": "session", "user": "ada"}, "secret": PASSWORD,
    });
    scene.service.ok("POST", "/api/v1/connections", &session).await;
    let verdict = scene.service.ok("POST", "/api/v1/connections/session/test", &Value::Null).await;
    assert_eq!(verdict["ok"], true, "{verdict:#}");
    // A sign-in that fails has its secrets at hand as well.
    let bad = format!("{}/authorize/callback?code={CODE}&state=made-up", scene.service.url);
    assert_eq!(http("GET", &bad, &[], "").await.unwrap().status, 400);

    // All of them were in use, so that there was something to be found.
    let bearer = format!("Bearer {ACCESS}");
    let myself = scene.jira.heard("/rest/api/2/myself");
    for shown in [bearer.as_str(), COOKIE, OAUTH1_ACCESS] {
        assert!(myself.iter().any(|heard| heard.head.contains(shown)), "{shown} was not used");
    }
    let renewals = scene.jira.heard("/plugins/servlet/oauth/access-token");
    assert!(renewals.iter().any(|heard| heard.head.contains(HANDLE)), "the session was not renewed");

    let said = scene.said().await;
    let mut found = scene.found(&said).await;
    assert!(scene.service.terminate().await.success());
    // Closed, the database has moved its log into itself.
    found.extend(scene.found(&said).await);
    found.sort();
    found.dedup();
    assert!(found.is_empty(), "{found:#?}");
}
