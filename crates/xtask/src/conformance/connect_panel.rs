//! `cargo xtask conformance connect-panel`: the panel inside an issue, as people see it.
//!
//! The program `conformance/connect_panel.cjs` has the service installed by the simulated Jira, opens the panel in the host's frame
//! with Chromium, and does everything there that can be done; what comes of it is read back from both simulators.

use anyhow::{Context as _, Result, bail};

use super::simulator::Simulator;
use super::{browser, node};
use crate::shell::{self, say};

/// Walks; the verdict is the program's last line.
pub(crate) fn run() -> Result<String> {
    let (chromium, modules) = (browser::chromium()?, node::modules()?);
    Simulator::build()?;
    let mut command = node::script("connect_panel.cjs", &modules);
    command.env("BOWLINE", shell::root().join("target/debug/bowline")).env("CHROMIUM", chromium);
    command.env("PICTURES", shell::root().join("target/conformance/pictures"));
    command.env("PROFILE", shell::root().join("crates/bowline/src/demo/profile.toml"));
    let output = command.output().context("cannot start conformance/connect_panel.cjs")?;
    let said = String::from_utf8_lossy(&output.stdout);
    say(said.trim_end());
    if !output.status.success() {
        bail!("the panel is not as it should be: {}", String::from_utf8_lossy(&output.stderr).trim_end());
    }
    Ok(said.lines().last().unwrap_or_default().to_owned())
}
