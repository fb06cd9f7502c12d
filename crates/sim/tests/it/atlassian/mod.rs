//! The simulated Atlassian: consent, tokens and their end, the gateway and its sites.

mod consent;
mod families;
mod gateway;

use std::time::Duration;

use bowline_sim::atlassian::{Atlassian, Options, start};
use http::Method;
use serde_json::{Value, json};

use crate::browser::{Browser, Place};
use crate::client::{Client, Reply, encode};

pub(crate) const BACK: &str = "http://127.0.0.1:9/callback";
pub(crate) const DAY: u64 = 86_400;

pub(crate) struct World {
    pub(crate) atlassian: Atlassian,
    /// For everything that asks for no credentials.
    pub(crate) control: Client,
}

/// An Atlassian with two sites, whose clock stands still.
pub(crate) async fn world() -> World {
    let options = Options { issues: 20, seed: 1, frozen: true, ..Options::default() };
    let atlassian = start(options, "127.0.0.1:0".parse().unwrap()).await.unwrap();
    let control = Client::anonymous(atlassian.url());
    World { atlassian, control }
}

impl World {
    pub(crate) async fn set(&self, change: Value) -> Value {
        self.control.post("/_sim/settings", change).await.expect(200)
    }

    pub(crate) fn pass(&self, seconds: u64) {
        self.atlassian.clock().advance(Duration::from_secs(seconds));
    }

    pub(crate) fn cloud(&self, site: usize) -> &str {
        self.atlassian.sites()[site].cloud_id()
    }

    /// Somebody accepts these scopes for a site; where their browser is sent.
    pub(crate) async fn consent(&self, name: &str, site: usize, scopes: &str) -> Place {
        let mut browser = Browser::new(self.atlassian.url());
        let page = browser.open(&ask(&format!("&scope={}", encode(scopes)))).await;
        let fields = [("account", name), ("site", self.cloud(site)), ("decision", "accept")];
        browser.submit(&page, &fields).await
    }

    pub(crate) async fn token(&self, body: Value) -> Reply {
        self.control.post("/oauth/token", body).await
    }

    /// The tokens of somebody's consent.
    pub(crate) async fn tokens(&self, name: &str, site: usize, scopes: &str) -> Value {
        let code = self.consent(name, site, scopes).await.value("code").unwrap();
        self.token(with(json!({"grant_type": "authorization_code", "code": code, "redirect_uri": BACK})))
            .await
            .expect(200)
    }

    pub(crate) async fn refresh(&self, tokens: &Value) -> Reply {
        self.token(with(json!({"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]})))
            .await
    }

    /// Somebody with an access token.
    pub(crate) fn bearer(&self, tokens: &Value) -> Client {
        let token = tokens["access_token"].as_str().unwrap();
        Client::anonymous(self.atlassian.url()).with(format!("Bearer {token}"))
    }

    /// A path of a site as the gateway has it.
    pub(crate) fn via(&self, site: usize, path: &str) -> String {
        format!("/ex/jira/{}{path}", self.cloud(site))
    }

    pub(crate) async fn form(&self, body: &'static str) -> Reply {
        let client = self.control.clone().and("content-type", "application/x-www-form-urlencoded");
        client.send(Method::POST, "/oauth/token", body.into()).await.unwrap()
    }
}

/// A body with the ready-made app's id and secret.
pub(crate) fn with(mut body: Value) -> Value {
    body["client_id"] = json!("bowline");
    body["client_secret"] = json!("secret-bowline");
    body
}

pub(crate) fn ask(more: &str) -> String {
    format!(
        "/authorize?audience=api.atlassian.com&client_id=bowline&redirect_uri={}&state=a%26b&response_type=code&\
         prompt=consent{more}",
        encode(BACK)
    )
}

pub(crate) const SYNC: &str = "offline_access read:me read:jira-user read:jira-work write:jira-work";
