//! The command line. One file for each noun; what they share is in `client`, `out`, `exit` and `secret`.

mod activity;
mod app;
mod audit;
mod client;
mod config;
mod connection;
mod debug;
mod delegation;
mod doctor;
mod errors;
mod exit;
mod explain;
mod grant;
mod keys;
mod layers;
mod limits;
mod oauth_client;
mod out;
mod profile;
mod secret;
mod serve;
mod share;
mod sim;
mod tenant;
mod token;
mod tree;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use bowline_auth::bearer;
use bowline_core::secret::Secret;
use clap::{CommandFactory as _, Parser as _};
use serde_json::{Value, json};

use crate::config::Config;

pub(crate) use client::{Client, words};
pub(crate) use exit::{Done, Exit, Failed};
pub(crate) use out::Out;
use tree::{Cli, Command, Global};

/// The release.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Parses the command line, does what it says, and reports how it ended.
pub(crate) fn main() -> ExitCode {
    let cli = Cli::parse();
    let out = Out { json: cli.global.json };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let done = match runtime {
        Ok(runtime) => runtime.block_on(run(cli)),
        Err(error) => Err(error.into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failed) => {
            let mut err = std::io::stderr().lock();
            let _ = if out.json { writeln!(err, "{}", failed.to_json()) } else { writeln!(err, "{failed}") };
            failed.exit_code()
        }
    }
}

/// What commands need.
pub(crate) struct Context {
    pub(crate) out: Out,
    global: Global,
    environment: Vec<(String, String)>,
}

impl Context {
    /// The configuration: `--config`, else `bowline.toml` here, else the defaults; and the environment.
    pub(crate) fn config(&self) -> Result<Config, Failed> {
        let here = Path::new("bowline.toml");
        let file = self.global.config.clone().or_else(|| here.exists().then(|| PathBuf::from(here)));
        Config::load(file.as_deref(), &self.environment).map_err(|problems| {
            let failed = Failed::usage(format!("the configuration cannot be used\n{problems}"));
            failed.next("`bowline config default` shows every key with its meaning")
        })
    }

    /// A client of the service that `--server` names, else of the one configured here.
    pub(crate) fn client(&self) -> Result<Client, Failed> {
        bowline_net::start();
        let base = match &self.global.server {
            Some(server) => server.clone(),
            None => format!("http://{}", self.config()?.server.listen),
        };
        Client::new(&base, self.token()?, self.global.tenant.clone())
    }

    /// The tenant that was named, if one was.
    pub(crate) fn tenant(&self) -> Option<&str> {
        self.global.tenant.as_deref()
    }

    /// `--token-file`, else BOWLINE_TOKEN, else the admin's token of the data folder.
    fn token(&self) -> Result<Option<Secret>, Failed> {
        if let Some(file) = &self.global.token_file {
            return secret::read("token", Some(file)).map(Some);
        }
        if let Some((_, token)) = self.environment.iter().find(|(name, _)| name == "BOWLINE_TOKEN") {
            return Ok(Some(Secret::from(token.clone())));
        }
        let path = self.config()?.data.dir.join("admin.token");
        bearer::find_admin(&path).map_err(|error| Failed::new(Exit::Auth, error.to_string()))
    }
}

async fn run(cli: Cli) -> Done {
    let environment = std::env::vars().filter(|(name, _)| name.starts_with("BOWLINE_")).collect();
    let context = Context { out: Out { json: cli.global.json }, global: cli.global, environment };
    let out = context.out;
    match cli.command {
        Command::Serve(ask) => serve::run(&context, ask).await,
        Command::Demo(ask) => crate::demo::run(out, ask).await,
        Command::Sim { which } => sim::run(out, which).await,
        Command::Connection { verb } => connection::run(&context, verb).await,
        Command::OauthClient { verb } => oauth_client::run(&context, verb).await,
        Command::Grant { verb } => grant::run(&context, verb).await,
        Command::Delegation { verb } => delegation::run(&context, verb).await,
        Command::Profile { verb } => profile::run(&context, verb).await,
        Command::Share { verb } => share::run(&context, verb).await,
        Command::Errors { verb } => errors::run(&context, verb).await,
        Command::Tenant { verb } => tenant::run(&context, verb).await,
        Command::App { verb } => app::run(&context, verb).await,
        Command::Keys { verb } => keys::run(&context, verb).await,
        Command::Token { verb } => token::run(&context, verb).await,
        Command::Audit { what } => audit::run(&context, &what).await,
        Command::Activity(ask) => activity::run(&context, ask).await,
        Command::Status => activity::status(&context).await,
        Command::Open => open(&context).await,
        Command::Doctor => doctor::run(&context).await,
        Command::Explain { code } => explain::run(out, code.as_deref()),
        Command::Config { verb } => config::run(&context, verb),
        Command::Debug { what } => debug::run(&what),
        Command::Openapi => {
            out.line(bowline_server::openapi());
            Ok(())
        }
        Command::Completion { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "bowline", &mut std::io::stdout());
            Ok(())
        }
        Command::Healthcheck => healthcheck(&context).await,
        Command::Version => {
            out.value(&json!({"name": "bowline", "version": VERSION}), |_| format!("bowline {VERSION}"));
            Ok(())
        }
    }
}

/// A link that signs a browser in to the live page.
async fn open(context: &Context) -> Done {
    let link = context.client()?.post("/api/v1/session-links", &json!({})).await?;
    context.out.value(&link, |link| out::at(link, "/url"));
    context.out.note("It signs in once, within fifteen minutes.");
    Ok(())
}

/// For a container's health check: exit 0 when the service is ready.
async fn healthcheck(context: &Context) -> Done {
    let text = context.client()?.text("/readyz").await?;
    context.out.value(&Value::String(text), |text| out::at(text, ""));
    Ok(())
}
