//! What the simulated Jira answered while tests ran, held against Atlassian's documents by the crate `oracle`.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::shell;

/// Names the folder to the simulators (`crates/sim/src/frame/transcript.rs`).
pub(crate) const VARIABLE: &str = "BOWLINE_SIM_TRANSCRIPTS";

/// Where the table of served operations is.
const COVERAGE: &str = "docs/simulator-coverage.md";

const HEAD: &str = "# What the simulated Jira serves

Made by `cargo xtask coverage` from what was answered with success while the simulator's own tests ran; each of these answers
was held against the document it is listed under. An operation that is not here may still be served: then no test asks for it.
";

/// An empty folder for the transcripts of one run.
pub(crate) fn folder() -> Result<PathBuf> {
    let folder = shell::root().join("target/transcripts");
    if folder.exists() {
        std::fs::remove_dir_all(&folder).context("target/transcripts")?;
    }
    std::fs::create_dir_all(&folder).context("target/transcripts")?;
    Ok(folder)
}

/// Fails on any answer that the documents do not allow.
pub(crate) fn judge(folder: &Path) -> Result<()> {
    let judge = ["run", "-q", "-p", "bowline-oracle", "--", "judge"];
    shell::run(shell::cargo().args(judge).arg(folder))
}

/// Runs the simulator's tests, judges every answer and writes the table of what was served.
pub(crate) fn coverage() -> Result<String> {
    let folder = folder()?;
    shell::run(shell::cargo().args(["test", "-p", "bowline-sim"]).env(VARIABLE, &folder))?;
    judge(&folder)?;
    let table = ["run", "-q", "-p", "bowline-oracle", "--", "coverage"];
    let table = shell::read(shell::cargo().args(table).arg(&folder))?;
    std::fs::write(shell::root().join(COVERAGE), format!("{HEAD}{table}")).context(COVERAGE)?;
    Ok(format!("{COVERAGE} is written"))
}
