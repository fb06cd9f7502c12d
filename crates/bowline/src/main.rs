//! The Bowline binary: command line in, exit code out. Everything it does is in the modules below.

mod cli;
mod config;
#[cfg(feature = "crash")]
mod crash;
mod demo;
mod instance;
mod role;
mod telemetry;
mod wiring;
mod worker;

use std::process::ExitCode;

fn main() -> ExitCode {
    #[cfg(feature = "crash")]
    crash::arm();
    cli::main()
}
