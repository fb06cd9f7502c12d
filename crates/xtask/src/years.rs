//! `cargo xtask years`: hundreds of days of as many grants as wanted, through the worker that production has.

use anyhow::Result;

use crate::shell;

/// Runs the years, optimised; their last lines say what came of them.
pub(crate) fn run(grants: u32) -> Result<String> {
    let test =
        ["test", "--release", "-p", "bowline", "--bin", "bowline", "--", "--nocapture", "--test-threads=1"];
    shell::run(shell::cargo().args(test).arg("worker::years::").env("YEARS_GRANTS", grants.to_string()))?;
    Ok(format!(
        "{grants} grants: 400 days, and one day with all in use: none was lost, no rush, all told in time"
    ))
}
