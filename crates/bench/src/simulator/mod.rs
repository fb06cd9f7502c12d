//! `bowline-bench sim`: how fast the simulated Jira starts, reads and searches with many issues, and what it weighs.
//!
//! It runs on one core if `taskset` is there, and is asked over HTTP by a few callers at once, on the other cores. What
//! the figures mean is in `docs/performance.md`.

mod rate;
mod report;
mod snapshots;
mod upload;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result};
use serde::Serialize;
use tokio::time::Instant;

use self::rate::Rate;
use self::snapshots::Snapshots;
use self::upload::Upload;
use crate::client::Client;
use crate::pin;
use crate::proc::{self, Memory};
use crate::program::Program;
use crate::report::say;

/// The file that is attached, in bytes, and what a quick run attaches.
const FILE: u64 = 500_000_000;
const SMALL_FILE: u64 = 60_000_000;

/// What to measure, and with what.
#[derive(clap::Args)]
pub(crate) struct Sim {
    /// The binary to measure; an optimised one, if the figures are to mean something.
    #[arg(long)]
    bowline: PathBuf,
    /// How many issues.
    #[arg(long, default_value_t = 100_000)]
    issues: u32,
    /// For a second each, and with a thousand issues: shows that everything works, not how fast.
    #[arg(long)]
    quick: bool,
    /// Writes all figures to a file as well.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// Everything measured.
#[derive(Debug, Serialize)]
struct Measured {
    issues: u32,
    one_core: bool,
    /// From process started to listening, in seconds.
    start: f64,
    fresh: Memory,
    worked: Memory,
    reads: Rate,
    searches: Rate,
    words: Rate,
    snapshots: Snapshots,
    upload: Upload,
    /// What part of all cores' time went to other programs while reading and searching, 0 to 1.
    foreign: f64,
}

/// Measures and prints; the last line is the verdict.
pub(crate) async fn run(ask: &Sim) -> Result<()> {
    let (issues, pause, size) = if ask.quick {
        (1_000, Duration::from_secs(1), SMALL_FILE)
    } else {
        (ask.issues, Duration::from_secs(10), FILE)
    };
    let log = ask.bowline.parent().context("the binary is in no folder")?.join("bench-sim.log");
    let one_core = pin::is_possible();
    pin::step_aside()?;
    let started = Instant::now();
    let mut program = start(&ask.bowline, issues, &log)?;
    let first = program.first_line()?;
    let start = started.elapsed().as_secs_f64();
    let url = first["listening"].as_str().context("the simulator does not say where it listens")?;
    let client = Client::new(url.to_owned(), Some("pat-ada".to_owned()))?;
    let fresh = proc::memory(program.id())?;
    say(&format!("{issues} issues: reading, searching, looking for words, {pause:?} each"));
    let quiet = Quiet::now(&program)?;
    let reads = rate::reads(&program, &client, pause, issues).await?;
    let searches = rate::searches(&program, &client, pause).await?;
    let words = rate::words(&program, &client, pause).await?;
    let foreign = quiet.broken(&program)?;
    let worked = proc::memory(program.id())?;
    let snapshots = snapshots::measure(&program, &client).await?;
    say(&format!("attaching a file of {} MB", size / 1_000_000));
    let upload = upload::measure(&program, &client, size).await?;
    program.stop().await?;
    // Empty, unless something went wrong, and then we are not here.
    let _ = std::fs::remove_file(&log);
    let measured = Measured {
        issues,
        one_core,
        start,
        fresh,
        worked,
        reads,
        searches,
        words,
        snapshots,
        upload,
        foreign,
    };
    if let Some(path) = &ask.json {
        let text = serde_json::to_string_pretty(&measured)?;
        std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    report::print(&measured);
    Ok(())
}

fn start(bowline: &Path, issues: u32, log: &Path) -> Result<Program> {
    let count = issues.to_string();
    let sim = ["sim", "jira", "--deployment", "dc", "--issues", &count, "--json"];
    pin::start(bowline, &sim, &[], log)
}

/// Clocks from which can be told what others took.
struct Quiet {
    machine: proc::Machine,
    ours: Duration,
}

impl Quiet {
    fn now(program: &Program) -> Result<Self> {
        let ours = proc::cpu(program.id())? + proc::cpu(std::process::id())?;
        Ok(Self { machine: proc::machine()?, ours })
    }

    /// What part of all cores' time others took since, the host among them.
    fn broken(&self, program: &Program) -> Result<f64> {
        let now = Self::now(program)?;
        let busy = now.machine.busy.saturating_sub(self.machine.busy).as_secs_f64();
        let idle = now.machine.idle.saturating_sub(self.machine.idle).as_secs_f64();
        let stolen = now.machine.steal.saturating_sub(self.machine.steal).as_secs_f64();
        let ours = now.ours.saturating_sub(self.ours).as_secs_f64();
        Ok((busy - ours + stolen).max(0.0) / (busy + idle + stolen).max(f64::MIN_POSITIVE))
    }
}
