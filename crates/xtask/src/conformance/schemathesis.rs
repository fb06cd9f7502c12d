//! `cargo xtask conformance schemathesis`: a property-based tester at every operation that is served.
//!
//! It reads Atlassian's documents, as the crate `oracle` repairs them, and finds no 5xx, no answer that its document does
//! not allow, no status and no media type that is not declared. What was answered meanwhile is judged once more by
//! `oracle`, which also refuses members that no document names.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;

use super::python;
use super::simulator::Simulator;
use crate::shell::{self, say};
use crate::transcript;

/// The folder of its settings.
const FOLDER: &str = "conformance";
/// Who asks: an administrator, so that nothing is refused for want of rights (README of `crates/sim`).
const CREDENTIALS: [(&str, &str); 2] = [("cloud", "admin@example.com:token-admin"), ("dc", "admin:admin")];

/// How much is asked.
#[derive(Clone, Copy, clap::Args)]
pub(crate) struct Much {
    /// Requests that are drawn for an operation in each phase, beside the systematic ones.
    #[arg(long, default_value_t = 12)]
    pub(crate) examples: u32,
    /// Few requests: shows that everything works.
    #[arg(long)]
    pub(crate) quick: bool,
    /// Goes on drawing requests until so many minutes are over, for each document.
    #[arg(long)]
    pub(crate) minutes: Option<u32>,
    /// The same seed makes the same requests.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// One document only: `cloud-v3`, `cloud-v2`, `software` or `dc`.
    #[arg(long)]
    pub(crate) document: Option<Document>,
}

impl Much {
    /// What `cargo xtask test --full` asks.
    pub(crate) const FULL: Self = Self { examples: 12, quick: false, minutes: None, seed: 1, document: None };
}

/// A document of Atlassian's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Document {
    CloudV3,
    CloudV2,
    Software,
    Dc,
}

impl Document {
    const ALL: [Self; 4] = [Self::CloudV3, Self::CloudV2, Self::Software, Self::Dc];

    /// Its name in the crate `oracle`, the deployment it describes, and what its paths leave out.
    fn place(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::CloudV3 => ("cloud-v3", "cloud", ""),
            Self::CloudV2 => ("cloud-v2", "cloud", ""),
            Self::Software => ("software", "cloud", ""),
            Self::Dc => ("dc", "dc", "/rest"),
        }
    }
}

/// What the tester writes about a run (`--report json`).
#[derive(Deserialize)]
struct Report {
    complete: bool,
    operations: Option<Operations>,
    test_cases: Cases,
    failures: Vec<Failure>,
    errors: Vec<Trouble>,
    running_time: Option<f64>,
}

#[derive(Deserialize)]
struct Operations {
    selected: u64,
    tested: u64,
}

#[derive(Deserialize)]
struct Cases {
    generated: u64,
}

#[derive(Deserialize)]
struct Failure {
    title: String,
    count: u64,
}

#[derive(Deserialize)]
struct Trouble {
    title: String,
    count: u64,
}

/// Runs it against each document; fails on the first thing found.
pub(crate) fn run(much: &Much) -> Result<String> {
    let python = python::tester()?;
    Simulator::build()?;
    let transcripts = transcript::folder()?;
    let (mut lines, mut found) = (Vec::new(), 0);
    for document in Document::ALL.into_iter().filter(|one| much.document.is_none_or(|only| only == *one)) {
        let report = against(document, much, &python, &transcripts)?;
        let (name, ..) = document.place();
        let operations = report.operations.as_ref().map_or(0, |operations| operations.tested);
        let wrong: u64 = report.failures.iter().map(|failure| failure.count).sum();
        let broken: u64 = report.errors.iter().map(|trouble| trouble.count).sum();
        lines.push(format!(
            "{name}: {operations} operations, {} requests, {wrong} findings in {:.0} s",
            report.test_cases.generated,
            report.running_time.unwrap_or_default()
        ));
        for failure in &report.failures {
            say(&format!("  {} × {}", failure.count, failure.title));
        }
        for trouble in &report.errors {
            say(&format!("  {} × the tester itself failed: {}", trouble.count, trouble.title));
        }
        found += wrong + broken;
        let whole = report.operations.is_some_and(|operations| operations.tested == operations.selected);
        if !report.complete || !whole {
            bail!("{name}: the run did not come to its end");
        }
    }
    let told = lines.join("\n");
    if found > 0 {
        bail!("{found} findings\n{told}");
    }
    transcript::judge(&transcripts)?;
    Ok(format!("{told}\nschemathesis: nothing found"))
}

fn against(document: Document, much: &Much, python: &Path, transcripts: &Path) -> Result<Report> {
    let (name, deployment, root) = document.place();
    let simulator = Simulator::start(deployment, "", transcripts)?;
    let file = exported(name, &simulator)?;
    let report = file.with_extension("report.json");
    let credentials =
        CREDENTIALS.iter().find(|(face, _)| *face == deployment).map(|(_, credentials)| *credentials);
    let settings = shell::root().join(FOLDER).join("schemathesis.toml");
    let mut command = Command::new(python.with_file_name("schemathesis"));
    command.arg("--config-file").arg(settings).args(["--no-color", "run"]).arg(&file);
    command.args(["--url", &format!("{}{root}", simulator.url())]);
    command.args([
        "--auth",
        credentials.context("nobody to ask as")?,
        "--header",
        "X-Atlassian-Token: no-check",
    ]);
    command.args(["--seed", &much.seed.to_string(), "--generation-deterministic", "--workers", "1"]);
    // How fast data are made is the machine's business.
    command.args(["--suppress-health-check", "too_slow"]);
    command.args(["--max-examples", &if much.quick { 2 } else { much.examples }.to_string()]);
    if let Some(minutes) = much.minutes {
        command.args(["--max-time", &(minutes * 60).to_string()]);
    }
    command.args(["--report", "json", "--report-json-path"]).arg(&report);
    command.env("SCHEMATHESIS_HOOKS", "schemathesis_hooks").env("PYTHONPATH", shell::root().join(FOLDER));
    command
        .env("JIRA_URL", simulator.url())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .current_dir(file.with_file_name(""));
    say(&format!("\nschemathesis: {name}"));
    // Whether something was found is in the report; without one nothing was.
    let ended = command.status().context("cannot start schemathesis")?;
    let text = std::fs::read(&report).with_context(|| format!("schemathesis ended with {ended}"))?;
    serde_json::from_slice(&text).context("the report of schemathesis")
}

/// The document with what the simulator serves of it.
fn exported(name: &str, simulator: &Simulator) -> Result<PathBuf> {
    let folder = shell::root().join("target/conformance/schemathesis-runs");
    std::fs::create_dir_all(&folder).context("target/conformance")?;
    let (served, file) = (folder.join(format!("{name}.served.json")), folder.join(format!("{name}.json")));
    std::fs::write(&served, simulator.get("/_sim/served")?).context("target/conformance")?;
    let export = ["run", "-q", "-p", "bowline-oracle", "--", "export", name];
    shell::run(shell::cargo().args(export).arg(&served).arg(&file))?;
    // A report of an earlier run must not be taken for this one's.
    let _ = std::fs::remove_file(file.with_extension("report.json"));
    Ok(file)
}
