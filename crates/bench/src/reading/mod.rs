//! `bowline-bench client`: how many issues a second one core reads, page by page, beside other clients.
//!
//! A server of this program's own gives pages that were made before, so that it is never what is waited for: it has the other
//! core. The clients are processes of their own on one core, and take turns. Each asks for pages of a hundred, reads every issue into its
//! own types, and says how many there were, the sum of their numbers and of the lengths of their summaries: who skipped one, or looked at
//! none, is found out.

mod carry;
mod pages;
mod walk;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize};

use crate::program::Program;
use crate::rank::median;
use crate::report::say;

pub(crate) use carry::Carry;
pub(crate) use pages::Pages;
pub(crate) use walk::Walk;

/// How many issues a page has, for every client.
const PAGE: u32 = 100;
const TASKSET: &str = "/usr/bin/taskset";
/// What issue 6 asks for: times the issues a second of the Python client, and of the Rust one; bytes at most.
const AIMS: (f64, f64, u64) = (8.0, 1.2, 20 << 20);

/// What to measure, and against whom.
#[derive(clap::Args)]
pub(crate) struct Client {
    /// A Python that has the library `jira`.
    #[arg(long)]
    python: PathBuf,
    /// The program that reads with it.
    #[arg(long)]
    script: PathBuf,
    /// The program that reads with `gouqi`.
    #[arg(long)]
    gouqi: PathBuf,
    /// One short round: shows that everything works, not how fast.
    #[arg(long)]
    quick: bool,
    /// Writes all figures to a file as well.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// What a client says at its end.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Read {
    issues: u64,
    /// Of the numbers in their keys, and of the lengths of their summaries.
    sums: (u64, u64),
    /// From the first request to the last issue.
    seconds: f64,
    /// Resident memory at most, in bytes.
    peak: u64,
}

impl Read {
    fn rate(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a count of issues")]
        let issues = self.issues as f64;
        issues / self.seconds
    }
}

/// A turn of each.
#[derive(Debug, Serialize)]
struct Round {
    ours: Read,
    python: Read,
    gouqi: Read,
}

#[derive(Debug, Serialize)]
struct Figures {
    rounds: Vec<Round>,
    /// Of a tenth of the issues.
    few: Read,
    times_python: f64,
    times_gouqi: f64,
    /// Over all rounds.
    peak: u64,
}

/// Measures, and prints the verdict last.
pub(crate) fn run(ask: &Client) -> Result<()> {
    let (count, turns) = if ask.quick { (2_000, 1) } else { (100_000, 5) };
    let own = std::env::current_exe().context("this program has no path")?;
    let mut server = serve(&own, count)?;
    let said = server.first_line()?;
    let url =
        said.get("listening").and_then(serde_json::Value::as_str).context("the server names no address")?;
    let ours = || read(Command::new(&own).args(["walk", "--url", url]), &ask.gouqi, count);
    say(&format!("{turns} rounds of {count} issues each, on one core; issues a second:"));
    let mut rounds = Vec::new();
    for _ in 0..turns {
        let round = Round {
            ours: ours()?,
            python: read(Command::new(&ask.python).arg(&ask.script).arg(url), &ask.script, count)?,
            gouqi: read(Command::new(&ask.gouqi).args(["read", url]), &ask.gouqi, count)?,
        };
        let [ours, python, gouqi] = [&round.ours, &round.python, &round.gouqi].map(Read::rate);
        say(&format!("  ours {ours:9.0}   PyPI jira {python:9.0}   gouqi {gouqi:9.0}"));
        rounds.push(round);
    }
    drop(server);
    let few = few(&own, count / 10)?;
    report(ask, Figures::of(rounds, few))
}

fn few(own: &Path, count: u32) -> Result<Read> {
    let mut server = serve(own, count)?;
    let said = server.first_line()?;
    let url =
        said.get("listening").and_then(serde_json::Value::as_str).context("the server names no address")?;
    read(Command::new(own).args(["walk", "--url", url]), own, count)
}

fn serve(own: &Path, count: u32) -> Result<Program> {
    let (count, log) = (count.to_string(), Path::new("/dev/null"));
    let own = own.to_str().context("the path of this program is no text")?;
    Program::start(Path::new(TASKSET), &["-c", "1", own, "pages", "--issues", &count], &[], log)
}

/// Runs a client on the first core, and checks that it has read everything.
fn read(client: &Command, name: &Path, count: u32) -> Result<Read> {
    let mut command = Command::new(TASKSET);
    command.args(["-c", "0"]).arg(client.get_program()).args(client.get_args());
    let output =
        command.stderr(Stdio::inherit()).output().context("taskset is needed (Debian: util-linux)")?;
    if !output.status.success() {
        bail!("{} ended with {}", name.display(), output.status);
    }
    let read: Read =
        serde_json::from_slice(&output.stdout).with_context(|| format!("{} says", name.display()))?;
    if (read.issues, read.sums) != (u64::from(count), pages::sums(count)) {
        bail!("{} did not read everything: {read:?}", name.display());
    }
    Ok(read)
}

impl Figures {
    fn of(rounds: Vec<Round>, few: Read) -> Self {
        let ratio = |other: fn(&Round) -> &Read| {
            median(&rounds.iter().map(|round| round.ours.rate() / other(round).rate()).collect::<Vec<_>>())
        };
        let (times_python, times_gouqi) = (ratio(|round| &round.python), ratio(|round| &round.gouqi));
        let peak = rounds.iter().map(|round| round.ours.peak).max().unwrap_or_default();
        Self { rounds, few, times_python, times_gouqi, peak }
    }
}

fn report(ask: &Client, figures: Figures) -> Result<()> {
    if let Some(path) = &ask.json {
        let text = serde_json::to_string_pretty(&figures)?;
        std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    let mib = |bytes: u64| bytes >> 20;
    let others = figures.rounds.iter().map(|round| (mib(round.python.peak), mib(round.gouqi.peak))).max();
    let (python, gouqi) = others.unwrap_or_default();
    say(&format!(
        "memory at most: ours {} MiB ({} MiB for a tenth of the issues), PyPI jira {python} MiB, gouqi {gouqi} MiB",
        mib(figures.peak),
        mib(figures.few.peak),
    ));
    let (times, thrice, memory) = AIMS;
    let missed = [
        (figures.times_python < times).then(|| format!("{times} times PyPI jira")),
        (figures.times_gouqi < thrice).then(|| format!("{thrice} times gouqi")),
        (figures.peak >= memory).then(|| format!("{} MiB", mib(memory))),
    ];
    let missed: Vec<_> = missed.into_iter().flatten().collect();
    let verdict =
        if missed.is_empty() { "all aims met".to_owned() } else { format!("missed: {}", missed.join(", ")) };
    say(&format!(
        "bench client: {:.1} times the issues that PyPI jira reads, {:.2} times those of gouqi; {verdict}",
        figures.times_python, figures.times_gouqi
    ));
    Ok(())
}
