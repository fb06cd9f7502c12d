//! `bowline-bench connect`: what it costs to be an app, beside what Atlassian publishes for JavaScript.
//!
//! [`alone`] verifies requests on one core, in turns with npm `atlassian-jwt`. [`servers`] lets whole servers take webhooks in
//! turns: an app of npm `atlassian-connect-express`, one of crate `connect` ([`app`]), and the service, which keeps each delivery
//! before it answers. [`timing`] asks whether the time of a refusal tells who is known. What each figure means is in
//! `docs/performance.md`.

mod alone;
pub(crate) mod app;
mod load;
mod servers;
mod sites;
mod timing;
mod wire;

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use serde::Serialize;

use crate::report::say;

/// How to measure.
#[derive(clap::Args)]
pub(crate) struct Connect {
    /// The folder of the installed JavaScript packages.
    #[arg(long)]
    modules: PathBuf,
    /// The program that verifies with npm `atlassian-jwt`.
    #[arg(long)]
    script: PathBuf,
    /// The packages and the program of the other server; without them no server is measured.
    #[arg(long, requires_all = ["express_script", "bowline"])]
    express_modules: Option<PathBuf>,
    /// The program of the other server.
    #[arg(long)]
    express_script: Option<PathBuf>,
    /// The service's binary; an optimised one, if the figures are to mean something.
    #[arg(long)]
    bowline: Option<PathBuf>,
    /// A PostgreSQL whose user may create databases and roles; without it the service is measured on SQLite alone.
    #[arg(long, value_name = "URL")]
    postgres: Option<String>,
    /// One short round: shows that everything works, not how fast.
    #[arg(long)]
    quick: bool,
    /// Writes all figures to a file as well.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// Everything that was measured.
#[derive(Debug, Serialize)]
struct Figures {
    #[serde(flatten)]
    alone: alone::Figures,
    servers: Option<servers::Figures>,
    timing: Option<timing::Figures>,
}

/// Measures, and prints the verdict last.
pub(crate) fn run(ask: &Connect) -> Result<()> {
    let alone = alone::measure(ask)?;
    let whole = match (&ask.express_modules, &ask.express_script, &ask.bowline) {
        (Some(modules), Some(script), Some(bowline)) => {
            let with = servers::With {
                modules,
                script,
                bowline,
                postgres: ask.postgres.as_deref(),
                quick: ask.quick,
            };
            Some(crate::on_runtime(servers::measure(&with))?)
        }
        _ => None,
    };
    let (servers, timing) = whole.unzip();
    let figures = Figures { alone, servers, timing };
    if let Some(path) = &ask.json {
        let text = serde_json::to_string_pretty(&figures)?;
        std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    let mut verdict = format!("bench connect: {}", figures.alone.verdict());
    if let Some(servers) = &figures.servers {
        verdict += &format!("; {}", servers.verdict());
    }
    say(&verdict);
    Ok(())
}
