//! Holds what the simulated Jira answered against Atlassian's own descriptions of its APIs.
//!
//! The simulators write transcripts while tests run; `judge` reads them: each answer's path, status, media type and body
//! must be what the [`document`]s say, after the listed [`overlay`] repairs. `coverage` says which operations were seen.
//! `export` hands a document to other programs; `reduce` made the documents in this crate out of the published ones, and
//! `scopes` a table for the simulators.

mod calls;
mod coverage;
mod document;
mod export;
mod judge;
mod overlay;
mod reduce;
mod schema;
mod scopes;
mod transcript;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Holds the simulated Jira against Atlassian's documents.
#[derive(Parser)]
struct Args {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Judges every transcript of a folder; fails on any deviation.
    Judge {
        /// The folder the simulators wrote to.
        folder: PathBuf,
    },
    /// Prints which operations of the documents were answered with success, as a table.
    Coverage {
        /// The folder the simulators wrote to.
        folder: PathBuf,
    },
    /// Holds what our own client asked against the documents, and prints the table of its calls.
    Calls {
        /// The folder the tests of crate `jira` wrote to.
        folder: PathBuf,
    },
    /// Writes a document, repaired, with those of its operations that a simulator serves.
    Export {
        /// `cloud-v3`, `cloud-v2`, `software` or `dc`.
        name: String,
        /// What `GET /_sim/served` of the simulator answered.
        served: PathBuf,
        /// Where the document goes.
        to: PathBuf,
    },
    /// Takes out of a published OpenAPI document what this crate needs: paths, statuses, schemas.
    Reduce {
        /// The published document.
        from: PathBuf,
        /// Where the reduced one goes.
        to: PathBuf,
    },
    /// Makes the table of OAuth 2.0 scopes out of published OpenAPI documents, the newest first.
    Scopes {
        /// Where the table goes.
        to: PathBuf,
        /// The published documents.
        from: Vec<PathBuf>,
    },
}

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(text) => {
            print(&text);
            ExitCode::SUCCESS
        }
        Err(error) => {
            print(&format!("failed: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> Result<String> {
    match &args.task {
        Task::Judge { folder } => judge_all(folder),
        Task::Coverage { folder } => coverage::table(folder),
        Task::Calls { folder } => calls::table(folder),
        Task::Export { name, served, to } => export::run(name, served, to),
        Task::Reduce { from, to } => reduce::run(from, to),
        Task::Scopes { to, from } => scopes::run(to, from),
    }
}

fn judge_all(folder: &Path) -> Result<String> {
    let mut judge = judge::Judge::new(document::Documents::load()?);
    let read = transcript::read(folder, |answer| judge.judge(&answer))?;
    judge.verdict(read)
}

#[expect(clippy::print_stdout, reason = "a program's output")]
fn print(text: &str) {
    println!("{text}");
}
