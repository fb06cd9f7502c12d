//! The host of Connect apps, as apps meet it.

mod app;
mod calls;
mod confluence;
mod hooks;
mod lifecycle;
mod pages;

use std::time::Duration;

use bowline_sim::atlassian::{Atlassian, Options, start};
use serde_json::{Value, json};

use self::app::{App, KEY, hash, jwt};
use crate::client::{Client, Reply};

/// An instant that tokens are made at, in seconds.
const NOW: i64 = 1_800_000_000;

struct World {
    atlassian: Atlassian,
    /// The site `acme`, by nobody: the control API.
    site: Client,
    ada: Client,
    app: App,
}

async fn world() -> World {
    let options = Options { issues: 6, seed: 1, now: Some(NOW * 1_000), frozen: true, ..Options::default() };
    let atlassian = start(options, "127.0.0.1:0".parse().unwrap()).await.unwrap();
    let url = atlassian.sites()[0].running().url().to_owned();
    let ada = Client::basic(&url, "ada@example.com", "token-ada");
    World { atlassian, site: Client::anonymous(&url), ada, app: App::start().await }
}

impl World {
    fn url(&self) -> &str {
        self.atlassian.sites()[0].running().url()
    }

    fn identity(&self) -> Client {
        Client::anonymous(self.atlassian.url())
    }

    fn pass(&self, seconds: u64) {
        self.atlassian.clock().advance(Duration::from_secs(seconds));
    }

    /// An administrator's change.
    async fn change(&self, deed: &str, mut body: Value) -> Reply {
        if deed == "install" {
            body["descriptor"] = json!(self.app.address());
        } else if body.get("app").is_none() {
            body["app"] = json!(KEY);
        }
        self.site.post(&format!("/_sim/connect/{deed}"), body).await
    }

    /// Installs the app in a product; its entry.
    async fn install(&mut self, product: &str) -> Value {
        self.change("install", json!({"product": product})).await.expect(200);
        self.app.expect("/installed").await;
        self.app.expect("/enabled").await;
        self.entry(product).await
    }

    async fn product(&self, product: &str) -> Value {
        let state = self.site.get("/_sim/connect").await.expect(200);
        let products = state["products"].as_array().unwrap();
        products.iter().find(|one| one["product"] == product).unwrap().clone()
    }

    async fn entry(&self, product: &str) -> Value {
        self.product(product).await["apps"][0].clone()
    }

    /// Claims of an app's own token for a request that is written down in its canonical form.
    fn claims(&self, canonical: &str) -> Value {
        let now = self.atlassian.clock().now() / 1_000;
        json!({"iss": KEY, "iat": now, "exp": now + 180, "qsh": hash(canonical)})
    }

    /// The app, for one request.
    fn signed(&self, entry: &Value, canonical: &str) -> Client {
        let token = jwt(&self.claims(canonical), entry["shared_secret"].as_str().unwrap());
        self.site.clone().with(format!("JWT {token}"))
    }
}
