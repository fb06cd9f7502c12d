//! Building the fuzzing program.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::{debian, shell};

/// What makes the compiler put in what libFuzzer looks at: a counter at every branch, a table of places, and calls at
/// comparisons, so that constants are found. It is what the cargo subcommand for libFuzzer passes, less the address sanitizer, which the
/// stable compiler does not have; there is hardly any unsafe code here for it to watch.
const FLAGS: [&str; 7] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Ccodegen-units=1",
    "--cfg=fuzzing",
];

/// Builds the program; gives its path.
pub(super) fn program() -> Result<PathBuf> {
    if !shell::succeeds(Command::new("c++").arg("--version")) {
        debian::install("g++", "install a C++ compiler (Debian: `apt-get install g++`)")?;
    }
    let host = host()?;
    let target = shell::root().join("target/fuzz/build");
    let mut command = shell::cargo();
    command.args(["build", "--release", "--locked", "--manifest-path", "fuzz/Cargo.toml"]);
    // With a target named, the flags are for the program and not for what runs while it is built.
    command.args(["--target", &host, "--target-dir"]).arg(&target).env("RUSTFLAGS", FLAGS.join(" "));
    shell::run(&mut command)?;
    Ok(target.join(host).join("release/bowline-fuzz"))
}

/// The machine that the compiler is for.
fn host() -> Result<String> {
    let told = shell::read(Command::new("rustc").arg("-vV"))?;
    let line = told.lines().find_map(|line| line.strip_prefix("host: "));
    line.map(str::to_owned).context("`rustc -vV` names no host")
}
