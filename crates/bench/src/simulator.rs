//! `bowline-bench sim`: how fast the simulated Jira starts, reads and searches with many issues, and what it weighs.
//!
//! It runs on one core if `taskset` is there, and is asked over HTTP by a few callers at once. What the figures mean is
//! in `docs/performance.md`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::client::Client;
use crate::meter::number;
use crate::proc::{self, Memory};
use crate::program::Program;
use crate::rank::median;
use crate::report::say;

/// Puts a program on one core (util-linux).
const TASKSET: &str = "/usr/bin/taskset";
/// How many callers ask at once: enough that the simulator never waits for one.
const CALLERS: usize = 4;
/// A page of a search.
const PAGE: usize = 50;

/// Searches as integrations and people make them, in turn.
const SEARCHES: &[&str] = &[
    "project = ACME ORDER BY updated DESC",
    "project = OPS AND status = Done ORDER BY created ASC",
    "assignee = currentUser() AND resolution = Unresolved ORDER BY priority DESC, updated DESC",
    "updated >= -7d ORDER BY updated ASC, key ASC",
    "labels = backend AND type = Bug ORDER BY key",
    "project = ACME AND key > ACME-100 ORDER BY summary",
];
/// Words are looked for in every text of every issue.
const WORDS: &[&str] = &["text ~ \"umlauts export\"", "summary ~ \"vouch*\" ORDER BY created"];

/// How many snapshots are made, and how often one is restored.
const SNAPSHOTS: usize = 5;
/// How many issues are edited before each restoring.
const EDITS: usize = 100;

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

/// One kind of call.
#[derive(Debug, Serialize)]
struct Rate {
    calls: u64,
    /// A second.
    rate: f64,
    /// Milliseconds of a core for each.
    cost: f64,
}

/// What snapshots cost: medians over HTTP, in milliseconds.
#[derive(Debug, Serialize)]
struct Snapshots {
    make: f64,
    /// After [`EDITS`] edits.
    restore: f64,
    /// Of memory, for each.
    bytes: u64,
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
}

