//! `cargo xtask fuzz`: libFuzzer over everything that reads what strangers wrote.
//!
//! The program is `fuzz/`, outside the workspace, built here with counters at every branch: coverage guides the changes of
//! inputs, on the stable compiler. What is fuzzed and which laws hold stands in `fuzz/targets`. Inputs that reach something new
//! are kept below `target/fuzz`; those in `fuzz/corpus` are tried by `cargo xtask test` too, so a finding that was mended is
//! put there.

mod build;
mod target;

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};

use self::target::{Ended, TARGETS, Target};
use crate::shell::{self, say};

/// How long a target is fuzzed unless another time is asked for, in seconds: ten minutes.
const SECONDS: u64 = 600;
/// How long `cargo xtask test --full` fuzzes each.
const SHORT: u64 = 20;
/// How long a planted defect may stay unfound, in seconds. Either is found in one or two.
const PLANTED: u64 = 60;

/// What to fuzz, and for how long.
#[derive(clap::Args)]
pub(crate) struct Ask {
    /// One target; all of them, one after the other, if none is named.
    #[arg(value_parser = clap::builder::PossibleValuesParser::new(TARGETS.map(|target| target.name)))]
    target: Option<String>,
    /// For how many seconds each.
    #[arg(long, default_value_t = SECONDS, value_parser = clap::value_parser!(u64).range(1..))]
    seconds: u64,
    /// Runs the target over this input and nothing else.
    #[arg(long, value_name = "FILE", requires = "target")]
    input: Option<PathBuf>,
    /// Fuzzes two targets with planted defects instead: a panic and square time. Both must be found.
    #[arg(long, conflicts_with_all = ["target", "input"])]
    self_test: bool,
}

/// Fuzzes; the verdict has the counts.
pub(crate) fn run(ask: &Ask) -> Result<String> {
    let program = build::program()?;
    if ask.self_test {
        return self_test(&program);
    }
    let chosen: Vec<Target> = TARGETS
        .into_iter()
        .filter(|target| ask.target.as_deref().is_none_or(|name| name == target.name))
        .collect();
    if let (Some(input), [target]) = (&ask.input, chosen.as_slice()) {
        return again(&program, *target, input);
    }
    all(&program, &chosen, ask.seconds)
}

/// A short run of every target, after one that shows that defects are found.
pub(crate) fn short() -> Result<String> {
    let program = build::program()?;
    say(&self_test(&program)?);
    all(&program, &TARGETS, SHORT)
}

fn all(program: &std::path::Path, targets: &[Target], seconds: u64) -> Result<String> {
    let (mut inputs, mut findings) = (0, Vec::new());
    for target in targets {
        match target.fuzz(program, seconds)? {
            Ended::Clean { inputs: tried, kept } => {
                say(&format!("{}: {tried} inputs in {seconds} s, {kept} kept, no finding", target.name));
                inputs += tried;
            }
            Ended::Found { input, words } => {
                let (name, shown) = (target.name, input.display());
                say(&format!("{name}: a finding\n{words}\nthe input: {shown}"));
                say(&format!("again: cargo xtask fuzz {name} --input {shown}"));
                findings.push(name);
            }
        }
    }
    if !findings.is_empty() {
        bail!("findings in {} of {} targets: {}", findings.len(), targets.len(), findings.join(", "));
    }
    Ok(format!("fuzz: {} targets, {seconds} s each, {inputs} inputs, no finding", targets.len()))
}

/// Runs one input again, with what it says shown.
fn again(program: &std::path::Path, target: Target, input: &std::path::Path) -> Result<String> {
    let mut command = Command::new(program);
    command.env("BOWLINE_FUZZ_TARGET", target.name).env("BOWLINE_FUZZ_STRETCH", "1").arg(input);
    shell::run(&mut command)?;
    Ok(format!("fuzz: {} has no finding with {}", target.name, input.display()))
}

/// A fuzzer that finds nothing has to be shown to find something.
fn self_test(program: &std::path::Path) -> Result<String> {
    for (name, sign) in [("planted-panic", "the planted panic"), ("planted-square", "bytes took")] {
        let planted = Target { name, longest: 4_096 };
        match planted.fuzz(program, PLANTED)? {
            Ended::Found { words, .. } if words.contains(sign) => say(&format!("{name}: found")),
            Ended::Found { words, .. } => bail!("{name}: something else was found: {words}"),
            Ended::Clean { inputs, .. } => bail!("{name}: not found with {inputs} inputs"),
        }
    }
    Ok("fuzz: both planted defects were found".to_owned())
}
