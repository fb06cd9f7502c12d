//! Providers that answer a sign-in with something else than they should: each ends in a verdict or on a page that says what
//! was wrong and what to do, and the service goes on.

use std::io::Write as _;

use serde_json::{Value, json};
use url::Url;

use super::remedy;
use crate::house::provider::{Provider, Said};
use crate::house::{Browser, Database, Folder, Kind, Service, environment};

/// One megabyte of zeros in about a kilobyte.
fn bomb() -> Said {
    let mut packed = Vec::new();
    let zeros = vec![b'0'; 1 << 20];
    let mut gzip = std::process::Command::new("gzip")
        .args(["-9", "-c"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = gzip.stdin.take().unwrap();
    std::thread::spawn(move || input.write_all(&zeros));
    packed.extend(gzip.wait_with_output().unwrap().stdout);
    let said = Said::new(200, "application/json", packed);
    Said { headers: format!("{}Content-Encoding: gzip\r\n", said.headers), ..said }
}

/// What is said instead of tokens.
fn instead(number: usize) -> Said {
    match number {
        0 => Said::new(200, "text/html", "<!doctype html><html><title>Sign in</title></html>"),
        1 => Said::json(&format!(r#"{{"access_token":"{}"}}"#, "x".repeat(3 << 20))),
        2 => bomb(),
        3 => Said::json(r#"{"access_token":7,"expires_in":{}}"#),
        4 => Said::json(r#"{"access_token":"cut"#),
        _ => Said::new(200, "application/json", b"\xff\xfe".as_slice()),
    }
}

const CASES: usize = 6;

struct Desk {
    service: Service,
    _folder: Folder,
}

impl Desk {
    async fn new() -> Self {
        let (folder, database) = (Folder::new(), Database::create(Kind::Sqlite).await);
        let service = Service::start(folder.path(), &environment(&folder, &database, &[]));
        Self { service, _folder: folder }
    }

    async fn client(&self, name: &str, provider: &str, issuer: &str) {
        let mut ask = json!({"name": name, "provider": provider, "issuer": issuer, "client_id": "bowline"});
        if provider != "jira_oauth1" {
            ask["secret"] = json!("secret");
        }
        if provider == "gateway" {
            ask["api_url"] = json!(issuer);
        }
        self.service.ok("POST", "/api/v1/oauth-clients", &ask).await;
    }

    /// What a test of the connection says: that it failed, why, and what to do.
    async fn failed(&self, name: &str) -> (String, String) {
        let path = format!("/api/v1/connections/{name}/test");
        let verdict = self.service.ok("POST", &path, &Value::Null).await;
        assert_eq!(verdict["ok"], false, "{verdict:#}");
        let code = verdict["code"].as_str().unwrap().to_owned();
        assert_eq!(verdict["remedy"], remedy(&code), "{verdict:#}");
        (code, verdict.to_string())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_no_answer_is_told_whoever_gives_it() {
    let desk = Desk::new().await;
    for number in 0..CASES {
        let liar = Provider::start(move |_| instead(number)).await;
        let name = |kind: &str| format!("{kind}{number}");
        desk.client(&name("service"), "jira_service", &liar.url).await;
        desk.client(&name("gate"), "gateway", &format!("{}/token", liar.url)).await;
        let connections = [
            json!({"name": name("service"), "oauth_client": name("service")}),
            json!({
                "name": name("gate"), "sign_in": {"method": "personal_access_token"}, "secret": "pat-ada",
                "gateway": {"oauth_client": name("gate")},
            }),
            json!({
                "name": name("session"), "sign_in": {"method": "session", "user": "ada"}, "secret": "ada",
            }),
        ];
        for mut connection in connections {
            connection["tool"] = json!("jira_dc");
            connection["base_url"] = json!(liar.url);
            desk.service.ok("POST", "/api/v1/connections", &connection).await;
            let kind = connection["name"].as_str().unwrap();
            let expected = match (number, kind.starts_with("session")) {
                (0, _) => "net.not_json",
                (1 | 2, _) => "net.too_large",
                // There is no session at an address that answers so.
                (_, true) => "net.wrong_address",
                (_, false) => "net.not_json",
            };
            assert_eq!(desk.failed(kind).await.0, expected, "{kind}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_comes_back_from_such_a_provider_sees_what_to_do() {
    let desk = Desk::new().await;
    for number in 0..CASES {
        let liar = Provider::start(move |heard| match heard.path.as_str() {
            "/rest/oauth2/latest/authorize" => Said::new(200, "text/html", "<html>Allow?</html>"),
            _ => instead(number),
        })
        .await;
        for provider in ["jira_oauth1", "jira_oauth2"] {
            let name = format!("{}-{number}", provider.replace('_', "-"));
            desk.client(&name, provider, &liar.url).await;
            let ask = json!({
                "name": name, "tool": "jira_dc", "base_url": liar.url, "oauth_client": name,
            });
            desk.service.ok("POST", "/api/v1/connections", &ask).await;
            let path = format!("/api/v1/connections/{name}/authorize");
            let link = desk.service.ok("POST", &path, &json!({})).await;
            let link = Url::parse(link["url"].as_str().unwrap()).unwrap();
            let mut browser = Browser::new();
            let address = format!("{}{}?{}", desk.service.url, link.path(), link.query().unwrap());
            browser.open(&address, None).await;
            browser.send(&[]).await;
            if provider == "jira_oauth2" {
                let state =
                    browser.at.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
                let back = format!("{}/authorize/callback?code=x&state={state}", desk.service.url);
                browser.open(&back, None).await;
            }
            assert!(browser.page.contains("The sign-in could not be completed"), "{name}: {}", browser.page);
        }
    }
}

/// Jira names the page where the CAPTCHA is solved. Another host's is not repeated to anybody.
#[tokio::test(flavor = "multi_thread")]
async fn a_login_page_of_another_host_is_not_handed_on() {
    let desk = Desk::new().await;
    let liar = Provider::start(|_| {
        let said = Said::new(403, "application/json", "{}");
        let lines = "X-Seraph-LoginReason: AUTHENTICATION_DENIED\r\nX-Authentication-Denied-Reason: \
                     CAPTCHA_CHALLENGE; login-url=https://evil.example/login.jsp\r\n";
        Said { headers: format!("{}{lines}", said.headers), ..said }
    })
    .await;
    let ask = json!({
        "name": "c", "tool": "jira_dc", "base_url": liar.url, "sign_in": {"method": "basic", "user": "ada"},
        "secret": "ada",
    });
    desk.service.ok("POST", "/api/v1/connections", &ask).await;
    let (code, verdict) = desk.failed("c").await;
    assert_eq!(code, "auth.captcha_required");
    assert!(!verdict.contains("evil.example"), "{verdict}");
}
