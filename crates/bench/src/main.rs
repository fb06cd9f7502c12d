//! `bowline-bench sync`: how fast an edit in one tool arrives in the other, and what that costs.
//!
//! Everything measured is the release binary as a process of its own, seen from outside: `/proc`, the simulators'
//! records, the API, and the database's own count of transactions. What the figures mean is in
//! `docs/performance.md`. Nothing here is used by the product.

#![expect(clippy::indexing_slicing, reason = "of JSON, which answers null for what is not there")]

mod activity;
mod amount;
mod auth;
mod bench;
mod client;
mod clock;
mod connect;
mod database;
mod limit;
mod link;
mod meter;
mod phase;
mod pin;
mod points;
mod proc;
mod program;
mod rank;
mod reading;
mod renewals;
mod report;
mod service;
mod simulator;
mod texts;
mod tool;
mod world;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::{Parser, Subcommand};

/// Measures Bowline.
#[derive(Parser)]
#[command(name = "bowline-bench")]
struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// From webhook received to target written, on SQLite and on PostgreSQL.
    Sync(Sync),
    /// The simulated Jira alone: start, memory, reads and searches a second.
    Sim(simulator::Sim),
    /// Requests signed with OAuth 1.0a, beside what openssl signs on the same core; and a herd of grants that is renewed.
    Auth(auth::Auth),
    /// Requests of a site verified, beside npm `atlassian-jwt`; webhooks taken, beside npm `atlassian-connect-express`.
    Connect(connect::Connect),
    /// Issues read page by page, beside PyPI `jira` and crate `gouqi`.
    Client(reading::Client),
    /// Texts converted, beside Atlassian's transformers and npm `jira2md`.
    Text(texts::Texts),
    /// The server of `client`.
    #[command(hide = true)]
    Pages(reading::Pages),
    /// Our own part of `client`.
    #[command(hide = true)]
    Walk(reading::Walk),
    /// Carries a file to an issue and back.
    #[command(hide = true)]
    Carry(reading::Carry),
    /// The crate's own server of `connect`.
    #[command(hide = true)]
    ConnectApp(connect::app::ConnectApp),
}

/// What to measure, and with what.
#[derive(clap::Args)]
pub(crate) struct Sync {
    /// The binary to measure; an optimised one, if the figures are to mean something.
    #[arg(long)]
    bowline: PathBuf,
    /// A PostgreSQL whose user may create databases and roles; without it only SQLite is measured.
    #[arg(long, value_name = "URL")]
    postgres: Option<String>,
    /// Small counts: shows that everything works, not how fast.
    #[arg(long)]
    quick: bool,
    /// Writes all figures to a file as well.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

fn main() -> ExitCode {
    let done = match Args::parse().what {
        What::Sync(ask) => run(&ask),
        What::Sim(ask) => on_runtime(simulator::run(&ask)),
        What::Auth(ask) => auth::run(&ask),
        What::Connect(ask) => connect::run(&ask),
        What::Client(ask) => reading::run(&ask),
        What::Text(ask) => texts::run(&ask),
        What::Pages(ask) => on_runtime(ask.run()),
        What::Walk(ask) => on_one_thread(ask.run()),
        What::Carry(ask) => on_one_thread(ask.run()),
        What::ConnectApp(ask) => connect::app::run(&ask),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report::say(&format!("failed: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Carries out a measurement.
fn on_runtime<T>(measurement: impl Future<Output = Result<T>>) -> Result<T> {
    bowline_net::start();
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?.block_on(measurement)
}

/// Reads on the thread it is on.
fn on_one_thread<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    bowline_net::start();
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work)
}

/// Prints the report; its last line is the verdict.
fn run(ask: &Sync) -> Result<()> {
    let amount = if ask.quick { amount::QUICK } else { amount::FULL };
    let measured = on_runtime(bench::sync(ask, &amount))?;
    if let Some(path) = &ask.json {
        let text = serde_json::to_string_pretty(&measured)?;
        std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    report::print(&amount, &measured);
    Ok(())
}
