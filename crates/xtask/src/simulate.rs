//! `cargo xtask simulate`: any number of histories of the engine's simulation.

use anyhow::Result;

use crate::shell;

/// Runs the simulation, optimised; its own last lines say what failed and with which seed.
pub(crate) fn run(histories: u64, seed: u64) -> Result<String> {
    let test = ["test", "--release", "-p", "bowline-sync", "--test", "it", "--", "--nocapture", "--exact"];
    shell::run(
        shell::cargo()
            .args(test)
            .arg("simulation::every_history_converges_and_nothing_is_lost_or_doubled")
            .env("SIMULATE_HISTORIES", histories.to_string())
            .env("SIMULATE_SEED", seed.to_string()),
    )?;
    Ok(format!("{histories} histories from seed {seed}: all converged, nothing lost, nothing doubled"))
}
