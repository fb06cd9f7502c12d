//! Reads and searches a second, asked for by a few callers at once.

use std::time::Duration;

use anyhow::Result;
use serde::Serialize;
use tokio::time::Instant;

use crate::client::Client;
use crate::meter::number;
use crate::proc;
use crate::program::Program;

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

/// One kind of call.
#[derive(Debug, Serialize)]
pub(super) struct Rate {
    calls: u64,
    /// A second.
    pub(super) rate: f64,
    /// Milliseconds of the simulator's core for each.
    pub(super) cost: f64,
    /// What part of its core's time the simulator ran, 0 to 1.
    pub(super) busy: f64,
}

/// Single issues, all over the first project.
pub(super) async fn reads(program: &Program, client: &Client, pause: Duration, issues: u32) -> Result<Rate> {
    // Two of three issues are in ACME.
    let keys = (u64::from(issues) * 2 / 3).max(1);
    let path = move |turn: u64| format!("/rest/api/2/issue/ACME-{}", turn * 7_919 % keys + 1);
    rate(program, client, pause, path).await
}

/// Pages of searches.
pub(super) async fn searches(program: &Program, client: &Client, pause: Duration) -> Result<Rate> {
    rate(program, client, pause, |turn| search(SEARCHES, turn)).await
}

/// Pages of searches for words.
pub(super) async fn words(program: &Program, client: &Client, pause: Duration) -> Result<Rate> {
    rate(program, client, pause, |turn| search(WORDS, turn)).await
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
    let used = used.as_secs_f64();
    Ok(Rate {
        calls,
        rate: number(calls) / took,
        cost: used * 1_000.0 / number(calls).max(1.0),
        busy: used / took,
    })
}
