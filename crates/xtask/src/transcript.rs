//! What the simulated Jira answered while tests ran, held against Atlassian's documents by the crate `oracle`.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::shell::{self, say};

/// Names the folder to the simulators (`crates/sim/src/frame/transcript.rs`).
pub(crate) const VARIABLE: &str = "BOWLINE_SIM_TRANSCRIPTS";

/// Where the table of served operations is.
const COVERAGE: &str = "docs/simulator-coverage.md";

const HEAD: &str = "# What the simulated Jira serves

Made by `cargo xtask coverage` from what was answered with success while the simulator's own tests ran; each of these answers
was held against the document it is listed under. An operation that is not here may still be served: then no test asks for it.
";

/// Names the folder of what our own client asks to its tests (`crates/jira/tests/it/proven/world.rs`).
pub(crate) const CALLS_VARIABLE: &str = "BOWLINE_SIM_CALLS";

/// Where the table of its calls is.
const CALLS: &str = "docs/jira-calls.md";

const CALLS_HEAD: &str = "# Calls of our own client

What crate `jira` asks, call by call, on Jira Cloud and Data Center. Made by `cargo xtask coverage` from calls that succeeded against the
simulated products while the crate's tests ran; the path, the query and the body of each were held against Atlassian's documents
(`cargo xtask test` does both again, and fails if this table is not what came out). What Cloud tells to Connect apps alone, deliveries
given up (`GET /rest/api/3/webhook/failed`), is asked in a test whose answers are written by hand.

";

/// An empty folder for the transcripts of one run.
pub(crate) fn folder() -> Result<PathBuf> {
    empty("target/transcripts")
}

/// An empty folder for the calls of one run.
pub(crate) fn calls_folder() -> Result<PathBuf> {
    empty("target/calls")
}

fn empty(place: &str) -> Result<PathBuf> {
    let folder = shell::root().join(place);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).with_context(|| place.to_owned())?;
    }
    std::fs::create_dir_all(&folder).with_context(|| place.to_owned())?;
    Ok(folder)
}

/// Fails on any call of ours that the documents do not describe, or if the table says otherwise.
pub(crate) fn judge_calls(folder: &Path) -> Result<()> {
    let there = std::fs::read_to_string(shell::root().join(CALLS)).unwrap_or_default();
    if there != calls(folder)? {
        bail!("{CALLS} is not what was asked: write it with `cargo xtask coverage`");
    }
    say(&format!("{CALLS} is what was asked"));
    Ok(())
}

fn calls(folder: &Path) -> Result<String> {
    let table = ["run", "-q", "-p", "bowline-oracle", "--", "calls"];
    let table = shell::read(shell::cargo().args(table).arg(folder))?;
    Ok(format!("{CALLS_HEAD}{}\n", table.trim_end()))
}

/// Fails on any answer that the documents do not allow.
pub(crate) fn judge(folder: &Path) -> Result<()> {
    let judge = ["run", "-q", "-p", "bowline-oracle", "--", "judge"];
    shell::run(shell::cargo().args(judge).arg(folder))
}

/// Runs the tests of the simulator and of our client, judges what was asked and answered, and writes both tables.
pub(crate) fn coverage() -> Result<String> {
    let asked = calls_folder()?;
    shell::run(shell::cargo().args(["test", "-p", "bowline-jira"]).env(CALLS_VARIABLE, &asked))?;
    std::fs::write(shell::root().join(CALLS), calls(&asked)?).context(CALLS)?;
    let folder = folder()?;
    shell::run(shell::cargo().args(["test", "-p", "bowline-sim"]).env(VARIABLE, &folder))?;
    judge(&folder)?;
    let table = ["run", "-q", "-p", "bowline-oracle", "--", "coverage"];
    let table = shell::read(shell::cargo().args(table).arg(&folder))?;
    std::fs::write(shell::root().join(COVERAGE), format!("{HEAD}{table}")).context(COVERAGE)?;
    Ok(format!("{CALLS} and {COVERAGE} are written"))
}
