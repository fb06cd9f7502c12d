//! `bowline sim`: a simulated Jira or Targetprocess as a program of its own.

use std::net::SocketAddr;
use std::path::PathBuf;

use bowline_sim::{Running, WebhookTarget, jira, targetprocess};
use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};

use super::exit::{Exit, Failed};
use super::{Done, Out, secret};

/// Which simulator.
#[derive(Subcommand)]
pub(crate) enum Which {
    /// A Jira: people admin, ada, bob; API token `token-NAME`, personal access token `pat-NAME`, password NAME.
    Jira {
        /// Which Jira it is.
        #[arg(long, value_enum, default_value = "cloud")]
        deployment: Deployment,
        /// How many issues there are at the start.
        #[arg(long, default_value_t = 120)]
        issues: usize,
        /// The path it is below, as Jira Server is often installed: `/jira`.
        #[arg(long, value_name = "PATH", default_value = "")]
        context_path: String,
        /// Limits requests as Atlassian does, with the documented numbers.
        #[arg(long)]
        limits: bool,
        #[command(flatten)]
        common: Common,
    },
    /// A Targetprocess: people admin, ada, bob; access token `token-NAME`, password NAME.
    Targetprocess {
        /// How many user stories there are at the start.
        #[arg(long, default_value_t = 80)]
        stories: usize,
        /// How many bugs there are at the start.
        #[arg(long, default_value_t = 40)]
        bugs: usize,
        #[command(flatten)]
        common: Common,
    },
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Deployment {
    /// Jira Cloud.
    Cloud,
    /// Jira Data Center.
    Dc,
    /// Jira Server.
    Server,
}

/// What both have.
#[derive(Args)]
pub(crate) struct Common {
    /// Where to listen; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Where webhooks are sent.
    #[arg(long, value_name = "URL")]
    webhook: Option<String>,
    /// A file with the secret that a Jira Cloud signs webhooks with.
    #[arg(long, value_name = "FILE", requires = "webhook")]
    webhook_secret_file: Option<PathBuf>,
    /// The same seed gives the same data.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

impl Common {
    fn webhook(&self) -> Result<Option<WebhookTarget>, Failed> {
        let Some(url) = self.webhook.clone() else { return Ok(None) };
        let secret =
            self.webhook_secret_file.as_deref().map(|file| secret::read("secret", Some(file))).transpose()?;
        let secret = secret.map(|secret| secret.expose_text().to_owned());
        Ok(Some(WebhookTarget { url, secret, ..WebhookTarget::default() }))
    }
}

pub(super) async fn run(out: Out, which: Which) -> Done {
    bowline_net::start();
    let (name, running) = start(which).await?;
    let url = running.url();
    let value = json!({"simulator": name, "listening": url, "control": format!("{url}/_sim/")});
    out.value(&value, |_| format!("{name} listening on {url}"));
    out.note(format!("Its control API: {url}/_sim/"));
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    running.stop().await;
    Ok(())
}

async fn start(which: Which) -> Result<(&'static str, Running), Failed> {
    let cannot = |error: bowline_sim::Error| Failed::new(Exit::Failure, error.to_string());
    match which {
        Which::Jira { deployment, issues, context_path, limits, common } => {
            let deployment = match deployment {
                Deployment::Cloud => jira::Deployment::Cloud,
                Deployment::Dc => jira::Deployment::DataCenter,
                Deployment::Server => jira::Deployment::Server,
            };
            let (webhook, seed) = (common.webhook()?, common.seed);
            let options = jira::Options {
                deployment,
                webhook,
                seed,
                issues,
                context: context_path,
                limits,
                ..jira::Options::default()
            };
            Ok(("jira", jira::start(options, common.listen).await.map_err(cannot)?))
        }
        Which::Targetprocess { stories, bugs, common } => {
            let (webhook, seed) = (common.webhook()?, common.seed);
            let options =
                targetprocess::Options { webhook, seed, stories, bugs, ..targetprocess::Options::default() };
            Ok(("targetprocess", targetprocess::start(options, common.listen).await.map_err(cannot)?))
        }
    }
}
