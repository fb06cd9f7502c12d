//! `cargo xtask conformance oauth1`: `bowline debug oauth1` held against the Python library oauthlib.
//!
//! The program `conformance/oauth1.py` makes the requests and judges; what is known to differ stands in
//! `conformance/oauth1.toml`. The library is installed below `target/`, in a pinned version.

use std::process::Command;

use anyhow::{Context as _, Result};
use serde::Deserialize;

use super::python;
use super::simulator::Simulator;
use crate::shell;

/// How many requests are compared unless another number is asked for.
pub(crate) const COUNT: u32 = 2_000;
/// Where the list is.
pub(super) const FILE: &str = "conformance/oauth1.toml";

/// The list of what is known to differ.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Known {
    pub(super) difference: Vec<Difference>,
}

/// A request that both sign differently.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Difference {
    pub(super) name: String,
    pub(super) url: String,
    pub(super) ours: String,
    pub(super) theirs: String,
    pub(super) reason: String,
    pub(super) source: String,
}

impl Known {
    pub(super) fn read() -> Result<Self> {
        let text = std::fs::read_to_string(shell::root().join(FILE)).context(FILE)?;
        toml::from_str(&text).context(FILE)
    }
}

/// Compares so many requests; the verdict is the program's last line.
pub(crate) fn run(count: u32, seed: u64) -> Result<String> {
    let python = python::interpreter()?;
    Simulator::build()?;
    let mut command = Command::new(python);
    command.arg(shell::root().join("conformance/oauth1.py"));
    command.arg("--bowline").arg(shell::root().join("target/debug/bowline"));
    command.args(["--count", &count.to_string(), "--seed", &seed.to_string()]);
    let said = shell::read(&mut command)?;
    Ok(said.trim_end().to_owned())
}
