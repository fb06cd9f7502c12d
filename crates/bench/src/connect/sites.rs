//! Sites that have the app: what signs the requests that are sent.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use bowline_auth::SystemClock;
use bowline_connect::jose::{SharedSecret, sign_hs256};
use bowline_connect::qsh::{BasePath, Incoming};
use bowline_core::port::Clock as _;
use bowline_core::secret::Secret;
use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::client::Client;
use crate::tool::Tool;

/// How many: the service takes sixteen deliveries of one site at once, and more callers than that are sent.
const COUNT: usize = 8;
/// What the app is called, everywhere.
pub(super) const APP: &str = "bowline";

/// A site, as an app of any framework knows it. The secrets are a simulator's.
#[derive(Clone, Deserialize, Serialize)]
pub(super) struct Site {
    pub(super) client_key: String,
    pub(super) secret: String,
    pub(super) base_url: String,
}

impl Site {
    pub(super) fn shared(&self) -> Result<SharedSecret> {
        Ok(SharedSecret::new(Secret::from(self.secret.clone()))?)
    }
}

/// The simulated sites.
pub(super) struct Sites {
    atlassian: Tool,
    clients: Vec<Client>,
    pub(super) all: Vec<Site>,
}

impl Sites {
    /// Starts them; nothing is installed yet.
    pub(super) async fn start(bowline: &Path, log: &Path) -> Result<Self> {
        let names: Vec<String> = (0..COUNT).map(|number| format!("site-{number}=127.0.0.1:0")).collect();
        let mut arguments = vec!["atlassian", "--issues", "1"];
        arguments.extend(names.iter().flat_map(|name| ["--site", name.as_str()]));
        let atlassian = Tool::start(bowline, &arguments, log)?;
        let state = atlassian.client.get("/_sim/state").await?;
        let urls =
            state["sites"].as_array().into_iter().flatten().filter_map(|site| site["address"].as_str());
        let clients: Vec<Client> =
            urls.map(|url| Client::new(url.to_owned(), None)).collect::<Result<_>>()?;
        if clients.len() != COUNT {
            bail!("the simulator does not say where its sites are: {state}");
        }
        Ok(Self { atlassian, clients, all: Vec::new() })
    }

    /// What a service has to be told about them.
    pub(super) fn settings(&self) -> [(&'static str, String); 3] {
        let origins: Vec<&str> = self.clients.iter().map(Client::base).collect();
        [
            ("BOWLINE_CONNECT__ENABLED", "true".to_owned()),
            ("BOWLINE_CONNECT__SITE_ORIGINS", origins.join(",")),
            ("BOWLINE_CONNECT__INSTALL_KEY_HOSTS", self.atlassian.url().to_owned()),
        ]
    }

    /// Every site installs a service's app; those that have one of the same key say the same secret again.
    pub(super) async fn install(&mut self, service: &str) -> Result<()> {
        let descriptor = format!("{service}/connect/atlassian-connect.json");
        let mut all = Vec::new();
        for client in &self.clients {
            client.post("/_sim/connect/install", &json!({ "descriptor": descriptor })).await?;
            let state = client.get("/_sim/connect").await?;
            let text = |pointer: &str| {
                let found = state.pointer(pointer).and_then(Value::as_str);
                found.map(str::to_owned).with_context(|| format!("the simulator says no {pointer}"))
            };
            all.push(Site {
                client_key: text("/products/0/client_key")?,
                secret: text("/products/0/apps/0/shared_secret")?,
                base_url: text("/products/0/base_url")?,
            });
        }
        self.all = all;
        Ok(())
    }

    /// The sites in a file, for the other servers.
    pub(super) fn write(&self, folder: &Path) -> Result<PathBuf> {
        let file = folder.join("sites.json");
        std::fs::write(&file, serde_json::to_string(&self.all)?)?;
        Ok(file)
    }
}

/// A token for a request at this path below the base URL, good for an hour. No two are alike.
pub(super) fn token(
    issuer: &str,
    secret: &SharedSecret,
    method: &Method,
    below: &str,
    number: usize,
) -> Result<String> {
    let request = Incoming::parse(method, below, &BasePath::default())?;
    let form = request.forms().into_iter().next().context("a request has a form")?;
    let iat = SystemClock.now().as_second();
    let claims = json!({
        "iss": issuer, "sub": "557058:ada", "iat": iat, "exp": iat + 3_600, "qsh": form.qsh().as_str(), "jti": number,
    });
    Ok(sign_hs256(&claims, secret)?.expose().to_owned())
}
