//! Tasks of the project: `cargo xtask test`, `simulate`, `years`, `bench`, `coverage`, `conformance`, `fuzz`, `tidy`. No logic lives
//! in shell scripts.
//!
//! Light on purpose: it compiles in seconds and starts everything else as a child.

mod bench;
mod conformance;
mod debian;
mod fuzz;
mod postgres;
mod shell;
mod simulate;
mod test;
mod tidy;
mod transcript;
mod years;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Tasks of the project.
#[derive(Parser)]
#[command(bin_name = "cargo xtask")]
struct Args {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Runs every test. Finds, starts or installs PostgreSQL first.
    Test {
        /// Also what takes long: more histories of the simulation, and programs that nobody here wrote.
        #[arg(long)]
        full: bool,
    },
    /// Runs histories of the engine's simulation.
    Simulate {
        /// How many.
        #[arg(long, default_value_t = 20_000)]
        histories: u64,
        /// The seed of the first; the others follow.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Runs 400 days of grants, one in a hundred of them in use, and a day in which all are. A hundred thousand grants are
    /// sixteen million looks.
    Years {
        /// How many.
        #[arg(long, default_value_t = 100_000)]
        grants: u32,
    },
    /// Measures: events per second, delays, memory, beside the limits of this machine.
    Bench(bench::Ask),
    /// Writes which operations of Jira's APIs the simulator serves, from a run of its tests.
    Coverage,
    /// Runs programs that nobody here wrote against the simulated Jira and our own signing.
    #[command(subcommand)]
    Conformance(conformance::Ask),
    /// Tries inputs that nobody thought of on everything that reads what strangers wrote.
    Fuzz(fuzz::Ask),
    /// Holds crate graph, licences, file sizes and words to the documents.
    Tidy,
}

fn main() -> ExitCode {
    let result = match Args::parse().task {
        Task::Test { full } => test::run(full),
        Task::Simulate { histories, seed } => simulate::run(histories, seed),
        Task::Years { grants } => years::run(grants),
        Task::Bench(ask) => bench::run(&ask),
        Task::Coverage => transcript::coverage(),
        Task::Conformance(ask) => conformance::run(ask),
        Task::Fuzz(ask) => fuzz::run(&ask),
        Task::Tidy => tidy::run(),
    };
    match result {
        Ok(verdict) => {
            shell::say(&verdict);
            ExitCode::SUCCESS
        }
        Err(error) => {
            shell::say(&format!("failed: {error:#}"));
            ExitCode::FAILURE
        }
    }
}
