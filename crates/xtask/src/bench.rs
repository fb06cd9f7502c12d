//! `cargo xtask bench`: builds optimised and hands over to the program that measures.

use anyhow::Result;
use clap::ValueEnum;

use crate::postgres::Postgres;
use crate::shell;

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum What {
    /// From webhook received to target written.
    Sync,
}

/// Builds and measures.
pub(crate) fn run(what: What) -> Result<String> {
    let postgres = Postgres::find_or_start()?;
    shell::run(shell::cargo().args(["build", "--release", "-p", "bowline", "-p", "bowline-bench"]))?;
    let word = match what {
        What::Sync => "sync",
    };
    let bench = shell::root().join("target/release/bowline-bench");
    let binary = shell::root().join("target/release/bowline");
    let mut command = std::process::Command::new(bench);
    command.arg(word).arg("--bowline").arg(binary).arg("--postgres").arg(postgres.url());
    shell::run(&mut command)?;
    Ok(format!("measured: {word}"))
}
