//! `bowline sim`: a simulated Jira, Targetprocess or Atlassian as a program of its own.

mod atlassian;
mod listen;
mod told;

use std::path::{Path, PathBuf};
use std::time::Duration;

use bowline_sim::{Error, Running, WebhookTarget, jira, targetprocess};
use clap::{Args, Subcommand, ValueEnum};
use jiff::Timestamp;
use tokio::signal::unix::{SignalKind, signal};

use self::listen::Listen;
use super::exit::{Exit, Failed};
use super::{Done, Out, secret};

/// What is at the end of `bowline sim jira --help`.
const JIRA: &str = "\
People: admin (administrator), ada, bob. They sign in
  on Cloud with e-mail NAME@example.com and API token token-NAME (Basic),
  on Data Center and Server with name NAME and password NAME (Basic), or personal access token pat-NAME (Bearer),
  on Data Center by OAuth 2.0 (client bowline, secret secret-bowline), on all of them by OAuth 1.0a (consumer bowline,
  --consumer-key-file FILE).
Projects: ACME (a strict workflow: done is reached through review, and asks for a resolution) and OPS (an open one).

Examples:
  bowline sim jira --listen 127.0.0.1:8081
  curl -u ada@example.com:token-ada http://127.0.0.1:8081/rest/api/3/issue/ACME-1
  bowline sim jira --deployment dc --listen 127.0.0.1:8081 --webhook http://127.0.0.1:8000/hooks
  curl -u ada:ada http://127.0.0.1:8081/rest/api/2/issue/ACME-1

http://ADDRESS/_sim/ is a page for browsers, and JSON for programs: clock, faults, snapshots, edits as a person,
requests received, webhooks sent. Everything is in memory and gone when the simulator ends.";

/// What is at the end of `bowline sim targetprocess --help`.
const TARGETPROCESS: &str = "\
People: admin (administrator), ada, bob. They sign in with the access token token-NAME in the address, or with name NAME
and password NAME (Basic). Projects: Web Shop (100) and Back Office (101).

Examples:
  bowline sim targetprocess --listen 127.0.0.1:8082
  curl 'http://127.0.0.1:8082/api/v1/UserStories?format=json&access_token=token-ada'

http://ADDRESS/_sim/ is a page for browsers, and JSON for programs: clock, faults, snapshots, edits as a person,
requests received, webhooks sent. Everything is in memory and gone when the simulator ends.";

/// Which simulator.
#[derive(Subcommand)]
pub(crate) enum Which {
    /// Run a simulated Jira: Cloud, Data Center or Server.
    ///
    /// It answers as Jira does, sends webhooks as Jira does, and fails as Jira does when told to. No account, no
    /// network, no licence.
    #[command(after_help = JIRA)]
    Jira(Box<Jira>),
    /// Run a simulated Targetprocess.
    ///
    /// It answers as Targetprocess does (REST v1 and v2), sends webhooks as its automation rules do, and fails when told
    /// to. No account, no network, no licence.
    #[command(after_help = TARGETPROCESS)]
    Targetprocess(Box<Targetprocess>),
    /// Run a simulated Atlassian: OAuth 2.0, the API gateway, and several Jira Cloud sites.
    ///
    /// People consent on a page, tokens rotate and end as Atlassian's do, and the gateway checks the scopes of each call. A
    /// year passes when its clock is told so. No account, no network, no licence.
    #[command(after_help = atlassian::HELP)]
    Atlassian(Box<atlassian::Ask>),
}

/// A simulated Jira.
#[derive(Args)]
pub(crate) struct Jira {
    /// Which Jira it is.
    #[arg(long, value_enum, default_value = "cloud")]
    deployment: Deployment,
    /// How many issues there are at the start, two thirds in ACME, the rest in OPS.
    #[arg(long, value_name = "N", default_value_t = 120)]
    issues: usize,
    /// The path it is below, as Jira Server is often installed: `/jira`.
    #[arg(long, value_name = "PATH", default_value = "", hide_default_value = true)]
    context_path: String,
    /// Limits requests as Atlassian does, with the documented numbers.
    #[arg(long)]
    limits: bool,
    /// A file with the public key (PEM) of the OAuth 1.0a consumer `bowline`.
    #[arg(long, value_name = "FILE")]
    consumer_key_file: Option<PathBuf>,
    /// A file with the secret that webhooks are signed with; `-` reads it from standard input.
    #[arg(long, value_name = "FILE", requires = "webhook")]
    webhook_secret_file: Option<PathBuf>,
    /// Only issues that match this JQL are told of.
    #[arg(long, value_name = "JQL", requires = "webhook")]
    webhook_jql: Option<String>,
    /// Only these events are told of, comma-separated; all of issues and comments if not given.
    #[arg(long, value_name = "EVENT", value_delimiter = ',', requires = "webhook")]
    webhook_events: Vec<String>,
    /// Seconds before each repeat of a webhook that failed; Cloud's own five to fifteen minutes if not given.
    #[arg(long, value_name = "SECONDS")]
    webhook_retry: Option<u64>,
    #[command(flatten)]
    common: Common,
}

