//! `cargo xtask conformance connect-express`: Atlassian's own framework for Connect apps, against the simulated host.
//!
//! The program `conformance/connect_express.cjs` is an app made with the framework. The simulator installs it, updates it,
//! gives it new secrets, tells it of issues and pages and opens its page: the framework must verify all of that and refuse
//! what was spoiled, and the simulator must accept the framework's own calls.

use anyhow::{Context as _, Result, bail};

use super::node;
use super::simulator::Simulator;
use crate::shell::say;
use crate::transcript;

/// Runs it; the verdict is the program's last line.
pub(crate) fn run() -> Result<String> {
    let modules = node::modules_of("connect-express")?;
    Simulator::build()?;
    let transcripts = transcript::folder()?;
    let atlassian = Simulator::start_atlassian(&transcripts)?;
    let mut command = node::script("connect_express.cjs", &modules);
    let output = command.env("ATLASSIAN_URL", atlassian.url()).output();
    let output = output.context("cannot start conformance/connect_express.cjs")?;
    let said = String::from_utf8_lossy(&output.stdout);
    say(said.trim_end());
    if !output.status.success() {
        bail!("the framework does not agree: {}", String::from_utf8_lossy(&output.stderr).trim_end());
    }
    transcript::judge(&transcripts)?;
    Ok(said.lines().last().unwrap_or_default().to_owned())
}
