//! What the demo needs: two simulators and the service, all in this process, and a client of its API.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use bowline_auth::bearer;
use bowline_sim::{Running as Simulator, jira, targetprocess};
use serde_json::{Value, json};

use super::site::Site;
use super::{Ask, Fault};
use crate::cli::Client;
use crate::config::Config;
use crate::role::{Role, Roles};
use crate::wiring::{self, Running};

/// The profile's name.
pub(super) const PROFILE: &str = "stories";

/// Its document.
const DOCUMENT: &str = include_str!("profile.toml");

/// Everything that runs.
pub(super) struct World {
    pub(super) jira: Site,
    pub(super) targetprocess: Site,
    pub(super) client: Client,
    pub(super) address: String,
    pub(super) data: PathBuf,
    temporary: bool,
    simulators: Vec<Simulator>,
    service: Running,
}

impl World {
    /// Starts everything.
    pub(super) async fn start(ask: &Ask) -> Result<Self, String> {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let left = jira::start(jira::Options::default(), any).await.map_err(|error| error.to_string())?;
        let right = targetprocess::start(targetprocess::Options::default(), any)
            .await
            .map_err(|error| error.to_string())?;
        let (data, temporary) = folder(ask)?;
        let roles = if ask.fault == Some(Fault::WorkerOff) { Roles::of(&[Role::Api]) } else { Roles::all() };
        let service = serve(ask, &data, roles).await?;
        let token = bearer::find_admin(&data.join("admin.token")).map_err(|error| error.to_string())?;
        let address = format!("http://{}", service.address);
        let client = Client::new(&address, token, None).map_err(|failed| failed.message)?;
        Ok(Self {
            jira: Site::new(left.url().to_owned())?,
            targetprocess: Site::new(right.url().to_owned())?,
            client,
            address,
            data,
            temporary,
            simulators: vec![left, right],
            service,
        })
    }

    /// Makes both connections, as a person would, and enters the webhooks in the tools.
    pub(super) async fn connect(&self, fault: Option<Fault>) -> Result<(), String> {
        let jira = json!({
            "name": "jira",
            "tool": "jira_cloud",
            "base_url": self.jira.url,
            "sign_in": {"method": "api_token", "email": "admin@example.com"},
            "secret": "token-admin",
        });
        let hook = self.call("/api/v1/connections", &jira).await?["webhook"].clone();
        self.jira.post("hook-target", &json!({"url": hook["url"], "secret": hook["secret"]})).await?;
        let targetprocess = json!({
            "name": "targetprocess",
            "tool": "targetprocess",
            "base_url": self.targetprocess.url,
            "sign_in": {"method": "access_token"},
            "secret": "token-admin",
            "header": {"name": "x-bowline-token"},
        });
        let hook = self.call("/api/v1/connections", &targetprocess).await?["webhook"].clone();
        let header = json!([hook["header"]["name"], hook["header"]["token"]]);
        self.targetprocess.post("hook-target", &json!({"url": hook["url"], "header": header})).await?;
        for name in ["jira", "targetprocess"] {
            let verdict = self.call(&format!("/api/v1/connections/{name}/test"), &json!({})).await?;
            if verdict["ok"] != json!(true) {
                return Err(format!("{name}: {verdict}"));
            }
        }
        if fault == Some(Fault::HooksBlocked) {
            self.jira.block_hooks(true).await?;
            self.targetprocess.block_hooks(true).await?;
        }
        Ok(())
    }

    /// Checks the profile against both tools and stores it.
    pub(super) async fn profile(&self, fault: Option<Fault>) -> Result<(), String> {
        let document = match fault {
            Some(Fault::MappingBroken) => DOCUMENT.replace("right = \"Name\"", "right = \"Nmae\""),
            _ => DOCUMENT.to_owned(),
        };
        let verdict = self.call("/api/v1/profiles/check", &json!({"document": document})).await?;
        if verdict["ok"] != json!(true) {
            let problems: Vec<String> =
                verdict["problems"].as_array().into_iter().flatten().map(crate::cli::words).collect();
            return Err(problems.join("; "));
        }
        self.call("/api/v1/profiles", &json!({"document": document})).await.map(drop)
    }

    /// Calls the API.
    pub(super) async fn call(&self, path: &str, body: &Value) -> Result<Value, String> {
        self.client.post(path, body).await.map_err(|failed| failed.message)
    }

    /// Asks the API.
    pub(super) async fn ask(&self, path: &str) -> Result<Value, String> {
        self.client.get(path).await.map_err(|failed| failed.message)
    }

    /// Stops everything and removes what was only for the demo.
    pub(super) async fn stop(self) {
        self.service.stop().await;
        for simulator in self.simulators {
            simulator.stop().await;
        }
        if self.temporary {
            let _ = std::fs::remove_dir_all(&self.data);
        }
    }
}

/// The data folder: the one asked for, which must be new, else one of our own.
fn folder(ask: &Ask) -> Result<(PathBuf, bool), String> {
    match &ask.data {
        Some(dir) if dir.join("instance").exists() => Err(format!(
            "{} was used before; the simulators start afresh each time, so the demo needs a new folder",
            dir.display()
        )),
        Some(dir) => Ok((dir.clone(), false)),
        None => {
            let dir = std::env::temp_dir().join(format!("bowline-demo-{}", std::process::id()));
            let _ = std::fs::remove_dir_all(&dir);
            Ok((dir, true))
        }
    }
}

async fn serve(ask: &Ask, data: &Path, roles: Roles) -> Result<Running, String> {
    let start = async |port: u16| {
        let own = [
            ("BOWLINE_DATA__DIR", data.display().to_string()),
            ("BOWLINE_SERVER__LISTEN", format!("127.0.0.1:{port}")),
            ("BOWLINE_SERVER__LIVE_PAGE", "open".to_owned()),
            ("BOWLINE_NET__ALLOW", "127.0.0.1".to_owned()),
            ("BOWLINE_SYNC__SWEEP_EVERY", "5s".to_owned()),
            ("BOWLINE_SYNC__SWEEP_OVERLAP", "10s".to_owned()),
        ];
        let others = std::env::vars()
            .filter(|(name, _)| name.starts_with("BOWLINE_STORE__") || name.starts_with("BOWLINE_LOG__"));
        let own = own.into_iter().map(|(name, value)| (name.to_owned(), value));
        let environment: Vec<(String, String)> = others.chain(own).collect();
        let mut config = Config::load(None, &environment).map_err(|problems| problems.to_string())?;
        if !environment.iter().any(|(name, _)| name == "BOWLINE_LOG__LEVEL") {
            "error".clone_into(&mut config.log.level);
        }
        crate::telemetry::start(&config.log).map_err(|error| error.to_string())?;
        wiring::start(&config, roles.clone()).await.map_err(|error| format!("{error:#}"))
    };
    match ask.port {
        Some(port) => start(port).await,
        // Scripts run several at once.
        None if ask.once => start(0).await,
        None => match std::net::TcpListener::bind(("127.0.0.1", super::PORT)) {
            Ok(free) => {
                drop(free);
                start(super::PORT).await
            }
            Err(_) => start(0).await,
        },
    }
}
