//! `bowline serve` as a process, and its API.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use tokio::time::Instant;

use crate::client::Client;
use crate::pin;
use crate::proc::{self, Memory};
use crate::program::Program;

/// A start that takes longer has failed.
const PATIENCE: Duration = Duration::from_secs(30);

/// How the service is started; the same each time.
#[derive(Clone, Debug)]
pub(crate) struct Setup {
    binary: PathBuf,
    folder: PathBuf,
    store: String,
    port: u16,
    more: Vec<(&'static str, String)>,
    role: Option<&'static str>,
    on_one_core: bool,
}

impl Setup {
    /// Data and log go into the folder. The port is a free one and stays, so that webhooks find it after a restart.
    pub(crate) fn new(binary: &Path, folder: &Path, store: String) -> Result<Self> {
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let (binary, folder, more) = (binary.to_owned(), folder.to_owned(), Vec::new());
        Ok(Self { binary, folder, store, port, more, role: None, on_one_core: false })
    }

    /// It plays this role alone.
    #[must_use]
    pub(crate) fn in_role(mut self, role: &'static str) -> Self {
        self.role = Some(role);
        self
    }

    /// It has the first core, and no other.
    #[must_use]
    pub(crate) fn on_one_core(mut self) -> Self {
        self.on_one_core = true;
        self
    }

    /// The same with one more setting.
    #[must_use]
    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.more.push((name, value.to_owned()));
        self
    }

    /// The data folder.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Every setting is the default one, except where to listen, where to keep data, that tools may be near, and what was
    /// asked for.
    fn environment(&self) -> Vec<(&'static str, String)> {
        let own = [
            ("BOWLINE_DATA__DIR", self.data().display().to_string()),
            ("BOWLINE_STORE__URL", self.store.clone()),
            ("BOWLINE_SERVER__LISTEN", format!("127.0.0.1:{}", self.port)),
            ("BOWLINE_NET__ALLOW", "127.0.0.1".to_owned()),
            ("BOWLINE_LOG__LEVEL", "warn".to_owned()),
        ];
        own.into_iter().chain(self.more.iter().cloned()).collect()
    }
}

/// A running service.
#[derive(Debug)]
pub(crate) struct Service {
    program: Program,
    /// As the administrator.
    pub(crate) client: Client,
    /// From the start of the process to the first success of `/readyz`.
    pub(crate) ready: Duration,
}

impl Service {
    pub(crate) async fn start(setup: &Setup) -> Result<Self> {
        let client = Client::new(format!("http://127.0.0.1:{}", setup.port), None)?;
        let log = setup.folder.join("service.log");
        let started = Instant::now();
        let start = if setup.on_one_core { pin::start } else { Program::start };
        let arguments: Vec<&str> = ["serve", "--json"]
            .into_iter()
            .chain(setup.role.iter().flat_map(|role| ["--role", role]))
            .collect();
        let mut program = start(&setup.binary, &arguments, &setup.environment(), &log)?;
        while !client.is_ok("/readyz").await {
            let told = || std::fs::read_to_string(&log).unwrap_or_default();
            program.alive().with_context(told)?;
            if started.elapsed() > PATIENCE {
                bail!("the service is not ready after {} s: {}", PATIENCE.as_secs(), told());
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let ready = started.elapsed();
        let token = std::fs::read_to_string(setup.data().join("admin.token"))?;
        Ok(Self { client: client.with_token(token.trim().to_owned()), program, ready })
    }

    pub(crate) fn process(&self) -> u32 {
        self.program.id()
    }

    pub(crate) fn memory(&self) -> Result<Memory> {
        proc::memory(self.process())
    }

    pub(crate) async fn stop(self) -> Result<()> {
        self.program.stop().await
    }
}