/// A simulated Targetprocess.
#[derive(Args)]
pub(crate) struct Targetprocess {
    /// How many user stories there are at the start.
    #[arg(long, value_name = "N", default_value_t = 80)]
    stories: usize,
    /// How many bugs there are at the start.
    #[arg(long, value_name = "N", default_value_t = 40)]
    bugs: usize,
    /// A header that is sent with each webhook, as `NAME: VALUE`.
    #[arg(long, value_name = "HEADER", requires = "webhook", value_parser = header)]
    webhook_header: Option<(String, String)>,
    #[command(flatten)]
    common: Common,
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
    /// Where to listen: an address with a port, or a port alone; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    listen: Listen,
    /// The address that links in answers name, if it is called by another one than it listens on.
    #[arg(long, value_name = "URL", value_parser = url)]
    base_url: Option<String>,
    /// Where webhooks are sent.
    #[arg(long, value_name = "URL", value_parser = url)]
    webhook: Option<String>,
    /// The same seed gives the same data.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// What its clock shows at the start, such as 2026-03-29T00:59:00Z; real time if not given.
    #[arg(long, value_name = "TIME")]
    now: Option<Timestamp>,
    /// Its clock stands still until it is told to move.
    #[arg(long)]
    frozen: bool,
    /// A name that the control API at /_sim/ may be called by, beside addresses and localhost; may be repeated.
    #[arg(long, value_name = "NAME")]
    allow_host: Vec<String>,
}

/// An absolute address, for clap.
fn url(text: &str) -> Result<String, String> {
    let uri: Option<http::Uri> = text.parse().ok();
    let fits = uri
        .is_some_and(|uri| uri.authority().is_some() && matches!(uri.scheme_str(), Some("http" | "https")));
    fits.then(|| text.to_owned())
        .ok_or_else(|| "an address begins with http:// or https:// and a host".to_owned())
}

/// A header, for clap.
fn header(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once(':').ok_or("a header is NAME: VALUE")?;
    let name: http::HeaderName = name.trim().parse().map_err(|_| "this is no header's name".to_owned())?;
    Ok((name.to_string(), value.trim().to_owned()))
}

pub(super) async fn run(out: Out, which: Which) -> Done {
    bowline_net::start();
    match which {
        Which::Jira(ask) => {
            let address = ask.common.listen.0;
            alone(out, "jira", jira::start(ask.options()?, address).await.map_err(cannot)?).await
        }
        Which::Targetprocess(ask) => {
            let address = ask.common.listen.0;
            let running = targetprocess::start(ask.options(), address).await.map_err(cannot)?;
            alone(out, "targetprocess", running).await
        }
        Which::Atlassian(ask) => {
            let atlassian = ask.start().await?;
            told::say(out, "atlassian", atlassian.running(), atlassian.sites());
            until_told().await?;
            atlassian.stop().await;
            Ok(())
        }
    }
}

/// Runs a simulator that is not in company.
async fn alone(out: Out, name: &str, running: Running) -> Done {
    told::say(out, name, &running, &[]);
    until_told().await?;
    running.stop().await;
    Ok(())
}

/// Waits for Ctrl-C or SIGTERM.
async fn until_told() -> std::io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    Ok(())
}

impl Jira {
    fn options(self) -> Result<jira::Options, Failed> {
        let common = self.common;
        let secret = self.webhook_secret_file.as_deref();
        let secret = secret.map(|file| secret::read("secret", Some(file))).transpose()?;
        let (secret, jql) = (secret.map(|secret| secret.expose_text().to_owned()), self.webhook_jql);
        let events = self.webhook_events;
        Ok(jira::Options {
            deployment: match self.deployment {
                Deployment::Cloud => jira::Deployment::Cloud,
                Deployment::Dc => jira::Deployment::DataCenter,
                Deployment::Server => jira::Deployment::Server,
            },
            base_url: common.base_url,
            context: self.context_path,
            consumer_key: self.consumer_key_file.as_deref().map(key).transpose()?,
            webhook: common.webhook.map(|url| WebhookTarget { url, secret, jql, events, header: None }),
            seed: common.seed,
            issues: self.issues,
            webhook_retry: self.webhook_retry.map(Duration::from_secs),
            now: common.now.map(Timestamp::as_millisecond),
            frozen: common.frozen,
            hosts: common.allow_host,
            limits: self.limits,
        })
    }
}

impl Targetprocess {
    fn options(self) -> targetprocess::Options {
        let (common, header) = (self.common, self.webhook_header);
        targetprocess::Options {
            base_url: common.base_url,
            webhook: common.webhook.map(|url| WebhookTarget { url, header, ..WebhookTarget::default() }),
            seed: common.seed,
            stories: self.stories,
            bugs: self.bugs,
            now: common.now.map(Timestamp::as_millisecond),
            frozen: common.frozen,
            hosts: common.allow_host,
            ..targetprocess::Options::default()
        }
    }
}

/// Reads a public key, which is no secret.
fn key(file: &Path) -> Result<String, Failed> {
    let cannot = |error| {
        Failed::usage(format!("cannot read the key in {}: {error}", file.display()))
            .next("give --consumer-key-file a file with the public key")
    };
    std::fs::read_to_string(file).map_err(cannot)
}

/// Says why it did not start, and what to do.
fn cannot(error: Error) -> Failed {
    match error {
        Error::Bind { address, source } => listen::cannot(address, &source),
        Error::Context(_) => {
            Failed::usage(error.to_string()).next("give --context-path a path such as /jira")
        }
        Error::ConsumerKey(_) => {
            Failed::usage(error.to_string()).next("give --consumer-key-file the public key")
        }
        Error::Filter(_) => Failed::usage(error.to_string()).next("mend the query of --webhook-jql"),
        other => Failed::new(Exit::Failure, other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_addresses_and_headers_are_taken() {
        assert!(url("http://127.0.0.1:8000/hooks").is_ok() && url("https://example.com").is_ok());
        for wrong in ["127.0.0.1:8000", "/hooks", "ftp://example.com", "http://", ""] {
            assert!(url(wrong).is_err(), "{wrong}");
        }
        assert_eq!(header("X-Key: a:b"), Ok(("x-key".to_owned(), "a:b".to_owned())));
        assert!(header("X-Key").is_err() && header("a b: c").is_err());
    }
}
