//! The Bowline binary: command line in, exit code out. Everything it does is in the modules below.

mod app;
mod beginning;
#[expect(clippy::indexing_slicing, reason = "of JSON, which answers null for what is not there")]
mod cli;
mod config;
#[cfg(feature = "crash")]
mod crash;
#[expect(clippy::indexing_slicing, reason = "of JSON, which answers null for what is not there")]
mod demo;
mod instance;
mod kek;
mod parts;
#[cfg(test)]
mod proofs;
mod role;
mod slack;
mod telemetry;
mod told;
mod upkeep;
mod wiring;
mod worker;

use std::process::ExitCode;

fn main() -> ExitCode {
    #[cfg(feature = "crash")]
    crash::arm();
    cli::main()
}
