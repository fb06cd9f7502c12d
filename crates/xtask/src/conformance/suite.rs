//! `cargo xtask conformance jira-suite`: the server half of the Python client's own tests, against a simulated Server.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use super::list::{FILE, Known};
use super::python;
use super::report::{self, Outcome};
use super::simulator::Simulator;
use crate::shell::{self, say};
use crate::transcript;

/// Fewer passes than this are no conformance, whatever the list says.
const LEAST: usize = 150;
/// Where the suite's authors have their Jira (`CI_JIRA_URL` in `tox.ini`); two tests presume it.
const CONTEXT: &str = "/jira";
/// Seconds a test may take; the slowest waits a few seconds by itself.
const PATIENCE: &str = "60";

/// Runs the suite and compares it with the list.
pub(crate) fn run(folder: Option<&Path>) -> Result<String> {
    let folder = checkout(folder)?;
    let known = Known::read()?;
    let python = python::interpreter()?;
    Simulator::build()?;
    let transcripts = transcript::folder()?;
    let log = shell::root().join("target/conformance/jira-suite.jsonl");
    {
        let simulator = Simulator::start("server", CONTEXT, &transcripts)?;
        pytest(&python, &folder, &simulator, &log)?;
    }
    let ends = report::read(&std::fs::read_to_string(&log).context("target/conformance/jira-suite.jsonl")?)?;
    let count = |outcome| ends.values().filter(|end| end.outcome == outcome).count();
    let counts =
        [Outcome::Passed, Outcome::Failed, Outcome::Skipped, Outcome::Broken, Outcome::PassedThoughBroken]
            .map(|outcome| (outcome, count(outcome)));
    let told = counts.iter().filter(|(_, count)| *count > 0);
    let told: Vec<_> = told.map(|(outcome, count)| format!("{count} {}", outcome.word())).collect();
    let differences = known.differences(&ends);
    for difference in &differences {
        say(difference);
    }
    let verdict = format!("{} tests: {}", ends.len(), told.join(", "));
    if !differences.is_empty() {
        let commit = commit(&folder).unwrap_or_else(|| "an unknown commit".to_owned());
        let (other, listed) = (differences.len(), &known.commit);
        bail!("{verdict}; {other} differ from {FILE}, which is for commit {listed}; this is {commit}");
    }
    if count(Outcome::Passed) < LEAST {
        bail!("{verdict}; at least {LEAST} must pass");
    }
    transcript::judge(&transcripts)?;
    Ok(format!("{verdict}, each as listed in {FILE}"))
}

/// The checkout, if it is one.
fn checkout(folder: Option<&Path>) -> Result<PathBuf> {
    let what_to_do = "name a checkout of the public repository pycontribs/jira: `git clone` it to a folder outside this \
                      one and say `cargo xtask conformance jira-suite --suite THAT_FOLDER`";
    let Some(folder) = folder else { bail!("no suite is named: {what_to_do}") };
    if !folder.join("tests/resources").is_dir() {
        bail!("{} has no tests/resources: {what_to_do}", folder.display());
    }
    folder.canonicalize().with_context(|| folder.display().to_string())
}

fn commit(folder: &Path) -> Option<String> {
    let told = shell::read(Command::new("git").arg("-C").arg(folder).args(["rev-parse", "HEAD"])).ok()?;
    Some(told.trim().to_owned())
}

/// Runs the tests as the suite's own configuration does, without leaving anything in its folder. That tests fail is
/// no failure here; that they could not be run is.
fn pytest(python: &Path, folder: &Path, simulator: &Simulator, log: &Path) -> Result<()> {
    let _ = std::fs::remove_file(log);
    let mut command = Command::new(python);
    command.current_dir(folder).args(["-m", "pytest", "-o", "addopts=", "-p", "no:cacheprovider"]);
    command.args(["-q", "--tb", "line", "--color", "no", "--timeout", PATIENCE, "--report-log"]).arg(log);
    command.arg("tests/resources").env("PYTHONDONTWRITEBYTECODE", "1");
    let people = [("ADMIN", "admin"), ("USER", "ada")];
    command.envs(people.iter().flat_map(|(role, name)| {
        [format!("CI_JIRA_{role}"), format!("CI_JIRA_{role}_PASSWORD")].map(|variable| (variable, *name))
    }));
    // The type of issue that the suite's own configuration (`tox.ini`) names for a Server.
    command.envs([("CI_JIRA_TYPE", "SERVER"), ("CI_JIRA_ISSUE", "Task"), ("CI_JIRA_URL", simulator.url())]);
    let status = command.status().context("cannot start pytest")?;
    // pytest's own codes: 0 all passed, 1 some failed.
    if !matches!(status.code(), Some(0 | 1)) {
        bail!("pytest ended with {status}");
    }
    Ok(())
}
