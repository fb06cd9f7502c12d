//! `cargo xtask conformance oauth-clients`: published OAuth libraries completing their flows.
//!
//! The program `conformance/oauth_clients.py` plays a person at a browser and has two libraries do the rest, against a
//! simulated Atlassian and a simulated Data Center. The libraries are installed below `target/`, in pinned versions.

use anyhow::{Context as _, Result, bail};

use super::python;
use super::simulator::Simulator;
use crate::shell;
use crate::transcript;

/// Runs every flow; the verdict is the program's last line.
pub(crate) fn run() -> Result<String> {
    let python = python::interpreter()?;
    Simulator::build()?;
    let transcripts = transcript::folder()?;
    let (jira, atlassian) =
        (Simulator::start("dc", "/jira", &transcripts)?, Simulator::start_atlassian(&transcripts)?);
    let mut command = python::script(&python, "oauth_clients.py");
    command.env("JIRA_URL", jira.url()).env("ATLASSIAN_URL", atlassian.url());
    let output = command.output().context("cannot start conformance/oauth_clients.py")?;
    let said = String::from_utf8_lossy(&output.stdout);
    shell::say(said.trim_end());
    if !output.status.success() {
        bail!("a flow did not end as it should: {}", String::from_utf8_lossy(&output.stderr).trim_end());
    }
    transcript::judge(&transcripts)?;
    Ok(said.lines().last().unwrap_or_default().to_owned())
}
