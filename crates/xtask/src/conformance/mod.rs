//! `cargo xtask conformance`: programs that nobody here wrote, run against the simulated Jira.
//!
//! `jira-suite` is the server half of the public Python client's own test suite, from a checkout that is named. What is
//! known to differ stands, with its source, in `conformance/` and is told in `docs/conformance.md`. Every answer is held
//! against Atlassian's documents as well.

mod list;
mod page;
mod python;
mod report;
mod simulator;
mod suite;

use std::path::PathBuf;

use anyhow::Result;
use clap::Subcommand;

pub(crate) use page::check as check_page;

/// What is run.
#[derive(Subcommand)]
pub(crate) enum Ask {
    /// The test suite of the public Python client (pycontribs/jira), against a simulated Jira Server.
    JiraSuite {
        /// A checkout of the client's repository.
        #[arg(long, value_name = "DIR")]
        suite: Option<PathBuf>,
    },
    /// Writes the tables of `docs/conformance.md` anew from the lists.
    Page,
}

/// Runs it; the verdict has the counts.
pub(crate) fn run(ask: Ask) -> Result<String> {
    match ask {
        Ask::JiraSuite { suite } => suite::run(suite.as_deref()),
        Ask::Page => page::write(),
    }
}
