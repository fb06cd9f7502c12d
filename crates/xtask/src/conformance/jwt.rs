//! `cargo xtask conformance jwt`: query string hashes held against npm `atlassian-jwt`.
//!
//! The program `conformance/jwt.cjs` makes the URLs and judges; what is known to differ stands in `conformance/jwt.json`.

use anyhow::{Context as _, Result};
use serde::Deserialize;

use super::node;
use crate::shell;

/// How many URLs are compared unless another number is asked for.
pub(crate) const COUNT: u32 = 5_000;
/// Where the list is.
pub(super) const FILE: &str = "conformance/jwt.json";

/// A request that has another canonical form there than here.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Difference {
    pub(super) name: String,
    pub(super) url: String,
    pub(super) ours: String,
    pub(super) theirs: String,
    pub(super) reason: String,
    pub(super) source: String,
    #[serde(rename = "method")]
    _method: String,
    #[serde(rename = "direction")]
    _direction: String,
    #[serde(rename = "base_url")]
    _base_url: String,
}

pub(super) fn known() -> Result<Vec<Difference>> {
    let text = std::fs::read_to_string(shell::root().join(FILE)).context(FILE)?;
    serde_json::from_str(&text).context(FILE)
}

/// Compares so many URLs; the verdict is the program's last line.
pub(crate) fn run(count: u32, seed: u64) -> Result<String> {
    let modules = node::modules()?;
    let build = ["build", "--quiet", "--locked", "--package", "bowline-connect", "--example", "qsh"];
    shell::run(shell::cargo().args(build))?;
    let mut command = node::script("jwt.cjs", &modules);
    command.arg(shell::root().join("target/debug/examples/qsh"));
    command.args([count.to_string(), seed.to_string()]);
    let said = shell::read(&mut command)?;
    Ok(said.trim_end().to_owned())
}