/// Measures and prints; the last line is the verdict.
pub(crate) async fn run(ask: &Sim) -> Result<()> {
    let (issues, pause) =
        if ask.quick { (1_000, Duration::from_secs(1)) } else { (ask.issues, Duration::from_secs(10)) };
    let log = ask.bowline.parent().context("the binary is in no folder")?.join("bench-sim.log");
    let count = issues.to_string();
    let sim = ["sim", "jira", "--deployment", "dc", "--issues", &count, "--json"];
    let binary = ask.bowline.to_str().context("the binary's path is not UTF-8")?;
    let one_core = Path::new(TASKSET).exists();
    let started = Instant::now();
    let mut program = if one_core {
        let arguments: Vec<&str> = ["-c", "0", binary].into_iter().chain(sim).collect();
        Program::start(Path::new(TASKSET), &arguments, &[], &log)?
    } else {
        Program::start(&ask.bowline, &sim, &[], &log)?
    };
    let first = program.first_line()?;
    let start = started.elapsed().as_secs_f64();
    let url = first["listening"].as_str().context("the simulator does not say where it listens")?;
    let client = Client::new(url.to_owned(), Some("pat-ada".to_owned()))?;
    let fresh = proc::memory(program.id())?;
    // Two of three issues are in ACME.
    let keys = u64::from(issues) * 2 / 3;
    let read = move |turn: u64| format!("/rest/api/2/issue/ACME-{}", turn * 7_919 % keys + 1);
    say(&format!("{issues} issues: reading, searching, looking for words, {pause:?} each"));
    let reads = rate(&program, &client, pause, read).await?;
    let searches = rate(&program, &client, pause, |turn| search(SEARCHES, turn)).await?;
    let words = rate(&program, &client, pause, |turn| search(WORDS, turn)).await?;
    let worked = proc::memory(program.id())?;
    let snapshots = snapshots(&program, &client).await?;
    program.stop().await?;
    // Empty, unless something went wrong, and then we are not here.
    let _ = std::fs::remove_file(&log);
    let measured = Measured { issues, one_core, start, fresh, worked, reads, searches, words, snapshots };
    if let Some(path) = &ask.json {
        let text = serde_json::to_string_pretty(&measured)?;
        std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    report(&measured);
    Ok(())
}

/// The path of a search.
fn search(queries: &[&str], turn: u64) -> String {
    let turn = usize::try_from(turn).unwrap_or_default() % queries.len();
    let jql: String =
        queries.get(turn).copied().unwrap_or_default().bytes().map(|byte| format!("%{byte:02X}")).collect();
    format!("/rest/api/2/search?maxResults={PAGE}&jql={jql}")
}

/// Lets some callers ask for a while, each its next question as soon as the last was answered.
async fn rate(
    program: &Program,
    client: &Client,
    pause: Duration,
    path: impl Fn(u64) -> String + Copy + Send + 'static,
) -> Result<Rate> {
    let (cpu, started) = (proc::cpu(program.id())?, Instant::now());
    let callers = (0..CALLERS as u64).map(|caller| {
        let client = client.clone();
        tokio::spawn(async move {
            let mut calls = 0;
            while started.elapsed() < pause {
                client.get(&path(caller + calls * CALLERS as u64)).await?;
                calls += 1;
            }
            anyhow::Ok(calls)
        })
    });
    let mut calls = 0;
    for caller in callers.collect::<Vec<_>>() {
        calls += caller.await??;
    }
    let (took, used) = (started.elapsed().as_secs_f64(), proc::cpu(program.id())?.saturating_sub(cpu));
    let cost = used.as_secs_f64() * 1_000.0 / number(calls).max(1.0);
    Ok(Rate { calls, rate: number(calls) / took, cost })
}

/// Makes some snapshots, and comes back to one of them after some edits each time.
async fn snapshots(program: &Program, client: &Client) -> Result<Snapshots> {
    let (mut make, mut restore, before) = (Vec::new(), Vec::new(), proc::memory(program.id())?.now);
    for number in 0..SNAPSHOTS {
        let started = Instant::now();
        client.post(&format!("/_sim/snapshots/{number}"), &Value::Null).await?;
        make.push(milliseconds(started));
    }
    let bytes = proc::memory(program.id())?.now.saturating_sub(before) / SNAPSHOTS as u64;
    for number in 0..SNAPSHOTS {
        for issue in 1..=EDITS {
            let fields = json!({"summary": format!("Edited in round {number}")});
            let edit = json!({"as": "ada", "item": format!("ACME-{issue}"), "fields": fields});
            client.post("/_sim/edit", &edit).await?;
        }
        let started = Instant::now();
        client.post(&format!("/_sim/snapshots/{number}/restore"), &json!({})).await?;
        restore.push(milliseconds(started));
    }
    Ok(Snapshots { make: median(&make), restore: median(&restore), bytes })
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1_000.0
}

fn report(measured: &Measured) {
    let core = if measured.one_core { "one core" } else { "no taskset: as many cores as there are" };
    say(&format!("\nSimulated Jira (Data Center), {} issues, {core}:\n", measured.issues));
    let megabytes = |bytes: u64| number(bytes) / 1e6;
    let peak = megabytes(measured.worked.peak);
    let aims = [
        ("start", measured.start, "s", measured.start < 5.0, "under 5 s"),
        ("peak memory", peak, "MB", peak < 500.0, "under 500 MB"),
        ("single reads a second", measured.reads.rate, "", measured.reads.rate >= 1_000.0, "at least 1,000"),
        (
            "searches of 50 a second",
            measured.searches.rate,
            "",
            measured.searches.rate >= 100.0,
            "at least 100",
        ),
    ];
    for (what, value, unit, met, wanted) in &aims {
        let verdict = if *met { "pass" } else { "MISS" };
        say(&format!("  {verdict}  {what}: {value:.2} {unit} ({wanted} wanted)"));
    }
    say(&format!("        memory after the start: {:.1} MB", megabytes(measured.fresh.now)));
    say(&format!("        searches for words a second: {:.1}", measured.words.rate));
    for (what, rate) in
        [("read", &measured.reads), ("search", &measured.searches), ("search for words", &measured.words)]
    {
        say(&format!("        a {what} takes {:.2} ms of a core", rate.cost));
    }
    let Snapshots { make, restore, bytes } = measured.snapshots;
    let each = megabytes(bytes);
    say(&format!(
        "        a snapshot is made in {make:.1} ms and restored in {restore:.1} ms; it takes {each:.1} MB"
    ));
    let missed: Vec<&str> = aims.iter().filter(|aim| !aim.3).map(|aim| aim.0).collect();
    say(&if missed.is_empty() {
        format!("\nbench sim: all {} aims met", aims.len())
    } else {
        format!("\nbench sim: missed {}", missed.join(", "))
    });
}
