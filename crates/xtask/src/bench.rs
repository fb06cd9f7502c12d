//! `cargo xtask bench`: builds optimised and hands over to the program that measures.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};
use clap::ValueEnum;

use crate::conformance;
use crate::postgres::Postgres;
use crate::shell::{self, say};

/// What to measure, and how much of it.
#[derive(clap::Args)]
pub(crate) struct Ask {
    /// What to measure.
    #[arg(value_enum)]
    what: What,
    /// Small counts: shows that everything works, not how fast.
    #[arg(long)]
    quick: bool,
    /// Writes all figures to a file as well.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum What {
    /// From webhook received to target written.
    Sync,
    /// The simulated Jira alone.
    Sim,
    /// Requests signed with OAuth 1.0a, beside `openssl speed`, and grants renewed.
    Auth,
    /// Requests of a site verified, beside npm `atlassian-jwt`, and webhooks taken, beside `atlassian-connect-express`.
    Connect,
    /// Issues read page by page, beside PyPI `jira` and crate `gouqi`.
    Client,
    /// Texts converted, beside Atlassian's transformers and npm `jira2md`.
    Text,
}

/// Builds and measures; the verdict is the measuring program's last line.
pub(crate) fn run(ask: &Ask) -> Result<String> {
    let needs_postgres = matches!(ask.what, What::Sync | What::Connect);
    let postgres = if needs_postgres { Some(Postgres::find_or_start()?) } else { None };
    let word = match ask.what {
        What::Sync => "sync",
        What::Sim => "sim",
        What::Auth => "auth",
        What::Connect => "connect",
        What::Client => "client",
        What::Text => "text",
    };
    let built = shell::root().join("target/release");
    let mut build = shell::cargo();
    build.args(["build", "--release", "-p", "bowline-bench", "-p", "bowline"]);
    shell::run(&mut build)?;
    let mut command = Command::new(built.join("bowline-bench"));
    command.arg(word);
    match ask.what {
        What::Connect => {
            let (modules, script) = conformance::peer("", "bench_jwt.cjs")?;
            command.arg("--modules").arg(modules).arg("--script").arg(script);
            let (modules, script) = conformance::peer("connect-express", "bench_express.cjs")?;
            command.arg("--express-modules").arg(modules).arg("--express-script").arg(script);
            command.arg("--bowline").arg(built.join("bowline"));
        }
        What::Text => {
            let (modules, script) = conformance::peer("texts", "bench_text.cjs")?;
            command.arg("--modules").arg(modules).arg("--script").arg(script);
        }
        What::Client => {
            let readers = conformance::readers("bench_client.py", "gouqi")?;
            command.arg("--python").arg(readers.python).arg("--script").arg(readers.script);
            command.arg("--gouqi").arg(readers.rust);
        }
        What::Sync | What::Sim | What::Auth => {
            command.arg("--bowline").arg(built.join("bowline"));
        }
    }
    if let Some(postgres) = &postgres {
        command.arg("--postgres").arg(postgres.url());
    }
    if ask.quick {
        command.arg("--quick");
    }
    if let Some(file) = &ask.json {
        command.arg("--json").arg(file);
    }
    last_line(&mut command)
}

/// Shows what the program prints, but for the last line, which is given back.
fn last_line(command: &mut Command) -> Result<String> {
    let mut child = command.stdout(Stdio::piped()).spawn().context("cannot start bowline-bench")?;
    let output = child.stdout.take().context("bowline-bench has no output")?;
    let mut last = None;
    for line in BufReader::new(output).lines() {
        if let Some(earlier) = last.replace(line?) {
            say(&earlier);
        }
    }
    let (status, last) = (child.wait()?, last.unwrap_or_default());
    if !status.success() {
        bail!("{last} (bowline-bench ended with {status})");
    }
    Ok(last)
}
