//! `bowline demo`: the whole thing at work between two simulators, with nothing to prepare.
//!
//! Every step is done as a person would do it (edits in a tool, calls of the API) and is believed only when reading the
//! simulators says so.

mod people;
mod report;
mod scenario;
mod site;
mod trouble;
mod world;

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cli::{Done, Exit, Failed, Out};
use report::Report;
use scenario::Scenario;
use world::World;

/// Where the live page is, if the port is free.
const PORT: u16 = 7700;

#[derive(Args)]
pub(crate) struct Ask {
    /// Keep the data in this folder, which must be new; else it is a temporary one.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The port of the live page; 7700, or a free one if that is taken.
    #[arg(long)]
    port: Option<u16>,
    /// Run the scenario to its end and exit; 0 only if every step was verified in both simulators.
    #[arg(long)]
    once: bool,
    /// Break something on purpose, so that a test sees the demo fail.
    #[arg(long, hide = true, value_enum)]
    fault: Option<Fault>,
}

/// What can be broken on purpose.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Fault {
    /// No item is ever looked at.
    WorkerOff,
    /// No webhook gets through.
    HooksBlocked,
    /// The profile names a field that does not exist.
    MappingBroken,
}

pub(crate) async fn run(out: Out, ask: Ask) -> Done {
    bowline_net::start();
    let mut report = Report::new(out);
    let version = crate::cli::VERSION;
    report.say(&format!("bowline {version} demo: two simulators, nothing leaves this computer\n"));
    let mut world = None;
    report
        .step("start", async {
            let started = World::start(&ask).await?;
            let words = format!("Jira {}, Targetprocess {}", started.jira.url, started.targetprocess.url);
            let page = format!("{words}\n         Watch it: {}/", started.address);
            world = Some(started);
            Ok(page)
        })
        .await;
    let Some(world) = world else {
        return finish(out, &report, &report::Counts::default());
    };
    let scenario = Scenario::new(&world);
    scenario.play(&mut report, ask.fault).await;
    let counts = scenario.counts().await;
    let ended = finish(out, &report, &counts);
    if ended.is_ok() && !ask.once {
        people::carry_on(&scenario, &report).await;
    }
    world.stop().await;
    ended
}

fn finish(out: Out, report: &Report, counts: &report::Counts) -> Done {
    if out.json {
        out.line(report.json(counts));
    } else if report.ok() {
        out.line(format!(
            "\n  {} items linked, {} webhooks taken in, {} writes, {} echoes ignored, {} findings",
            counts.shares, counts.events, counts.commands, counts.echoes, counts.findings
        ));
    }
    match report.failed() {
        None => Ok(()),
        Some(step) => Err(Failed::new(Exit::Failure, format!("the demo failed at the step `{step}`"))),
    }
}
