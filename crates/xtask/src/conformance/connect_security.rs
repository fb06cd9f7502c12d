//! `cargo xtask conformance connect-security`: Atlassian's own tester of the security requirements for Connect apps.
//!
//! The tester is a checkout that is named; what it imports is installed below `target/`. The program
//! `conformance/connect_security.py` starts the service with its simulated host, puts TLS and a name in front of it, and
//! lets the tester loose: first on an app that takes everything, to see that it finds what there is, then on the service.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use super::python;
use super::simulator::Simulator;
use crate::shell::{self, say};

/// Runs it; the verdict is the program's last line.
pub(crate) fn run(tester: Option<&Path>) -> Result<String> {
    let tester = checkout(tester)?;
    let python = python::security_tester()?;
    Simulator::build()?;
    let mut command = python::script(&python, "connect_security.py");
    command.env("BOWLINE", shell::root().join("target/debug/bowline")).env("TESTER", tester);
    command.env("OUT", shell::root().join("target/conformance/connect-security-reports"));
    let output = command.output().context("cannot start conformance/connect_security.py")?;
    let said = String::from_utf8_lossy(&output.stdout);
    say(said.trim_end());
    if !output.status.success() {
        bail!("the tester does not end as it should: {}", String::from_utf8_lossy(&output.stderr).trim_end());
    }
    Ok(said.lines().last().unwrap_or_default().to_owned())
}

/// The checkout, if it is one.
fn checkout(folder: Option<&Path>) -> Result<PathBuf> {
    let what_to_do = "name a checkout of the public repository atlassian-labs/connect-security-req-tester: `git clone` it to a folder \
                      outside this one and say `cargo xtask conformance connect-security --tester THAT_FOLDER`";
    let Some(folder) = folder else { bail!("no tester is named: {what_to_do}") };
    if !folder.join("scans/descriptor_scan.py").is_file() {
        bail!("{} has no scans/descriptor_scan.py: {what_to_do}", folder.display());
    }
    folder.canonicalize().with_context(|| folder.display().to_string())
}
