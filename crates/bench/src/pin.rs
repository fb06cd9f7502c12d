//! One core for what is measured, the others for everything else.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result};

use crate::program::Program;

const TASKSET: &str = "/usr/bin/taskset";

/// Whether a program can be kept on one core.
pub(crate) fn is_possible() -> bool {
    Path::new(TASKSET).exists()
}

/// Starts a program on the first core, if that is possible.
pub(crate) fn start(
    binary: &Path,
    arguments: &[&str],
    environment: &[(&str, String)],
    log: &Path,
) -> Result<Program> {
    if !is_possible() {
        return Program::start(binary, arguments, environment, log);
    }
    let binary = binary.to_str().context("the binary's path is not UTF-8")?;
    let arguments: Vec<&str> = ["-c", "0", binary].into_iter().chain(arguments.iter().copied()).collect();
    Program::start(Path::new(TASKSET), &arguments, environment, log)
}

/// Leaves the first core, with all threads, if there is another.
pub(crate) fn step_aside() -> Result<()> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    if cores > 1 && is_possible() {
        let (others, own) = (format!("1-{}", cores - 1), std::process::id().to_string());
        let mut taskset = Command::new(TASKSET);
        taskset.args(["-a", "-c", "-p", &others, &own]).stdout(Stdio::null());
        taskset.status().context("taskset")?;
    }
    Ok(())
}
