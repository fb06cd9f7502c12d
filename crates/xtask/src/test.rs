//! `cargo xtask test`: everything deterministic, on both databases.

use std::process::Command;
use std::time::Duration;

use anyhow::Result;

use crate::postgres::Postgres;
use crate::shell::{self, say};
use crate::{conformance, debian, fuzz, tidy, transcript};

/// Histories of the simulation with `--full`.
const MANY_HISTORIES: &str = "200000";

/// How many tests of a binary go on at once. The long ones wait, for processes and for times that must pass, more than
/// they work.
const TESTS_AT_ONCE: &str = "4";

/// Runs every test; the verdict says how long each part took.
pub(crate) fn run(full: bool) -> Result<String> {
    let mut parts = Vec::new();
    let mut part = |name: &str, work: &mut dyn FnMut() -> Result<()>| -> Result<()> {
        say(&format!("\n== {name}"));
        let took = measure(work)?;
        parts.push(format!("{name} {} s", took.as_secs()));
        Ok(())
    };
    part("tidy", &mut || tidy::run().map(|verdict| say(&verdict)))?;
    part("format", &mut || shell::run(shell::cargo().args(["fmt", "--all", "--check"])))?;
    part("programs", &mut debian::find_or_install)?;
    let mut postgres = None;
    part("postgresql", &mut || {
        postgres = Some(Postgres::find_or_start()?);
        Ok(())
    })?;
    part("lints", &mut || {
        let lints =
            ["clippy", "--workspace", "--all-targets", "--features", "bowline/crash", "--", "-D", "warnings"];
        shell::run(shell::cargo().args(lints))
    })?;
    let (transcripts, calls) = (transcript::folder()?, transcript::calls_folder()?);
    part("tests", &mut || {
        let mut tests = tests(full, postgres.as_ref());
        shell::run(tests.env(transcript::VARIABLE, &transcripts).env(transcript::CALLS_VARIABLE, &calls))
    })?;
    part("documents", &mut || {
        transcript::judge(&transcripts).and_then(|()| transcript::judge_calls(&calls))
    })?;
    if full {
        part("clients", &mut || conformance::clients().map(|verdict| say(&verdict)))?;
        part("schemathesis", &mut || {
            conformance::schemathesis(&conformance::Much::FULL).map(|verdict| say(&verdict))
        })?;
        part("oauth clients", &mut || conformance::oauth_clients().map(|verdict| say(&verdict)))?;
        part("connect express", &mut || conformance::connect_express().map(|verdict| say(&verdict)))?;
        part("connect app", &mut || conformance::connect_app().map(|verdict| say(&verdict)))?;
        part("connect panel", &mut || conformance::connect_panel().map(|verdict| say(&verdict)))?;
        part("browser", &mut || conformance::browser().map(|verdict| say(&verdict)))?;
        part("pandoc", &mut || conformance::pandoc().map(|verdict| say(&verdict)))?;
        part("oauth1", &mut || {
            conformance::oauth1(conformance::OAUTH1_COUNT, 1).map(|verdict| say(&verdict))
        })?;
        part("jwt", &mut || conformance::jwt(conformance::JWT_COUNT, 1).map(|verdict| say(&verdict)))?;
        part("fuzz", &mut || fuzz::short().map(|verdict| say(&verdict)))?;
    }
    Ok(format!("all tests passed: {}", parts.join(", ")))
}

fn tests(full: bool, postgres: Option<&Postgres>) -> Command {
    let mut command = shell::cargo();
    command.args(["test", "--workspace", "--features", "bowline/crash"]);
    command.env("RUST_TEST_THREADS", TESTS_AT_ONCE);
    if let Some(postgres) = postgres {
        command.env("BOWLINE_TEST_PG", postgres.url());
    }
    if full {
        command.env("SIMULATE_HISTORIES", MANY_HISTORIES);
    }
    command
}

#[expect(clippy::disallowed_methods, reason = "tells a person how long each part took")]
fn measure(work: &mut dyn FnMut() -> Result<()>) -> Result<Duration> {
    let started = std::time::Instant::now();
    work()?;
    Ok(started.elapsed())
}
